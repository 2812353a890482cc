//! `version`, in three shapes: Helm's, Helm's short one, and pintle's own.

use std::rc::Rc;

use pintle_go::{Map, Value};
use pintle_template::{FuncMap, MissingKey, TemplateSet};

use crate::Context;
use crate::error::CliResult;

/// The version of Helm that pintle stands in for.
pub const HELM: &str = "v4.2.4";
const HELM_COMMIT: &str = "";
const GO: &str = "go1.26.8";
const KUBE_CLIENT: &str = "v1.36";

/// Prints it as `--template` and `--short` say.
///
/// # Errors
/// A template that fails.
pub fn run(cx: &Context<'_>) -> CliResult {
    let own = env!("CARGO_PKG_VERSION");
    let helm = cx.settings.program == "helm";
    if let Some(template) = cx.args.given("template") {
        let fields = [
            ("Version", HELM),
            ("GitCommit", HELM_COMMIT),
            ("GitTreeState", "clean"),
            ("GoVersion", GO),
            ("KubeClientVersion", KUBE_CLIENT),
            ("PintleVersion", own),
        ];
        let data = Map::from_pairs(fields.map(|(k, v)| (k.into(), Value::str(v))).to_vec());
        let mut set = TemplateSet::new(Rc::new(FuncMap::new()), MissingKey::Error);
        let t = set.parse_anonymous("_", template.as_bytes()).map_err(|e| e.to_string())?;
        let mut out = Vec::new();
        set.execute_template(&t, &Value::Map(data), &mut out).map_err(|e| e.to_string())?;
        cx.out.data(out);
        return Ok(());
    }
    cx.out.line(match (helm, cx.args.on("short")) {
        (true, true) => HELM.to_owned(),
        (true, false) => format!(
            "version.BuildInfo{{Version:\"{HELM}\", GitCommit:\"{HELM_COMMIT}\", GitTreeState:\"clean\", GoVersion:\"{GO}\", KubeClientVersion:\"{KUBE_CLIENT}\"}}"
        ),
        (false, true) => format!("v{own}"),
        (false, false) => format!("pintle v{own} (stands in for Helm {HELM})"),
    });
    Ok(())
}
