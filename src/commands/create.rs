//! `create`: starts a new chart.

use std::path::Path;

use pintle_chart::Metadata;
use pintle_chart::create::{create, create_from};
use pintle_go::path;

use crate::Context;
use crate::error::{CliError, CliResult};

/// The variable that lets charts of the coming generation be made (Helm's feature gate).
const V3_GATE: &str = "HELM_EXPERIMENTAL_CHART_V3";

/// Helm's text for a gate that is shut.
fn gate_text(gate: &str) -> String {
    format!(
        "this feature has been marked as experimental and is not enabled by default. Please set {gate}=1 in your \
         environment to use this feature"
    )
}

pub fn run(cx: &Context<'_>) -> CliResult {
    let name = cx.args.args.first().map_or("", String::as_str);
    cx.out.line(format!("Creating {name}"));
    let api_version = cx.args.text("chart-api-version");
    let api_version = match api_version.as_str() {
        "v2" | "" => "v2",
        "v3" if cx.settings.var(V3_GATE).is_empty() => return Err(CliError::new(gate_text(V3_GATE))),
        "v3" => "v3",
        other => return Err(CliError::new(format!("unsupported chart API version: {other} (supported: v2, v3)"))),
    };
    let base = String::from_utf8_lossy(path::base(name.as_bytes())).into_owned();
    let parent = String::from_utf8_lossy(&path::dir(name.as_bytes())).into_owned();
    let parent = Path::new(&parent);
    if let Some(starter) = cx.args.given("starter") {
        let starter = match Path::new(&starter).is_absolute() {
            true => starter.into(),
            false => cx.settings.data_home.join("starters").join(starter),
        };
        let metadata = Metadata {
            name: base,
            description: "A Helm chart for Kubernetes".to_owned(),
            kind: "application".to_owned(),
            version: "0.1.0".to_owned(),
            app_version: "0.1.0".to_owned(),
            api_version: api_version.to_owned(),
            ..Metadata::default()
        };
        create_from(metadata, parent, &starter, cx.out)?;
        return Ok(());
    }
    let made = create(&base, parent, api_version)?;
    for file in made.overwritten {
        cx.out.note(format!("WARNING: File {:?} already exists. Overwriting.", file.display().to_string()));
    }
    Ok(())
}
