//! Installing and updating plugins (Helm's `internal/plugin/installer`): a local folder is linked, an archive (local,
//! over HTTP, from a registry) is unpacked and kept beside the plugin, a git repository is cloned and copied.
//!
//! Unlike Helm, everything is put together in a folder of its own and moved into place at the end: a failure leaves
//! nothing behind.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use pintle_chart::log::{Level, LogSink, Record};
use pintle_go::strconv::quote;

use crate::git::{self, Repository};
use crate::{FILE, Plugin, archive};

/// The endings of archives.
const ENDINGS: [&str; 2] = [".tar.gz", ".tgz"];

/// A plugin that cannot be installed or updated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// It is there.
    #[error("plugin already exists")]
    Exists,
    /// It is not there.
    #[error("plugin does not exist")]
    Missing,
    /// Nothing with a `plugin.yaml`.
    #[error("plugin metadata (plugin.yaml) missing")]
    NoMetadata,
    /// A file where a folder should be.
    #[error("expected plugin to be a directory (containing a file 'plugin.yaml')")]
    NotADirectory,
    /// An address or path that leads nowhere.
    #[error("cannot get information about plugin source {} (if it's a local directory, does it exist?), last error was: {why}", quote(.from.as_bytes()))]
    Unknown {
        /// What was given.
        from: String,
        /// Why not.
        why: String,
    },
    /// An installed plugin that was not cloned.
    #[error("cannot get information about plugin source")]
    NoSource,
    /// A clone in which somebody changed files.
    #[error("plugin repo was modified")]
    Modified,
    /// No signature, or a wrong one.
    #[error("plugin verification failed: {0}")]
    Unverified(String),
    /// What is to be verified cannot be fetched.
    #[error("failed to get verification data: {0}")]
    NoData(String),
    /// Everything else, in Helm's words.
    #[error("{0}")]
    Failed(String),
}

type Result<T> = std::result::Result<T, InstallError>;

fn failed<T>(text: impl Into<String>) -> Result<T> {
    Err(InstallError::Failed(text.into()))
}

/// Folders that installing works in.
#[derive(Clone, Debug)]
pub struct Places {
    /// `HELM_PLUGINS`: where clones and plugins of registries go.
    pub plugins: PathBuf,
    /// `plugins` below the data home: where all others go.
    pub data: PathBuf,
    /// `plugins` below the cache home.
    pub cache: PathBuf,
}

/// What fetches.
pub trait Remote {
    /// The body at an HTTP address.
    ///
    /// # Errors
    /// Helm's text.
    fn get(&self, address: &str) -> std::result::Result<Vec<u8>, String>;
    /// The archive and perhaps the signature of a plugin from a registry (`oci://…`).
    ///
    /// # Errors
    /// Helm's text.
    fn pull(&self, reference: &str, name: &str) -> std::result::Result<(Vec<u8>, Option<Vec<u8>>), String>;
}

/// Checks a signature: archive, signature, the archive's file name.
pub type Verify<'a> = &'a dyn Fn(&[u8], &[u8], &str) -> std::result::Result<Verified, String>;

/// Who signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// Identities of the key.
    pub signed_by: Vec<String>,
    /// The key, in capital hexadecimal digits.
    pub fingerprint: String,
    /// `sha256:HEX` of the archive.
    pub hash: String,
}

enum Source {
    Local(PathBuf),
    File(PathBuf),
    Http(String),
    Oci(String),
    Git(Repository),
}

/// A plugin on its way.
pub struct Installer<'a> {
    source: Source,
    version: String,
    path: PathBuf,
    places: &'a Places,
    remote: &'a dyn Remote,
    log: &'a dyn LogSink,
    /// The archive that was kept.
    kept: RefCell<Option<PathBuf>>,
}

/// An archive, its provenance file if there is one, and the archive's name.
type Archive = (Vec<u8>, Option<Vec<u8>>, String);

