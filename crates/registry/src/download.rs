//! From a chart's reference to its archive (`pkg/downloader/chart_downloader.go`): `REPOSITORY/CHART` through the index
//! that was fetched before, an address as it stands, and `--repo` through an index that is fetched now. Archives are kept
//! by the digest of what they hold, so that what was fetched once is not fetched again.

use std::path::{Path, PathBuf};

use pintle_chart::log::{Level, LogSink, Record};

use crate::oci::{Reference, Registry};
use crate::{Address, Entry, Error, Getter, IndexFile, Repositories, Request, Result, equal, fail, files, quote};

/// What `Accept` says where an archive is wanted.
pub const ARCHIVES: &str = "application/gzip,application/octet-stream";

/// What to do about a chart's provenance file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provenance {
    /// Nothing.
    #[default]
    Never,
    /// Fetch it, if it is there.
    IfThere,
    /// Fetch it: without one there is no chart.
    Always,
}

/// A chart that was fetched.
#[derive(Clone, Debug)]
pub struct Downloaded {
    /// The archive.
    pub path: PathBuf,
    /// Its provenance file, if one was wanted and found.
    pub provenance: Option<PathBuf>,
    /// The file's name in the repository: provenance files name it.
    pub name: String,
    /// What there is to say about a provenance file that is not there.
    pub warning: Option<String>,
}

impl Place {
    /// The name of the chart's archive: `NAME-VERSION.tgz` for a chart of a registry.
    fn file_name(&self) -> String {
        match &self.artifact {
            Some(r) if r.tag.is_empty() => format!("{}.tgz", self.address.file_name().replace(':', "-")),
            Some(r) => {
                let name = r.repository.rsplit('/').next().unwrap_or_default();
                format!("{name}-{}.tgz", r.tag.replace('_', "+"))
            }
            None => self.address.file_name(),
        }
    }
}

/// Fetches charts.
pub struct Downloader<'a> {
    /// The client.
    pub getter: &'a Getter,
    /// Credentials and certificates that were given by flags.
    pub request: Request,
    /// `repositories.yaml`
    pub repositories: &'a Path,
    /// Folder of index files.
    pub repository_cache: &'a Path,
    /// Folder of archives by digest.
    pub content_cache: &'a Path,
    /// What is done about provenance.
    pub provenance: Provenance,
    /// Where warnings go.
    pub log: &'a dyn LogSink,
}

/// Where a chart lies.
struct Place {
    /// SHA-256 in hexadecimal digits; empty where it is not known.
    digest: String,
    address: Address,
    request: Request,
    /// What it is in a registry; `None` outside one.
    artifact: Option<Reference>,
}

