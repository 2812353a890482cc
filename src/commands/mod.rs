//! One file a command, or a group of them.

pub mod completion;
mod create;
mod dependency;
mod diff;
mod docs;
mod env;
mod install;
mod lifecycle;
mod lint;
mod outdated;
mod package;
mod plugin;
mod pull;
mod push;
mod read;
mod registry;
mod repo;
mod search;
mod show;
mod template;
mod unlock;
mod upgrade;
mod verify;
pub mod version;
mod versions;

use crate::error::{CliError, CliResult};
use crate::ops::postrender;
use crate::{Context, cli};

/// Runs the command that was parsed.
///
/// # Errors
/// What the command says.
pub fn run(cx: &Context<'_>) -> CliResult {
    let path = cx.args.command.map_or("", |c| c.path);
    postrender::check(cx)?;
    match path {
        "template" => template::run(cx),
        "lint" => lint::run(cx),
        "show all" | "show chart" | "show crds" | "show readme" | "show values" => show::run(cx),
        "package" => package::run(cx),
        "plugin install" => plugin::install(cx),
        "plugin list" => plugin::list(cx),
        "plugin package" => plugin::package(cx),
        "plugin uninstall" => plugin::uninstall(cx),
        "plugin update" => plugin::update(cx),
        "plugin verify" => plugin::verify(cx),
        "create" => create::run(cx),
        "version" => version::run(cx),
        "env" => env::run(cx),
        "dependency list" => dependency::list(cx),
        "dependency update" => dependency::update(cx),
        "dependency build" => dependency::build(cx),
        "diff upgrade" | "diff revision" | "diff rollback" | "diff release" => diff::run(cx),
        "repo add" => repo::add(cx),
        "repo list" => repo::list(cx),
        "repo remove" => repo::remove(cx),
        "repo update" => repo::update(cx),
        "repo index" => repo::index(cx),
        "pull" => pull::run(cx),
        "verify" => verify::run(cx),
        "push" => push::run(cx),
        "registry login" => registry::login(cx),
        "registry logout" => registry::logout(cx),
        "show versions" => versions::show(cx),
        "outdated" => outdated::run(cx),
        "search repo" => search::repo(cx),
        "search hub" => search::hub(cx),
        "install" => install::run(cx),
        "upgrade" => upgrade::run(cx),
        "rollback" => lifecycle::rollback(cx),
        "uninstall" => lifecycle::uninstall(cx),
        "test" => lifecycle::test(cx),
        "unlock" => unlock::run(cx),
        "list" => read::list(cx),
        "history" => read::history(cx),
        "status" => read::status(cx),
        "get all" => read::get_all(cx),
        "get hooks" => read::get_hooks(cx),
        "get manifest" => read::get_manifest(cx),
        "get metadata" => read::get_metadata(cx),
        "get notes" => read::get_notes(cx),
        "get values" => read::get_values(cx),
        "docs" => docs::run(cx),
        "completion bash" | "completion zsh" | "completion fish" | "completion powershell" | "completion nushell" => {
            completion::script(cx);
            Ok(())
        }
        other => Err(CliError::new(format!(
            "{:?} is not available in this version of pintle",
            format!("{} {other}", cx.settings.program)
        ))),
    }
}

/// A word that is no command: a plugin's, or a mistake.
///
/// # Errors
/// cobra's text with what may have been meant.
pub fn unknown(cx: &Context<'_>, word: &str, _rest: &[String]) -> CliResult {
    let program = &cx.settings.program;
    let mut text = format!("unknown command {word:?} for {program:?}");
    if let Some(root) = cli::parse::command("") {
        let near = cli::parse::suggestions(root, word);
        if !near.is_empty() {
            text += "\n\nDid you mean this?\n";
            for n in near {
                text += &format!("\t{n}\n");
            }
        }
    }
    text += &format!("\nRun '{program} --help' for usage.");
    Err(CliError::new(text))
}

/// `get all --template`: the release through a Go template.
fn get_template(cx: &Context<'_>, r: &pintle_release::Release, template: &str) -> CliResult {
    use pintle_template::{FuncMap, MissingKey, TemplateSet};
    let json = serde_json::to_value(r).map_err(|e| e.to_string())?;
    // templates see Go's field names: `.Release.Name`
    let mut data = serde_json::json!({ "Release": exported(&json) });
    // what Go's chart has as methods: helm-diff asks for `.Release.Chart.Name`
    let chart = &mut data["Release"]["Chart"];
    for (method, field) in [("Name", "Name"), ("AppVersion", "AppVersion")] {
        let value = chart["Metadata"][field].clone();
        if chart.is_object() && !value.is_null() {
            chart[method] = value;
        }
    }
    let mut set = TemplateSet::new(std::rc::Rc::new(FuncMap::with_base(pintle_sprig::lookup)), MissingKey::Default);
    let t = set.parse_anonymous("_", template.as_bytes()).map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    set.execute_template(&t, &crate::ops::render::from_json(&data), &mut out).map_err(|e| e.to_string())?;
    cx.out.data(out);
    Ok(())
}

/// Keys as Go exports them: `app_version` and `appVersion` are `AppVersion`.
fn exported(v: &serde_json::Value) -> serde_json::Value {
    match v {
        serde_json::Value::Object(m) => {
            let name = |k: &str| -> String {
                k.split('_')
                    .map(|p| {
                        p.chars()
                            .enumerate()
                            .map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c })
                            .collect::<String>()
                    })
                    .collect()
            };
            m.iter()
                .map(|(k, v)| (name(k), if k == "config" || k == "values" { v.clone() } else { exported(v) }))
                .collect()
        }
        serde_json::Value::Array(a) => a.iter().map(exported).collect(),
        other => other.clone(),
    }
}
