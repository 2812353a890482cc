//! The states of a release (Helm's `pkg/release/common`).

use serde::{Deserialize, Serialize};

/// A state, kept as its text, since records may hold states of other versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(std::borrow::Cow<'static, str>);

impl Status {
    /// An uncertain state.
    pub const UNKNOWN: Status = Status(std::borrow::Cow::Borrowed("unknown"));
    /// The release is in the cluster.
    pub const DEPLOYED: Status = Status(std::borrow::Cow::Borrowed("deployed"));
    /// The release was removed and its record kept.
    pub const UNINSTALLED: Status = Status(std::borrow::Cow::Borrowed("uninstalled"));
    /// A newer revision took its place.
    pub const SUPERSEDED: Status = Status(std::borrow::Cow::Borrowed("superseded"));
    /// The revision could not be deployed.
    pub const FAILED: Status = Status(std::borrow::Cow::Borrowed("failed"));
    /// An uninstall is under way.
    pub const UNINSTALLING: Status = Status(std::borrow::Cow::Borrowed("uninstalling"));
    /// An install is under way.
    pub const PENDING_INSTALL: Status = Status(std::borrow::Cow::Borrowed("pending-install"));
    /// An upgrade is under way.
    pub const PENDING_UPGRADE: Status = Status(std::borrow::Cow::Borrowed("pending-upgrade"));
    /// A rollback is under way.
    pub const PENDING_ROLLBACK: Status = Status(std::borrow::Cow::Borrowed("pending-rollback"));

    /// The state of that text, known or not.
    pub fn new(text: impl Into<String>) -> Status {
        Status(std::borrow::Cow::Owned(text.into()))
    }

    /// The text, as records have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an install, upgrade or rollback is under way.
    pub fn is_pending(&self) -> bool {
        *self == Status::PENDING_INSTALL || *self == Status::PENDING_UPGRADE || *self == Status::PENDING_ROLLBACK
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
