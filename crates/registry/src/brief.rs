//! What most commands ask of a large index, kept beside it. Reading tens of megabytes of YAML takes half a second, and
//! few fields are wanted of them: names, versions, texts to search in, and where the archives lie.
//!
//! The file belongs to one state of the index: its size, its time and its inode. A file that is old, broken or cannot be
//! written is no error: the index is read instead.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use pintle_chart::Metadata;
use pintle_chart::log::{Level, LogSink, Record};
use serde::{Deserialize, Serialize};

use crate::{ChartVersion, IndexFile, Result, files};

/// Indexes smaller than this, in bytes, are read fast enough.
const LARGE: u64 = 1 << 20;
/// Changes with the fields of [`Brief`].
const FORMAT: u32 = 1;

/// The state of an index file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    format: u32,
    size: u64,
    seconds: i64,
    nanoseconds: i64,
    inode: u64,
}

/// name, version, application's version, description, keywords, URLs, digest
type Row = (String, String, String, String, Vec<String>, Vec<String>, String);

#[derive(Serialize, Deserialize)]
struct Brief {
    state: State,
    charts: Vec<(String, Vec<Row>)>,
}

/// Where the brief of an index is kept.
pub fn brief_file(index: &Path) -> PathBuf {
    let mut name = index.as_os_str().to_owned();
    name.push(".brief");
    name.into()
}

fn state(index: &Path) -> Option<State> {
    use std::os::unix::fs::MetadataExt as _;
    let m = fs::metadata(index).ok()?;
    (m.len() >= LARGE).then(|| State {
        format: FORMAT,
        size: m.len(),
        seconds: m.mtime(),
        nanoseconds: m.mtime_nsec(),
        inode: m.ino(),
    })
}

impl IndexFile {
    /// An index file with what searching and fetching need: of each version its name, versions, description, keywords,
    /// URLs and digest. All else may be missing, so it must not be written.
    ///
    /// # Errors
    /// As [`IndexFile::load`].
    pub fn load_brief(path: &Path, log: &dyn LogSink) -> Result<IndexFile> {
        let Some(state) = state(path) else { return IndexFile::load(path, log) };
        if let Some(index) = read(path, state) {
            return Ok(index);
        }
        let (index, silent) = listening(log, |log| IndexFile::load(path, log));
        let index = index?;
        if silent {
            keep(path, state, &index);
        }
        Ok(index)
    }
}

/// Does something and says whether it told nothing: what there is to tell of an index is told whenever it is read, so
/// such an index has no brief.
pub(crate) fn listening<T>(log: &dyn LogSink, run: impl FnOnce(&dyn LogSink) -> T) -> (T, bool) {
    let silent = Cell::new(true);
    let result = run(&|r: &Record<'_>| {
        if r.level > Level::Debug {
            silent.set(false);
        }
        log.log(r);
    });
    (result, silent.get())
}

/// Keeps the brief of an index that was just written.
pub(crate) fn keep_new(path: &Path, index: &IndexFile) {
    if let Some(state) = state(path) {
        keep(path, state, index);
    }
}

fn read(path: &Path, state: State) -> Option<IndexFile> {
    let data = fs::read(brief_file(path)).ok()?;
    let brief: Brief = serde_json::from_slice(&data).ok()?;
    if brief.state != state {
        return None;
    }
    let mut index = IndexFile::default();
    for (chart, rows) in brief.charts {
        let versions = rows.into_iter().map(|(name, version, app_version, description, keywords, urls, digest)| {
            let metadata = Metadata { name, version, app_version, description, keywords, ..Metadata::default() };
            ChartVersion { metadata, urls, digest, ..ChartVersion::default() }
        });
        index.entries.insert(chart, versions.collect());
    }
    Some(index)
}

fn keep(path: &Path, state: State, index: &IndexFile) {
    let row = |v: &ChartVersion| {
        let m = v.metadata.clone();
        (m.name, m.version, m.app_version, m.description, m.keywords, v.urls.clone(), v.digest.clone())
    };
    let charts = index.entries.iter().map(|(n, v)| (n.clone(), v.iter().map(row).collect())).collect();
    if let Ok(data) = serde_json::to_vec(&Brief { state, charts }) {
        // the index is there without it
        let _ = files::write(&brief_file(path), &data, 0o644);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_chart::log::{Discard, Lines};

    fn index(version: &str, rest: &str) -> String {
        let mut text = String::from("apiVersion: v1\nentries:\n  app:\n");
        for i in 0..9000 {
            text += &format!(
                "  - {{name: app, version: {version}.{i}, appVersion: 'a{i}', description: an application that does \
                 things, urls: [app-{i}.tgz], digest: d{i}, keywords: [one, two]}}\n"
            );
        }
        text + rest
    }

    #[test]
    fn a_brief_says_what_the_index_says_until_that_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big-index.yaml");
        fs::write(&path, index("1.0", "")).unwrap();
        let show = |i: &IndexFile| {
            let row = |v: &ChartVersion| {
                let m = &v.metadata;
                let text = [&m.name, &m.version, &m.app_version, &m.description, &v.digest].map(String::clone);
                (text, m.keywords.clone(), v.urls.clone())
            };
            i.entries["app"].iter().map(row).collect::<Vec<_>>()
        };
        let first = IndexFile::load_brief(&path, &Discard).unwrap();
        assert!(brief_file(&path).is_file());
        assert!(read(&path, state(&path).unwrap()).is_some());
        assert_eq!(show(&IndexFile::load_brief(&path, &Discard).unwrap()), show(&first));
        assert_eq!(first.entries["app"][0].version(), "1.0.8999");

        fs::write(brief_file(&path), "{").unwrap();
        assert_eq!(show(&IndexFile::load_brief(&path, &Discard).unwrap()), show(&first));
        files::write(&path, index("2.0", "").as_bytes(), 0o644).unwrap();
        assert_eq!(IndexFile::load_brief(&path, &Discard).unwrap().entries["app"][0].version(), "2.0.8999");
    }

    #[test]
    fn what_there_is_to_tell_is_told_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big-index.yaml");
        fs::write(&path, index("1.0", "  bad: [null]\n")).unwrap();
        for _ in 0..2 {
            let log = Lines::default();
            IndexFile::load_brief(&path, &log).unwrap();
            assert_eq!(log.take().len(), 1);
        }
    }
}