impl<'a> Installer<'a> {
    /// Finds out what a source is: a registry's reference, something on this machine, an archive's address, or a git
    /// repository, of which `version` may choose a branch, tag, commit or range of tags.
    ///
    /// # Errors
    /// A source that is none of these.
    pub fn new(
        source: &str,
        version: &str,
        places: &'a Places,
        remote: &'a dyn Remote,
        log: &'a dyn LogSink,
    ) -> Result<Self> {
        let unknown = |why: String| InstallError::Unknown { from: source.to_owned(), why };
        let is_archive = |s: &str| ENDINGS.iter().any(|e| s.ends_with(e));
        let (kind, path) = if let Some(rest) = source.strip_prefix("oci://") {
            (Source::Oci(source.to_owned()), places.plugins.join(name_in_registry(rest)?))
        } else if Path::new(source).exists() {
            let abs = std::path::absolute(source).map_err(|e| unknown(e.to_string()))?;
            let abs = pintle_go::path::clean(abs.to_string_lossy().as_bytes());
            let abs = String::from_utf8_lossy(&abs).into_owned();
            let name = base(&abs);
            if is_archive(&abs) {
                let name = strip_version(name).to_owned();
                (Source::File(abs.into()), places.data.join(name))
            } else {
                let name = name.to_owned();
                (Source::Local(abs.into()), places.data.join(name))
            }
        } else if (source.starts_with("http://") || source.starts_with("https://")) && is_archive(source) {
            (Source::Http(source.to_owned()), places.data.join(strip_version(base(source))))
        } else {
            clone_of(source, places).map_err(unknown)?
        };
        // `..-1.0.0.tgz` is called `..`
        if matches!(path.file_name().and_then(|n| n.to_str()), None | Some("" | "." | "..")) || path == places.data {
            return Err(unknown(format!("no plugin can be called as in {source}")));
        }
        Ok(Installer { source: kind, version: version.to_owned(), path, places, remote, log, kept: RefCell::default() })
    }

    /// Where the plugin is or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is linked for development and never verified.
    pub fn is_local_folder(&self) -> bool {
        matches!(self.source, Source::Local(_))
    }

    /// Whether there can be a signature.
    pub fn can_verify(&self) -> bool {
        matches!(self.source, Source::File(_) | Source::Http(_) | Source::Oci(_))
    }

    /// Installs; with `verify`, only what is signed well.
    ///
    /// # Errors
    /// A plugin that is there, no signature, a source without a plugin, and everything that reading and writing may
    /// say.
    pub fn install(&self, verify: Option<Verify<'_>>) -> Result<Option<Verified>> {
        if let Some(parent) = self.path.parent() {
            make_dir(parent)?;
        }
        if self.path.exists() {
            self.warn("plugin already exists", &self.path, "<nil>");
            return Err(InstallError::Exists);
        }
        match &self.source {
            Source::Local(from) => self.link(from).map(|()| None),
            Source::Git(repository) => self.copy_clone(repository).map(|()| None),
            Source::File(_) | Source::Http(_) | Source::Oci(_) => self.unpack(verify),
        }
    }

    fn warn(&self, msg: &str, path: &Path, error: &str) {
        let attrs = [("path", path.display().to_string()), ("error", error.to_owned())];
        self.log.log(&Record { level: Level::Warn, msg, attrs: &attrs });
    }

    fn debug(&self, msg: &str, attrs: &[(&str, String)]) {
        self.log.log(&Record { level: Level::Debug, msg, attrs });
    }

    fn link(&self, from: &Path) -> Result<()> {
        if !from.is_dir() {
            return Err(InstallError::NotADirectory);
        }
        if !from.join(FILE).exists() {
            return Err(InstallError::NoMetadata);
        }
        let (source, path) = (from.display().to_string(), self.path.display().to_string());
        self.debug("symlinking", &[("source", source.clone()), ("path", path.clone())]);
        link(from, &self.path).or_else(|e| failed(pintle_chart::os_error(&format!("symlink {source}"), &self.path, &e)))
    }

