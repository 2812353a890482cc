//! Where records are kept: the trait that every driver implements, and its errors with Helm's texts.

use crate::{CodecError, Labels, Release, Room, Wanted};

/// Why a driver or the storage over it failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No such record.
    #[error("release: not found")]
    NotFound,
    /// A record of that name and revision is there.
    #[error("release: already exists")]
    Exists,
    /// A key that is not `sh.helm.release.v1.NAME.vREVISION`.
    #[error("release: invalid key")]
    InvalidKey,
    /// The release has no revision in state deployed.
    #[error("{0:?} has no deployed releases")]
    NoDeployed(String),
    /// Records are there, but none can be read.
    #[error("no revision for release {0:?}")]
    NoRevision(String),
    /// A label that no object may have.
    #[error("invalid label value: {value:?}: {problems}")]
    LabelValue {
        /// The refused value.
        value: String,
        /// What Kubernetes says about it.
        problems: String,
    },
    /// A record that cannot be read or written.
    #[error("{context}{source}")]
    Codec {
        /// What was tried, with a colon, or nothing.
        context: String,
        /// Why.
        source: CodecError,
    },
    /// The store behind the driver refused.
    #[error("{context}{source}")]
    Store {
        /// What was tried, with a colon, or nothing.
        context: String,
        /// Why.
        source: ObjectError,
    },
    /// The record is larger than the object that is to hold it.
    #[error(transparent)]
    TooLarge(Box<TooLarge>),
    /// More than one old record could not be deleted.
    #[error("encountered {count} deletion errors. First is: {first}")]
    Prune {
        /// How many.
        count: usize,
        /// The first of them.
        first: Box<StorageError>,
    },
    /// Anything else, with its whole text.
    #[error("{0}")]
    Other(String),
}

/// A record that is larger than the object that is to hold it. The first line is what the server would say.
#[derive(Debug, thiserror::Error)]
#[error("{context}{kind} {key:?} is invalid: {field}: Too long: may not be more than {limit} bytes\n{room}")]
pub struct TooLarge {
    /// What was tried, with a colon, or nothing.
    pub context: String,
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// Its name.
    pub key: String,
    /// The server's name of the field.
    pub field: &'static str,
    /// What fits, in bytes.
    pub limit: usize,
    /// What takes the room.
    pub room: Room,
}

impl StorageError {
    /// Whether no record was found (Go's `errors.Is(err, ErrReleaseNotFound)`).
    pub fn is_not_found(&self) -> bool {
        matches!(self, StorageError::NotFound)
    }

    /// Whether no deployed record was found.
    pub fn is_no_deployed(&self) -> bool {
        matches!(self, StorageError::NoDeployed(_))
    }
}

/// Why the API server (or what stands for it) refused a record's object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// 404
    #[error("{0}")]
    NotFound(String),
    /// 409 AlreadyExists
    #[error("{0}")]
    AlreadyExists(String),
    /// Everything else.
    #[error("{0}")]
    Other(String),
}

/// A place for records.
pub trait Driver {
    /// `Secret`, `ConfigMap`, `Memory` or `SQL`.
    fn name(&self) -> &'static str;

    /// The record of a key, its labels without Helm's own.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there is none.
    fn get(&self, key: &str) -> Result<Release, StorageError>;

    /// All records; those that cannot be read are skipped.
    ///
    /// # Errors
    /// What the store says.
    fn list(&self) -> Result<Vec<Release>, StorageError>;

    /// Records with what a list shows of them: at least those that are wanted.
    ///
    /// # Errors
    /// What the store says.
    fn summaries(&self, _wanted: &Wanted<'_>) -> Result<Vec<Release>, StorageError> {
        self.list()
    }

    /// Removes a record that nobody needs to see again.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there is none.
    fn remove(&self, key: &str) -> Result<(), StorageError> {
        self.delete(key).map(drop)
    }

    /// The records whose labels equal all those asked for; those that cannot be read are skipped.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when nothing matches.
    fn query(&self, labels: &[(&str, &str)]) -> Result<Vec<Release>, StorageError>;

    /// A new record.
    ///
    /// # Errors
    /// [`StorageError::Exists`] when the key is taken.
    fn create(&self, key: &str, release: &Release) -> Result<(), StorageError>;

    /// Whether a new record has room, without writing anything.
    ///
    /// # Errors
    /// [`StorageError::TooLarge`].
    fn check_room(&self, _key: &str, _release: &Release) -> Result<(), StorageError> {
        Ok(())
    }

    /// Replaces a record.
    ///
    /// # Errors
    /// What the store says, among it that there is none.
    fn update(&self, key: &str, release: &Release) -> Result<(), StorageError>;

    /// Removes a record and gives it back.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when there is none.
    fn delete(&self, key: &str) -> Result<Release, StorageError>;
}

/// The labels of a stored record: those of the release, the time, then Helm's own.
pub(crate) fn stored_labels(release: &Release, time_label: &str) -> Labels {
    let mut labels = Labels::new();
    labels.insert(time_label.to_owned(), jiff::Timestamp::now().as_second().to_string());
    // a release that came from a query has its stored labels, which win over the new time, as in Helm
    labels.extend(release.labels.iter().map(|(k, v)| (k.clone(), v.clone())));
    labels.extend(identity_labels(release));
    labels
}

/// name, owner, status and version.
pub(crate) fn identity_labels(release: &Release) -> [(String, String); 4] {
    [
        ("name".to_owned(), release.name.clone()),
        ("owner".to_owned(), "helm".to_owned()),
        ("status".to_owned(), release.info.status.as_str().to_owned()),
        ("version".to_owned(), release.version.to_string()),
    ]
}
