//! Fetching what a chart depends on into its `charts/` (`pkg/downloader/manager.go`): Chart.yaml's ranges become exact
//! versions in Chart.lock (update), or Chart.lock is followed (build). Everything is fetched, side by side, into a folder
//! beside `charts/` first; only when all is there does anything in `charts/` change.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pintle_chart::log::{Held, LogSink as _};
use pintle_chart::{Chart, Dependency, Lock, Timestamp, load, lock, os_error, package};
use pintle_go::semver::{Constraint, Version};
use pintle_registry::{
    ARCHIVES, Address, Entry, Getter, IndexFile, Repositories, Request, address_in, equal, fetch_index, index_file,
};

use super::repositories::{Places, getter, places};
use crate::Context;
use crate::error::{CliError, CliResult};

/// What the name of a repository begins with that was not added, but is in a chart.
const UNNAMED: &str = "helm-manager-";

/// How dependencies are fetched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// `--skip-refresh`: the indexes stay as they are.
    pub skip_refresh: bool,
    /// Nothing is told on the way.
    pub quiet: bool,
    /// `--verify` of an update: without a provenance file there is no chart.
    pub verify_always: bool,
    /// `--verify` of a build: a provenance file is looked at if there is one.
    pub verify_if_possible: bool,
}

/// Fetches the newest versions that Chart.yaml allows, and writes the lock file (`Manager.Update`).
///
/// # Errors
/// Helm's texts; `charts/` stays as it was then.
pub fn update(cx: &Context<'_>, path: &Path, options: Options) -> CliResult {
    Manager::new(cx, path, options).update()
}

/// Fetches the versions of the lock file (`Manager.Build`); without one, as [`update`].
///
/// # Errors
/// As [`update`]; a lock file that does not fit Chart.yaml.
pub fn build(cx: &Context<'_>, path: &Path, options: Options) -> CliResult {
    Manager::new(cx, path, options).build()
}

struct Manager<'a> {
    cx: &'a Context<'a>,
    path: &'a Path,
    options: Options,
    at: Places,
    getter: Getter,
    /// Indexes of repositories that were not added, by address.
    fetched: RefCell<BTreeMap<String, IndexFile>>,
}

/// What one dependency comes from.
enum Origin {
    /// A subchart that lies in `charts/` unpacked.
    InPlace,
    /// A folder of this machine.
    Folder(PathBuf),
    /// An address, and how it is fetched.
    Remote(String, Request),
    /// The same address as one before.
    Again,
}

impl<'a> Manager<'a> {
    fn new(cx: &'a Context<'a>, path: &'a Path, options: Options) -> Self {
        Manager { cx, path, options, at: places(cx), getter: getter(cx, None), fetched: RefCell::default() }
    }

    fn tell(&self, line: impl AsRef<str>) {
        if !self.options.quiet {
            self.cx.out.line(line.as_ref());
        }
    }

    fn debug(&self, line: impl AsRef<str>) {
        if self.cx.settings.debug {
            self.tell(line);
        }
    }

    fn chart(&self) -> Result<Chart, CliError> {
        match std::fs::metadata(self.path) {
            Err(e) => {
                Err(format!("could not find {}: {}", self.path.display(), os_error("stat", self.path, &e)).into())
            }
            Ok(m) if !m.is_dir() => Err("only unpacked charts can be updated".into()),
            Ok(_) => Ok(load::load_dir(self.path, self.cx.out)?),
        }
    }

    fn update(&self) -> CliResult {
        let chart = self.chart()?;
        let Some(mut wanted) = chart.metadata.dependencies.clone() else { return Ok(()) };
        let mut names = self.repository_names(&mut wanted)?;
        self.add_unnamed(&mut names, &wanted)?;
        self.refresh()?;
        let mut locked = self.resolve(&wanted, &names)?;
        self.fetch_all(&mut locked)?;
        let new = Lock {
            generated: Timestamp::now(),
            digest: lock::hash_req(Some(&wanted), Some(&locked)),
            dependencies: Some(locked),
        };
        if chart.lock.as_ref().is_some_and(|old| old.digest == new.digest) {
            return Ok(());
        }
        self.write_lock(&new, chart.metadata.api_version == "v1")
    }

