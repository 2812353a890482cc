//! What Helm asks of its records whatever keeps them: newest, deployed, history, pruning (`pkg/storage/storage.go`).

use crate::{Driver, Release, Status, StorageError, Wanted};

/// The key of a revision: `sh.helm.release.v1.NAME.vREVISION`.
pub fn key(name: &str, revision: i64) -> String {
    format!("sh.helm.release.v1.{name}.v{revision}")
}

/// Takes what a storage tells about its work: a message and its attributes.
type Log<'a> = Box<dyn Fn(&str, &[(&str, &str)]) + 'a>;

/// A driver, and how many revisions it may keep.
pub struct Storage<'a> {
    driver: Box<dyn Driver + 'a>,
    log: Option<Log<'a>>,
    /// Revisions kept for a release, the newest included; 0 or less for no limit.
    pub max_history: i64,
}

impl std::fmt::Debug for Storage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Storage").field("driver", &self.driver.name()).field("max_history", &self.max_history).finish()
    }
}

impl<'a> Storage<'a> {
    /// Storage without a limit.
    pub fn new(driver: impl Driver + 'a) -> Self {
        Storage { driver: Box::new(driver), log: None, max_history: 0 }
    }

    /// Tells every step (Helm's debug records) to `log`.
    pub fn set_log(&mut self, log: impl Fn(&str, &[(&str, &str)]) + 'a) {
        self.log = Some(Box::new(log));
    }

    fn tell(&self, message: &str, attributes: &[(&str, &str)]) {
        if let Some(log) = &self.log {
            log(message, attributes);
        }
    }

    fn tell_key(&self, message: &str, name: &str, revision: i64) {
        if self.log.is_some() {
            self.tell(message, &[("key", &key(name, revision))]);
        }
    }

    /// The driver below.
    pub fn driver(&self) -> &(dyn Driver + 'a) {
        self.driver.as_ref()
    }

    /// One revision.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there is none.
    pub fn get(&self, name: &str, revision: i64) -> Result<Release, StorageError> {
        self.tell_key("getting release", name, revision);
        self.driver.get(&key(name, revision))
    }

    /// Whether a new revision can be kept at all: asked before anything is changed.
    ///
    /// # Errors
    /// [`StorageError::TooLarge`].
    pub fn check_room(&self, release: &Release) -> Result<(), StorageError> {
        self.driver.check_room(&key(&release.name, release.version), release)
    }

    /// A new revision; makes room first when there is a limit.
    ///
    /// # Errors
    /// What the driver says, or why old revisions could not be removed.
    pub fn create(&self, release: &Release) -> Result<(), StorageError> {
        self.tell_key("creating release", &release.name, release.version);
        if self.max_history > 0 {
            match self.remove_oldest(&release.name, self.max_history - 1) {
                Ok(()) | Err(StorageError::NotFound) => {}
                Err(e) => return Err(e),
            }
        }
        self.driver.create(&key(&release.name, release.version), release)
    }

    /// Replaces a revision.
    ///
    /// # Errors
    /// What the driver says.
    pub fn update(&self, release: &Release) -> Result<(), StorageError> {
        self.tell_key("updating release", &release.name, release.version);
        self.driver.update(&key(&release.name, release.version), release)
    }

    /// Removes a revision and gives it back.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there is none.
    pub fn delete(&self, name: &str, revision: i64) -> Result<Release, StorageError> {
        self.tell_key("deleting release", name, revision);
        self.driver.delete(&key(name, revision))
    }

    /// All revisions of all releases.
    ///
    /// # Errors
    /// What the driver says.
    pub fn list(&self) -> Result<Vec<Release>, StorageError> {
        self.driver.list()
    }

    /// What a list shows of all releases; with `newest` old revisions may be missing.
    ///
    /// # Errors
    /// What the driver says.
    pub fn summaries(&self, wanted: &Wanted<'_>) -> Result<Vec<Release>, StorageError> {
        self.driver.summaries(wanted)
    }

    /// Removes a revision.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there is none.
    pub fn remove(&self, name: &str, revision: i64) -> Result<(), StorageError> {
        self.tell_key("deleting release", name, revision);
        self.driver.remove(&key(name, revision))
    }

    /// All revisions of a release, in no promised order.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there are none.
    pub fn history(&self, name: &str) -> Result<Vec<Release>, StorageError> {
        self.tell("getting release history", &[("name", name)]);
        self.driver.query(&[("name", name), ("owner", "helm")])
    }

    /// All revisions in state deployed.
    ///
    /// # Errors
    /// [`StorageError::NoDeployed`] when there are none.
    pub fn deployed_all(&self, name: &str) -> Result<Vec<Release>, StorageError> {
        self.tell("getting deployed releases", &[("name", name)]);
        match self.driver.query(&[("name", name), ("owner", "helm"), ("status", Status::DEPLOYED.as_str())]) {
            // as in Helm, any error that says "not found" counts
            Err(e) if e.to_string().contains("not found") => Err(StorageError::NoDeployed(name.to_owned())),
            other => other,
        }
    }

