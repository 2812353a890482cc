//! `show versions`: the versions of a chart.

use serde_json::json;

use crate::Context;
use crate::error::CliResult;
use crate::ops::repositories::{getter, places};
use crate::ops::versions;
use crate::output::release;
use crate::output::table::Table;

pub fn show(cx: &Context<'_>) -> CliResult {
    let reference = cx.args.args.first().map_or("", String::as_str);
    let wanted = versions::wanted(cx)?;
    let mut found = versions::of(cx, &places(cx), &getter(cx, None), reference)?;
    found.retain(|v| versions::fits(&wanted, &v.version));
    let shown: Vec<_> = found.iter().map(|v| json!({"version": v.version, "app_version": v.app_version})).collect();
    release::write(cx.out, &cx.args.text("output"), &shown, || {
        if found.is_empty() {
            cx.out.line("No versions found");
            return Ok(());
        }
        let mut table = Table::new();
        table.row(["VERSION", "APP VERSION"]);
        for v in &found {
            table.row([&*v.version, &v.app_version]);
        }
        cx.out.line(table.text());
        Ok(())
    })
}
