//! Static files.

use std::path::{Component, Path, PathBuf};

use super::{Request, Response};

/// Answers with the file that the path names, or 404. Folders are not listed.
pub(super) fn answer(folder: &Path, request: &Request) -> Response {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Response::new(405, "read only\n").with("Allow", "GET, HEAD");
    }
    let Some(path) = inside(folder, request.path()) else { return Response::new(404, "not found\n") };
    match std::fs::read(&path) {
        Ok(body) => Response::new(200, body).with("Content-Type", content_type(&path)),
        Err(_) => Response::new(404, "not found\n"),
    }
}

/// The file of a request's path, unless that leads out of the folder.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let decoded = percent_decode(path.trim_start_matches('/'))?;
    let relative = Path::new(&decoded);
    relative.components().all(|c| matches!(c, Component::Normal(_))).then(|| folder.join(relative))
}

/// Undoes percent encoding (RFC 3986, section 2.1), if the result is UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            out.push(u8::try_from(value).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("yaml" | "yml") => "text/yaml",
        Some("json") => "application/json",
        Some("tgz" | "gz") => "application/gzip",
        _ => "application/octet-stream",
    }
}
