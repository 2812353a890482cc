//! The command line has every command, alias, flag, short form, type and default of Helm's.

use pintle::cli::spec::{Command, Flag};
use pintle::cli::table;
use serde_json::Value;

use crate::kit::shared;

/// What a flag is, in one line, so that a difference reads as one.
fn ours(f: &Flag) -> String {
    describe(f.name, f.short, f.kind, f.default, f.no_opt, f.hidden, f.deprecated)
}

fn theirs(f: &Value) -> String {
    let text = |key: &str| f[key].as_str().unwrap_or_default();
    let hidden = f["hidden"] == true;
    let (name, short) = (text("name"), text("short"));
    describe(name, short, text("type"), text("default"), text("no_opt_default"), hidden, text("deprecated"))
}

fn describe(name: &str, short: &str, kind: &str, default: &str, no_opt: &str, hidden: bool, old: &str) -> String {
    format!("--{name} -{short} {kind} default {default:?} alone {no_opt:?} hidden {hidden} deprecated {old:?}")
}

fn command(path: &str) -> Option<&'static Command> {
    table::COMMANDS.iter().find(|c| c.path == path)
}

#[test]
fn helms_commands_and_flags_are_all_there() {
    let Some(path) = shared("cli/surface.json") else { return };
    let surface: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let mut missing: Vec<String> = Vec::new();
    let (mut commands, mut flags) = (0, 0);
    for wanted in surface["commands"].as_array().expect("commands") {
        let full = wanted["path"].as_str().expect("a path");
        let path = full.strip_prefix("helm").unwrap_or(full).trim_start();
        let Some(found) = command(path).or_else(|| table::COMMANDS.first().filter(|_| path.is_empty())) else {
            missing.push(format!("{full}: no such command"));
            continue;
        };
        commands += 1;
        for alias in wanted["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !found.aliases.contains(&alias) {
                missing.push(format!("{full}: alias {alias}"));
            }
        }
        if wanted["hidden"].as_bool().unwrap_or(false) != found.hidden {
            missing.push(format!("{full}: hidden {}", wanted["hidden"]));
        }
        // how many arguments: Helm's refusals by count, word for word
        for (count, text) in wanted["args"]["error_by_count"].as_object().into_iter().flatten() {
            let count = count.parse().expect("a count");
            let said = found.args.refuse(count, "helm", found);
            if said.as_deref() != text.as_str() {
                missing.push(format!("{full} with {count} arguments: {said:?}, not {text}"));
            }
        }
        for flag in wanted["flags"].as_array().into_iter().flatten() {
            // every command has --help; the parser answers it before any table
            if flag["name"] == "help" {
                continue;
            }
            flags += 1;
            let all = if flag["scope"] == "persistent" { table::GLOBAL } else { found.flags };
            let said = all.iter().find(|f| flag["name"] == f.name).map(ours);
            if said.as_ref() != Some(&theirs(flag)) {
                missing.push(format!("{full}: {} is {said:?}", theirs(flag)));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(commands >= 60 && flags >= 440, "{commands} commands, {flags} flags");
}

/// The table is searched by name; two entries of one name would hide each other.
#[test]
fn names_are_given_once() {
    for c in table::COMMANDS {
        assert_eq!(table::COMMANDS.iter().filter(|o| o.path == c.path).count(), 1, "{}", c.path);
        for f in c.flags {
            let all = || c.flags.iter().chain(table::GLOBAL);
            assert_eq!(all().filter(|o| o.name == f.name).count(), 1, "{} --{}", c.path, f.name);
            let twins = all().filter(|o| !f.short.is_empty() && o.short == f.short).count();
            assert!(twins <= 1, "{} -{}", c.path, f.short);
        }
    }
}
