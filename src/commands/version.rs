//! `version`, in three shapes: Helm's, Helm's short one, and pintle's own.

use std::rc::Rc;

use pintle_chart::BuildInfo;
use pintle_template::{FuncMap, MissingKey, TemplateSet};

use crate::Context;
use crate::error::CliResult;

/// Called as `helm` it answers what tools parse: `version.BuildInfo{…}` or `v4.2.4+g…`; under its own name it tells who
/// it is. A template sees Helm's fields either way.
///
/// # Errors
/// A template that fails.
pub fn run(cx: &Context<'_>) -> CliResult {
    let own = env!("CARGO_PKG_VERSION");
    let helm = BuildInfo::default();
    if let Some(template) = cx.args.given("template") {
        let mut set = TemplateSet::new(Rc::new(FuncMap::new()), MissingKey::Default);
        let t = set.parse_anonymous("_", template.as_bytes()).map_err(|e| e.to_string())?;
        let mut out = Vec::new();
        let done = set.execute_template(&t, &helm.to_value(), &mut out);
        cx.out.data(out);
        return done.map_err(|e| e.to_string().into());
    }
    cx.out.line(match (cx.settings.program == "helm", cx.args.on("short")) {
        (true, true) => helm.short(),
        (true, false) => format!(
            "version.BuildInfo{{Version:\"{}\", GitCommit:\"{}\", GitTreeState:\"{}\", GoVersion:\"{}\", KubeClientVersion:\"{}\"}}",
            helm.version, helm.git_commit, helm.git_tree_state, helm.go_version, helm.kube_client_version
        ),
        (false, true) => format!("v{own}"),
        (false, false) => format!("pintle v{own} (stands in for Helm {})", helm.version),
    });
    Ok(())
}
