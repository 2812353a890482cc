//! `diff upgrade|revision|rollback|release`: object by object, as unified diffs.

use std::io::IsTerminal;

use pintle_chart::load;
use pintle_cluster::action::{Context as Actions, DryRun, read};
use pintle_cluster::diff::{Change, DiffOptions, Difference, diff};
use pintle_cluster::{Object, parse_yaml};
use pintle_release::Release;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::upgrade;
use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::session::Session;
use crate::ops::{chart, render, values};

pub fn run(cx: &Context<'_>) -> CliResult {
    let session = Session::open(cx)?;
    let what = cx.args.command.map_or("", |c| c.path);
    let name = |i: usize| cx.args.args.get(i).map_or("", String::as_str);
    let revision = |i: usize| -> Result<i64, CliError> {
        match cx.args.args.get(i) {
            None => Ok(0),
            Some(r) => pintle_go::strconv::atoi(r.as_bytes())
                .map_err(|e| CliError::new(format!("could not convert revision to a number: {e}"))),
        }
    };
    let (before, after) = session.with(cx, &session.namespace, |actions| {
        let get = |actions: &Actions<'_, '_>, name: &str, revision: i64| -> Result<Side, CliError> {
            read::content(actions, name, revision).map(|r| Side::of(&r)).map_err(|e| e.to_string().into())
        };
        Ok(match what {
            "diff revision" => (get(actions, name(0), revision(1)?)?, get(actions, name(0), revision(2)?)?),
            "diff release" => (get(actions, name(0), 0)?, get(actions, name(1), 0)?),
            "diff rollback" => {
                let now = read::content(actions, name(0), 0).map_err(|e| e.to_string())?;
                let to = match revision(1)? {
                    0 => now.version - 1,
                    r => r,
                };
                (Side::of(&now), get(actions, name(0), to)?)
            }
            _ => upgraded(cx, &session, actions, name(0), name(1))?,
        })
    })?;
    let options = DiffOptions { show_secrets: cx.args.on("show-secrets"), only_changes: true };
    let all = diff(&before.objects()?, &after.objects()?, options);
    let paint = Paint::new(cx);
    for d in &all {
        show(cx, d, &before, &after, &paint)?;
    }
    if !all.is_empty() && cx.args.on("detailed-exitcode") {
        cx.out.flush();
        return Err(CliError::code(2));
    }
    Ok(())
}

/// One side of a comparison.
struct Side {
    title: String,
    manifest: String,
    namespace: String,
}

impl Side {
    fn of(r: &Release) -> Side {
        Side {
            title: format!("{} revision {}", r.name, r.version),
            manifest: r.manifest.clone(),
            namespace: r.namespace.clone(),
        }
    }

    /// The objects; those of a release without a namespace are in the release's own.
    fn objects(&self) -> Result<Vec<Object>, CliError> {
        let all = parse_yaml(self.manifest.as_bytes())?;
        let placed = all.into_iter().map(|mut v| {
            if let Some(meta) = v.get_mut("metadata").and_then(Value::as_object_mut)
                && !meta.contains_key("namespace")
            {
                meta.insert("namespace".to_owned(), Value::String(self.namespace.clone()));
            }
            Object(v)
        });
        Ok(placed.collect())
    }
}

/// The release as it is, and as an upgrade would make it; nothing is changed.
fn upgraded(
    cx: &Context<'_>,
    session: &Session,
    actions: &mut Actions<'_, '_>,
    name: &str,
    reference: &str,
) -> Result<(Side, Side), CliError> {
    let path = chart::locate(cx, reference)?;
    let user = values::merge(cx)?;
    let missing = matches!(read::history(actions, name), Err(e) if e.to_string() == "release: not found");
    if missing && cx.args.on("install") {
        let mut chart = chart::load_installable(cx, &path)?;
        pintle_chart::deps::process_dependencies(&mut chart, &user, cx.out)?;
        let caps = session.capabilities()?;
        let o = pintle_chart::render_values::ReleaseOptions {
            name: name.to_owned(),
            namespace: session.namespace.clone(),
            revision: 1,
            is_upgrade: false,
            is_install: true,
        };
        let r = render::release(cx, session, &chart, &user, &o, &caps, DryRun::Server)?;
        let side = |title: &str, manifest: String| Side {
            title: title.to_owned(),
            manifest,
            namespace: session.namespace.clone(),
        };
        return Ok((side("nothing", String::new()), side("install", r.manifest)));
    }
    let mut chart = load::load(&path, cx.out)?;
    pintle_chart::deps::check_dependencies(&chart)?;
    let options = upgrade::options(cx, DryRun::Server);
    let (prepared, rendered) = upgrade::prepare(cx, session, actions, &options, name, &mut chart, &user)?;
    let before = Side::of(&prepared.current);
    let after = Side {
        title: format!("{name} after the upgrade"),
        manifest: rendered.manifest,
        namespace: prepared.current.namespace.clone(),
    };
    Ok((before, after))
}

/// Colours, where they are wanted.
struct Paint(bool);

impl Paint {
    fn new(cx: &Context<'_>) -> Paint {
        Paint(match cx.settings.value("color", "HELM_COLOR", "auto").as_str() {
            "always" => true,
            "never" => false,
            _ => cx.settings.var("NO_COLOR").is_empty() && std::io::stdout().is_terminal(),
        })
    }
    fn line(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn yaml(v: Option<&Value>) -> Result<String, CliError> {
    let Some(v) = v else { return Ok(String::new()) };
    let text = pintle_yaml::write(&render::from_json(v)).map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn show(cx: &Context<'_>, d: &Difference, before: &Side, after: &Side, paint: &Paint) -> CliResult {
    let (word, code) = match d.change {
        Change::Added => ("is added", "32"),
        Change::Removed => ("is removed", "31"),
        _ => ("changes", "33"),
    };
    let group = if d.key.gvk.group.is_empty() { String::new() } else { format!(".{}", d.key.gvk.group) };
    let place = if d.key.namespace.is_empty() { String::new() } else { format!("{}/", d.key.namespace) };
    cx.out.line(paint.line(code, &format!("{}{group} {place}{} {word}:", d.key.gvk.kind, d.key.name)));
    let (old, new) = (yaml(d.before.as_ref())?, yaml(d.after.as_ref())?);
    let text = TextDiff::from_lines(&old, &new);
    cx.out.line(paint.line("1", &format!("--- {}", before.title)));
    cx.out.line(paint.line("1", &format!("+++ {}", after.title)));
    let context: usize = cx.args.int("context").try_into().unwrap_or(3);
    for hunk in text.unified_diff().context_radius(context).iter_hunks() {
        cx.out.line(paint.line("36", &hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches('\n');
            cx.out.line(match change.tag() {
                ChangeTag::Delete => paint.line("31", &format!("-{line}")),
                ChangeTag::Insert => paint.line("32", &format!("+{line}")),
                ChangeTag::Equal => format!(" {line}"),
            });
        }
    }
    cx.out.line("");
    Ok(())
}