    fn copy_clone(&self, repository: &Repository) -> Result<()> {
        repository.sync().or_else(failed)?;
        if !self.version.is_empty() {
            repository.select(&self.version).or_else(failed)?;
        }
        if !repository.path.join(FILE).exists() {
            return Err(InstallError::NoMetadata);
        }
        let (from, to) = (repository.path.display().to_string(), self.path.display().to_string());
        self.debug("copying files", &[("source", from), ("destination", to)]);
        let staging = self.staging()?;
        let whole = staging.path().join("x");
        copy(&repository.path, &whole)?;
        self.put(&whole)
    }

    /// Archive, signature, and the archive's name.
    fn data(&self) -> std::result::Result<Archive, String> {
        match &self.source {
            Source::File(path) => {
                let data = std::fs::read(path)
                    .map_err(|e| format!("failed to read plugin file: {}", pintle_chart::os_error("open", path, &e)))?;
                Ok((data, std::fs::read(beside(path)).ok(), base(&path.to_string_lossy()).to_owned()))
            }
            Source::Http(address) => {
                let data = self.remote.get(address)?;
                Ok((data, self.remote.get(&format!("{address}.prov")).ok(), base(address).to_owned()))
            }
            Source::Oci(reference) => {
                let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                let pulled = self.remote.pull(reference, &name);
                let (data, prov) = pulled.map_err(|e| format!("failed to pull plugin from {reference}: {e}"))?;
                let name = archive::metadata_of(&data).map(|m| m.archive_name()).unwrap_or_default();
                Ok((data, prov, name))
            }
            Source::Local(_) | Source::Git(_) => Err("verification not supported for directories".to_owned()),
        }
    }

    fn unpack(&self, verify: Option<Verify<'_>>) -> Result<Option<Verified>> {
        let (data, prov, name) = match (self.data(), verify.is_some(), &self.source) {
            (Ok(d), ..) => d,
            (Err(e), true, Source::Http(_)) => {
                return Err(InstallError::NoData(format!("failed to download plugin: {e}")));
            }
            (Err(e), true, _) => return Err(InstallError::NoData(e)),
            (Err(e), false, _) => return failed(e),
        };
        let mut verified = None;
        if let Some(verify) = verify {
            let Some(prov) = prov.as_deref().filter(|p| !p.is_empty()) else {
                return Err(InstallError::Unverified("no provenance file (.prov) found".to_owned()));
            };
            verified = Some(verify(&data, prov, &name).map_err(InstallError::Unverified)?);
        }
        let metadata = archive::metadata_of(&data)
            .or_else(|e| failed(format!("failed to extract plugin metadata from tarball: {e}")))?;
        let staging = self.staging()?;
        let root = staging.path().join("x");
        make_dir(&root)?;
        archive::unpack(&data, &root).or_else(|e| failed(format!("extracting files from archive: {e}")))?;
        let plugin = self.root_of(&root)?;
        self.debug("copying", &[("source", plugin.display().to_string()), ("path", self.path.display().to_string())]);
        self.put(&plugin)?;
        if let Err(e) = self.keep(&metadata.archive_name(), &data, prov.as_deref()) {
            self.undo();
            return failed(format!("failed to save tarball: {e}"));
        }
        Ok(verified)
    }

    /// Keeps an archive and its signature for `plugin list`; a name and a version that were checked lead nowhere else.
    fn keep(&self, name: &str, data: &[u8], prov: Option<&[u8]>) -> std::result::Result<(), String> {
        let kept = self.places.data.join(name);
        self.kept.replace(Some(kept.clone()));
        make_dir(&self.places.data).map_err(|e| e.to_string())?;
        write(&kept, data)?;
        prov.map_or(Ok(()), |prov| write(&beside(&kept), prov))
    }

