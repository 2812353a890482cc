//! Nothing is begun whose end is forbidden: what an action will need is asked for before its record is written.
//!
//! Helm finds out half-way, with a record and some of the objects written. Definitions of `crds/` and
//! `--create-namespace` come before, since what is needed is only known after them.

use pintle_release::{Release, key};

use super::{Context, hooks};
use crate::rights::Need;
use crate::{Error, Resource};

/// What an action will do.
pub(crate) struct Needs<'c, 'k, 's> {
    ctx: &'c Context<'k, 's>,
    needs: Vec<Need>,
}

/// How objects are sent.
#[derive(Clone, Copy)]
pub(crate) struct Sending {
    /// Server-side apply.
    pub(crate) server_side: bool,
    /// PUT instead of PATCH.
    pub(crate) force_replace: bool,
}

impl<'c, 'k, 's> Needs<'c, 'k, 's> {
    /// Nothing so far; none when nobody wants to know.
    pub(crate) fn of(ctx: &'c Context<'k, 's>) -> Option<Self> {
        ctx.kube.checks_rights().then(|| Needs { ctx, needs: Vec::new() })
    }

    /// Objects that are created, or changed where they are among `known`.
    pub(crate) fn apply(&mut self, targets: &[Resource], known: &[Resource], how: Sending) {
        for r in targets {
            let is_known = known.iter().any(|k| k.is_same(r));
            if how.server_side {
                let applied = format!("server-side apply failed for object {}/{} {}", r.namespace, r.name, r.gvk);
                self.needs.push(Need::of("patch", r, applied.as_str()));
                if !is_known {
                    self.needs.push(Need::of("create", r, applied));
                }
            } else if !is_known {
                self.needs.push(Need::of("create", r, ""));
            } else if how.force_replace {
                self.needs.push(Need::of("update", r, "failed to replace object"));
            } else {
                let patched = format!("cannot patch {:?} with kind {}", r.name, r.gvk.kind);
                self.needs.push(Need::of("patch", r, patched));
            }
        }
    }

    /// Objects that are deleted.
    pub(crate) fn delete<'r>(&mut self, gone: impl IntoIterator<Item = &'r Resource>) {
        for r in gone {
            let context =
                format!("failed to delete resource namespace={}, name={}, kind={}", r.namespace, r.name, r.gvk.kind);
            self.needs.push(Need::of("delete", r, context));
        }
    }

    /// The record, which is changed when all is done.
    pub(crate) fn record(&mut self, verb: &'static str, release: &Release) {
        let plural = match self.ctx.storage.driver().name() {
            "Secret" => "secrets",
            "ConfigMap" => "configmaps",
            _ => return,
        };
        let context = if verb == "update" { "update: failed to update" } else { "" };
        self.needs.push(Need {
            verb,
            group: String::new(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
            namespace: release.namespace.clone(),
            name: key(&release.name, release.version),
            context: if plural == "secrets" { context.to_owned() } else { String::new() },
        });
    }

    /// Hooks of some events: applied, watched, and deleted by their policy.
    pub(crate) fn hooks(&mut self, release: &Release, events: &[&str], server_side: bool) {
        for hook in &release.hooks {
            let Some(event) = events.iter().find(|e| hook.events.iter().any(|have| hooks::is_event(have, e))) else {
                continue;
            };
            // a kind that does not exist yet may exist when it is the hook's turn
            let Ok(resources) = self.ctx.kube.build(&hook.manifest, false) else { continue };
            let failed = format!("warning: Hook {event} {} failed", hook.path);
            let at = self.needs.len();
            self.apply(&resources, &[], Sending { server_side, force_replace: false });
            for need in self.needs.iter_mut().skip(at) {
                need.context =
                    if need.context.is_empty() { failed.clone() } else { format!("{failed}: {}", need.context) };
            }
            let policies = &hook.delete_policies;
            let deletes =
                policies.is_empty() || policies.iter().any(|p| p == "before-hook-creation" || p == "hook-succeeded");
            for r in &resources {
                if deletes && r.gvk.kind != "CustomResourceDefinition" {
                    self.needs.push(Need::of("delete", r, ""));
                }
                if matches!(r.gvk.kind.as_str(), "Job" | "Pod") {
                    self.needs.push(Need::of("list", r, format!("failed to list {}", r.gvk)));
                }
            }
        }
    }

    /// Asks.
    ///
    /// # Errors
    /// The first refusal in the server's words, with all that is missing as its detail.
    pub(crate) fn check(self) -> Result<(), Error> {
        let Some(missing) = self.ctx.kube.missing_rights(&self.needs) else { return Ok(()) };
        let Some(first) = missing.needs.first() else { return Ok(()) };
        let refusal = first.refusal(&missing.user);
        let text = if first.context.is_empty() { refusal } else { format!("{}: {refusal}", first.context) };
        let lines: Vec<String> = missing.needs.iter().map(|n| format!("\n  {}", n.describe())).collect();
        let detail = format!("nothing of the release was changed; these rights are missing:{}", lines.concat());
        Err(Error::Detailed { text, detail })
    }
}