    /// The newest revision in state deployed.
    ///
    /// # Errors
    /// [`StorageError::NoDeployed`] when there is none.
    pub fn deployed(&self, name: &str) -> Result<Release, StorageError> {
        newest(self.deployed_all(name)?).ok_or_else(|| StorageError::NoDeployed(name.to_owned()))
    }

    /// The newest revision.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], or [`StorageError::NoRevision`] when no record can be read.
    pub fn last(&self, name: &str) -> Result<Release, StorageError> {
        newest(self.revisions(name)?).ok_or_else(|| StorageError::NoRevision(name.to_owned()))
    }

    /// All revisions, oldest first: what [`Storage::last`] looks at.
    ///
    /// # Errors
    /// As [`Storage::last`].
    pub fn revisions(&self, name: &str) -> Result<Vec<Release>, StorageError> {
        self.tell("getting last revision", &[("name", name)]);
        let mut releases = self.history(name)?;
        releases.sort_by_key(|r| r.version);
        if releases.is_empty() { Err(StorageError::NoRevision(name.to_owned())) } else { Ok(releases) }
    }

    /// Removes the oldest revisions until `keep` are left, never the newest deployed one.
    fn remove_oldest(&self, name: &str, keep: i64) -> Result<(), StorageError> {
        let keep = usize::try_from(keep).unwrap_or(0);
        let mut revisions: Vec<i64> = self.history(name)?.iter().map(|r| r.version).collect();
        if revisions.len() <= keep {
            return Ok(());
        }
        revisions.sort_unstable();
        let deployed = match self.deployed(name) {
            Ok(r) => Some(r.version),
            Err(StorageError::NoDeployed(_)) => None,
            Err(e) => return Err(e),
        };
        let surplus = revisions.len() - keep;
        let old: Vec<i64> = revisions.into_iter().filter(|v| Some(*v) != deployed).take(surplus).collect();
        let mut errors = Vec::new();
        for revision in &old {
            if let Err(e) = self.delete(name, *revision) {
                let (key, error) = (key(name, *revision), e.to_string());
                self.tell("error pruning release", &[("key", &key), ("error", &error)]);
                errors.push(e);
            }
        }
        let (count, failed) = (old.len().to_string(), errors.len().to_string());
        self.tell("pruned records", &[("count", &count), ("release", name), ("errors", &failed)]);
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            count => Err(StorageError::Prune { count, first: Box::new(errors.remove(0)) }),
        }
    }
}

fn newest(releases: Vec<Release>) -> Option<Release> {
    releases.into_iter().max_by_key(|r| r.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    fn revision(version: i64, status: Status) -> Release {
        let mut r = Release { name: "a".to_owned(), namespace: "n".to_owned(), version, ..Release::default() };
        r.set_status(status, "");
        r
    }

    #[test]
    fn pruning_keeps_the_newest_deployed_revision() {
        let mut storage = Storage::new(Memory::new("n"));
        storage.create(&revision(1, Status::DEPLOYED)).unwrap();
        for v in 2..=4 {
            storage.create(&revision(v, Status::FAILED)).unwrap();
        }
        storage.max_history = 3;
        storage.create(&revision(5, Status::PENDING_UPGRADE)).unwrap();
        let mut left: Vec<i64> = storage.history("a").unwrap().iter().map(|r| r.version).collect();
        left.sort_unstable();
        assert_eq!(left, [1, 4, 5]);
        assert_eq!(storage.deployed("a").unwrap().version, 1);
        assert_eq!(storage.last("a").unwrap().version, 5);
    }

    #[test]
    fn errors_have_helms_texts() {
        let storage = Storage::new(Memory::new("n"));
        assert_eq!(storage.last("a").unwrap_err().to_string(), "release: not found");
        assert_eq!(storage.deployed("a").unwrap_err().to_string(), "\"a\" has no deployed releases");
        storage.create(&revision(1, Status::DEPLOYED)).unwrap();
        assert_eq!(storage.create(&revision(1, Status::DEPLOYED)).unwrap_err().to_string(), "release: already exists");
        assert_eq!(storage.driver().get("nonsense").unwrap_err().to_string(), "release: invalid key");
    }

    #[test]
    fn memory_takes_data_files() {
        let memory = Memory::new("n");
        let data = serde_json::json!([{"name": "a", "version": 1, "namespace": "n", "info": {"status": "deployed"}}]);
        memory.load(data).unwrap();
        memory.set_namespace("other");
        assert!(memory.list().unwrap().is_empty());
        memory.set_namespace("");
        assert_eq!(memory.list().unwrap().len(), 1);
    }
}