    fn build(&self) -> CliResult {
        let chart = self.chart()?;
        let Some(lock) = &chart.lock else { return self.update() };
        let mut locked = lock.dependencies.clone().unwrap_or_default();
        let mut wanted = chart.metadata.dependencies.clone();
        let v1 = chart.metadata.api_version == "v1";
        let helm2 = lock::hash_v2_req(wanted.as_deref());
        self.repository_names(wanted.as_deref_mut().unwrap_or_default())?;
        if lock::hash_req(wanted.as_deref(), lock.dependencies.as_deref()) != lock.digest {
            if !v1 {
                return Err("the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies with 'helm dependency update'".into());
            }
            self.cx.out.info("warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...");
            if helm2 != lock.digest {
                return Err("the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies".into());
            }
        }
        self.all_known(&locked)?;
        if !self.options.skip_refresh {
            self.refresh_always()?;
        }
        self.fetch_all(&mut locked)
    }

    fn repositories(&self) -> Result<Repositories, CliError> {
        Repositories::load_or_empty(&self.at.repositories).map_err(|e| e.to_string().into())
    }

    /// Which repository each dependency comes from, by name; aliases are replaced by addresses (`resolveRepoNames`).
    fn repository_names(&self, wanted: &mut [Dependency]) -> Result<BTreeMap<String, String>, CliError> {
        let known = self.repositories()?;
        let mut names = BTreeMap::new();
        let mut missing = Vec::new();
        for d in wanted {
            if d.repository.is_empty() {
                continue;
            }
            if let Some(folder) = d.repository.strip_prefix("file://") {
                local(folder, self.path)?;
                self.debug(format!("Repository from local path: {}", d.repository));
                names.insert(d.name.clone(), d.repository.clone());
                continue;
            }
            if is_oci(&d.repository) {
                names.insert(d.name.clone(), d.repository.clone());
                continue;
            }
            let alias = d.repository.strip_prefix('@').or_else(|| d.repository.strip_prefix("alias:"));
            let found =
                known.entries.iter().find(|e| alias.is_some_and(|a| a == e.name) || equal(&e.url, &d.repository));
            if let Some(e) = found {
                if alias.is_some_and(|a| a == e.name) {
                    e.url.clone_into(&mut d.repository);
                }
                names.insert(d.name.clone(), e.name.clone());
            } else if !is_request_uri(&d.repository) {
                missing.push(d.repository.clone());
            }
        }
        if missing.is_empty() {
            return Ok(names);
        }
        let mut text =
            format!("no repository definition for {}. Please add them via 'helm repo add'", missing.join(", "));
        if missing.iter().any(|m| !m.contains("//") && !m.starts_with('@') && !m.starts_with("alias:")) {
            text += "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\n\
                repository, use \"https://charts.example.com/\" or \"@example\" instead of\n\
                \"example\". Don't forget to add the repo, too ('helm repo add').";
        }
        Err(text.into())
    }

    /// Gives repositories that were not added a name of their own, and fetches their indexes (`ensureMissingRepos`).
    fn add_unnamed(&self, names: &mut BTreeMap<String, String>, wanted: &[Dependency]) -> CliResult {
        let mut unnamed = Vec::new();
        for d in wanted {
            if d.repository.is_empty() || names.contains_key(&d.name) {
                continue;
            }
            let name = format!("{UNNAMED}{}", pintle_registry::digest(d.repository.as_bytes()));
            names.insert(d.name.clone(), name.clone());
            unnamed.push(Entry { name, url: d.repository.clone(), ..Entry::default() });
        }
        if self.options.skip_refresh || unnamed.is_empty() {
            return Ok(());
        }
        self.tell("Getting updates for unmanaged Helm repositories...");
        self.refresh_these(&unnamed)
    }

