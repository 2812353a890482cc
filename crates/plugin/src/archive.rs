//! Plugin archives: gzipped tars with the plugin in a folder.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::{FILE, Metadata, metadata};

/// The most that an archive may unpack to, in bytes: beyond, it is a bomb.
const MOST: u64 = 1 << 30;
/// The most files that it may have.
const MOST_FILES: usize = 50_000;
/// The most that a name or another extension of a header may be, in bytes.
const MOST_NAME: u64 = 1 << 20;
/// The most that a `plugin.yaml` may be, in bytes.
pub(crate) const MOST_METADATA: u64 = 5 << 20;

/// The description in an archive (`ExtractTgzPluginMetadata`): the first file named `plugin.yaml`.
///
/// # Errors
/// Go's words for what is no archive, Helm's for one without it.
pub fn metadata_of(archive: &[u8]) -> Result<Metadata, String> {
    check(archive)?;
    let mut tar = open(archive)?;
    for entry in tar.entries().map_err(|e| broken(&e))? {
        let entry = entry.map_err(|e| broken(&e))?;
        if entry.path_bytes().rsplit(|b| *b == b'/').next() == Some(FILE.as_bytes()) {
            let mut text = Vec::new();
            entry.take(MOST_METADATA).read_to_end(&mut text).map_err(|e| broken(&e))?;
            return metadata::read(&text).map_err(|e| e.to_string());
        }
    }
    Err(format!("{FILE} not found in tarball"))
}

/// Looks at sizes before anything is read: names that do not fit a header are kept in memory whole.
fn check(archive: &[u8]) -> Result<(), String> {
    let mut tar = open(archive)?;
    let mut room = Room::default();
    for entry in tar.entries().map_err(|e| broken(&e))?.raw(true) {
        // what is broken is told of by who reads it
        let Ok(entry) = entry else { break };
        room.take(entry.size())?;
        let kind = entry.header().entry_type();
        let is_plain = kind.is_file() || kind.is_dir() || kind.is_symlink() || kind.is_hard_link();
        if !is_plain && entry.size() > MOST_NAME {
            return Err(format!("plugin archive has a name of more than {MOST_NAME} bytes"));
        }
    }
    Ok(())
}

/// What an archive has taken of what it may.
#[derive(Default)]
struct Room {
    bytes: u64,
    files: usize,
}

impl Room {
    /// Counts a file by the size that is written before it: a bomb goes off nowhere.
    fn take(&mut self, size: u64) -> Result<(), String> {
        self.bytes = self.bytes.saturating_add(size);
        self.files += 1;
        if self.bytes > MOST {
            return Err(format!("plugin archive unpacks to more than {MOST} bytes"));
        }
        if self.files > MOST_FILES {
            return Err(format!("plugin archive has more than {MOST_FILES} files"));
        }
        Ok(())
    }
}

fn open(archive: &[u8]) -> Result<tar::Archive<io::Take<MultiGzDecoder<&[u8]>>>, String> {
    match archive {
        [] => Err("EOF".to_owned()),
        [0x1f, 0x8b, 8, ..] => Ok(tar::Archive::new(MultiGzDecoder::new(archive).take(2 * MOST))),
        a if a.len() < 10 => Err("unexpected EOF".to_owned()),
        _ => Err("gzip: invalid header".to_owned()),
    }
}

fn broken(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ => "archive/tar: invalid tar header".to_owned(),
    }
}

/// Unpacks an archive into an empty folder: files and folders alone, and nothing outside.
///
/// # Errors
/// Paths that leave the folder, links and devices, broken archives.
pub(crate) fn unpack(archive: &[u8], into: &Path) -> Result<(), String> {
    let mut tar = open(archive)?;
    let mut room = Room::default();
    for entry in tar.entries().map_err(|e| broken(&e))? {
        let mut entry = entry.map_err(|e| broken(&e))?;
        room.take(entry.size())?;
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = inside(into, &name)?;
        let fail = |op: &str, path: &Path, e: io::Error| pintle_chart::os_error(op, path, &e);
        if kind.is_dir() {
            std::fs::create_dir_all(&path).map_err(|e| fail("mkdir", &path, e))?;
        } else if kind.is_file() {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|e| fail("mkdir", parent, e))?;
            }
            let mode = entry.header().mode().unwrap_or(0o644) & 0o777;
            let size = entry.size();
            let mut file = create(&path, mode).map_err(|e| fail("open", &path, e))?;
            let copied = io::copy(&mut entry, &mut file).map_err(|e| broken(&e))?;
            if copied < size {
                return Err("unexpected EOF".to_owned());
            }
        } else {
            return Err(format!("unknown type: {:b} in {name}", kind.as_byte()));
        }
    }
    Ok(())
}

/// Where an entry goes (`cleanJoin`); there are no links on the way, since none are unpacked.
fn inside(root: &Path, name: &str) -> Result<PathBuf, String> {
    if name.contains(':') {
        return Err("path contains ':', which is illegal".to_owned());
    }
    let name = name.replace('\\', "/");
    if name.split('/').any(|part| part == "..") {
        return Err("path contains '..', which is illegal".to_owned());
    }
    if name.starts_with('/') {
        return Err("path is absolute, which is illegal".to_owned());
    }
    Ok(root.join(name))
}

#[cfg(unix)]
fn create(path: &Path, mode: u32) -> io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path, _mode: u32) -> io::Result<std::fs::File> {
    std::fs::File::create(path)
}

