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

/// Writes a file whole or not at all: to a file beside it, then renamed. Folders on the way are made.
pub(crate) fn write(path: &Path, data: &[u8], mode: u32) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(|e| os("mkdir", dir, &e))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // several threads may write the same file
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let beside = dir.join(format!(".{name}.{}-{count}.tmp", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&beside)
        .and_then(|mut f| f.write_all(data))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|e| {
        let _ = fs::remove_file(&beside);
        os("open", path, &e)
    })
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn digest(data: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(data).iter().map(|b| format!("{b:02x}")).collect()
}

/// Files in a folder with an extension, by name.
pub(crate) fn with_extension(dir: &Path, extension: &str) -> Vec<PathBuf> {
    sorted(dir, |p| p.extension().is_some_and(|e| e == extension))
}

/// Folders in a folder, by name.
pub(crate) fn folders(dir: &Path) -> Vec<PathBuf> {
    sorted(dir, Path::is_dir)
}

fn sorted(dir: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| wanted(p)).collect();
    found.sort();
    found
}
