//! `create`: starts a new chart.

use std::path::Path;

use pintle_chart::Metadata;
use pintle_chart::create::{create, create_from};

use crate::Context;
use crate::error::{CliError, CliResult};

pub fn run(cx: &Context<'_>) -> CliResult {
    let name = cx.args.args.first().map_or("", String::as_str);
    cx.out.line(format!("Creating {name}"));
    match cx.args.text("chart-api-version").as_str() {
        "v2" | "" => {}
        "v3" => return Err("chart API version v3 is not available in this version of pintle".into()),
        other => return Err(CliError::new(format!("unsupported chart API version: {other} (supported: v2, v3)"))),
    }
    let path = Path::new(name);
    let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Some(starter) = cx.args.given("starter") {
        let starter = match Path::new(&starter).is_absolute() {
            true => starter.into(),
            false => cx.settings.data_home.join("starters").join(starter),
        };
        let metadata = Metadata {
            name: base.to_owned(),
            description: "A Helm chart for Kubernetes".to_owned(),
            kind: "application".to_owned(),
            version: "0.1.0".to_owned(),
            app_version: "0.1.0".to_owned(),
            api_version: "v2".to_owned(),
            ..Metadata::default()
        };
        create_from(metadata, parent, &starter, cx.out)?;
        return Ok(());
    }
    let made = create(base, parent)?;
    for file in made.overwritten {
        cx.out.note(format!("WARNING: File {:?} already exists. Overwriting.", file.display().to_string()));
    }
    Ok(())
}
