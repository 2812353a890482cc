//! What Helm does with a release, step by step: records written and requests sent in Helm's order, with Helm's texts.
//!
//! Actions neither render nor print. The command renders and hands in a [`Rendered`]; it prints what comes back, and what
//! the [`Events`] tell meanwhile. Each action is a function over a [`Context`] and its options:
//!
//! | command | calls |
//! | --- | --- |
//! | install | [`install::preflight`], [`install::crds`], (render), [`install::run`] |
//! | upgrade | [`upgrade::prepare`], (values), [`crds::apply`] or [`crds::outdated`], (render), [`upgrade::run`] |
//! | rollback | [`rollback::run`] |
//! | uninstall | [`uninstall::run`] |
//! | test | [`test::run`], [`test::pod_logs`], [`hooks::Cleanup::run`] |
//! | status, get | [`read::status`], [`read::content`] |
//! | unlock | [`recover::unlock`] |
//! | history, list | [`read::history`], [`list::run`] |

pub mod crds;
pub mod hooks;
pub mod install;
pub mod list;
mod ownership;
mod preflight;
pub mod read;
pub mod recover;
pub mod rollback;
pub mod test;
pub mod uninstall;
pub mod upgrade;

#[cfg(test)]
mod tests;

use pintle_release::{APPLY_CLIENT_SIDE, APPLY_SERVER_SIDE, Hook, Labels, Release, Storage, StorageError};
use serde_json::{Map, Value};

use crate::wait::{Timeout, WaitStrategy, Waiter};
use crate::{Error, Events, Kube, Level, Resource, evidence};

/// What every action works with.
pub struct Context<'c, 's> {
    /// The records.
    pub storage: &'c mut Storage<'s>,
    /// The cluster.
    pub kube: &'c dyn Kube,
    /// Where messages go.
    pub events: &'c dyn Events,
}

/// How much of an action is only tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    /// All is done.
    #[default]
    None,
    /// The cluster is neither asked nor changed.
    Client,
    /// The cluster is asked, not changed.
    Server,
}

impl DryRun {
    /// Whether nothing may be changed.
    pub fn is_dry(self) -> bool {
        self != DryRun::None
    }

    /// Whether the cluster may be asked.
    pub fn asks_server(self) -> bool {
        self != DryRun::Client
    }
}

/// `--server-side` of upgrade and rollback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerSide {
    /// As the release was applied before.
    #[default]
    Auto,
    /// Server-side apply.
    True,
    /// Patches computed here.
    False,
    /// Something else that the user wrote; refused late, as Helm does.
    Other(String),
}

impl ServerSide {
    /// From the flag.
    pub fn from_flag(text: &str) -> ServerSide {
        match text {
            "auto" => ServerSide::Auto,
            "true" => ServerSide::True,
            "false" => ServerSide::False,
            other => ServerSide::Other(other.to_owned()),
        }
    }

    /// What it means for a release that was applied by this method.
    pub(crate) fn resolve(&self, before: &Release) -> Result<bool, Error> {
        match self {
            ServerSide::Auto => Ok(before.is_server_side()),
            ServerSide::True => Ok(true),
            ServerSide::False => Ok(false),
            ServerSide::Other(word) => {
                Err(Error::text(format!("invalid/unknown release server-side apply method: {word}")))
            }
        }
    }
}

/// A rendered chart, as it goes into a record.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// All objects that are no hooks: `---\n# Source: PATH\nTEXT\n` each, in install order.
    pub manifest: String,
    /// Hooks, in install order.
    pub hooks: Vec<Hook>,
    /// Definitions among the templates (Helm 2's `crd-install`), path and text each: treated as those of `crds/`.
    pub definitions: Vec<(String, String)>,
    /// NOTES.txt.
    pub notes: String,
    /// The chart as JSON.
    pub chart: Value,
    /// The user's values.
    pub config: Map<String, Value>,
}

/// An action that failed, and the release as far as there is one.
#[derive(Debug)]
pub struct Failed {
    /// What was recorded (or would have been), for `--debug` and for the release's state.
    pub release: Option<Box<Release>>,
    /// Why.
    pub error: Error,
}

impl Failed {
    pub(crate) fn with(release: Release, error: Error) -> Failed {
        Failed { release: Some(Box::new(release)), error }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { release: None, error }
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Failed {}

/// How an action waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What is waited for.
    pub strategy: WaitStrategy,
    /// Whether Jobs must end.
    pub jobs: bool,
    /// How long, for each wait.
    pub timeout: Timeout,
}

impl Waiting {
    /// `--rollback-on-failure` without `--wait` waits all the same.
    pub(crate) fn or_watcher(&self, rollback_on_failure: bool) -> Waiting {
        let mut waiting = self.clone();
        if rollback_on_failure && waiting.strategy == WaitStrategy::HookOnly {
            waiting.strategy = WaitStrategy::Watcher;
        }
        waiting
    }
}

impl Context<'_, '_> {
    pub(crate) fn debug(&self, message: &str, attributes: &[(&str, &str)]) {
        self.events.log(Level::Debug, message, attributes);
    }

