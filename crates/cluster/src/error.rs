//! Errors of everything that speaks to a cluster, with the texts of Helm and of client-go.

use pintle_release::StorageError;
use serde_json::Value;

/// What went wrong. `Display` gives Helm's text without the prefix that the command puts before it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server cannot be reached, or its address and credentials cannot be read.
    #[error("kubernetes cluster unreachable: {0}")]
    Unreachable(Box<Error>),
    /// The server refused a request.
    #[error("{0}")]
    Api(Box<ApiError>),
    /// A request never got an answer, or the configuration is unusable.
    #[error("{0}")]
    Transport(String),
    /// The server knows no such kind.
    #[error(
        "resource mapping not found for name: {name:?} namespace: {namespace:?} from \"\": no matches for kind {kind:?} in version {version:?}\nensure CRDs are installed first"
    )]
    NoMatch {
        /// Name of the object.
        name: String,
        /// Its namespace as written in the manifest.
        namespace: String,
        /// The kind that is not known.
        kind: String,
        /// `group/version`.
        version: String,
    },
    /// An error with words before it.
    #[error("{context}: {source}")]
    Context {
        /// What was tried.
        context: String,
        /// Why it failed.
        source: Box<Error>,
    },
    /// Several errors.
    #[error("{}", joined(.errors, .separator))]
    Many {
        /// Each of them; at least one.
        errors: Vec<Error>,
        /// What stands between them: `\n`, `; `, ` && ` or `, `.
        separator: &'static str,
    },
    /// The records could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A wait ran out of time or was cancelled.
    #[error("{0}")]
    Wait(String),
    /// The newest revision is under way, so nothing else may begin.
    #[error("another operation (install/upgrade/rollback) is in progress")]
    InProgress {
        /// Who is at it, for people.
        detail: String,
    },
    /// Helm's text, with more for people.
    #[error("{text}")]
    Detailed {
        /// Helm's text.
        text: String,
        /// What people may want to know.
        detail: String,
    },
    /// Another process works on the release, which took this one for gone.
    #[error("the release was taken over by another process")]
    TakenOver,
    /// The user asked to stop.
    #[error("context canceled")]
    Cancelled,
    /// Anything else, with its whole text.
    #[error("{0}")]
    Text(String),
}

fn joined(errors: &[Error], separator: &str) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

/// The server's answer when it refuses (`metav1.Status`).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// HTTP status code.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict` ...
    pub reason: String,
    /// The text for people.
    pub message: String,
    /// `details` of the status, or null.
    pub details: Value,
    /// Whether an earlier try of the same request may have been carried out, its answer lost.
    pub in_doubt: bool,
}

impl Error {
    /// An error of text alone.
    pub fn text(text: impl Into<String>) -> Error {
        Error::Text(text.into())
    }

    /// The same error with words before it.
    #[must_use]
    pub fn context(self, context: impl Into<String>) -> Error {
        Error::Context { context: context.into(), source: Box::new(self) }
    }

    /// One error of many: none for an empty list, itself for a single one when Go would show it alone.
    pub fn join(mut errors: Vec<Error>, separator: &'static str) -> Option<Error> {
        match errors.len() {
            0 => None,
            1 => errors.pop(),
            _ => Some(Error::Many { errors, separator }),
        }
    }

    /// The server's answer inside, however wrapped.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Error::Api(e) => Some(e),
            Error::Context { source, .. } | Error::Unreachable(source) => source.api(),
            Error::Many { errors, .. } => errors.iter().find_map(Error::api),
            _ => None,
        }
    }

    /// What people may want to know beyond Helm's text.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Error::InProgress { detail } | Error::Detailed { detail, .. } => Some(detail),
            Error::Context { source, .. } | Error::Unreachable(source) => source.detail(),
            Error::Many { errors, .. } => errors.iter().find_map(Error::detail),
            _ => None,
        }
    }

    fn has_reason(&self, reason: &str, code: u16) -> bool {
        self.api().is_some_and(|e| e.reason == reason || (e.reason.is_empty() && e.code == code))
    }

    /// 404
    pub fn is_not_found(&self) -> bool {
        self.has_reason("NotFound", 404)
    }

    /// 409 with reason `AlreadyExists`
    pub fn is_already_exists(&self) -> bool {
        self.api().is_some_and(|e| e.reason == "AlreadyExists")
    }

    /// Whether the refused request may have been carried out by an earlier try.
    pub fn is_in_doubt(&self) -> bool {
        self.api().is_some_and(|e| e.in_doubt)
    }

    /// 409 with reason `Conflict`
    pub fn is_conflict(&self) -> bool {
        self.has_reason("Conflict", 409)
    }
}
