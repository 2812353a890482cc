//! `dependency list`: what a chart depends on, and whether it is there.

use std::path::Path;

use pintle_chart::{Chart, Dependency, load};
use pintle_go::semver::{Constraint, Version};

use crate::Context;
use crate::error::CliResult;
use crate::output::table::Table;

pub fn list(cx: &Context<'_>) -> CliResult {
    let path = cx.args.args.first().map_or(".", String::as_str);
    let chart = load::load_any_version(Path::new(path), cx.out)?;
    let all = chart.metadata.dependencies.as_deref().unwrap_or_default();
    if all.is_empty() {
        cx.out.line(format!("WARNING: no dependencies at {}", Path::new(path).join("charts").display()));
        return Ok(());
    }
    let mut table = Table::new();
    table.max_width = cx.args.int("max-col-width").try_into().unwrap_or(80);
    table.row(["NAME", "VERSION", "REPOSITORY", "STATUS"]);
    for d in all {
        table.row([d.name.clone(), d.version.clone(), d.repository.clone(), status(&chart, d)]);
    }
    cx.out.line(table.text());
    for sub in chart.dependencies() {
        if !all.iter().any(|d| d.name == sub.name()) {
            cx.out.line(format!("WARNING: {:?} is not in Chart.yaml.", format!("{path}/charts/{}", sub.name())));
        }
    }
    cx.out.line("");
    Ok(())
}

fn status(chart: &Chart, d: &Dependency) -> String {
    let Some(sub) = chart.dependencies().iter().find(|c| c.name() == d.name) else { return "missing".to_owned() };
    let (Ok(wanted), Ok(have)) = (Constraint::new(d.version.as_str()), Version::new(sub.metadata.version.as_str()))
    else {
        return "invalid version".to_owned();
    };
    if wanted.check(&have) { "unpacked".to_owned() } else { "wrong version".to_owned() }
}
