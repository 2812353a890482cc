//! From a directory or an archive to a [`Chart`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, Metadata as FileInfo};
use std::path::{Path, PathBuf};

use pintle_go::strconv::quote;
use pintle_go::{Map, Value};

use crate::archive::{self, ArchiveError, MAX_FILE_SIZE};
use crate::log::{Level, LogSink, Record};
use crate::metadata::{API_V1, Lock, Metadata};
use crate::{Chart, File, Timestamp, gostd, ignore};

/// Why a chart could not be loaded; `Display` is Helm's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(pub String);

fn err<T>(message: impl Into<String>) -> Result<T, LoadError> {
    Err(LoadError(message.into()))
}

fn os(op: &str, path: &Path, e: &std::io::Error) -> LoadError {
    LoadError(gostd::path_error(op, path, e))
}

/// Loads a chart from a directory or an archive file.
///
/// # Errors
/// As [`load_dir`] and [`load_file`].
pub fn load(path: &Path, log: &dyn LogSink) -> Result<Chart, LoadError> {
    let info = fs::metadata(path).map_err(|e| os("stat", path, &e))?;
    if info.is_dir() { load_dir(path, log) } else { load_file(path, log) }
}

/// As [`load`], by Helm's older loader: whatever the `apiVersion`, and archives refused with the exact reason. This is
/// what `show`, `lint`, `dependency`, `push` and the repository index read charts with.
///
/// # Errors
/// As [`load_files`], and what cannot be read.
pub fn load_any_version(path: &Path, log: &dyn LogSink) -> Result<Chart, LoadError> {
    let info = fs::metadata(path).map_err(|e| os("stat", path, &e))?;
    if info.is_dir() {
        let top = gostd::abs(path).map_err(|e| LoadError(gostd::errno_text(&e)))?;
        return load_files(walk(&top, log)?, log);
    }
    let data = fs::read(path).map_err(|e| os("open", path, &e))?;
    archive::ensure(path, &data).map_err(LoadError)?;
    let files = archive::read(&data).map_err(|e| match e {
        ArchiveError::NotGzip => not_a_chart(path, &e),
        e => LoadError(e.to_string()),
    })?;
    load_files(files, log)
}

fn not_a_chart(path: &Path, e: &ArchiveError) -> LoadError {
    LoadError(format!("file '{}' does not appear to be a valid chart file (details: {e})", path.display()))
}

/// Refuses charts of another generation: `apiVersion` must be absent, `v1` or `v2`.
fn check_api_version(chart_yaml: &[u8]) -> Result<(), LoadError> {
    struct Base(String);
    impl crate::decode::Fields for Base {
        const NAME: &'static str = "chartBase";
        const TYPE: &'static str = "loader.chartBase";
        const FIELDS: &'static [&'static str] = &["apiVersion"];
        fn set(&mut self, _: &'static str, v: &Value, d: &mut crate::decode::Decoder) {
            d.string(v, &mut self.0);
        }
    }
    let mut base = Base(String::new());
    crate::decode::decode(chart_yaml, &mut base).map_err(|e| LoadError(format!("cannot load Chart.yaml: {e}")))?;
    match base.0.as_str() {
        "" | "v1" | "v2" => Ok(()),
        // Helm 4 knows the next generation but lets no command use it yet
        "v3" => err("invalid chart apiVersion"),
        _ => err("unsupported chart version"),
    }
}

/// Loads a chart from a directory, leaving out what `.helmignore` names and following symbolic links.
///
/// # Errors
/// No Chart.yaml, unreadable or irregular files, files over [`MAX_FILE_SIZE`], and all of [`load_files`].
pub fn load_dir(dir: &Path, log: &dyn LogSink) -> Result<Chart, LoadError> {
    let top = gostd::abs(dir).map_err(|e| LoadError(gostd::errno_text(&e)))?;
    let chart_yaml = top.join("Chart.yaml");
    let data = fs::read(&chart_yaml).map_err(|e| {
        LoadError(format!(
            "unable to detect chart at {}: {}",
            chart_yaml.display(),
            gostd::path_error("open", &chart_yaml, &e)
        ))
    })?;
    check_api_version(&data)?;
    load_files(walk(&top, log)?, log)
}