    fn refresh(&self) -> CliResult {
        if self.options.skip_refresh { Ok(()) } else { self.refresh_always() }
    }

    fn refresh_always(&self) -> CliResult {
        let known = self.repositories()?;
        if known.entries.is_empty() {
            return Ok(());
        }
        self.tell("Hang tight while we grab the latest from your chart repositories...");
        self.refresh_these(&known.entries)?;
        self.tell("Update Complete. ⎈Happy Helming!⎈");
        Ok(())
    }

    /// Fetches indexes side by side, each address once; one that cannot be fetched is told of, and no error.
    fn refresh_these(&self, entries: &[Entry]) -> CliResult {
        let mut by_url: BTreeMap<&str, &Entry> = BTreeMap::new();
        for e in entries {
            e.check(&self.getter).map_err(|e| e.to_string())?;
            by_url.insert(e.url.strip_suffix('/').unwrap_or(&e.url), e);
        }
        let entries: Vec<&Entry> = by_url.into_values().collect();
        self.cx.out.flush();
        super::repositories::update(&self.getter, &entries, &self.at.repository_cache, |e, result, lines| {
            lines.iter().for_each(|l| self.cx.out.note(l));
            let unnamed = e.name.starts_with(UNNAMED);
            let name = if unnamed { &e.url } else { &e.name };
            match result {
                Ok(()) => self.tell(format!("...Successfully got an update from the {name:?} chart repository")),
                Err(why) if unnamed => {
                    self.tell(format!("...Unable to get an update from the {name:?} chart repository:\n\t{why}"));
                }
                Err(why) => self.tell(format!(
                    "...Unable to get an update from the {name:?} chart repository ({}):\n\t{why}",
                    e.url
                )),
            }
        });
        Ok(())
    }

    /// An exact version for each dependency (`Resolver.Resolve`).
    fn resolve(&self, wanted: &[Dependency], names: &BTreeMap<String, String>) -> Result<Vec<Dependency>, CliError> {
        let mut locked = Vec::with_capacity(wanted.len());
        let mut missing = Vec::new();
        let mut indexes: BTreeMap<&str, IndexFile> = BTreeMap::new();
        for d in wanted {
            let constraint = Constraint::new(d.version.as_str())
                .map_err(|e| format!("dependency {:?} has an invalid version/constraint format: {e}", d.name))?;
            let exact = |version: &str| Dependency {
                name: d.name.clone(),
                repository: d.repository.clone(),
                version: version.to_owned(),
                ..Dependency::default()
            };
            if d.repository.is_empty() {
                local(&format!("charts/{}", d.name), self.path)?;
                locked.push(exact(&d.version));
                continue;
            }
            let version = if let Some(folder) = d.repository.strip_prefix("file://") {
                let chart = load::load_dir(&local(folder, self.path)?, self.cx.out)?;
                fits(&constraint, &chart.metadata.version).then_some(chart.metadata.version)
            } else if is_oci(&d.repository) {
                if Version::new(d.version.as_str()).is_ok() {
                    Some(d.version.clone())
                } else {
                    let tags = super::oci::tags(self.cx, &self.getter, &format!("{}/{}", d.repository, d.name))
                        .map_err(|e| format!("could not retrieve list of tags for repository {}: {e}", d.repository))?;
                    tags.into_iter().find(|t| fits(&constraint, t))
                }
            } else {
                let name = names.get(&d.name).map(String::as_str).unwrap_or_default();
                if !indexes.contains_key(name) {
                    let index = IndexFile::load_brief(&index_file(&self.at.repository_cache, name), self.cx.out)
                        .map_err(|e| format!("no cached repository for {name} found. (try 'helm repo update'): {e}"))?;
                    indexes.insert(name, index);
                }
                let versions = indexes.get(name).and_then(|i| i.entries.get(&d.name));
                let Some(versions) = versions else {
                    return Err(format!("{} chart not found in repo {}", d.name, d.repository).into());
                };
                let found = versions.iter().find(|v| !v.urls.is_empty() && fits(&constraint, v.version()));
                found.map(|v| v.version().to_owned())
            };
            match version {
                Some(version) => locked.push(exact(&version)),
                None => {
                    missing.push(format!("{:?} (repository {:?}, version {:?})", d.name, d.repository, d.version));
                }
            }
        }
        if missing.is_empty() {
            return Ok(locked);
        }
        Err(format!(
            "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml",
            missing.len(),
            missing.join(", ")
        )
        .into())
    }

