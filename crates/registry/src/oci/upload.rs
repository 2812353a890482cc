//! Bringing blobs into a registry: from another of its repositories where it offers that, at once where it takes them
//! so, and in pieces where they are too large for it (OCI distribution specification, "Pushing blobs").

use super::Reference;
use super::chart::Layer;
use super::http::{Answer, Call, Connection, SMALL};
use crate::{Result, fail};

const OCTETS: &str = "application/octet-stream";
/// Pieces that are tried one after the other where a registry takes no blob at once, in bytes. Proxies before
/// registries often allow 1 MiB.
const PIECES: [usize; 3] = [8 << 20, 1_000_000, 64 << 10];
/// A request was too large.
const TOO_LARGE: u16 = 413;

/// Uploads a blob.
///
/// # Errors
/// What the registry says.
pub(super) fn upload(
    connection: &Connection<'_>,
    r: &Reference,
    layer: &Layer,
    data: &[u8],
    scope: &str,
) -> Result<()> {
    let up = Upload { connection, scope, url: connection.at(&format!("/v2/{}/blobs/uploads/", r.repository)) };
    let digest = layer.digest.replace(':', "%3A");
    // a registry that finds the blob in one of its repositories says 201, one that does not opens a session as always
    let mut opened = up.post(&format!("{}?mount={digest}", up.url))?;
    if opened.status == 201 {
        return Ok(());
    }
    if opened.status != 202 {
        opened = up.post(&up.url)?;
    }
    let answer = up.put(&up.session(&opened)?, &digest, data)?;
    match answer.status {
        201 => return Ok(()),
        TOO_LARGE => {}
        _ => return answer.error(),
    }
    let mut refused = answer;
    for size in PIECES.into_iter().filter(|p| *p < data.len()) {
        let opened = up.post(&up.url)?;
        // a registry may name the smallest piece that it takes
        let least = opened.header("oci-chunk-min-length").and_then(|l| l.parse().ok()).unwrap_or(0);
        match up.in_pieces(&opened, &digest, data, size.max(least))? {
            None => return Ok(()),
            Some(answer) => refused = answer,
        }
    }
    refused.error()
}

/// An upload into one repository.
struct Upload<'a> {
    connection: &'a Connection<'a>,
    scope: &'a str,
    /// Where sessions are opened.
    url: String,
}

impl Upload<'_> {
    fn post(&self, url: &str) -> Result<Answer> {
        let call = Call { method: "POST", body: Some(&[]), limit: SMALL, scope: self.scope, ..Call::default() };
        self.connection.send(url, call)
    }

    /// Where a session that was opened goes on.
    fn session(&self, answer: &Answer) -> Result<String> {
        match answer.header("location") {
            _ if answer.status != 202 => answer.error(),
            Some(target) => crate::getter::resolve_from(&crate::Address::parse(&self.url)?, target),
            None => fail(format!("{}: no Location of the upload", answer.what)),
        }
    }

    /// Sends what is left of a blob, and ends the session.
    fn put(&self, session: &str, digest: &str, data: &[u8]) -> Result<Answer> {
        let mark = if session.contains('?') { '&' } else { '?' };
        let call = Call {
            method: "PUT",
            content_type: OCTETS,
            body: Some(data),
            limit: SMALL,
            scope: self.scope,
            ..Call::default()
        };
        self.connection.send(&format!("{session}{mark}digest={digest}"), call)
    }

    /// Sends a blob in pieces; gives the answer to a piece that was too large.
    fn in_pieces(&self, opened: &Answer, digest: &str, data: &[u8], size: usize) -> Result<Option<Answer>> {
        let mut session = self.session(opened)?;
        let mut from = 0;
        for piece in data.chunks(size.max(1)) {
            let range = format!("{from}-{}", from + piece.len() - 1);
            let call = Call {
                method: "PATCH",
                content_type: OCTETS,
                range: &range,
                body: Some(piece),
                limit: SMALL,
                scope: self.scope,
                ..Call::default()
            };
            let answer = self.connection.send(&session, call)?;
            match answer.status {
                202 => {}
                TOO_LARGE => return Ok(Some(answer)),
                _ => return answer.error(),
            }
            session = self.session(&answer)?;
            from += piece.len();
        }
        let answer = self.put(&session, digest, &[])?;
        if answer.status == 201 { Ok(None) } else { answer.error() }
    }
}