    /// Removes what [`Installer::install`] has made: for a plugin that then turns out to be of no use.
    pub fn undo(&self) {
        if let Some(kept) = self.kept.take() {
            let _ = std::fs::remove_file(beside(&kept));
            let _ = std::fs::remove_file(kept);
        }
        // what cannot be removed now stays visible in `plugin list`
        let _ =
            if self.path.is_symlink() { std::fs::remove_file(&self.path) } else { std::fs::remove_dir_all(&self.path) };
    }

    /// The folder with `plugin.yaml` in what was unpacked.
    fn root_of(&self, unpacked: &Path) -> Result<PathBuf> {
        if let Source::File(_) = self.source {
            let dir = unpacked.join(self.path.file_name().unwrap_or_default());
            return match std::fs::metadata(dir.join(FILE)) {
                Ok(_) => Ok(dir),
                Err(e) => failed(format!(
                    "plugin.yaml not found in expected directory {}: {}",
                    dir.display(),
                    pintle_chart::os_error("stat", &dir.join(FILE), &e)
                )),
            };
        }
        if unpacked.join(FILE).exists() {
            return Ok(unpacked.to_owned());
        }
        let entries = std::fs::read_dir(unpacked).map_err(|e| InstallError::Failed(e.to_string()))?;
        let mut dirs: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        dirs.sort();
        match (dirs.into_iter().find(|d| d.join(FILE).exists()), &self.source) {
            (Some(dir), _) => Ok(dir),
            (None, Source::Oci(_)) => Err(InstallError::NoMetadata),
            (None, _) => {
                failed(format!("plugin.yaml not found in {} or its immediate subdirectories", unpacked.display()))
            }
        }
    }

    /// A folder beside the plugin's own, gone at the end.
    fn staging(&self) -> Result<tempfile::TempDir> {
        let parent = self.path.parent().unwrap_or(Path::new("."));
        tempfile::Builder::new().prefix(".installing-").tempdir_in(parent).or_else(|e| {
            failed(format!("failed to create temp directory: {}", pintle_chart::os_error("mkdir", parent, &e)))
        })
    }

    fn put(&self, whole: &Path) -> Result<()> {
        std::fs::rename(whole, &self.path).or_else(|e| failed(pintle_chart::os_error("rename", &self.path, &e)))
    }
}

/// Updates an installed plugin; gives the folder of what it is now. Only clones can be updated.
///
/// # Errors
/// A plugin that is no clone, whose files were changed, or that git cannot update.
pub fn update(plugin: &Plugin, places: &Places, log: &dyn LogSink) -> Result<PathBuf> {
    let dir =
        std::fs::canonicalize(&plugin.dir).or_else(|e| failed(pintle_chart::os_error("lstat", &plugin.dir, &e)))?;
    let Some(repository) = Repository::at(&dir) else {
        let attrs = [("location", dir.display().to_string()), ("error", "Cannot detect VCS".to_owned())];
        log.log(&Record { level: Level::Warn, msg: "cannot get information about plugin source", attrs: &attrs });
        return Err(InstallError::NoSource);
    };
    let path = places.plugins.join(base(&repository.remote));
    if let Err(e) = std::fs::metadata(&path) {
        let error = pintle_chart::os_error("stat", &path, &e);
        let attrs = [("path", path.display().to_string()), ("error", error)];
        log.log(&Record { level: Level::Warn, msg: "plugin does not exist", attrs: &attrs });
        return Err(InstallError::Missing);
    }
    if repository.is_dirty() {
        return Err(InstallError::Modified);
    }
    repository.update().or_else(failed)?;
    if dir.join(FILE).exists() { Ok(path) } else { Err(InstallError::NoMetadata) }
}

