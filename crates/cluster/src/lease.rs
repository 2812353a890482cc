//! Signs of life: a process that works on a release says who it is, and says again and again that it still works.
//!
//! The signs are written while requests and pauses of the operation run ([`Cluster::block_on`] drives them), so a short
//! command costs no request more. Times are the server's, by the `Date` of its answers: clocks of two machines need not
//! agree.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pintle_release::{HOLDER, Holder, RENEWED};
use serde_json::json;

use crate::client::{Ask, Cluster};

/// How often a holder gives a sign of life.
pub const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Without a sign of life for so long, a holder counts as gone.
pub const GONE_AFTER: Duration = Duration::from_secs(60);

/// Whether a holder still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// It is this process.
    Own,
    /// It runs on this machine, or gave a sign of life lately.
    Alive,
    /// It ran on this machine and does no more.
    Dead,
    /// It gave no sign of life for so long.
    Silent(Duration),
}

/// What this process holds.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    held: RefCell<Option<Held>>,
    /// Whether somebody else took over what was held.
    lost: Cell<bool>,
    operation: RefCell<String>,
    since: RefCell<Option<String>>,
}

#[derive(Debug, Clone)]
struct Held {
    path: String,
    identity: String,
    renewed: Instant,
}

impl Cluster {
    /// What this process does, for those who meet its records: `install`, `upgrade` ...
    pub fn set_operation(&self, name: &str) {
        name.clone_into(&mut self.lease.operation.borrow_mut());
    }

    /// This process as a holder, at the server's time.
    pub fn holder(&self) -> Holder {
        let now = self.server_time().to_string();
        let since = self.lease.since.borrow_mut().get_or_insert_with(|| now.clone()).clone();
        Holder {
            host: host(),
            pid: std::process::id(),
            process: process_mark(std::process::id()),
            operation: self.lease.operation.borrow().clone(),
            since,
            renewed: now,
            resource_version: String::new(),
        }
    }

    /// The record at this path is held from now on.
    pub(crate) fn hold(&self, path: &str, identity: &str) {
        let held = Held { path: path.to_owned(), identity: identity.to_owned(), renewed: Instant::now() };
        *self.lease.held.borrow_mut() = Some(held);
    }

    /// The record at this path is held no more.
    pub(crate) fn let_go(&self, path: &str) {
        self.lease.held.borrow_mut().take_if(|held| held.path == path);
    }

    /// Holds nothing any more: what is still held is left as it is, on purpose, for others to go on with as Helm would.
    pub fn let_go_all(&self) {
        let Some(held) = self.lease.held.borrow_mut().take() else { return };
        let annotation = |name: &str| format!("/metadata/annotations/{}", name.replace('/', "~1"));
        let patch = json!([
            {"op": "test", "path": annotation(HOLDER), "value": held.identity},
            {"op": "remove", "path": annotation(HOLDER)},
            {"op": "remove", "path": annotation(RENEWED)},
        ]);
        let body = serde_json::to_vec(&patch).unwrap_or_default();
        // who cannot do so leaves signs of a dead process, which tell the same
        let _ = self.send(&Ask::patch(held.path, "application/json-patch+json", body));
    }

    /// Whether another process took the record over that this one held.
    pub(crate) fn has_lost(&self) -> bool {
        self.lease.lost.get()
    }

    /// How it goes with a holder.
    pub fn liveness(&self, holder: &Holder) -> Liveness {
        liveness(holder, self.server_time(), &host(), process_mark)
    }

    /// Gives signs of life for as long as it is polled.
    pub(crate) async fn signs_of_life(&self) {
        loop {
            let held = self.lease.held.borrow().clone();
            let Some(held) = held else { return std::future::pending().await };
            tokio::time::sleep(RENEW_EVERY.saturating_sub(held.renewed.elapsed())).await;
            if let Some(held) = self.lease.held.borrow_mut().as_mut() {
                held.renewed = Instant::now();
            }
            let annotation = |name: &str| format!("/metadata/annotations/{}", name.replace('/', "~1"));
            let patch = json!([
                {"op": "test", "path": annotation(HOLDER), "value": held.identity},
                {"op": "add", "path": annotation(RENEWED), "value": self.server_time().to_string()},
            ]);
            let body = serde_json::to_vec(&patch).unwrap_or_default();
            let ask = Ask::patch(held.path.as_str(), "application/json-patch+json", body);
            // another holder, or no record any more; whatever else fails may be better next time
            if self.try_send(&ask).await.is_some_and(|code| matches!(code, 404 | 422)) {
                self.lease.lost.set(true);
                self.lease.held.borrow_mut().take();
            }
        }
    }
}

