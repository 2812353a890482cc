//! Finding plugins: every folder with a `plugin.yaml` right below a plugins folder (Helm's `LoadAllDir`).

use std::path::{Path, PathBuf};

use pintle_chart::log::{Level, LogSink, Record};

use crate::archive::MOST_METADATA;
use crate::{FILE, LoadError, Plugin, metadata};

/// What to look for; empty fields fit all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    /// The plugin's name.
    pub name: &'a str,
    /// Its type.
    pub kind: &'a str,
}

/// Loads the plugin in a folder.
///
/// # Errors
/// A folder without `plugin.yaml`, and one that is refused.
pub fn load(dir: &Path) -> Result<Plugin, LoadError> {
    let path = dir.join(FILE);
    let text = description(&path).map_err(|source| LoadError::Read { path, source })?;
    match metadata::read(&text) {
        Ok(metadata) => Ok(Plugin { dir: dir.to_owned(), metadata }),
        Err(e) => Err(LoadError::Refused { dir: dir.to_owned(), why: e.to_string() }),
    }
}

/// The text of a description; devices, pipes and files without end are refused, where Helm would read for ever.
fn description(path: &Path) -> std::io::Result<Vec<u8>> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() && !meta.is_dir() || meta.len() > MOST_METADATA {
        return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput));
    }
    std::fs::read(path)
}

/// All plugins of one plugins folder, by the names of their folders; those that cannot be loaded are left out with
/// a warning.
///
/// # Errors
/// Two plugins with one name.
pub fn load_all(plugins: &Path, log: &dyn LogSink) -> Result<Vec<Plugin>, LoadError> {
    let plugins = pintle_go::path::clean(plugins.to_string_lossy().as_bytes());
    let mut dirs: Vec<PathBuf> = match std::fs::read_dir(String::from_utf8_lossy(&plugins).as_ref()) {
        Ok(entries) => entries.filter_map(|e| e.ok().map(|e| e.path())).collect(),
        Err(_) => return Ok(Vec::new()),
    };
    dirs.sort();
    let mut found: Vec<Plugin> = Vec::new();
    for dir in dirs {
        let file = dir.join(FILE);
        if std::fs::symlink_metadata(&file).is_err() {
            continue;
        }
        match load(&dir) {
            Ok(p) => found.push(p),
            Err(e) => log.log(&Record {
                level: Level::Warn,
                msg: "failed to load plugin (ignoring)",
                attrs: &[("plugin_yaml", file.display().to_string()), ("error", e.to_string())],
            }),
        }
    }
    for (i, p) in found.iter().enumerate() {
        if let Some(first) = found[..i].iter().find(|o| o.metadata.name == p.metadata.name) {
            return Err(LoadError::Duplicate {
                name: p.metadata.name.clone(),
                first: first.dir.clone(),
                second: p.dir.clone(),
            });
        }
    }
    Ok(found)
}

/// The plugins of several folders that fit.
///
/// # Errors
/// Two plugins with one name in one folder.
pub fn find(folders: &[PathBuf], query: Query<'_>, log: &dyn LogSink) -> Result<Vec<Plugin>, LoadError> {
    let mut found = Vec::new();
    for folder in folders {
        found.extend(load_all(folder, log)?.into_iter().filter(|p| {
            let m = &p.metadata;
            (query.name.is_empty() || m.name == query.name) && (query.kind.is_empty() || m.kind == query.kind)
        }));
    }
    Ok(found)
}

/// The first plugin that fits.
///
/// # Errors
/// As [`find`], and none that fits.
pub fn find_one(folders: &[PathBuf], query: Query<'_>, log: &dyn LogSink) -> Result<Plugin, LoadError> {
    let all = find(folders, query, log)?;
    all.into_iter()
        .next()
        .ok_or_else(|| LoadError::NotFound { name: query.name.to_owned(), kind: query.kind.to_owned() })
}
