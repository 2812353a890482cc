//! An index of the archives in a folder (`repo.IndexDirectory`). Each archive is read whole, as Helm does, for what cannot
//! be loaded is left out; on all processors, since archives have nothing to do with each other.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_chart::log::{Held, LogSink};
use pintle_chart::{Timestamp, decode, load};

use crate::{ChartVersion, IndexFile, Result, fail, files};

/// Archives that one thread reads before another is worth its start.
const FEW: usize = 8;

impl IndexFile {
    /// Makes an index of the archives in a folder and in the folders right below it; `base` is where they will be served.
    ///
    /// # Errors
    /// Archives that cannot be read. What is no chart is left out.
    pub fn of_directory(dir: &Path, base: &str, log: &dyn LogSink) -> Result<IndexFile> {
        let mut archives = files::with_extension(dir, "tgz");
        for below in files::folders(dir) {
            archives.extend(files::with_extension(&below, "tgz"));
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = processors.min(archives.len().div_ceil(FEW)).max(1);
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(archives.len()));
        let work = || {
            let mut own = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = archives.get(i) else { break };
                let said = Held::default();
                let version = version(dir, path, base, &said);
                own.push((i, said, version));
            }
            if let Ok(mut done) = done.lock() {
                done.append(&mut own);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_default();
        done.sort_by_key(|(i, ..)| *i);
        let mut index = IndexFile::default();
        for (_, said, version) in done {
            said.replay(log);
            if let Some(json) = version? {
                let mut version = ChartVersion::default();
                let value = pintle_chart::json::to_value(&json);
                decode::from_value(&value, &mut version, false).or_else(|e| fail(e.to_string()))?;
                index.entries.entry(version.metadata.name.clone()).or_default().push(version);
            }
        }
        Ok(index)
    }
}

/// An archive's entry as JSON, since charts stay in the thread that loaded them; `None` where it is no chart.
fn version(dir: &Path, path: &Path, base: &str, log: &dyn LogSink) -> Result<Option<serde_json::Value>> {
    let data = files::read(path)?;
    let Ok(chart) = load::load_archive(&data, log) else { return Ok(None) };
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let name = relative.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let parent = relative.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let parent = crate::join(base, &parent)?;
    let url = if parent.is_empty() { name.clone() } else { crate::join(&parent, &name)? };
    let mut metadata = chart.metadata;
    if metadata.api_version.is_empty() {
        metadata.api_version = "v1".to_owned();
    }
    if let Err(e) = metadata.validate() {
        return fail(format!("failed adding to {name} to index: validate failed for {name}: {e}"));
    }
    let digest = files::digest(&data);
    let version =
        ChartVersion { metadata, urls: vec![url], created: Timestamp::now(), digest, ..ChartVersion::default() };
    Ok(Some(version.to_json()))
}
