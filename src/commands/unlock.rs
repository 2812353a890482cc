//! `unlock`: frees a release whose operation was cut off.

use pintle_cluster::action::recover::{self, Unlocked};

use crate::Context;
use crate::error::CliResult;
use crate::ops::session::Session;

pub fn run(cx: &Context<'_>) -> CliResult {
    let session = Session::open(cx)?;
    session.with(cx, &session.namespace, |actions| {
        for name in &cx.args.args {
            match recover::unlock(actions, name, cx.args.on("force"))? {
                Unlocked::Free(revision, status) => {
                    cx.out.line(format!("release {name:?} is free: revision {revision} is {status}"));
                }
                Unlocked::Closed(revision, status) => {
                    cx.out.line(format!(
                        "release {name:?} is free again: revision {revision} was {status} and is failed now"
                    ));
                }
            }
        }
        Ok(())
    })
}