fn clone_of(source: &str, places: &Places) -> std::result::Result<(Source, PathBuf), String> {
    if !git::is_remote(source) {
        return Err("Cannot detect VCS".to_owned());
    }
    let path = places.cache.join(cache_key(source));
    let name = match base(source) {
        "" | "." | ".." | "/" => return Err("Cannot detect VCS".to_owned()),
        name => name.to_owned(),
    };
    Ok((Source::Git(Repository { remote: source.to_owned(), path }), places.plugins.join(name)))
}

/// A folder's name for an address (`cache.Key`): scheme, user, host and path with dashes between.
fn cache_key(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}-"), rest.to_owned()),
        None => (String::new(), address.replacen(':', "/", 1)),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    let user = user.split(':').next().filter(|u| !u.is_empty()).map(|u| format!("{u}-")).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}{user}{host}{path}").replace(['/', ':'], "-")
}

/// The last word of a reference's repository.
fn name_in_registry(reference: &str) -> Result<String> {
    let repository = reference.split('@').next().unwrap_or(reference);
    let last = repository.rsplit('/').next().unwrap_or(repository);
    let name = last.split(':').next().unwrap_or(last);
    if !repository.contains('/') || matches!(name, "" | "." | "..") {
        return failed(format!("invalid reference: {reference}"));
    }
    Ok(name.to_owned())
}

/// The last element of a path or address.
fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// `name` of `name-1.2.3.tgz`.
fn strip_version(file: &str) -> &str {
    let name = ENDINGS.iter().find_map(|e| file.strip_suffix(e)).unwrap_or_default();
    let is_version = |rest: &str| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest.as_bytes().get(digits) == Some(&b'.')
    };
    let dash = name.rmatch_indices('-').map(|(i, _)| i).find(|i| is_version(&name[i + 1..]));
    dash.map_or(name, |i| &name[..i])
}

/// The provenance file of an archive.
fn beside(archive: &Path) -> PathBuf {
    let mut name = archive.as_os_str().to_owned();
    name.push(".prov");
    name.into()
}

fn make_dir(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).or_else(|e| failed(pintle_chart::os_error("mkdir", dir, &e)))
}

fn write(path: &Path, data: &[u8]) -> std::result::Result<(), String> {
    std::fs::write(path, data).map_err(|e| pintle_chart::os_error("open", path, &e))
}

/// Copies a folder with everything in it; links stay links.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let fail = |op: &str, path: &Path, e: &std::io::Error| InstallError::Failed(pintle_chart::os_error(op, path, e));
    make_dir(to)?;
    for entry in std::fs::read_dir(from).map_err(|e| fail("open", from, &e))? {
        let entry = entry.map_err(|e| fail("open", from, &e))?;
        let (path, new) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(|e| fail("lstat", &path, &e))?;
        if kind.is_dir() {
            copy(&path, &new)?;
        } else if kind.is_symlink() {
            let target = std::fs::read_link(&path).map_err(|e| fail("readlink", &path, &e))?;
            link(&target, &new).map_err(|e| fail("symlink", &new, &e))?;
        } else if kind.is_file() {
            std::fs::copy(&path, &new).map_err(|e| fail("copy", &path, &e))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_from_addresses() {
        for (file, name) in [
            ("diff-3.1.0.tgz", "diff"),
            ("a-b-1.0.0-rc.1.tar.gz", "a-b"),
            ("plain.tgz", "plain"),
            ("v-x.tgz", "v-x"),
            ("other.zip", ""),
        ] {
            assert_eq!(strip_version(file), name, "{file}");
        }
        for (address, key) in [
            ("https://example.com/a/b", "https-example.com-a-b"),
            ("git@github.com:user/repo", "git-github.com-user-repo"),
            ("ssh://git@host:22/x", "ssh-git-host-22-x"),
            ("file:///w/p", "file--w-p"),
        ] {
            assert_eq!(cache_key(address), key, "{address}");
        }
        assert_eq!(name_in_registry("host:5000/team/plug:1.2.3@sha256:aa").unwrap(), "plug");
        assert!(name_in_registry("host").is_err() && name_in_registry("host/..").is_err());
    }
}
