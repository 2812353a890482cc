//! `show all|chart|values|readme|crds`: what a chart holds.

use pintle_chart::load;
use pintle_go::Value;
use pintle_go::jsonpath::JsonPath;

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::chart;

const README: [&str; 3] = ["readme.md", "readme.txt", "readme"];

pub fn run(cx: &Context<'_>) -> CliResult {
    let path = cx.args.command.map_or("", |c| c.path);
    let what = path.rsplit(' ').next().unwrap_or(path);
    let wants = |part: &str| what == part || what == "all";
    let reference = cx.args.args.first().map_or("", String::as_str);
    let chart = load::load_any_version(&chart::locate(cx, reference)?, cx.out)?;
    let mut out = Vec::new();
    if wants("chart") {
        out.extend(chart.metadata.to_yaml().map_err(|e| e.to_string())?);
        out.push(b'\n');
    }
    if wants("values") && !chart.values.is_nil() {
        if what == "all" {
            out.extend_from_slice(b"---\n");
        }
        match cx.args.given("jsonpath") {
            Some(template) => {
                let path = JsonPath::parse(&template)
                    .map_err(|e| CliError::new(format!("error parsing jsonpath {template}: {e}")))?;
                // Helm does not look at what evaluating says: a path that is not there prints nothing
                out.extend(path.execute(&Value::Map(chart.values.clone())).unwrap_or_default());
            }
            None => {
                for f in chart.raw.iter().filter(|f| &*f.name == "values.yaml") {
                    out.extend_from_slice(&f.data);
                    out.push(b'\n');
                }
            }
        }
    }
    if wants("readme") {
        let readme = chart.files.iter().find(|f| README.iter().any(|n| f.name.eq_ignore_ascii_case(n)));
        if let Some(f) = readme {
            if what == "all" {
                out.extend_from_slice(b"---\n");
            }
            out.extend_from_slice(&f.data);
            out.push(b'\n');
        }
    }
    if wants("crds") {
        for crd in chart.crd_objects() {
            if !crd.file.data.starts_with(b"---") {
                out.extend_from_slice(b"---\n");
            }
            out.extend_from_slice(&crd.file.data);
            out.push(b'\n');
        }
    }
    cx.out.data(out);
    Ok(())
}
