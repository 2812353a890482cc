//! crds/: every document must be a CustomResourceDefinition, not a template.

use pintle_chart::load;

use super::{LintOptions, Linter, Severity, document, not_a_directory};

const DIR: &str = "crds/";

pub(super) fn check(linter: &mut Linter, o: &LintOptions<'_>) {
    let path = linter.chart_dir.join(DIR);
    if std::fs::symlink_metadata(&path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        return;
    }
    if !linter.rule(Severity::Error, DIR, not_a_directory(&linter.chart_dir.join("crds"))) {
        return;
    }
    let chart = match load::load_any_version(&linter.chart_dir, o.log) {
        Ok(c) => c,
        Err(e) => {
            linter.rule(Severity::Error, DIR, Some(e.to_string()));
            return;
        }
    };
    for crd in chart.crd_objects() {
        for head in document::heads(&crd.file.data) {
            match head {
                Err(e) => {
                    linter.rule(Severity::Error, &crd.name, Some(format!("unable to parse YAML: {e}")));
                    return;
                }
                Ok(None) => {}
                Ok(Some(h)) => {
                    let api = (!h.api_version.starts_with("apiextensions.k8s.io"))
                        .then(|| "apiVersion is not in 'apiextensions.k8s.io'".to_owned());
                    linter.rule(Severity::Error, &crd.name, api);
                    let kind = (h.kind != "CustomResourceDefinition")
                        .then(|| "object kind is not 'CustomResourceDefinition'".to_owned());
                    linter.rule(Severity::Error, &crd.name, kind);
                }
            }
        }
    }
}
