//! What an action tells while it runs. Nothing here prints: the command decides what becomes of it.

use std::time::Duration;

use crate::Gvk;

/// Weight of a message; Helm's `--debug` shows all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only with `--debug`.
    Debug,
    /// Always.
    Info,
    /// Always.
    Warn,
    /// Always.
    Error,
}

/// A step that is worth showing as progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A hook starts.
    HookStarted {
        /// `pre-install` ...
        event: &'a str,
        /// `Kind/name` of the hook.
        object: &'a str,
    },
    /// A hook ended.
    HookEnded {
        /// `pre-install` ...
        event: &'a str,
        /// `Kind/name` of the hook.
        object: &'a str,
        /// Whether it succeeded.
        succeeded: bool,
    },
    /// An object was sent to the cluster.
    Applied {
        /// Its kind.
        gvk: &'a Gvk,
        /// Its namespace, empty for cluster-scoped ones.
        namespace: &'a str,
        /// Its name.
        name: &'a str,
        /// `created`, `configured` or `deleted`.
        what: &'a str,
    },
    /// Still waiting.
    Waiting {
        /// How long so far.
        elapsed: Duration,
        /// What is not ready: `Kind/namespace/name: message`.
        pending: &'a [String],
    },
}

/// Where an action's messages go.
pub trait Events {
    /// One line of the log with its attributes, as Go's `slog` has them.
    fn log(&self, level: Level, message: &str, attributes: &[(&str, &str)]);
    /// A `Warning:` header of the API server.
    fn api_warning(&self, _text: &str) {}
    /// What client-go tells through klog when it is used wrongly; `place` is its source line.
    fn client_error(&self, _place: &str, _text: &str) {}
    /// Logs of a hook's container, by `helm.sh/hook-output-log-policy`.
    fn hook_output(&self, _namespace: &str, _pod: &str, _container: &str, _text: &[u8]) {}
    /// A step.
    fn progress(&self, _step: &Progress<'_>) {}
    /// Whether it is worth asking the server why objects did not get ready.
    fn wants_evidence(&self) -> bool {
        false
    }
    /// Why objects did not get ready: lines for people.
    fn evidence(&self, _text: &str) {}
    /// Whether the user asked to stop; asked between requests and while waiting.
    fn cancelled(&self) -> bool {
        false
    }
    /// The operation has failed or was stopped: what follows clears up, and is not to be stopped again.
    fn no_more_stops(&self) {}
}

/// Throws everything away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Events for Silent {
    fn log(&self, _level: Level, _message: &str, _attributes: &[(&str, &str)]) {}
}
