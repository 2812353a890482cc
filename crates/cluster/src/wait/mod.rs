//! Waiting until objects are what they should be: Helm's three strategies.
//!
//! As with Helm's watcher, the server tells of changes; where it does not (an old server, a user who may only list), the
//! objects are asked for by name, seldom at first and then every second.

pub mod kstatus;
mod legacy;
mod sight;

use std::time::{Duration, Instant};

use kstatus::{State, Status};
use serde_json::Value;
use sight::Sight;

use crate::kube::Result;
use crate::{Error, Events, Gvk, Kube, Level, Object, Progress, Resource};

/// How long to wait; `None` for no limit, which is what Helm makes of a negative time.
pub type Timeout = Option<Duration>;

/// How Helm waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitStrategy {
    /// `--wait`: all objects, by kstatus.
    Watcher,
    /// Without `--wait`: only hooks.
    #[default]
    HookOnly,
    /// `--wait=legacy`: Helm 3's rules.
    Legacy,
}

/// What the watcher takes a zero time for.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(1);
const LEGACY_PAUSE: Duration = Duration::from_secs(2);
/// How many failed questions about one object Helm 3's way bears.
const LEGACY_RETRIES: usize = 30;

/// The end of a wait.
struct Deadline {
    start: Instant,
    end: Option<Instant>,
}

impl Deadline {
    fn after(timeout: Timeout) -> Deadline {
        let start = Instant::now();
        Deadline { start, end: timeout.and_then(|t| start.checked_add(t)) }
    }

    fn is_over(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// A pause that does not go beyond the end.
    fn bound(&self, pause: Duration) -> Duration {
        self.end.map_or(pause, |end| pause.min(end.saturating_duration_since(Instant::now())))
    }
}

/// Which rule tells how far an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// kstatus alone.
    Plain,
    /// Jobs must end.
    WithJobs,
    /// Jobs and Pods must end, everything else is ready at once.
    Hooks,
}

/// Waits for objects of one cluster.
pub struct Waiter<'a> {
    kube: &'a dyn Kube,
    events: &'a dyn Events,
    strategy: WaitStrategy,
}

impl<'a> Waiter<'a> {
    /// A waiter; `events` is asked whether to stop.
    pub fn new(kube: &'a dyn Kube, events: &'a dyn Events, strategy: WaitStrategy) -> Self {
        Waiter { kube, events, strategy }
    }

    /// Until all are ready.
    ///
    /// # Errors
    /// What is not ready when time is up, line by line, with `context deadline exceeded`.
    pub fn wait(&self, resources: &[Resource], timeout: Timeout) -> Result<()> {
        match self.strategy {
            WaitStrategy::HookOnly => Ok(()),
            WaitStrategy::Watcher => self.until_current(resources, timeout, Reader::Plain),
            WaitStrategy::Legacy => self.until_legacy(resources, timeout, false),
        }
    }

    /// Until all are ready and Jobs have ended.
    ///
    /// # Errors
    /// As [`Waiter::wait`].
    pub fn wait_with_jobs(&self, resources: &[Resource], timeout: Timeout) -> Result<()> {
        match self.strategy {
            WaitStrategy::HookOnly => Ok(()),
            WaitStrategy::Watcher => self.until_current(resources, timeout, Reader::WithJobs),
            WaitStrategy::Legacy => self.until_legacy(resources, timeout, true),
        }
    }

    /// Until hooks have ended: Jobs complete, Pods succeed; other kinds are ready at once.
    ///
    /// # Errors
    /// The hook that failed, or that time is up.
    pub fn watch_until_ready(&self, resources: &[Resource], timeout: Timeout) -> Result<()> {
        match self.strategy {
            WaitStrategy::HookOnly | WaitStrategy::Watcher => self.until_current(resources, timeout, Reader::Hooks),
            WaitStrategy::Legacy => {
                let errors = resources.iter().filter_map(|r| self.until_ended(r, timeout).err()).collect();
                Error::join(errors, "\n").map_or(Ok(()), Err)
            }
        }
    }

