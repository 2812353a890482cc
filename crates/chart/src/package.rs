//! Writing charts: as an archive (`helm package`), as a directory, and an archive's contents as they are
//! (`helm pull --untar`).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use pintle_go::strconv::quote;

use crate::metadata::{API_V2, Metadata};
use crate::{Chart, Timestamp, archive, gostd};

/// A chart that could not be written; `Display` is Helm's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PackageError(pub String);

fn err<T>(message: impl Into<String>) -> Result<T, PackageError> {
    Err(PackageError(message.into()))
}

fn os(op: &str, path: &Path, e: &io::Error) -> PackageError {
    PackageError(gostd::path_error(op, path, e))
}

/// How an archive is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The time that every file gets (`SOURCE_DATE_EPOCH`, seconds since 1970); without it, each keeps its own, and
    /// the archive differs from day to day.
    pub epoch: Option<i64>,
}

/// Writes `name-version.tgz` into a directory, which is made if need be; gives the file's path. The file appears as a
/// whole or not at all.
///
/// # Errors
/// Metadata that does not validate, a schema that is no JSON, and what the file system says.
pub fn save(chart: &Chart, out_dir: &Path, options: Options) -> Result<PathBuf, PackageError> {
    let mut checked = chart.metadata.clone();
    checked.validate().map_err(|e| PackageError(format!("chart validation: {e}")))?;
    let file_name = format!("{}-{}.tgz", chart.name(), chart.metadata.version);
    let path = PathBuf::from(gostd::join(&out_dir.to_string_lossy(), &file_name));
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs::metadata(dir) {
        Ok(info) if !info.is_dir() => return err(format!("is not a directory: {}", dir.display())),
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|e| os("mkdir", dir, &e))?;
        }
        Err(e) => return err(format!("stat {}: {}", dir.display(), gostd::path_error("stat", dir, &e))),
    }
    let bytes = archive_bytes(chart, options)?;
    write_whole(&path, &bytes)?;
    Ok(path)
}

/// Writes beside the target and renames, so that nobody sees half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), PackageError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temp = path.with_file_name(name);
    let written = fs::write(&temp, bytes).and_then(|()| fs::rename(&temp, path));
    written.map_err(|e| {
        // best effort: the first failure is the one to tell
        let _ = fs::remove_file(&temp);
        os("open", path, &e)
    })
}

/// What Helm writes into the gzip header's extra field: one subfield (RFC 1952: two letters, two bytes of length).
const GZIP_EXTRA: &[u8] = b"rr\x28\x00aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";

/// The archive of a chart, in memory.
///
/// # Errors
/// As [`save`], without the file system's.
pub fn archive_bytes(chart: &Chart, options: Options) -> Result<Vec<u8>, PackageError> {
    let gz = GzBuilder::new().extra(GZIP_EXTRA).comment("Helm").write(Vec::new(), Compression::default());
    let now = options.epoch.map_or_else(Timestamp::now, |s| Timestamp::from_unix(s, 0));
    let mut out = Archive { tar: tar::Builder::new(gz), now, fixed: options.epoch.is_some() };
    out.chart(chart, "")?;
    let finished = out.tar.into_inner().and_then(flate2::write::GzEncoder::finish);
    finished.map_err(|e| PackageError(e.to_string()))
}

struct Archive<W: Write> {
    tar: tar::Builder<W>,
    now: Timestamp,
    fixed: bool,
}

impl<W: Write> Archive<W> {
    fn chart(&mut self, c: &Chart, prefix: &str) -> Result<(), PackageError> {
        valid_name(c.name())?;
        let base = gostd::join(prefix, c.name());
        let yaml = |r: Result<Vec<u8>, pintle_yaml::Error>| r.map_err(|e| PackageError(e.0));
        self.file(&base, "Chart.yaml", &yaml(c.metadata.to_chartfile())?, c.mod_time)?;
        if let Some(lock) = c.lock.as_ref().filter(|_| c.metadata.api_version == API_V2) {
            self.file(&base, "Chart.lock", &yaml(lock.to_yaml())?, lock.generated)?;
        }
        for f in c.raw.iter().filter(|f| &*f.name == "values.yaml") {
            self.file(&base, &f.name, &f.data, f.mod_time)?;
        }
        if let Some(schema) = &c.schema {
            if serde_json::from_slice::<serde::de::IgnoredAny>(schema).is_err() {
                return err("invalid JSON in values.schema.json");
            }
            self.file(&base, "values.schema.json", schema, c.schema_mod_time)?;
        }
        for f in c.templates.iter().chain(&c.files) {
            self.file(&base, &f.name, &f.data, f.mod_time)?;
        }
        for dep in c.dependencies() {
            self.chart(dep, &gostd::join(&base, "charts"))?;
        }
        Ok(())
    }