    fn all_known(&self, locked: &[Dependency]) -> CliResult {
        let known = self.repositories()?;
        let missing: Vec<&str> = locked
            .iter()
            .map(|d| d.repository.as_str())
            .filter(|r| !r.is_empty() && !r.starts_with("file://") && !is_oci(r))
            .filter(|r| !known.entries.iter().any(|e| equal(&e.url, r.strip_suffix('/').unwrap_or(r))))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let hint = "Please add the missing repos via 'helm repo add'";
        Err(format!("no repository definition for {missing}. {hint}").into())
    }

    /// Fetches all into a folder beside `charts/`, and then moves them there (`downloadAll`).
    fn fetch_all(&self, locked: &mut [Dependency]) -> CliResult {
        let known = self.repositories()?;
        let mut indexes = Vec::new();
        for e in &known.entries {
            let index = IndexFile::load_brief(&index_file(&self.at.repository_cache, &e.name), self.cx.out);
            indexes.push((e, index.map_err(|e| e.to_string())?));
        }
        let charts = self.path.join("charts");
        match std::fs::metadata(&charts) {
            Ok(m) if !m.is_dir() => return Err(format!("{charts:?} is not a directory").into()),
            Ok(_) => {}
            Err(_) => std::fs::create_dir_all(&charts).map_err(|e| os_error("mkdir", &charts, &e))?,
        }
        let scratch = tempfile::Builder::new()
            .prefix(&format!("tmpcharts-{}", std::process::id()))
            .rand_bytes(0)
            .tempdir_in(self.path)
            .map_err(|e| os_error("mkdir", self.path, &e))?;
        // as it was named, not absolute: messages name its files
        let folder = super::chart::cleaned(&self.path.join(scratch.path().file_name().unwrap_or_default()));
        self.tell(format!("Saving {} charts", locked.len()));
        match self.fetch_into(locked, &indexes, &charts, &folder) {
            Ok(()) => self.replace(locked, &folder, &charts),
            Err(e) if e.silent => Err(e),
            Err(e) => {
                self.tell(format!("Save error occurred:  {}", e.text));
                Err(e)
            }
        }
    }