    /// Until all are gone.
    ///
    /// # Errors
    /// What is still there when time is up.
    pub fn wait_for_delete(&self, resources: &[Resource], timeout: Timeout) -> Result<()> {
        match self.strategy {
            WaitStrategy::HookOnly => Ok(()),
            WaitStrategy::Watcher => self.until_gone(resources, timeout),
            WaitStrategy::Legacy => {
                let deadline = self.legacy_deadline(timeout);
                self.poll(&deadline, || {
                    for answer in self.kube.get_all(&resources.iter().collect::<Vec<_>>()) {
                        match answer {
                            Ok(_) => return Ok(false),
                            Err(e) if e.is_not_found() => {}
                            Err(e) => return Err(e),
                        }
                    }
                    Ok(true)
                })
            }
        }
    }

    /// The end of a wait. client-go complains of a negative time, then takes it for none.
    fn deadline(&self, timeout: Timeout) -> Deadline {
        if timeout.is_none() {
            self.events.client_error("until.go:159", "Timeout for context shall not be negative");
        }
        Deadline::after(timeout)
    }

    /// As [`Waiter::deadline`]; for Helm 3's loops zero is no limit either.
    fn legacy_deadline(&self, timeout: Timeout) -> Deadline {
        match timeout {
            Some(t) if t.is_zero() => Deadline::after(None),
            other => self.deadline(other),
        }
    }

    /// How far the resources are now; `None` where the server gave no usable answer this time.
    fn look(&self, resources: &[&Resource], reader: Reader) -> Result<Vec<Option<Status>>> {
        let answers = self.kube.find_all(resources);
        let mut out = Vec::with_capacity(answers.len());
        for (r, answer) in resources.iter().zip(answers) {
            out.push(match answer {
                Ok(object) => Some(self.tell(r, object.as_ref(), reader)),
                Err(e) if e.api().is_some_and(|a| a.code == 403 || a.code == 401) => {
                    return Err(e.context(format!("failed to list {}", r.gvk)));
                }
                // it may be better next time
                Err(_) => None,
            });
        }
        Ok(out)
    }

    fn tell(&self, r: &Resource, object: Option<&Object>, reader: Reader) -> Status {
        match object {
            Some(object) => self.read(r, object, reader),
            None => Status { state: State::NotFound, message: "Resource not found".to_owned() },
        }
    }

    fn read(&self, r: &Resource, object: &Object, reader: Reader) -> Status {
        match (r.gvk.group.as_str(), r.gvk.kind.as_str(), reader) {
            ("batch", "Job", Reader::WithJobs | Reader::Hooks) => kstatus::job_completion(&object.0),
            ("", "Pod", Reader::Hooks) => kstatus::pod_completion(&object.0),
            _ => self.status_of(r, object),
        }
    }

    fn status_of(&self, r: &Resource, object: &Object) -> Status {
        let status = kstatus::compute(&object.0);
        let has_pods = matches!(r.gvk.kind.as_str(), "StatefulSet" | "ReplicaSet");
        if status.state != State::InProgress || !has_pods {
            return status;
        }
        match self.failed_pods(r, object) {
            0 => status,
            n => Status { state: State::Failed, message: format!("{n} pods have failed") },
        }
    }

    /// Pods of a controller that will not get ready by themselves.
    fn failed_pods(&self, r: &Resource, object: &Object) -> usize {
        let Some(labels) = object.0.pointer("/spec/selector/matchLabels").and_then(Value::as_object) else { return 0 };
        let selector: Vec<String> = labels.iter().filter_map(|(k, v)| Some(format!("{k}={}", v.as_str()?))).collect();
        let pods = self.kube.list(&Gvk::new("v1", "Pod"), &r.namespace, &selector.join(","), "").unwrap_or_default();
        let failed = |pod: &&Object| {
            let status = kstatus::compute(&pod.0);
            status.state == State::Failed && status.message != "Pod could not be scheduled"
        };
        pods.iter().filter(failed).count()
    }