/// The files of a chart directory, in Helm's order.
fn walk(top: &Path, log: &dyn LogSink) -> Result<Vec<File>, LoadError> {
    let rules = ignore::of_dir(top).map_err(LoadError)?;
    let mut walk = Walk { rules, files: Vec::new(), log };
    let info = fs::metadata(top).map_err(|e| os("lstat", top, &e))?;
    walk.visit(top, "", &info)?;
    Ok(walk.files)
}

/// Where a broken symbolic link ends: the path that is not there.
fn broken_end(link: &Path) -> PathBuf {
    let mut at = link.to_path_buf();
    for _ in 0..255 {
        let Ok(target) = fs::read_link(&at) else { break };
        let next = at.parent().unwrap_or(Path::new("/")).join(target);
        at = PathBuf::from(gostd::clean(&next.to_string_lossy()));
    }
    at
}

/// A walk through a chart directory in Helm's order: names sorted within a directory, links followed in place.
struct Walk<'a> {
    rules: ignore::Rules,
    files: Vec<File>,
    log: &'a dyn LogSink,
}

impl Walk<'_> {
    /// Visits `path`, named `name` from the chart's root; the root's own name is empty.
    fn visit(&mut self, path: &Path, name: &str, info: &FileInfo) -> Result<(), LoadError> {
        if info.is_symlink() {
            let resolved = fs::canonicalize(path).map_err(|e| {
                let why = gostd::path_error("lstat", &broken_end(path), &e);
                LoadError(format!("error evaluating symlink {}: {why}", path.display()))
            })?;
            let attrs = [("path", path.display().to_string()), ("resolved", resolved.display().to_string())];
            let msg = "found symbolic link in path. Contents of linked file included and used";
            self.log.log(&Record { level: Level::Info, msg, attrs: &attrs });
            let info = fs::symlink_metadata(&resolved).map_err(|e| os("lstat", &resolved, &e))?;
            return self.visit(path, name, &info);
        }
        if !name.is_empty() && self.rules.ignore(name, info.is_dir(), self.log) {
            return Ok(());
        }
        if info.is_dir() {
            return self.visit_dir(path, name);
        }
        if !info.is_file() {
            return err(format!("cannot load irregular file {} as it has file mode type bits set", path.display()));
        }
        if info.len() > MAX_FILE_SIZE {
            let base = path.file_name().unwrap_or_default().to_string_lossy();
            return err(format!(
                "chart file {} is larger than the maximum file size {MAX_FILE_SIZE}",
                quote(base.as_bytes())
            ));
        }
        let data = fs::read(path)
            .map_err(|e| LoadError(format!("error reading {name}: {}", gostd::path_error("open", path, &e))))?;
        let mod_time = info.modified().map_or(Timestamp::ZERO, Timestamp::from_system);
        self.files.push(File { name: name.into(), data: archive::without_bom(data).into(), mod_time });
        Ok(())
    }

    fn visit_dir(&mut self, path: &Path, name: &str) -> Result<(), LoadError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(path).map_err(|e| os("open", path, &e))? {
            names.push(entry.map_err(|e| os("readdirent", path, &e))?.file_name());
        }
        names.sort();
        for child in names {
            let child_path: PathBuf = path.join(&child);
            let child = child.to_string_lossy();
            let child_name = if name.is_empty() { child.into_owned() } else { format!("{name}/{child}") };
            let info = fs::symlink_metadata(&child_path).map_err(|e| os("lstat", &child_path, &e))?;
            self.visit(&child_path, &child_name, &info)?;
        }
        Ok(())
    }
}

/// Loads a chart from an archive file.
///
/// # Errors
/// No gzipped archive, what [`archive::read`] refuses (told in general words, as Helm does at this place), and all of
/// [`load_files`].
pub fn load_file(path: &Path, log: &dyn LogSink) -> Result<Chart, LoadError> {
    let info = fs::metadata(path).map_err(|e| os("stat", path, &e))?;
    if info.is_dir() {
        return err("cannot load a directory");
    }
    let data = fs::read(path).map_err(|e| os("open", path, &e))?;
    archive::ensure(path, &data).map_err(LoadError)?;
    let files = archive::read(&data).map_err(|e| match e {
        ArchiveError::NotGzip => not_a_chart(path, &e),
        _ => LoadError("unable to load chart archive".to_owned()),
    })?;
    detect_and_load(files, log)
}

/// Loads a chart from an archive in memory.
///
/// # Errors
/// As [`load_file`], with the exact reason why an archive was refused.
pub fn load_archive(gz: &[u8], log: &dyn LogSink) -> Result<Chart, LoadError> {
    let files = archive::read(gz).map_err(|e| match e {
        ArchiveError::NotGzip => LoadError(format!("stream does not appear to be a valid chart file (details: {e})")),
        e => LoadError(format!("unable to load chart archive: {e}")),
    })?;
    detect_and_load(files, log)
}

