//! The name of a release (`Install.NameAndChart`).

use std::rc::Rc;

use pintle_template::{FuncMap, MissingKey, TemplateSet};

use crate::cli::Parsed;

/// Takes name and chart from the arguments; `preset` is the name that a command gives by itself.
///
/// # Errors
/// Helm's text where they do not fit together.
pub fn name_and_chart(p: &Parsed, preset: Option<&str>) -> Result<(String, String), String> {
    let template = p.text("name-template");
    match p.args.as_slice() {
        [name, chart] => {
            if p.on("generate-name") {
                return Err("cannot set --generate-name and also specify a name".to_owned());
            }
            if !template.is_empty() {
                return Err("cannot set --name-template and also specify a name".to_owned());
            }
            Ok((name.clone(), chart.clone()))
        }
        [_, _, more @ ..] => Err(format!("expected at most two arguments, unexpected arguments: {}", more.join(", "))),
        [chart] => {
            if !template.is_empty() {
                return Ok((template_name(&template)?, chart.clone()));
            }
            if let Some(name) = preset {
                return Ok((name.to_owned(), chart.clone()));
            }
            if !p.on("generate-name") {
                return Err("must either provide a name or specify --generate-name".to_owned());
            }
            Ok((generated(chart), chart.clone()))
        }
        [] => Err("must either provide a name or specify --generate-name".to_owned()),
    }
}

/// `CHART-SECONDS`
fn generated(chart: &str) -> String {
    let base = chart.trim_end_matches('/').rsplit('/').next().unwrap_or(chart);
    let base = if base.is_empty() || base == "." { "chart" } else { base };
    let base = base.split('.').next().unwrap_or(base);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    format!("{base}-{now}")
}

/// A name from a template with Sprig's functions.
fn template_name(text: &str) -> Result<String, String> {
    let mut set = TemplateSet::new(Rc::new(FuncMap::with_base(pintle_sprig::lookup)), MissingKey::Default);
    let t = set.parse_anonymous("name-template", text.as_bytes()).map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    set.execute_template(&t, &pintle_go::Value::Nil, &mut out).map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