    fn until_current(&self, resources: &[Resource], timeout: Timeout, reader: Reader) -> Result<()> {
        let watched: Vec<&Resource> = resources.iter().filter(|r| !is_paused(r)).collect();
        let looked: Vec<bool> = watched.iter().map(|r| needs_look(r, reader)).collect();
        let mut states: Vec<Status> = looked
            .iter()
            .map(|look| match look {
                true => Status { state: State::Unknown, message: String::new() },
                false => Status { state: State::Current, message: String::new() },
            })
            .collect();
        let asked: Vec<&Resource> = watched.iter().zip(&looked).filter(|(_, l)| **l).map(|(r, _)| *r).collect();
        let deadline = self.deadline(timeout.map(|t| if t.is_zero() { DEFAULT_TIMEOUT } else { t }));
        let mut pause = FIRST_PAUSE;
        let mut sight = Sight::default();
        let stopped = loop {
            if asked.is_empty() {
                break None;
            }
            let answers = self.see(&mut sight, &asked, reader)?;
            for (slot, answer) in states.iter_mut().zip(&looked).filter(|(_, l)| **l).map(|(s, _)| s).zip(answers) {
                if let Some(status) = answer {
                    *slot = status;
                }
            }
            if states.iter().all(|s| matches!(s.state, State::Current | State::Failed)) {
                break None;
            }
            if let Some(error) = self.idle(&deadline, &mut pause, &mut sight, || pending(&watched, &states)) {
                break Some(error);
            }
        };
        let mut errors: Vec<Error> = watched
            .iter()
            .zip(&states)
            .filter(|(_, s)| s.state != State::Current)
            .map(|(r, s)| {
                Error::Wait(format!(
                    "resource {}/{}/{} not ready. status: {}, message: {}",
                    r.gvk.kind,
                    r.namespace,
                    r.name,
                    s.state.as_str(),
                    s.message
                ))
            })
            .collect();
        errors.extend(stopped);
        Error::join(errors, "\n").map_or(Ok(()), Err)
    }

    fn until_gone(&self, resources: &[Resource], timeout: Timeout) -> Result<()> {
        let asked: Vec<&Resource> = resources.iter().collect();
        let deadline = self.deadline(timeout.map(|t| if t.is_zero() { DEFAULT_TIMEOUT } else { t }));
        let mut pause = FIRST_PAUSE;
        let mut sight = Sight::default();
        loop {
            let states: Vec<Status> = self
                .see(&mut sight, &asked, Reader::Plain)?
                .into_iter()
                .map(|s| s.unwrap_or(Status { state: State::Unknown, message: String::new() }))
                .collect();
            let there = |s: &Status| !matches!(s.state, State::NotFound | State::Unknown);
            if !states.iter().any(there) {
                return Ok(());
            }
            if let Some(error) = self.idle(&deadline, &mut pause, &mut sight, || pending(&asked, &states)) {
                let mut errors: Vec<Error> = asked
                    .iter()
                    .zip(&states)
                    .filter(|(_, s)| there(s))
                    .map(|(r, s)| {
                        Error::Wait(format!(
                            "resource {}/{}/{} still exists. status: {}, message: {}",
                            r.gvk.kind,
                            r.namespace,
                            r.name,
                            s.state.as_str(),
                            s.message
                        ))
                    })
                    .collect();
                errors.push(error);
                return Error::join(errors, "\n").map_or(Ok(()), Err);
            }
        }
    }

    /// A pause before the next look, or why there is none.
    fn pause(&self, deadline: &Deadline, pause: &mut Duration, pending: impl FnOnce() -> Vec<String>) -> Option<Error> {
        self.idle(deadline, pause, &mut Sight::default(), pending)
    }

    /// As [`Waiter::pause`], cut short by what the server tells.
    fn idle(
        &self,
        deadline: &Deadline,
        pause: &mut Duration,
        sight: &mut Sight<'_>,
        pending: impl FnOnce() -> Vec<String>,
    ) -> Option<Error> {
        if self.events.cancelled() {
            return Some(Error::Cancelled);
        }
        if self.kube.has_lost() {
            return Some(Error::TakenOver);
        }
        if deadline.is_over() {
            return Some(Error::Wait("context deadline exceeded".to_owned()));
        }
        self.events.progress(&Progress::Waiting { elapsed: deadline.start.elapsed(), pending: &pending() });
        if sight.is_open() {
            sight.listen(deadline.bound(LAST_PAUSE));
            return None;
        }
        self.kube.sleep(deadline.bound(*pause));
        *pause = pause.mul_f32(1.5).min(LAST_PAUSE);
        None
    }

    /// Helm 3's loop: asks every two seconds until the answer is yes.
    fn poll(&self, deadline: &Deadline, mut ready: impl FnMut() -> Result<bool>) -> Result<()> {
        loop {
            if ready()? {
                return Ok(());
            }
            let mut pause = LEGACY_PAUSE;
            if let Some(error) = self.pause(deadline, &mut pause, Vec::new) {
                return Err(error);
            }
        }
    }

