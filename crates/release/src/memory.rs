//! Records in memory only: `HELM_DRIVER=memory`, dry runs, tests.
//!
//! Helm fills this driver from the YAML files that `HELM_MEMORY_DRIVER_DATA` lists, joined by `:`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::driver::identity_labels;
use crate::{Driver, Release, StorageError, storage};

#[derive(Debug, Default)]
struct State {
    /// Namespace that is looked at; empty means all (for listing).
    namespace: String,
    /// namespace -> release name -> records by revision
    cache: BTreeMap<String, BTreeMap<String, Vec<(String, Release)>>>,
}

/// The driver. It is not shared between threads.
#[derive(Debug)]
pub struct Memory {
    state: RefCell<State>,
}

impl Memory {
    /// An empty store that looks at `namespace`.
    pub fn new(namespace: impl Into<String>) -> Self {
        Memory { state: RefCell::new(State { namespace: namespace.into(), cache: BTreeMap::new() }) }
    }

    /// Looks at another namespace; empty for all.
    pub fn set_namespace(&self, namespace: impl Into<String>) {
        self.state.borrow_mut().namespace = namespace.into();
    }

    /// Takes in the releases of one data file, already parsed from YAML: a list of releases (or null).
    ///
    /// # Errors
    /// What is no release, or a record that is there twice.
    pub fn load(&self, data: Value) -> Result<(), StorageError> {
        let releases: Vec<Release> = match data {
            Value::Null => Vec::new(),
            data => serde_json::from_value(data).map_err(|e| StorageError::Other(e.to_string()))?,
        };
        for release in &releases {
            self.create(&storage::key(&release.name, release.version), release)?;
        }
        Ok(())
    }
}

/// The release name in a key, as Helm finds it: what is between the prefix and the only `.v`.
fn name_of(key: &str) -> Result<&str, StorageError> {
    let rest = key.strip_prefix("sh.helm.release.v1.").unwrap_or(key);
    let mut parts = rest.split(".v");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(version), None) if version.parse::<i64>().is_ok() => Ok(name),
        _ => Err(StorageError::InvalidKey),
    }
}

fn namespace_of(release: &Release) -> String {
    if release.namespace.is_empty() { "default".to_owned() } else { release.namespace.clone() }
}

impl State {
    /// All records of the namespace that is looked at.
    fn records(&self) -> impl Iterator<Item = &Release> {
        self.cache
            .iter()
            .filter(|(ns, _)| self.namespace.is_empty() || **ns == self.namespace)
            .flat_map(|(_, names)| names.values().flatten().map(|(_, r)| r))
    }
}

impl Driver for Memory {
    fn name(&self) -> &'static str {
        "Memory"
    }

    fn get(&self, key: &str) -> Result<Release, StorageError> {
        let name = name_of(key)?;
        let state = self.state.borrow();
        let records = state.cache.get(&state.namespace).and_then(|n| n.get(name));
        let found = records.and_then(|r| r.iter().find(|(k, _)| k == key));
        found.map(|(_, r)| r.clone()).ok_or(StorageError::NotFound)
    }

    fn list(&self) -> Result<Vec<Release>, StorageError> {
        Ok(self.state.borrow().records().cloned().collect())
    }

    fn query(&self, labels: &[(&str, &str)]) -> Result<Vec<Release>, StorageError> {
        let state = self.state.borrow();
        let matches = |r: &&Release| {
            let own = identity_labels(r);
            labels.iter().all(|(k, v)| own.iter().any(|(ok, ov)| ok == k && ov == v))
        };
        let found: Vec<Release> = state.records().filter(matches).cloned().collect();
        if found.is_empty() { Err(StorageError::NotFound) } else { Ok(found) }
    }

    fn create(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let mut state = self.state.borrow_mut();
        let namespace = namespace_of(release);
        state.namespace.clone_from(&namespace);
        let records = state.cache.entry(namespace).or_default().entry(release.name.clone()).or_default();
        if records.iter().any(|(k, _)| k == key) {
            return Err(StorageError::Exists);
        }
        records.push((key.to_owned(), release.clone()));
        records.sort_by_key(|(_, r)| r.version);
        Ok(())
    }

    fn update(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let mut state = self.state.borrow_mut();
        let namespace = namespace_of(release);
        state.namespace.clone_from(&namespace);
        let records = state.cache.get_mut(&namespace).and_then(|n| n.get_mut(&release.name));
        let slot = records.and_then(|r| r.iter_mut().find(|(k, _)| k == key)).ok_or(StorageError::NotFound)?;
        slot.1 = release.clone();
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<Release, StorageError> {
        let name = name_of(key)?;
        let mut state = self.state.borrow_mut();
        let namespace = state.namespace.clone();
        let records = state.cache.get_mut(&namespace).and_then(|n| n.get_mut(name)).ok_or(StorageError::NotFound)?;
        let at = records.iter().position(|(k, _)| k == key).ok_or(StorageError::NotFound)?;
        Ok(records.remove(at).1)
    }
}
