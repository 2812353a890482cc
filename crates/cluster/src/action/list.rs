//! `list` (pkg/action/list.go).

use pintle_release::{Release, Selector, Status, Wanted};

use super::Context;
use crate::Error;

/// Which states are shown; all `false` means every state but `unknown`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// `--deployed`
    pub deployed: bool,
    /// `--uninstalled`
    pub uninstalled: bool,
    /// `--uninstalling`
    pub uninstalling: bool,
    /// `--pending`
    pub pending: bool,
    /// `--failed`
    pub failed: bool,
    /// `--superseded`
    pub superseded: bool,
}

impl States {
    fn shows(self, status: &Status) -> bool {
        let all = self == States::default();
        match status.as_str() {
            "deployed" => all || self.deployed,
            "uninstalled" => all || self.uninstalled,
            "uninstalling" => all || self.uninstalling,
            "pending-install" | "pending-upgrade" | "pending-rollback" => all || self.pending,
            "failed" => all || self.failed,
            "superseded" => all || self.superseded,
            _ => false,
        }
    }

    /// Old revisions are only looked at when nothing else is asked for.
    fn only_superseded(self) -> bool {
        self == States { superseded: true, ..States::default() }
    }
}

/// Helm's flags of `list`.
#[derive(Default)]
pub struct ListOptions<'f> {
    /// States to show.
    pub states: States,
    /// `--filter`: whether a name is shown.
    pub name_filter: Option<&'f dyn Fn(&str) -> bool>,
    /// `--selector`, as the user wrote it; looked at only when there are releases, as Helm does.
    pub selector: &'f str,
    /// `--date`
    pub by_date: bool,
    /// `--reverse`
    pub reverse: bool,
    /// `--max`; 0 for all
    pub limit: usize,
    /// `--offset`
    pub offset: usize,
}

/// The releases of the storage's namespace (or of all), newest revisions, sorted and cut.
///
/// # Errors
/// The cluster does not answer, or the selector is none.
pub fn run(ctx: &Context<'_, '_>, options: &ListOptions<'_>) -> Result<Vec<Release>, Error> {
    ctx.reach()?;
    let newest_only = !options.states.only_superseded();
    let selector = Selector::parse(options.selector);
    let shows =
        |r: &Release| options.states.shows(&r.info.status) && selector.as_ref().is_ok_and(|s| s.matches(&r.labels));
    // by date, the first may be anywhere; Helm cuts what is sorted the other way round after it has turned it
    let in_order = newest_only && !options.by_date && !options.reverse && options.limit > 0;
    let wanted = Wanted {
        newest: newest_only,
        name: options.name_filter,
        first: in_order.then_some(options.offset.saturating_add(options.limit)),
        shows: Some(&shows),
        labels: !options.selector.is_empty(),
    };
    let mut releases = ctx.first(ctx.storage.summaries(&wanted))?;
    if let Some(filter) = options.name_filter {
        releases.retain(|r| filter(&r.name));
    }
    let found = releases.len();
    if found == 0 {
        return Ok(releases);
    }
    if newest_only {
        keep_newest(&mut releases);
    }
    releases.retain(|r| options.states.shows(&r.info.status));
    let selector = selector.map_err(Error::text)?;
    releases.retain(|r| selector.matches(&r.labels));
    sort(&mut releases, options);
    let limit = if options.limit > 0 { options.limit.min(found) } else { found };
    Ok(releases.into_iter().skip(options.offset).take(limit).collect())
}

/// Leaves one revision of each release: the newest.
fn keep_newest(releases: &mut Vec<Release>) {
    releases.sort_by(|a, b| (&b.namespace, &b.name, b.version).cmp(&(&a.namespace, &a.name, a.version)));
    releases.dedup_by(|other, newest| other.namespace == newest.namespace && other.name == newest.name);
}

/// By name, or by the last deployment. Helm leaves to chance what happened within one second; here it is in order, too.
fn sort(releases: &mut [Release], options: &ListOptions<'_>) {
    releases.sort_by(|a, b| (&a.name, &a.namespace, a.version).cmp(&(&b.name, &b.namespace, b.version)));
    if options.by_date {
        releases.sort_by_key(|r| r.info.last_deployed.as_nanos());
    }
    if options.reverse {
        releases.reverse();
    }
}

#[cfg(test)]
mod tests {
    use pintle_release::{Memory, Storage};

    use super::*;
    use crate::{Offline, Silent};

    fn names(options: &ListOptions<'_>) -> Vec<String> {
        let mut storage = Storage::new(Memory::new("n"));
        for (name, version, status) in
            [("a", 1, "superseded"), ("a", 2, "deployed"), ("b", 1, "failed"), ("c", 1, "unknown")]
        {
            let mut release = Release { name: name.into(), namespace: "n".into(), version, ..Release::default() };
            release.info.status = Status::new(status);
            storage.create(&release).expect("created");
        }
        let ctx = Context { storage: &mut storage, kube: &Offline, events: &Silent };
        let list = run(&ctx, options).expect("listed");
        list.iter().map(|r| format!("{}{}", r.name, r.version)).collect()
    }

    #[test]
    fn a_bad_selector_is_told_when_there_is_something_to_select() {
        let options = ListOptions { selector: "a b", ..ListOptions::default() };
        let mut storage = Storage::new(Memory::new("n"));
        assert_eq!(
            run(&Context { storage: &mut storage, kube: &Offline, events: &Silent }, &options).expect("nothing"),
            []
        );
        let release = Release { name: "a".into(), namespace: "n".into(), version: 1, ..Release::default() };
        storage.create(&release).expect("created");
        let ctx = Context { storage: &mut storage, kube: &Offline, events: &Silent };
        let error = run(&ctx, &options).expect_err("refused").to_string();
        assert_eq!(error, "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
    }

    #[test]
    fn states_and_cuts() {
        assert_eq!(names(&ListOptions::default()), ["a2", "b1"]);
        let superseded = States { superseded: true, ..States::default() };
        assert_eq!(names(&ListOptions { states: superseded, ..Default::default() }), ["a1"]);
        let failed = States { failed: true, ..States::default() };
        assert_eq!(names(&ListOptions { states: failed, ..Default::default() }), ["b1"]);
        assert_eq!(names(&ListOptions { reverse: true, limit: 1, ..Default::default() }), ["b1"]);
        assert_eq!(names(&ListOptions { offset: 5, ..Default::default() }), Vec::<String>::new());
    }
}