    fn until_legacy(&self, resources: &[Resource], timeout: Timeout, jobs: bool) -> Result<()> {
        let deadline = self.legacy_deadline(timeout);
        let mut failures = vec![0; resources.len()];
        self.poll(&deadline, || {
            for (r, failures) in resources.iter().zip(&mut failures) {
                match legacy::is_ready(self.kube, r, jobs) {
                    Ok(true) => *failures = 0,
                    Ok(false) => {
                        *failures = 0;
                        return Ok(false);
                    }
                    Err(e) if is_worth_another_try(&e) && *failures < LEGACY_RETRIES => {
                        *failures += 1;
                        return Ok(false);
                    }
                    Err(e) => return Err(e),
                }
            }
            Ok(true)
        })
    }

    /// Helm 3's wait for one hook.
    fn until_ended(&self, r: &Resource, timeout: Timeout) -> Result<()> {
        if !matches!(r.gvk.kind.as_str(), "Job" | "Pod") {
            return Ok(());
        }
        let deadline = self.legacy_deadline(timeout);
        let mut pause = FIRST_PAUSE;
        let mut seen = false;
        loop {
            match self.kube.find_all(&[r]).into_iter().next() {
                Some(Ok(Some(object))) => {
                    seen = true;
                    if let Some(end) = self.ended(r, &object) {
                        return end;
                    }
                }
                // it is over, too, when somebody takes it away
                Some(Ok(None)) if seen => return Ok(()),
                Some(Err(e)) if e.api().is_some_and(|a| a.code == 403) => return Err(e),
                _ => {}
            }
            match self.pause(&deadline, &mut pause, Vec::new) {
                Some(Error::Wait(_)) => return Err(Error::Wait("timed out waiting for the condition".to_owned())),
                Some(error) => return Err(error),
                None => {}
            }
        }
    }

    /// Whether a Job or Pod has ended, and how.
    fn ended(&self, r: &Resource, object: &Object) -> Option<Result<()>> {
        let name = &r.name;
        if r.gvk.kind == "Pod" {
            return match object.0.pointer("/status/phase").and_then(Value::as_str) {
                Some("Succeeded") => Some(Ok(())),
                Some("Failed") => {
                    self.events.log(Level::Error, "pod failed", &[("pod", name)]);
                    Some(Err(Error::Wait(format!("pod {name} failed"))))
                }
                _ => None,
            };
        }
        let conditions = object.0.pointer("/status/conditions").and_then(Value::as_array);
        let text = |c: &Value, key: &str| c.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        conditions.into_iter().flatten().filter(|c| text(c, "status") == "True").find_map(|c| {
            match text(c, "type").as_str() {
                "Complete" => Some(Ok(())),
                "Failed" => {
                    let reason = text(c, "reason");
                    self.events.log(Level::Error, "job failed", &[("job", name), ("reason", &reason)]);
                    Some(Err(Error::Wait(format!("job {name} failed: {reason}"))))
                }
                _ => None,
            }
        })
    }
}

/// Helm does not wait for a paused Deployment.
fn is_paused(r: &Resource) -> bool {
    r.gvk.group == "apps"
        && r.gvk.kind == "Deployment"
        && r.object.0.pointer("/spec/paused").and_then(Value::as_bool) == Some(true)
}

/// Hooks of other kinds than Job and Pod are ready at once.
fn needs_look(r: &Resource, reader: Reader) -> bool {
    reader != Reader::Hooks || matches!((r.gvk.group.as_str(), r.gvk.kind.as_str()), ("batch", "Job") | ("", "Pod"))
}

fn is_worth_another_try(e: &Error) -> bool {
    match e.api().map(|a| a.code) {
        None => true,
        Some(code) => code == 0 || code == 429 || (code >= 500 && code != 501),
    }
}

fn pending(resources: &[&Resource], states: &[Status]) -> Vec<String> {
    resources
        .iter()
        .zip(states)
        .filter(|(_, s)| s.state != State::Current)
        .map(|(r, s)| format!("{}/{}/{}: {}", r.gvk.kind, r.namespace, r.name, s.message))
        .collect()
}
