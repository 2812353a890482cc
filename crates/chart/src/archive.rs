//! Reading a chart archive: Helm's limits and refusals, entry by entry, nothing written to disk.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use pintle_go::strconv::quote;

use crate::{File, Timestamp, gostd};

/// The largest sum of file sizes in an archive, in bytes.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;
/// The largest file of a chart, in an archive or a directory, in bytes.
pub const MAX_FILE_SIZE: u64 = 5 * 1024 * 1024;

/// An archive that Helm refuses or that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// No gzip stream.
    #[error("gzip: invalid header")]
    NotGzip,
    /// The stream ends too early.
    #[error("unexpected EOF")]
    Truncated,
    /// Compressed data or tar headers are broken.
    #[error("{0}")]
    Corrupt(String),
    /// A path or size that a chart must not have.
    #[error("{0}")]
    Refused(String),
    /// Nothing in it.
    #[error("no files in chart archive")]
    Empty,
}

/// Reads every file of a gzipped tar; names lose their first element (the chart's directory).
///
/// # Errors
/// Paths that leave the chart, files over [`MAX_FILE_SIZE`], archives over [`MAX_CHART_SIZE`], broken data.
pub fn read(gz: &[u8]) -> Result<Vec<File>, ArchiveError> {
    match gz {
        [0x1f, 0x8b, 8, ..] if gz.len() >= 10 => {}
        [] => return Err(ArchiveError::Corrupt("EOF".to_owned())),
        g if g.len() < 10 => return Err(ArchiveError::Truncated),
        _ => return Err(ArchiveError::NotGzip),
    }
    let mut tar =
        tar::Archive::new(Forward { inner: BufReader::with_capacity(32 << 10, MultiGzDecoder::new(gz)), at: 0 });
    let mut files = Vec::new();
    let mut remaining = MAX_CHART_SIZE;
    for entry in tar.entries_with_seek().map_err(io_error)? {
        let mut entry = entry.map_err(io_error)?;
        let header = entry.header();
        let kind = header.entry_type();
        let full = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if kind.is_dir() || full.ends_with('/') || kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let name = file_name(&full)?;
        let size = if kind.is_symlink() || kind.is_hard_link() { 0 } else { entry.size() };
        let mod_time = Timestamp::from_unix(header.mtime().unwrap_or(0) as i64, 0);
        if size > remaining {
            return Err(too_large());
        }
        if size > MAX_FILE_SIZE {
            return Err(ArchiveError::Refused(format!(
                "decompressed chart file {} is larger than the maximum file size {MAX_FILE_SIZE}",
                quote(full.as_bytes())
            )));
        }
        // read where it stays
        let mut data: Rc<[u8]> = std::iter::repeat_n(0, size as usize).collect();
        if let Some(data) = Rc::get_mut(&mut data) {
            entry.read_exact(data).map_err(io_error)?;
        }
        remaining -= size;
        if remaining == 0 {
            return Err(too_large());
        }
        if let Some(text) = data.strip_prefix(BOM) {
            data = text.into();
        }
        files.push(File { name: name.into(), data, mod_time });
    }
    if files.is_empty() { Err(ArchiveError::Empty) } else { Ok(files) }
}

fn too_large() -> ArchiveError {
    ArchiveError::Refused(format!("decompressed chart is larger than the maximum size {MAX_CHART_SIZE}"))
}

fn io_error(e: io::Error) -> ArchiveError {
    let text = e.to_string();
    match e.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Truncated,
        _ if text.contains("corrupt gzip") => ArchiveError::Corrupt("gzip: invalid checksum".to_owned()),
        _ if text.contains("deflate") => ArchiveError::Corrupt("flate: corrupt input before offset 0".to_owned()),
        _ if text.contains("read entire block") => ArchiveError::Truncated,
        _ => ArchiveError::Corrupt("archive/tar: invalid tar header".to_owned()),
    }
}

/// The name in the chart of an archive's entry, or why the entry is refused.
fn file_name(full: &str) -> Result<String, ArchiveError> {
    let refused = |m: &str| Err(ArchiveError::Refused(m.to_owned()));
    // archives made on Windows may hold backslashes
    let delimiter = if full.contains('\\') { '\\' } else { '/' };
    let (first, rest) = full.split_once(delimiter).unwrap_or((full, ""));
    let name = rest.replace(delimiter, "/");
    if name.starts_with('/') {
        return refused("chart illegally contains absolute paths");
    }
    let name = gostd::clean(&name);
    if name == "." {
        return refused(&format!(
            "chart illegally contains content outside the base directory: {}",
            quote(full.as_bytes())
        ));
    }
    if name.starts_with("..") {
        return refused("chart illegally references parent directory");
    }
    if matches!(name.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic()) {
        return refused("chart contains illegally named files");
    }
    if first == "Chart.yaml" {
        return refused("chart yaml not in base directory");
    }
    Ok(name)
}