    fn file(&mut self, base: &str, name: &str, data: &[u8], mod_time: Timestamp) -> Result<(), PackageError> {
        let time = if self.fixed || mod_time.is_zero() { self.now } else { mod_time };
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(data.len() as u64);
        header.set_mtime(u64::try_from(time.unix_secs()).unwrap_or(0));
        header.set_entry_type(tar::EntryType::Regular);
        self.tar.append_data(&mut header, gostd::join(base, name), data).map_err(|e| PackageError(e.to_string()))
    }
}

/// A chart's name is a directory's name: nothing that would lead elsewhere.
fn valid_name(name: &str) -> Result<(), PackageError> {
    if gostd::base(name) == name && name != "." && name != ".." {
        return Ok(());
    }
    err(format!("{} is not a valid chart name", quote(name.as_bytes())))
}

fn write_file(path: &Path, data: &[u8]) -> Result<(), PackageError> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(|e| os("mkdir", dir, &e))?;
    }
    fs::write(path, data).map_err(|e| os("open", path, &e))
}

/// Writes a chart's files into `dest/name`; charts beneath become archives in its `charts/`.
///
/// # Errors
/// As [`save`].
pub fn save_dir(chart: &Chart, dest: &Path) -> Result<PathBuf, PackageError> {
    valid_name(chart.name())?;
    let out = dest.join(chart.name());
    if fs::metadata(&out).is_ok_and(|i| !i.is_dir()) {
        return err(format!("file {} already exists and is not a directory", out.display()));
    }
    fs::create_dir_all(&out).map_err(|e| os("mkdir", &out, &e))?;
    save_chartfile(&out.join("Chart.yaml"), &chart.metadata)?;
    for f in chart.raw.iter().filter(|f| &*f.name == "values.yaml") {
        write_file(&out.join("values.yaml"), &f.data)?;
    }
    if let Some(schema) = &chart.schema {
        write_file(&out.join("values.schema.json"), schema)?;
    }
    for f in chart.templates.iter().chain(&chart.files) {
        write_file(&out.join(&*f.name), &f.data)?;
    }
    for dep in chart.dependencies() {
        save(dep, &out.join("charts"), Options::default())
            .map_err(|e| PackageError(format!("saving {}: {e}", dep.full_path())))?;
    }
    Ok(out)
}

/// Writes Chart.yaml.
///
/// # Errors
/// As [`save`].
pub fn save_chartfile(path: &Path, metadata: &Metadata) -> Result<(), PackageError> {
    let data = metadata.to_chartfile().map_err(|e| PackageError(e.0))?;
    fs::write(path, data).map_err(|e| os("open", path, &e))
}

/// Extracts a chart archive under `dir`, into a directory with the chart's name; gives that directory.
///
/// # Errors
/// What [`archive::read`] refuses, a name that leads elsewhere, a symbolic link on the way.
pub fn expand(dir: &Path, gz: &[u8]) -> Result<PathBuf, PackageError> {
    let files = archive::read(gz).map_err(|e| PackageError(e.to_string()))?;
    let mut name = String::new();
    for f in files.iter().filter(|f| &*f.name == "Chart.yaml") {
        name = Metadata::from_yaml(&f.data).map_err(|e| PackageError(format!("cannot load Chart.yaml: {e}")))?.name;
    }
    if name.is_empty() {
        return err("chart name not specified");
    }
    let quoted = quote(name.as_bytes());
    if name == "." || name == ".." {
        return err(format!("chart name {quoted} is not allowed"));
    }
    if gostd::base(&name) != name {
        return err(format!("chart name {quoted} must not contain path separators"));
    }
    let out = dir.join(&name);
    for f in &files {
        let path = out.join(&*f.name);
        // archive::read lets no name leave the chart; an existing link inside must not lead out either
        let mut part = dir.to_path_buf();
        for step in Path::new(&name).join(&*f.name).components() {
            part.push(step);
            if fs::symlink_metadata(&part).is_ok_and(|i| i.is_symlink()) {
                return err(format!("refusing to write through symbolic link {}", part.display()));
            }
        }
        write_file(&path, &f.data)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::File;

    fn chart() -> Chart {
        let mut c = Chart::default();
        c.metadata.api_version = "v2".into();
        c.metadata.version = "1.2.3".into();
        c.rename("app");
        c.templates.push(File::new("templates/a.yaml", b"a: 1\n".to_vec()));
        c
    }

    #[test]
    fn archives_with_a_fixed_time_are_equal() {
        let options = Options { epoch: Some(1_600_000_000) };
        let (a, b) = (archive_bytes(&chart(), options).unwrap(), archive_bytes(&chart(), options).unwrap());
        assert_eq!(a, b);
        let files = archive::read(&a).unwrap();
        let names: Vec<&str> = files.iter().map(|f| &*f.name).collect();
        assert_eq!(names, ["Chart.yaml", "templates/a.yaml"]);
        assert_eq!(files[1].mod_time.unix_secs(), 1_600_000_000);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let mut c = chart();
        c.rename("../x");
        assert_eq!(archive_bytes(&c, Options::default()).unwrap_err().0, "\"../x\" is not a valid chart name");
    }
}