fn detect_and_load(files: Vec<File>, log: &dyn LogSink) -> Result<Chart, LoadError> {
    match files.iter().find(|f| &*f.name == "Chart.yaml") {
        Some(f) => check_api_version(&f.data)?,
        None => return err("unable to detect chart version, no Chart.yaml found"),
    }
    load_files(files, log)
}

/// Builds a chart from its files, in the order given.
///
/// # Errors
/// No Chart.yaml, files that do not parse, metadata that does not validate, and the same for every chart in `charts/`.
pub fn load_files(files: Vec<File>, log: &dyn LogSink) -> Result<Chart, LoadError> {
    let mut c = Chart::default();
    c.raw.clone_from(&files);
    let mut subcharts: BTreeMap<String, Vec<File>> = BTreeMap::new();
    let mut found = false;
    for f in files.iter().filter(|f| &*f.name == "Chart.yaml") {
        found = true;
        c.metadata.merge_yaml(&f.data).map_err(|e| LoadError(format!("cannot load Chart.yaml: {e}")))?;
        if c.metadata.api_version.is_empty() {
            API_V1.clone_into(&mut c.metadata.api_version);
        }
        c.mod_time = f.mod_time;
    }
    for f in files {
        match &*f.name {
            "Chart.yaml" => {}
            "Chart.lock" => c.lock = read_lock(&f)?,
            "values.yaml" => {
                c.values = load_values(&f.data).map_err(|e| LoadError(format!("cannot load values.yaml: {e}")))?;
            }
            "values.schema.json" => {
                c.schema_mod_time = f.mod_time;
                c.schema = Some(f.data);
            }
            "requirements.yaml" => {
                found = true;
                if c.metadata.api_version != API_V1 {
                    log.info("Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.");
                }
                c.metadata.merge_yaml(&f.data).map_err(|e| LoadError(format!("cannot load requirements.yaml: {e}")))?;
                keep_if_v1(&mut c, f);
            }
            "requirements.lock" => {
                c.lock = read_lock(&f)?;
                found = true;
                if c.metadata.api_version != API_V1 {
                    log.info("Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to Chart.lock.");
                }
                keep_if_v1(&mut c, f);
            }
            name if name.starts_with("templates/") => c.templates.push(f),
            name => match name.strip_prefix("charts/") {
                Some(_) if gostd::ext(name) == ".prov" => c.files.push(f),
                Some(rest) => {
                    let top = rest.split('/').next().unwrap_or_default().to_owned();
                    let name = rest.into();
                    subcharts.entry(top).or_default().push(File { name, ..f });
                }
                None => c.files.push(f),
            },
        }
    }
    if !found {
        return err("Chart.yaml file is missing");
    }
    c.validate().map_err(|e| LoadError(e.to_string()))?;

    for (name, files) in subcharts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let sub = load_subchart(&c, &name, files, log)?;
        c.add_dependency(sub);
    }
    Ok(c)
}

fn keep_if_v1(c: &mut Chart, f: File) {
    if c.metadata.api_version == API_V1 {
        c.files.push(f);
    }
}

fn read_lock(f: &File) -> Result<Option<Lock>, LoadError> {
    Lock::from_yaml(&f.data).map_err(|e| LoadError(format!("cannot load {}: {e}", f.name)))
}

fn load_subchart(parent: &Chart, name: &str, files: Vec<File>, log: &dyn LogSink) -> Result<Chart, LoadError> {
    let loaded = if gostd::ext(name) == ".tgz" {
        match files.first() {
            Some(file) if &*file.name == name => {
                archive::read(&file.data).map_err(|e| LoadError(e.to_string())).and_then(|f| load_files(f, log))
            }
            file => {
                let got = file.map_or("", |f| &*f.name);
                return err(format!("error unpacking subchart tar in {}: expected {name}, got {got}", parent.name()));
            }
        }
    } else {
        // a loose file in charts/ is no chart, and comes out as one without Chart.yaml
        let inner = files.into_iter().filter_map(|f| {
            let name = f.name.split_once('/')?.1.into();
            Some(File { name, ..f })
        });
        load_files(inner.collect(), log)
    };
    loaded.map_err(|e| LoadError(format!("error unpacking subchart {name} in {}: {e}", parent.name())))
}