    fn fetch_into(
        &self,
        locked: &mut [Dependency],
        indexes: &[(&Entry, IndexFile)],
        charts: &Path,
        scratch: &Path,
    ) -> CliResult {
        // first what each comes from; where that fails, those before are told of and fetched still
        let mut origins = Vec::new();
        let mut seen = Vec::new();
        let mut failed = None;
        for d in locked.iter() {
            match self.origin(d, indexes, charts, &mut seen) {
                Ok(origin) => origins.push(origin),
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            }
        }
        let fetched = self.fetch_remote(&origins);
        for ((d, origin), data) in locked.iter_mut().zip(&origins).zip(fetched) {
            match origin {
                Origin::InPlace => {}
                Origin::Folder(folder) => {
                    self.debug(format!("Archiving {} from repo {}", d.name, d.repository));
                    d.version = archive(self.cx, folder, d, scratch)?;
                }
                Origin::Again => self.tell(format!("Already downloaded {} from repo {}", d.name, d.repository)),
                Origin::Remote(url, _) => {
                    self.tell(format!("Downloading {} from repo {}", d.name, d.repository));
                    // what registries say of a chart stands below this line
                    let (data, said) = data.unwrap_or_else(|| (Err("not fetched".to_owned()), Held::default()));
                    said.replay(self.cx.out);
                    // Helm tells of charts of a registry without their tag
                    let shown = if is_oci(url) { url.rsplit_once(':').map_or(&**url, |(u, _)| u) } else { url };
                    let (data, provenance) = data.map_err(|e| format!("could not download {shown}: {e}"))?;
                    load::load_archive(&data, &pintle_chart::log::Discard)
                        .map_err(|e| format!("could not download {shown}: this is no chart: {e}"))?;
                    let name = file_name(url);
                    let file = scratch.join(&name);
                    write(&file, &data)?;
                    self.check_provenance(d, url, &file, &name, provenance)?;
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn check_provenance(
        &self,
        d: &Dependency,
        url: &str,
        file: &Path,
        name: &str,
        provenance: Option<Result<Vec<u8>, String>>,
    ) -> CliResult {
        let prov = file.with_file_name(format!("{name}.prov"));
        match provenance {
            None => Ok(()),
            Some(Ok(data)) => {
                write(&prov, &data)?;
                super::chart::verify(self.cx, file, Some(&prov), name, false)
                    .map_err(|e| format!("could not download {url}: {}", e.text).into())
            }
            Some(Err(_)) if self.options.verify_always => {
                Err(format!("could not download {url}: failed to fetch provenance {:?}", format!("{url}.prov")).into())
            }
            Some(Err(e)) => {
                self.tell(format!("WARNING: Verification not found for {}: {e}", d.name));
                Ok(())
            }
        }
    }

    fn origin(
        &self,
        d: &Dependency,
        indexes: &[(&Entry, IndexFile)],
        charts: &Path,
        seen: &mut Vec<String>,
    ) -> Result<Origin, CliError> {
        if d.repository.is_empty() {
            self.tell(format!(
                "Dependency {} did not declare a repository. Assuming it exists in the charts directory",
                d.name
            ));
            return self.in_place(d, &charts.join(&d.name));
        }
        if let Some(folder) = d.repository.strip_prefix("file://") {
            return Ok(Origin::Folder(local(folder, self.path)?));
        }
        let (url, request) = self.address(d, indexes).map_err(|e| format!("could not find : {}", e.text))?;
        if seen.contains(&url) {
            return Ok(Origin::Again);
        }
        seen.push(url.clone());
        Ok(Origin::Remote(url, request))
    }

    /// A subchart without a repository: it must lie in `charts/`, and fit.
    fn in_place(&self, d: &Dependency, path: &Path) -> Result<Origin, CliError> {
        // Helm ends at once where it cannot look, and tells of a version that does not fit as of any other failure
        let stop = |text: String| CliError::new(text);
        let chart = load::load_dir(path, self.cx.out)
            .map_err(|e| stop(format!("unable to load chart '{}': {e}", path.display())))?;
        let constraint = Constraint::new(d.version.as_str())
            .map_err(|e| stop(format!("dependency {} has an invalid version/constraint format: {e}", d.name)))?;
        let version = chart.metadata.version;
        let have = Version::new(version.as_str())
            .map_err(|e| stop(format!("invalid version {} for dependency {}: {e}", d.version, d.name)))?;
        if constraint.check(&have) {
            return Ok(Origin::InPlace);
        }
        Err(format!("dependency {} at version {version} does not satisfy the constraint {}", d.name, d.version).into())
    }

    /// Where a locked version lies (`findChartURL`).
    fn address(&self, d: &Dependency, indexes: &[(&Entry, IndexFile)]) -> Result<(String, Request), CliError> {
        if is_oci(&d.repository) {
            return Ok((format!("{}/{}:{}", d.repository, d.name, d.version), Request::default()));
        }
        let Some((entry, index)) = indexes.iter().find(|(e, _)| equal(&d.repository, &e.url)) else {
            let entry = Entry { url: d.repository.clone(), ..Entry::default() };
            let url = self
                .address_unnamed(&entry, d)
                .map_err(|e| format!("chart {} not found in {}: {e}", d.name, d.repository))?;
            return Ok((url.clone(), Request { repository: url, accept: ARCHIVES, ..Request::default() }));
        };
        let versions = index.entries.get(&d.name).ok_or("entry not found")?;
        let same = |have: &str| match (Version::new(d.version.as_str()), Version::new(have)) {
            (Ok(a), Ok(b)) => a.compare(&b).is_eq(),
            (Err(_), _) => d.version == have,
            _ => false,
        };
        let found = versions.iter().find(|v| !v.urls.is_empty() && (d.version.is_empty() || same(v.version())));
        let url = found.and_then(|v| v.urls.first()).ok_or("no matching version")?;
        let url = pintle_registry::resolve_reference(&d.repository, url).map_err(|e| e.to_string())?;
        Ok((url, Request { accept: ARCHIVES, ..entry.request() }))
    }

    /// As [`Manager::address`], in a repository that was not added: its index is fetched once.
    fn address_unnamed(&self, entry: &Entry, d: &Dependency) -> pintle_registry::Result<String> {
        let mut fetched = self.fetched.borrow_mut();
        if !fetched.contains_key(&entry.url) {
            fetched.insert(entry.url.clone(), fetch_index(&self.getter, entry, self.cx.out)?);
        }
        let index = fetched.get(&entry.url).ok_or_else(|| format!("no index of {}", entry.url))?;
        address_in(index, entry, &d.name, &d.version, self.cx.out)
    }

    /// Fetches what has an address, side by side, each with its provenance file where one is wanted.
    fn fetch_remote(&self, origins: &[Origin]) -> Vec<Option<(Fetched, Held)>> {
        let with_provenance = self.options.verify_always || self.options.verify_if_possible;
        let mut out: Vec<Option<(Fetched, Held)>> = origins.iter().map(|_| None).collect();
        // a few are fetched one after the other, so that servers see them in the chart's order, as from Helm
        const FEW: usize = 3;
        const AT_ONCE: usize = 16;
        let remote = origins.iter().filter(|o| matches!(o, Origin::Remote(..))).count();
        let at_once = if remote > FEW { AT_ONCE } else { 1 };
        // charts of registries come with the credentials and certificates of the flags
        let (getter, of_flags) = (&self.getter, super::repositories::request(self.cx, ""));
        let next = std::sync::atomic::AtomicUsize::new(0);
        let results = std::sync::Mutex::new(&mut out);
        std::thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    loop {
                        let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(origin) = origins.get(i) else { break };
                        let Origin::Remote(url, request) = origin else { continue };
                        let said = Held::default();
                        let fetched = if is_oci(url) {
                            super::oci::fetch(getter, &of_flags, url, with_provenance, &said)
                        } else {
                            getter.get(url, request).map_err(|e| e.to_string()).map(|data| {
                                let prov = || getter.get(&format!("{url}.prov"), request).map_err(|e| e.to_string());
                                (data, with_provenance.then(prov))
                            })
                        };
                        if let Ok(mut results) = results.lock()
                            && let Some(slot) = results.get_mut(i)
                        {
                            *slot = Some((fetched, said));
                        }
                    }
                });
            }
        });
        out
    }

    /// Moves what was fetched into `charts/`, and removes archives there that are no dependency (`safeMoveDeps`).
    fn replace(&self, locked: &[Dependency], scratch: &Path, charts: &Path) -> CliResult {
        let files = |dir: &Path| -> Result<Vec<PathBuf>, CliError> {
            let list = std::fs::read_dir(dir).map_err(|e| os_error("open", dir, &e))?;
            let mut files: Vec<PathBuf> = list.flatten().map(|e| e.path()).filter(|p| !p.is_dir()).collect();
            files.sort();
            Ok(files)
        };
        let before = files(charts)?;
        let mut new = Vec::new();
        for from in files(scratch)? {
            let Some(name) = from.file_name().map(ToOwned::to_owned) else { continue };
            new.push(name.clone());
            if let Err(e) = load::load_file(&from, self.cx.out) {
                self.say(format!("Could not verify {} for moving: {e} (Skipping)", from.display()));
                continue;
            }
            if let Err(e) = std::fs::rename(&from, charts.join(&name)) {
                self.say(format!("Unable to move {} to charts dir {e} (Skipping)", from.display()));
            }
        }
        self.tell("Deleting outdated charts");
        for old in before.into_iter().filter(|p| p.file_name().is_none_or(|n| !new.iter().any(|m| m == n))) {
            match load::load_file(&old, self.cx.out) {
                Err(e) => self.tell(format!("Could not verify {} for deletion: {e} (Skipping)", old.display())),
                Ok(chart) if locked.iter().any(|d| d.repository.is_empty() && d.name == chart.name()) => {}
                Ok(_) => {
                    if let Err(e) = std::fs::remove_file(&old) {
                        self.say(format!("Could not delete {}: {e} (Skipping)", old.display()));
                    }
                }
            }
        }
        Ok(())
    }

    /// What Helm prints without a newline.
    fn say(&self, text: String) {
        if !self.options.quiet {
            self.cx.out.data(text);
        }
    }

    fn write_lock(&self, lock: &Lock, v1: bool) -> CliResult {
        let name = if v1 { "requirements.lock" } else { "Chart.lock" };
        let path = self.path.join(name);
        if let Ok(link) = std::fs::read_link(&path) {
            return Err(format!("the {name} file is a symlink to {:?}", link.display().to_string()).into());
        }
        write(&path, &lock.to_yaml().map_err(|e| e.to_string())?)
    }
}

