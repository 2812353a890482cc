//! `rollback`, `uninstall`, `test`: what happens to a release that is there.

use pintle_cluster::Propagation;
use pintle_cluster::action::ServerSide;
use pintle_cluster::action::rollback::{self, RollbackOptions};
use pintle_cluster::action::test::{self, TestOptions};
use pintle_cluster::action::uninstall::{self, UninstallOptions};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::session::{self, Session};
use crate::output::release::{self, Show};

fn first<'a>(cx: &'a Context<'_>) -> &'a str {
    cx.args.args.first().map_or("", String::as_str)
}

pub fn rollback(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let revision = match p.args.get(1) {
        Some(r) => pintle_go::strconv::atoi(r.as_bytes())
            .map_err(|e| format!("could not convert revision to a number: {e}"))?,
        None => 0,
    };
    let options = RollbackOptions {
        revision,
        server_side: ServerSide::from_flag(&p.text("server-side")),
        force_conflicts: p.on("force-conflicts"),
        force_replace: p.on("force-replace") || p.on("force"),
        dry_run: session::dry_run(cx)?,
        disable_hooks: p.on("no-hooks"),
        waiting: session::waiting(cx),
        cleanup_on_fail: p.on("cleanup-on-fail"),
        max_history: p.int("history-max"),
    };
    let session = Session::open(cx)?;
    session.with(cx, &session.namespace, |actions| rollback::run(actions, &options, first(cx)).map_err(Into::into))?;
    cx.out.line("Rollback was a success! Happy Helming!");
    Ok(())
}

pub fn uninstall(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let cascade = match p.text("cascade").as_str() {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            return Err(CliError::new(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    };
    let options = UninstallOptions {
        dry_run: p.on("dry-run"),
        ignore_not_found: p.on("ignore-not-found"),
        keep_history: p.on("keep-history"),
        disable_hooks: p.on("no-hooks"),
        waiting: session::waiting(cx),
        cascade,
        description: p.text("description"),
    };
    let session = Session::open(cx)?;
    session.with(cx, &session.namespace, |actions| {
        for name in &p.args {
            let done = uninstall::run(actions, &options, name)?;
            if let Some(done) = done
                && !done.info.is_empty()
            {
                cx.out.line(done.info);
            }
            cx.out.line(format!("release \"{name}\" uninstalled"));
        }
        Ok(())
    })
}

pub fn test(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    for f in p.list("filter") {
        if let Some(name) = f.strip_prefix("name=") {
            include.push(name.to_owned());
        } else if let Some(name) = f.strip_prefix("!name=").or_else(|| f.strip_prefix("! name=")) {
            exclude.push(name.to_owned());
        }
    }
    let session = Session::open(cx)?;
    let options = TestOptions { namespace: session.namespace.clone(), timeout: session::timeout(cx), include, exclude };
    session.with(cx, &session.namespace, |actions| {
        let run = test::run(actions, &options, first(cx)).map_err(|e| e.to_string())?;
        let show = Show { debug: cx.settings.debug, metadata: false, hide_notes: true };
        release::release(cx.out, "table", &run.release, show)?;
        let mut error = run.error.map(|e| e.to_string());
        if p.on("logs") {
            cx.out.line("");
            let (logs, failed) = test::pod_logs(actions, &options, &run.release);
            cx.out.data(logs);
            if let Some(e) = failed {
                error = Some(error.map_or_else(|| e.to_string(), |first| format!("{first}\n{e}")));
            }
        }
        let cleaned = run.cleanup.run(actions);
        match (error, cleaned) {
            (Some(e), _) => Err(e.into()),
            (None, Err(e)) => Err(e.to_string().into()),
            (None, Ok(())) => Ok(()),
        }
    })
}