/// Reads a values file: every YAML document in it, later ones merged over earlier ones.
///
/// # Errors
/// A document that does not parse or is no mapping.
pub fn load_values(data: &[u8]) -> Result<Map, LoadError> {
    let mut values: Option<Map> = None;
    for document in documents(data)? {
        let map = pintle_yaml::read_map(&document)
            .map_err(|e| LoadError(format!("cannot unmarshal yaml document: {}", e.unmarshal_text())))?;
        let map = if map.is_nil() { Map::new() } else { map };
        values = Some(match values {
            None => map,
            Some(before) => crate::values::merge_maps(&before, &map),
        });
    }
    Ok(values.unwrap_or_default())
}

/// Splits a text at lines that begin with `---`, as Kubernetes' YAML reader does: carriage returns before a newline
/// go, and the last line gets a newline.
fn documents(data: &[u8]) -> Result<Vec<Cow<'_, [u8]>>, LoadError> {
    let mut text = Cow::Borrowed(data);
    if memchr::memmem::find(data, b"\r\n").is_some() {
        let mut out = Vec::with_capacity(data.len());
        for line in data.split_inclusive(|b| *b == b'\n') {
            match line.strip_suffix(b"\r\n") {
                Some(l) => {
                    out.extend_from_slice(l);
                    out.push(b'\n');
                }
                None => out.extend_from_slice(line),
            }
        }
        text = Cow::Owned(out);
    }
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.to_mut().push(b'\n');
    }
    let mut cuts = Vec::new(); // where a document ends and where the next begins
    let (mut begin, mut at) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = at + memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
        if let Some(rest) = text.get(at..end).and_then(|line| line.strip_prefix(b"---")) {
            let rest = rest.trim_ascii();
            if !rest.is_empty() && !rest.starts_with(b"#") {
                let rest = String::from_utf8_lossy(rest);
                return err(format!("error reading yaml document: invalid Yaml document separator: {rest}"));
            }
            // a separator before anything else belongs to the document that it opens
            if at > begin {
                cuts.push((begin, at));
                begin = end;
            }
        }
        at = end;
    }
    if at > begin {
        cuts.push((begin, at));
    }
    Ok(match text {
        Cow::Borrowed(t) => cuts.into_iter().map(|(a, b)| Cow::Borrowed(&t[a..b])).collect(),
        Cow::Owned(t) if cuts.as_slice() == [(0, t.len())] => vec![Cow::Owned(t)],
        Cow::Owned(t) => cuts.into_iter().map(|(a, b)| Cow::Owned(t[a..b].to_vec())).collect(),
    })
}

/// Whether a directory holds a chart: a Chart.yaml with a name.
///
/// # Errors
/// Why it does not.
pub fn is_chart_dir(dir: &Path) -> Result<(), LoadError> {
    let info = fs::metadata(dir).map_err(|e| os("stat", dir, &e))?;
    if !info.is_dir() {
        return err(format!("{} is not a directory", quote(dir.as_os_str().as_encoded_bytes())));
    }
    let name = quote(dir.as_os_str().as_encoded_bytes());
    let file = dir.join("Chart.yaml");
    if !file.exists() {
        return err(format!("no Chart.yaml exists in directory {name}"));
    }
    let Ok(data) = fs::read(&file) else {
        return err(format!("cannot read Chart.yaml in directory {name}"));
    };
    let v = pintle_yaml::read_typed(&data).map_err(|e| LoadError(e.unmarshal_text()))?;
    if v.is_nil() {
        return err("chart metadata (Chart.yaml) missing");
    }
    let metadata = Metadata::from_yaml(&data).map_err(|e| LoadError(e.to_string()))?;
    if metadata.name.is_empty() {
        return err("invalid chart (Chart.yaml): name must not be empty");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_split_at_separators() {
        let docs = |t: &str| -> Vec<String> {
            documents(t.as_bytes()).unwrap().iter().map(|d| String::from_utf8_lossy(d).into_owned()).collect()
        };
        assert_eq!(docs("---\na: 1\n--- # two\nb: 2"), ["---\na: 1\n", "b: 2\n"]);
        assert_eq!(docs("a: 1\r\nb: 2\r\n"), ["a: 1\nb: 2\n"]);
        assert_eq!(docs(""), [""; 0]);
        assert!(documents(b"a: 1\n---b: 2\n").is_err());
    }
}
