//! Paths and files in Go's words.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// An error of the system in Go's words.
pub(crate) fn os(op: &str, path: &Path, e: &io::Error) -> Error {
    let text = pintle_chart::os_error(op, path, e);
    if e.kind() == io::ErrorKind::NotFound { Error::NotFound(text) } else { Error::Text(text) }
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| os("open", path, &e))
}

/// Go's `filepath.Clean`.
pub(crate) fn clean(path: &Path) -> PathBuf {
    use std::path::Component as C;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            C::CurDir => {}
            C::ParentDir => match out.components().next_back() {
                Some(C::Normal(_)) => {
                    out.pop();
                }
                Some(C::RootDir) => {}
                _ => out.push(".."),
            },
            part => out.push(part),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}