/// Packs a plugin's folder under its name (`CreatePluginTarball`), in the order of paths. `skip` is the archive in the
/// making, should it lie in the folder.
///
/// # Errors
/// Files that cannot be read or written.
pub fn pack(dir: &Path, name: &str, skip: &Path, out: impl Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(GzEncoder::new(out, Compression::default()));
    tar.follow_symlinks(false);
    pack_below(&mut tar, dir, &PathBuf::from(name), std::fs::canonicalize(skip).ok().as_deref())?;
    tar.into_inner()?.finish()?.flush()
}

fn pack_below<W: Write>(tar: &mut tar::Builder<W>, path: &Path, name: &Path, skip: Option<&Path>) -> io::Result<()> {
    if skip.is_some() && std::fs::canonicalize(path).ok().as_deref() == skip {
        return Ok(());
    }
    let meta = std::fs::symlink_metadata(path)?;
    let mut header = tar::Header::new_gnu();
    header.set_metadata(&meta);
    // the permissions alone: the kind of file has its own field
    header.set_mode(header.mode()? & 0o7777);
    if meta.is_dir() {
        header.set_size(0);
        // a folder's name has no slash at its end here
        tar.append_data(&mut header, name, io::empty())?;
        let mut entries: Vec<_> = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        return entries.iter().try_for_each(|e| pack_below(tar, &e.path(), &name.join(e.file_name()), skip));
    }
    if meta.is_symlink() {
        header.set_size(0);
        return tar.append_link(&mut header, name, std::fs::read_link(path)?);
    }
    if !meta.is_file() {
        return Ok(());
    }
    let file = std::fs::File::open(path)?;
    header.set_size(meta.len());
    tar.append_data(&mut header, name, file.take(meta.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        for (name, kind, data) in entries {
            let mut h = tar::Header::new_gnu();
            // set past the crate's own checks: these are hostile
            h.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            h.set_entry_type(*kind);
            h.set_mode(0o755);
            h.set_size(data.len() as u64);
            h.set_cksum();
            tar.append(&h, *data).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn nothing_is_unpacked_outside() {
        let tmp = tempfile::tempdir().unwrap();
        let into = tmp.path().join("a/b");
        std::fs::create_dir_all(&into).unwrap();
        let regular = tar::EntryType::Regular;
        for (name, kind, want) in [
            ("../x", regular, "path contains '..', which is illegal"),
            ("p/..\\..\\x", regular, "path contains '..', which is illegal"),
            ("/x", regular, "path is absolute, which is illegal"),
            ("c:x", regular, "path contains ':', which is illegal"),
            ("p/l", tar::EntryType::Symlink, "unknown type: 110010 in p/l"),
        ] {
            assert_eq!(unpack(&archive(&[(name, kind, b"")]), &into).unwrap_err(), want, "{name}");
        }
        assert_eq!(std::fs::read_dir(tmp.path().join("a")).unwrap().count(), 1);
        assert_eq!(std::fs::read_dir(&into).unwrap().count(), 0);
    }

    /// GHSA-4hfp-h4cw-hj8p, for plugins.
    #[test]
    fn bombs_are_not_unpacked() {
        let tmp = tempfile::tempdir().unwrap();
        let mut h = tar::Header::new_gnu();
        h.set_path("p/big").unwrap();
        h.set_mode(0o644);
        h.set_size(MOST + 1);
        h.set_cksum();
        let mut gz = GzEncoder::new(Vec::new(), Compression::default());
        gz.write_all(h.as_bytes()).unwrap();
        gz.write_all(&[0; 4096]).unwrap();
        let bomb = gz.finish().unwrap();
        let want = "plugin archive unpacks to more than 1073741824 bytes";
        assert_eq!(metadata_of(&bomb).unwrap_err(), want);
        assert_eq!(unpack(&bomb, tmp.path()).unwrap_err(), want);
        assert_eq!(std::fs::read_dir(tmp.path()).unwrap().count(), 0);
        let long = archive(&[("p/x", tar::EntryType::GNULongName, &vec![b'x'; 2 << 20])]);
        assert_eq!(metadata_of(&long).unwrap_err(), "plugin archive has a name of more than 1048576 bytes");
        let mut room = Room { files: MOST_FILES, ..Room::default() };
        assert_eq!(room.take(0).unwrap_err(), "plugin archive has more than 50000 files");
    }

    /// The header of a gzip member says how long its extra field is; one that lies is no archive.
    #[test]
    fn broken_gzip_headers_are_errors() {
        let good = archive(&[("p/plugin.yaml", tar::EntryType::Regular, b"name: p\ncommand: x\n")]);
        for extra in [&[4, 0, 1, 2][..], &[0xff, 0xff], &[]] {
            // the flag, and the field in the place of what follows
            let mut bad = good[..10].to_vec();
            bad[3] = 4;
            bad.extend_from_slice(extra);
            assert!(metadata_of(&bad).is_err(), "{extra:?}");
        }
    }

    #[test]
    fn broken_archives_are_errors() {
        let good = archive(&[("p/plugin.yaml", tar::EntryType::Regular, b"name: p\ncommand: x\n")]);
        assert_eq!(metadata_of(&good).unwrap().name, "p");
        for n in 0..good.len() {
            let _ = metadata_of(&good[..n]);
        }
        assert_eq!(metadata_of(b"hello, this is no gzip").unwrap_err(), "gzip: invalid header");
        let other = archive(&[("p/x", tar::EntryType::Regular, b"")]);
        assert_eq!(metadata_of(&other).unwrap_err(), "plugin.yaml not found in tarball");
    }
}
