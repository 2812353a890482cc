//! As much of HTTP/1.1 as servers of tests need: reading requests, writing answers.

use std::io::{self, BufRead, Read, Write};

/// No test sends more than this in a head or a body; a stream that does is a mistake.
const MAX_HEAD: u64 = 256 * 1024;
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `PUT`, …
    pub method: String,
    /// The path with its query, as sent.
    pub target: String,
    /// Names as sent, and values.
    pub headers: Vec<(String, String)>,
    /// The body, joined together if it came in chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of the name, in any case of letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// Reads the next request of a connection, or none at its end.
    ///
    /// # Errors
    /// `InvalidData` for what is no HTTP, and whatever the stream fails with.
    pub fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = stream.take(MAX_HEAD);
        let Some(first) = read_line(&mut head)? else { return Ok(None) };
        let mut words = first.split(' ');
        let (Some(method), Some(target), Some(_version)) = (words.next(), words.next(), words.next()) else {
            return Err(invalid(&first));
        };
        let (method, target) = (method.to_owned(), target.to_owned());
        let mut headers = Vec::new();
        loop {
            let line = read_line(&mut head)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| invalid(&line))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let stream = head.into_inner();
        let mut body = Vec::new();
        if find(&headers, "transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
            read_chunks(stream, &mut body)?;
        } else if let Some(length) = find(&headers, "content-length") {
            let length = length.parse().ok().filter(|l| *l <= MAX_BODY).ok_or_else(|| invalid(length))?;
            if stream.take(length).read_to_end(&mut body)? as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Some(Self { method, target, headers, body }))
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP: {text:?}"))
}

/// A line without its end, or none at the end of the stream.
fn read_line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Some(line))
}

/// Reads a body in chunks (RFC 9112, section 7.1); extensions and trailers are passed over.
fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = read_line(stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16).map_err(|_| invalid(&line))?;
        if size > MAX_BODY {
            return Err(invalid(&line));
        }
        if size == 0 {
            while read_line(stream)?.is_some_and(|l| !l.is_empty()) {}
            return Ok(());
        }
        if stream.by_ref().take(size).read_to_end(body)? as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        read_line(stream)?;
    }
}

/// What a handler answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Further headers; `Content-Length` is added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes the answer; the body is left out in an answer to `HEAD`, and the length of it stays.
    pub(crate) fn write(&self, stream: &mut impl Write, head_only: bool) -> io::Result<()> {
        let mut out = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).into_bytes();
        for (name, value) in &self.headers {
            write!(out, "{name}: {value}\r\n")?;
        }
        if find(&self.headers, "content-length").is_none() {
            write!(out, "Content-Length: {}\r\n", self.body.len())?;
        }
        out.extend_from_slice(b"\r\n");
        if !head_only {
            out.extend_from_slice(&self.body);
        }
        stream.write_all(&out)?;
        stream.flush()
    }
}

/// The usual words for a status, which clients show in their errors.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Option<Request>> {
        Request::read(&mut text.as_bytes())
    }

    #[test]
    fn reads_bodies_of_both_kinds() {
        let r = read("PUT /a?b=c HTTP/1.1\r\ncontent-LENGTH: 3\r\n\r\nabcrest").unwrap().unwrap();
        assert_eq!((r.method.as_str(), r.path(), r.body.as_slice()), ("PUT", "/a", &b"abc"[..]));
        let r =
            read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n").unwrap();
        assert_eq!(r.unwrap().body, b"abc");
    }

    #[test]
    fn refuses_what_is_no_http() {
        assert_eq!(read("").unwrap(), None);
        for text in [
            "hello\r\n\r\n",
            "GET / HTTP/1.1\r\nnonsense\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b",
            "PUT / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_answer_to_head_has_no_body() {
        let mut out = Vec::new();
        Response::new(200, "abc").with("X-Y", "z").write(&mut out, true).unwrap();
        assert_eq!(out, b"HTTP/1.1 200 OK\r\nX-Y: z\r\nContent-Length: 3\r\n\r\n");
    }
}
