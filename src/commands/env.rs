//! `env`: the settings in force.

use crate::Context;
use crate::error::CliResult;

pub fn run(cx: &Context<'_>) -> CliResult {
    let vars = cx.settings.env_vars();
    match cx.args.args.first() {
        Some(name) => {
            let value = vars.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v);
            cx.out.line(value);
        }
        None => {
            for (k, v) in vars {
                cx.out.line(format!("{k}=\"{v}\""));
            }
        }
    }
    Ok(())
}