/// An archive and, where it is wanted, its provenance file, or why there is none.
pub type Fetched = Result<(Vec<u8>, Option<Result<Vec<u8>, String>>), String>;

fn write(path: &Path, data: &[u8]) -> CliResult {
    pintle_registry::write_file(path, data).map_err(|e| e.to_string().into())
}

fn is_oci(repository: &str) -> bool {
    repository.starts_with("oci://")
}

fn fits(constraint: &Constraint, version: &str) -> bool {
    Version::new(version).is_ok_and(|v| constraint.check(&v))
}

/// The last part of an address.
fn file_name(url: &str) -> String {
    match url.strip_prefix("oci://").and_then(|u| u.rsplit('/').next()?.rsplit_once(':')) {
        Some((name, tag)) => format!("{name}-{tag}.tgz"),
        None => Address::parse(url).map(|a| a.file_name()).unwrap_or_default(),
    }
}

/// Go's `url.ParseRequestURI`: an address with a scheme, or a path from the root.
fn is_request_uri(text: &str) -> bool {
    text.starts_with('/') || Address::parse(text).is_ok_and(|a| a.is_absolute())
}

/// A folder of this machine, seen from the chart.
fn local(folder: &str, chart: &Path) -> Result<PathBuf, CliError> {
    let folder = folder.strip_prefix("file://").unwrap_or(folder);
    let path = if folder.starts_with('/') { PathBuf::from(folder) } else { chart.join(folder) };
    let path = super::chart::cleaned(&path);
    match std::fs::metadata(&path) {
        Ok(_) => Ok(path),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(format!("directory {} not found", path.display()).into())
        }
        Err(e) => Err(os_error("stat", &path, &e).into()),
    }
}

/// Packs a chart of this machine; gives its version (`tarFromLocalDir`).
fn archive(cx: &Context<'_>, folder: &Path, d: &Dependency, scratch: &Path) -> Result<String, CliError> {
    let chart = load::load_dir(folder, cx.out)?;
    let constraint = Constraint::new(d.version.as_str())
        .map_err(|e| format!("dependency {} has an invalid version/constraint format: {e}", d.name))?;
    if !fits(&constraint, &chart.metadata.version) {
        return Err(format!("can't get a valid version for dependency {}", d.name).into());
    }
    package::save(&chart, scratch, package::Options::default())?;
    Ok(chart.metadata.version)
}