/// A stream whose reader goes forward only, as it does from one entry of a tar to the next.
struct Forward<R> {
    inner: R,
    at: u64,
}

impl<R: BufRead> Read for Forward<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> Seek for Forward<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Current(mut left @ 0..) = to else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        while left > 0 {
            let there = i64::try_from(self.inner.fill_buf()?.len()).unwrap_or(i64::MAX).min(left);
            if there == 0 {
                return Err(io::Error::other("unexpected EOF during skip"));
            }
            self.inner.consume(there as usize);
            self.at += there as u64;
            left -= there;
        }
        Ok(self.at)
    }
}

/// UTF-8's byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Drops a UTF-8 byte order mark.
pub(crate) fn without_bom(mut data: Vec<u8>) -> Vec<u8> {
    if data.starts_with(BOM) {
        data.drain(..3);
    }
    data
}

/// Checks that a file begins as a gzipped archive does (`EnsureArchive`).
///
/// # Errors
/// A text that says what the file seems to be.
pub fn ensure(path: &Path, data: &[u8]) -> Result<(), String> {
    if data.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    let mut head = [0; 512];
    let n = data.len().min(512);
    head[..n].copy_from_slice(&data[..n]);
    let kind = content_type(&head);
    let name = path.display();
    if kind == "application/x-gzip" {
        return Ok(());
    }
    let text = path.to_string_lossy();
    if text.ends_with(".yml") || text.ends_with(".yaml") {
        return Err(format!("file '{name}' seems to be a YAML file, but expected a gzipped archive"));
    }
    Err(format!("file '{name}' does not appear to be a gzipped archive; got '{kind}'"))
}

/// Go's `http.DetectContentType` for what people hand over instead of a chart. Helm asks it about a block padded with
/// zeros, so that a short text counts as binary.
fn content_type(head: &[u8; 512]) -> &'static str {
    let text = head.trim_ascii_start();
    let html = ["<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<BODY", "<TITLE", "<H1", "<DIV", "<P", "<TABLE", "<A"];
    let tagged = |tag: &str| {
        text.get(..tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag.as_bytes()))
            && matches!(text.get(tag.len()), Some(b' ' | b'>'))
    };
    if html.iter().any(|tag| tagged(tag)) || text.starts_with(b"<!--") {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    let magic: [(&[u8], &str); 12] = [
        (b"%PDF-", "application/pdf"),
        (b"%!PS-Adobe-", "application/postscript"),
        (b"\xfe\xff", "text/plain; charset=utf-16be"),
        (b"\xff\xfe", "text/plain; charset=utf-16le"),
        (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
        (b"GIF8", "image/gif"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b\x08", "application/x-gzip"),
        (b"Rar!\x1a\x07", "application/x-rar-compressed"),
        (b"\0asm", "application/wasm"),
    ];
    if let Some((_, kind)) = magic.iter().find(|(m, _)| head.starts_with(m)) {
        return kind;
    }
    let binary = |b: &u8| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if head.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_chart_are_refused() {
        let why = |n: &str| file_name(n).unwrap_err().to_string();
        assert_eq!(why("c//etc/passwd"), "chart illegally contains absolute paths");
        assert_eq!(why("Chart.yaml"), r#"chart illegally contains content outside the base directory: "Chart.yaml""#);
        assert_eq!(why("c/../../x"), "chart illegally references parent directory");
        assert_eq!(why("c\\c:\\x"), "chart contains illegally named files");
        assert_eq!(why("Chart.yaml/x"), "chart yaml not in base directory");
        assert_eq!(file_name("c\\templates\\a.yaml").unwrap(), "templates/a.yaml");
    }

    #[test]
    fn what_is_no_archive_is_named() {
        assert!(ensure(Path::new("a.yaml"), b"a: 1").unwrap_err().contains("seems to be a YAML file"));
        let e = ensure(Path::new("a"), b"hello").unwrap_err();
        assert_eq!(e, "file 'a' does not appear to be a gzipped archive; got 'application/octet-stream'");
        assert_eq!(read(b"0123456789").unwrap_err().to_string(), "gzip: invalid header");
    }
}