impl Downloader<'_> {
    /// Fetches a chart into the content cache and gives its path there (`DownloadToCache`).
    ///
    /// # Errors
    /// Helm's texts for references that lead nowhere and servers that do not give.
    pub fn to_cache(&self, reference: &str, version: &str) -> Result<Downloaded> {
        let place = self.resolve(reference, version)?;
        let mut digest = stripped(&place.digest).to_ascii_lowercase();
        check_digest(&digest).or_else(|e| {
            fail(if digest.len() == 64 { format!("unable to decode digest: {e}") } else { e.to_string() })
        })?;
        let kept = (!digest.is_empty()).then(|| self.cached(&digest, ".chart")).flatten();
        let path = if let Some(path) = kept {
            self.debug("found chart in cache", &[("id", place.digest.clone())]);
            path
        } else {
            let attrs = [("ref", reference.to_owned()), ("version", version.to_owned())];
            self.debug("attempting to download chart", &attrs);
            let data = self.fetch(&place, false)?;
            if digest.is_empty() {
                digest = files::digest(&data);
            }
            let path = self.cache_path(&digest, ".chart");
            files::write(&path, &data, 0o644)?;
            self.debug("put downloaded chart in cache", &[("id", digest.clone())]);
            path
        };
        let mut out = Downloaded { path, provenance: None, name: place.file_name(), warning: None };
        if self.provenance != Provenance::Never {
            let kept = self.cached(&digest, ".prov");
            if kept.is_some() {
                self.debug("found provenance in cache", &[("id", place.digest.clone())]);
                out.provenance = kept;
            } else if let Some(data) = self.fetch_provenance(&place, reference, &mut out)? {
                let path = self.cache_path(&digest, ".prov");
                files::write(&path, &data, 0o644)?;
                self.debug("put downloaded provenance file in cache", &[("id", digest)]);
                out.provenance = Some(path);
            }
        }
        Ok(out)
    }

    /// Fetches a chart into a folder, under its name in the repository (`DownloadTo`).
    ///
    /// # Errors
    /// As [`Downloader::to_cache`].
    pub fn to_folder(&self, reference: &str, version: &str, folder: &Path) -> Result<Downloaded> {
        let place = self.resolve(reference, version)?;
        let digest = stripped(&place.digest).to_ascii_lowercase();
        check_digest(&digest)?;
        let cached = |kind| (!digest.is_empty()).then(|| self.cached(&digest, kind)).flatten();
        let data = match cached(".chart").map(|p| files::read(&p)) {
            Some(Ok(data)) => {
                self.debug("found chart in cache", &[("id", place.digest.clone())]);
                data
            }
            _ => self.fetch(&place, false)?,
        };
        let name = place.file_name();
        let path = folder.join(&name);
        if !folder.is_dir() {
            // the name of a temporary file is told, as by Helm
            let temporary = format!("{}{}", path.display(), std::process::id());
            return Err(Error::NotFound(format!("open {temporary}: no such file or directory")));
        }
        files::write(&path, &data, 0o644)?;
        let mut out = Downloaded { path, provenance: None, name, warning: None };
        if self.provenance != Provenance::Never {
            let data = match cached(".prov").map(|p| files::read(&p)) {
                Some(Ok(data)) => Some(data),
                _ => self.fetch_provenance(&place, reference, &mut out)?,
            };
            if let Some(data) = data {
                let path = folder.join(format!("{}.prov", out.name));
                files::write(&path, &data, 0o644)?;
                out.provenance = Some(path);
            }
        }
        Ok(out)
    }

    fn fetch_provenance(&self, place: &Place, reference: &str, out: &mut Downloaded) -> Result<Option<Vec<u8>>> {
        let address = format!("{}.prov", place.address);
        match self.fetch(place, true) {
            Ok(data) => Ok(Some(data)),
            Err(_) if self.provenance == Provenance::Always => {
                fail(format!("failed to fetch provenance {}", quote(&address)))
            }
            Err(e) => {
                out.warning = Some(format!("WARNING: Verification not found for {reference}: {e}"));
                Ok(None)
            }
        }
    }

    fn debug(&self, msg: &str, attrs: &[(&str, String)]) {
        self.log.log(&Record { level: Level::Debug, msg, attrs });
    }

    fn cache_path(&self, digest: &str, kind: &str) -> PathBuf {
        self.content_cache.join(digest.get(..2).unwrap_or_default()).join(format!("{digest}{kind}"))
    }

    /// A file of the cache; an empty one counts as missing.
    fn cached(&self, digest: &str, kind: &str) -> Option<PathBuf> {
        let path = self.cache_path(digest, kind);
        std::fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() > 0).then_some(path)
    }

    /// The bytes of a chart or of its provenance file.
    fn fetch(&self, place: &Place, provenance: bool) -> Result<Vec<u8>> {
        match &place.artifact {
            Some(r) => {
                let pulled = Registry::new(self.getter, &place.request).pull(r, provenance, self.log)?;
                Ok(if provenance { pulled.provenance } else { pulled.chart })
            }
            None => {
                let suffix = if provenance { ".prov" } else { "" };
                self.getter.get(&format!("{}{suffix}", place.address), &place.request)
            }
        }
    }

    /// A chart of a registry: which of its versions is meant.
    fn in_registry(&self, address: Address, reference: &str, version: &str, request: Request) -> Result<Place> {
        let r = Registry::new(self.getter, &request).resolve(reference, version)?;
        let mut address = address;
        let digest = r.digest.clone();
        address.path = match (r.tag.as_str(), digest.as_str()) {
            ("", digest) => format!("/{}@{digest}", r.repository),
            (tag, _) => format!("/{}:{}", r.repository, tag.replace('_', "+")),
        };
        // what lies in the cache under a manifest's digest is never a chart
        Ok(Place { digest: String::new(), address, request, artifact: Some(r) })
    }

    /// `ResolveChartVersion`
    fn resolve(&self, reference: &str, version: &str) -> Result<Place> {
        let Ok(address) = Address::parse(reference) else {
            return fail(format!("invalid chart URL format: {reference}"));
        };
        let mut request = Request { accept: ARCHIVES, ..self.request.clone() };
        if address.scheme == "oci" {
            return self.in_registry(address, reference, version, request);
        }
        let repositories = Repositories::load_or_empty(self.repositories)?;
        if address.is_absolute() && !address.authority().is_empty() && !address.path.is_empty() {
            match self.owner(reference, &repositories)? {
                Some(entry) => adopt(&mut request, entry),
                None => reference.clone_into(&mut request.repository),
            }
            return Ok(Place { digest: String::new(), address, request, artifact: None });
        }
        let Some((name, chart)) = address.path.split_once('/') else {
            return fail(format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {address}"));
        };
        let Some(entry) = repositories.get(name) else { return fail(format!("repo {name} not found")) };
        if entry.url.is_empty() {
            return fail(format!("no URL found for repository {name}"));
        }
        entry.check(self.getter)?;
        adopt(&mut request, entry);
        let index = self.index(entry)?;
        let found = index.get(chart, version, self.log).or_else(|e| {
            fail(format!(
                "chart {} matching {version} not found in {name} index. (try 'helm repo update'): {e}",
                quote(chart)
            ))
        })?;
        let Some(url) = found.urls.first() else {
            return fail(format!("chart {} has no downloadable URLs", quote(reference)));
        };
        let Ok(url) = crate::resolve_reference(&entry.url, url) else {
            return fail(format!("invalid chart URL format: {reference}"));
        };
        let (address, digest) = (Address::parse(&url)?, found.digest.clone());
        if address.scheme == "oci" {
            // an index may lead into a registry
            return Ok(Place { digest, ..self.in_registry(address, &url, "", request)? });
        }
        Ok(Place { digest, address, request, artifact: None })
    }

    fn index(&self, entry: &Entry) -> Result<IndexFile> {
        IndexFile::load_brief(&crate::index_file(self.repository_cache, &entry.name), self.log)
            .or_else(|e| fail(format!("no cached repo found. (try 'helm repo update'): {e}")))
    }

    /// The repository whose index has an address, as its credentials may be needed (`scanReposForURL`).
    fn owner<'r>(&self, address: &str, repositories: &'r Repositories) -> Result<Option<&'r Entry>> {
        for entry in &repositories.entries {
            entry.check(self.getter)?;
            let index = self.index(entry)?;
            if index.entries.values().flatten().flat_map(|v| &v.urls).any(|url| equal(address, url)) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

/// A repository's own certificates and credentials, where it has some.
fn adopt(request: &mut Request, entry: &Entry) {
    entry.url.clone_into(&mut request.repository);
    if !entry.cert_file.is_empty() || !entry.key_file.is_empty() || !entry.ca_file.is_empty() {
        entry.cert_file.clone_into(&mut request.cert_file);
        entry.key_file.clone_into(&mut request.key_file);
        entry.ca_file.clone_into(&mut request.ca_file);
    }
    if !entry.username.is_empty() && !entry.password.is_empty() {
        entry.username.clone_into(&mut request.username);
        entry.password.clone_into(&mut request.password);
        request.pass_credentials_all = entry.pass_credentials_all;
    }
}

fn stripped(digest: &str) -> &str {
    digest.split_once(':').map_or(digest, |(_, d)| d)
}

/// Go's `hex.DecodeString`, and the length of SHA-256.
fn check_digest(digest: &str) -> Result<()> {
    if let Some(c) = digest.chars().find(|c| !c.is_ascii_hexdigit()) {
        return fail(format!("encoding/hex: invalid byte: U+{:04X} '{c}'", c as u32));
    }
    match digest.len() {
        0 | 64 => Ok(()),
        n if n % 2 == 1 => fail("encoding/hex: odd length hex string"),
        n => fail(format!("invalid digest length: {}", n / 2)),
    }
}

/// The address of a chart in a repository that was not added (`FindChartInRepoURL`).
///
/// # Errors
/// Helm's texts.
pub fn find_in_repository(
    getter: &Getter,
    entry: &Entry,
    chart: &str,
    version: &str,
    log: &dyn LogSink,
) -> Result<String> {
    let index = fetch_index(getter, entry, log)?;
    address_in(&index, entry, chart, version, log)
}

/// The index of a repository that was not added.
///
/// # Errors
/// Helm's text for what is no repository.
pub fn fetch_index(getter: &Getter, entry: &Entry, log: &dyn LogSink) -> Result<IndexFile> {
    entry.check(getter)?;
    let reached = crate::resolve_reference(&entry.url, "index.yaml")
        .and_then(|url| getter.get(&url, &entry.request()))
        .and_then(|data| IndexFile::parse(&data, &entry.url, log));
    reached.or_else(|e| {
        fail(format!("looks like {} is not a valid chart repository or cannot be reached: {e}", quote(&entry.url)))
    })
}

/// The address of a chart in an index that [`fetch_index`] gave.
///
/// # Errors
/// Helm's texts for a chart that is not there.
pub fn address_in(index: &IndexFile, entry: &Entry, chart: &str, version: &str, log: &dyn LogSink) -> Result<String> {
    let mut what = format!("chart {}", quote(chart));
    if !version.is_empty() {
        what += &format!(" version {}", quote(version));
    }
    let found = match index.get(chart, version, log) {
        Ok(found) => found,
        Err(_) => return Err(Error::NotFound(format!("{what} not found in {} repository", entry.url))),
    };
    let Some(url) = found.urls.first() else { return fail(format!("{what} has no downloadable URLs")) };
    crate::resolve_reference(&entry.url, url).or_else(|e| fail(format!("failed to make chart URL absolute: {e}")))
}