fn liveness(holder: &Holder, now: Timestamp, host: &str, mark: impl Fn(u32) -> String) -> Liveness {
    let own = mark(std::process::id());
    if holder.pid == std::process::id() && holder.process == own && holder.host == host {
        return Liveness::Own;
    }
    // the same kernel and PID namespace: the process table tells
    let same_place = !own.is_empty() && place(&own) == place(&holder.process) && holder.host == host;
    if same_place {
        return if mark(holder.pid) == holder.process { Liveness::Alive } else { Liveness::Dead };
    }
    let Ok(renewed) = holder.renewed.parse::<Timestamp>() else { return Liveness::Silent(GONE_AFTER) };
    let silent = now.duration_since(renewed).unsigned_abs();
    if silent <= GONE_AFTER || now < renewed { Liveness::Alive } else { Liveness::Silent(silent) }
}

/// Boot and PID namespace of a process mark.
fn place(mark: &str) -> &str {
    mark.rsplit_once(' ').map_or("", |(place, _)| place)
}

/// `BOOT NAMESPACE START` of a process of this machine; empty when there is none, or when the system does not tell.
fn process_mark(pid: u32) -> String {
    let mark = || {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // the name, in parentheses, may hold anything; the start is the 20th field after it
        let start = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.to_owned();
        // a zombie has ended, though its parent has not noticed
        let ended = stat.rsplit_once(')')?.1.trim_start().starts_with(['Z', 'X']);
        (!ended).then(|| format!("{} {} {start}", boot.trim(), namespace.display()))
    };
    mark().unwrap_or_default()
}

/// Name of this machine.
fn host() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(process: &str, renewed: &str) -> Holder {
        Holder { host: "h".into(), pid: 7, process: process.into(), renewed: renewed.into(), ..Holder::default() }
    }

    #[test]
    fn the_process_table_knows_best() {
        let now: Timestamp = "2026-01-01T00:10:00Z".parse().unwrap();
        let mark = |pid: u32| if pid == 7 { "boot ns 100".to_owned() } else { "boot ns 5".to_owned() };
        let of = |process: &str, renewed: &str, host: &str| liveness(&holder(process, renewed), now, host, mark);
        let old = "2026-01-01T00:00:00Z";
        assert_eq!(of("boot ns 100", old, "h"), Liveness::Alive, "it runs, however silent");
        let own = Holder { pid: std::process::id(), ..holder("boot ns 5", old) };
        assert_eq!(liveness(&own, now, "h", mark), Liveness::Own);
        assert_eq!(liveness(&own, now, "elsewhere", mark), Liveness::Silent(Duration::from_secs(600)));
        assert_eq!(of("boot ns 99", "2026-01-01T00:10:00Z", "h"), Liveness::Dead, "another process has its number");
        assert_eq!(of("boot other 99", old, "h"), Liveness::Silent(Duration::from_secs(600)));
        assert_eq!(of("boot other 99", "2026-01-01T00:09:30Z", "h"), Liveness::Alive);
        assert_eq!(of("boot ns 99", "2026-01-01T00:09:30Z", "elsewhere"), Liveness::Alive);
        assert_eq!(of("", "2026-01-01T00:11:00Z", "h"), Liveness::Alive, "a clock that is ahead");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn processes_are_told_apart() {
        let own = process_mark(std::process::id());
        assert_eq!(own.split(' ').count(), 3, "{own}");
        assert_eq!(process_mark(u32::MAX), "");
        assert_ne!(process_mark(1), own);
        assert!(!host().is_empty());
    }
}