    pub(crate) fn waiter(&self, strategy: WaitStrategy) -> Waiter<'_> {
        Waiter::new(self.kube, self.events, strategy)
    }

    pub(crate) fn wait(&self, waiting: &Waiting, resources: &[Resource]) -> Result<(), Error> {
        let waiter = self.waiter(waiting.strategy);
        let waited = if waiting.jobs {
            waiter.wait_with_jobs(resources, waiting.timeout)
        } else {
            waiter.wait(resources, waiting.timeout)
        };
        waited.inspect_err(|_| self.show_evidence(resources))
    }

    /// Shows why objects did not get ready, while they are still there.
    pub(crate) fn show_evidence(&self, resources: &[Resource]) {
        if !self.events.wants_evidence() || self.events.cancelled() || self.kube.has_lost() {
            return;
        }
        let text = evidence::collect(self.kube, resources);
        if !text.is_empty() {
            self.events.evidence(&text);
        }
    }

    /// Stops between two steps when the user asked to, or when another process took the release over.
    pub(crate) fn check_cancelled(&self) -> Result<(), Error> {
        if self.kube.has_lost() {
            return Err(Error::TakenOver);
        }
        if self.events.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// The objects of an older revision, as far as the server still has their kinds; tells of those that it has not.
    pub(crate) fn build_old(&self, manifest: &str) -> Result<Vec<Resource>, Error> {
        let (resources, gone) = self.kube.place_old(self.kube.parse(manifest)?)?;
        for object in &gone {
            let text = "the cluster no longer has this kind; the object of the older revision is left out";
            self.events.log(Level::Warn, text, &[("gvk", &object.gvk().to_string()), ("name", object.name())]);
        }
        Ok(resources)
    }

    /// What an operation failed with: after a stop, that it was stopped, whatever came of it.
    pub(crate) fn or_cancelled(&self, error: Error) -> Error {
        if self.kube.has_lost() {
            return Error::TakenOver;
        }
        if self.events.cancelled() { Error::Cancelled } else { error }
    }

    /// Whether the server answers, where the first question does not show it: records that are kept elsewhere.
    pub(crate) fn reach(&self) -> Result<(), Error> {
        match self.storage.driver().name() {
            "Secret" | "ConfigMap" => Ok(()),
            _ => self.kube.reachable(),
        }
    }

    /// The answer to the first question of an action. Helm asks before whether the server answers; here that is only
    /// asked when the answer is an error that a server out of reach would explain.
    pub(crate) fn first<T, E: Into<Error>>(&self, answer: Result<T, E>) -> Result<T, Error> {
        answer.map_err(|e| match e.into() {
            found @ Error::Storage(StorageError::NotFound | StorageError::NoRevision(_)) => found,
            other => self.kube.reachable().err().unwrap_or(other),
        })
    }

    /// Saves a record; a failure is a warning, since there is something more important going on.
    pub(crate) fn record(&self, release: &Release) {
        if let Err(error) = self.storage.update(release) {
            let revision = release.version.to_string();
            let attributes =
                [("name", release.name.as_str()), ("revision", revision.as_str()), ("error", &error.to_string())];
            self.events.log(Level::Warn, "failed to update release", &attributes);
        }
    }
}

/// Messages go on, but nobody can stop any more: for the work after something failed or was stopped.
pub(crate) struct Unstoppable<'e>(&'e dyn Events);

impl<'e> Unstoppable<'e> {
    pub(crate) fn new(events: &'e dyn Events) -> Self {
        events.no_more_stops();
        Unstoppable(events)
    }
}

impl Events for Unstoppable<'_> {
    fn log(&self, level: Level, message: &str, attributes: &[(&str, &str)]) {
        self.0.log(level, message, attributes);
    }
    fn api_warning(&self, text: &str) {
        self.0.api_warning(text);
    }
    fn client_error(&self, place: &str, text: &str) {
        self.0.client_error(place, text);
    }
    fn wants_evidence(&self) -> bool {
        self.0.wants_evidence()
    }
    fn evidence(&self, text: &str) {
        self.0.evidence(text);
    }
    fn hook_output(&self, namespace: &str, pod: &str, container: &str, text: &[u8]) {
        self.0.hook_output(namespace, pod, container, text);
    }
    fn progress(&self, step: &crate::Progress<'_>) {
        self.0.progress(step);
    }
}

pub(crate) fn apply_method(server_side: bool) -> String {
    (if server_side { APPLY_SERVER_SIDE } else { APPLY_CLIENT_SIDE }).to_owned()
}

pub(crate) fn refuse_system_labels(labels: &Labels) -> Result<(), Error> {
    pintle_release::refuse_system(labels.keys().map(String::as_str)).map_err(Error::Text)
}

pub(crate) fn join_texts(errors: &[Error], separator: &str) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}
