//! The repositories that were added: `repositories.yaml`, and what is kept of each (`pkg/repo/v1`).

use std::path::{Path, PathBuf};

use pintle_chart::Timestamp;
use pintle_chart::decode::{self, Decoder, Fields};
use pintle_chart::log::LogSink;
use pintle_go::Value;
use serde_json::json;

use crate::{Address, Getter, IndexFile, Request, Result, brief, fail, files, resolve_reference};

/// One repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Entry {
    pub name: String,
    pub url: String,
    pub username: String,
    pub password: String,
    pub cert_file: String,
    pub key_file: String,
    pub ca_file: String,
    pub insecure_skip_tls_verify: bool,
    pub pass_credentials_all: bool,
}

impl Fields for Entry {
    const NAME: &'static str = "Entry";
    const TYPE: &'static str = "repo.Entry";
    const FIELDS: &'static [&'static str] = &[
        "name",
        "url",
        "username",
        "password",
        "certFile",
        "keyFile",
        "caFile",
        "insecure_skip_tls_verify",
        "pass_credentials_all",
    ];
    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        match field {
            "name" => d.string(v, &mut self.name),
            "url" => d.string(v, &mut self.url),
            "username" => d.string(v, &mut self.username),
            "password" => d.string(v, &mut self.password),
            "certFile" => d.string(v, &mut self.cert_file),
            "keyFile" => d.string(v, &mut self.key_file),
            "caFile" => d.string(v, &mut self.ca_file),
            "insecure_skip_tls_verify" => d.boolean(v, &mut self.insecure_skip_tls_verify),
            _ => d.boolean(v, &mut self.pass_credentials_all),
        }
    }
}

impl Entry {
    /// How things are fetched from this repository.
    pub fn request(&self) -> Request {
        Request {
            repository: self.url.clone(),
            username: self.username.clone(),
            password: self.password.clone(),
            pass_credentials_all: self.pass_credentials_all,
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            ca_file: self.ca_file.clone(),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify,
            ..Request::default()
        }
    }

    /// Whether its address is one that can be fetched from (`NewChartRepository`).
    ///
    /// # Errors
    /// Helm's texts.
    pub fn check(&self, getter: &Getter) -> Result<()> {
        let Ok(address) = Address::parse(&self.url) else {
            return fail(format!("invalid chart URL format: {}", self.url));
        };
        if !getter.knows(&address.scheme) {
            return fail(format!("could not find protocol handler for: {}", address.scheme));
        }
        Ok(())
    }

    /// Fetches the index and keeps it in `cache`, with the names of the charts beside it (`DownloadIndexFile`).
    ///
    /// # Errors
    /// What fetching says, and an index that cannot be read: the old one stays then.
    pub fn update(&self, getter: &Getter, cache: &Path, log: &dyn LogSink) -> Result<IndexFile> {
        let data = getter.get(&resolve_reference(&self.url, "index.yaml")?, &self.request())?;
        let (index, silent) = brief::listening(log, |log| IndexFile::parse(&data, &self.url, log));
        let index = index?;
        let mut names = String::new();
        for name in index.entries.keys() {
            names += name;
            names.push('\n');
        }
        files::write(&charts_file(cache, &self.name), names.as_bytes(), 0o644)?;
        let path = index_file(cache, &self.name);
        files::write(&path, &data, 0o644)?;
        if silent {
            brief::keep_new(&path, &index);
        }
        Ok(index)
    }
}

/// Where a repository's index is kept.
pub fn index_file(cache: &Path, name: &str) -> PathBuf {
    cache_file(cache, name, "index.yaml")
}

/// Where the names of a repository's charts are kept, one a line.
pub fn charts_file(cache: &Path, name: &str) -> PathBuf {
    cache_file(cache, name, "charts.txt")
}

/// Without empty parts, as Go joins paths: in a lock file the "name" of a registry has two slashes.
fn cache_file(cache: &Path, name: &str, rest: &str) -> PathBuf {
    let file = if name.is_empty() { rest.to_owned() } else { format!("{name}-{rest}") };
    cache.join(file).components().collect()
}

/// `repositories.yaml`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repositories {
    api_version: String,
    generated: Timestamp,
    /// In the order in which they were added.
    pub entries: Vec<Entry>,
}

impl Fields for Repositories {
    const NAME: &'static str = "File";
    const TYPE: &'static str = "repo.File";
    const FIELDS: &'static [&'static str] = &["apiVersion", "generated", "repositories"];
    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        match field {
            "apiVersion" => d.string(v, &mut self.api_version),
            "generated" => {
                if let Value::Str(s) = v {
                    self.generated = Timestamp::parse_rfc3339(&s.to_str_lossy()).unwrap_or_default();
                }
            }
            _ => {
                d.items(v, "[]*repo.Entry", &mut self.entries, |d, v| {
                    let mut entry = Entry::default();
                    (!v.is_nil()).then(|| d.structure(v, &mut entry))?;
                    Some(entry)
                });
            }
        }
    }
}

impl Repositories {
    /// Reads the file (`LoadFile`).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) where there is none; a text that is no such file.
    pub fn load(path: &Path) -> Result<Repositories> {
        let data = files::read(path).map_err(|e| {
            let text = format!("couldn't load repositories file ({}): {e}", path.display());
            if matches!(e, crate::Error::NotFound(_)) { crate::Error::NotFound(text) } else { crate::Error::Text(text) }
        })?;
        Self::parse(&data)
    }

    /// The file, or an empty one where there is none.
    ///
    /// # Errors
    /// As [`Repositories::load`], but for the missing file.
    pub fn load_or_empty(path: &Path) -> Result<Repositories> {
        match Self::load(path) {
            Err(crate::Error::NotFound(_)) => Ok(Repositories::default()),
            other => other,
        }
    }

    fn parse(data: &[u8]) -> Result<Repositories> {
        let mut file = Repositories::default();
        decode::decode(data, &mut file).or_else(|e| fail(e.to_string()))?;
        Ok(file)
    }

    /// The repository of a name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name == name)
    }

    /// Puts a repository in place of the one of its name, or at the end.
    pub fn set(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|e| e.name == entry.name) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes a repository out; says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|e| e.name != name);
        self.entries.len() != before
    }

    /// Writes the file; only its owner may read it, as it may hold passwords.
    ///
    /// # Errors
    /// A file that cannot be written; the old one stays then.
    pub fn write(&self, path: &Path) -> Result<()> {
        let entries: Vec<_> = self
            .entries
            .iter()
            .map(|e| {
                json!({
                    "name": e.name, "url": e.url, "username": e.username, "password": e.password,
                    "certFile": e.cert_file, "keyFile": e.key_file, "caFile": e.ca_file,
                    "insecure_skip_tls_verify": e.insecure_skip_tls_verify,
                    "pass_credentials_all": e.pass_credentials_all,
                })
            })
            .collect();
        let file = json!({
            "apiVersion": self.api_version, "generated": self.generated.to_rfc3339_nano(), "repositories": entries
        });
        let data = pintle_yaml::write(&pintle_chart::json::to_value(&file)).or_else(|e| fail(e.to_string()))?;
        files::write(path, &data, 0o600)
    }
}
