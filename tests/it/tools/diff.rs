//! helm-diff: it calls back for what is deployed and what would be, and reads both.

use pintle_testkit::tools::DIFF;

use super::{helm, install_plugin, on_cluster, small_chart};
use crate::kit::Run;

/// How the plugin describes itself.
pub const PLUGIN: &str = "name: diff\nversion: 3.15.11\nusage: Preview helm upgrade changes as a diff\n\
    description: Preview helm upgrade changes as a diff\nuseTunnel: true\n\
    platformCommand:\n- command: ${HELM_PLUGIN_DIR}/diff\n";

#[test]
fn helm_diff_compares_releases() {
    let Some((s, api, ns)) = on_cluster(&[DIFF], "diff") else { return };
    install_plugin(&s, DIFF.name, PLUGIN);
    small_chart(&s, "web");
    let hook = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations: {helm.sh/hook: post-upgrade}\ndata:\n  v: {{ .Values.v }}\n";
    s.write("web/templates/hook.yaml", hook);
    let diff = |line: &str| -> Run { helm(&s, &format!("diff -n {ns} --no-color {line}")) };

    let none = diff("upgrade a web");
    assert!(none.code == 1 && none.stderr.contains("Release was not present in Helm."), "{}", none.stderr);
    let fresh = diff("upgrade --allow-unreleased a web --detailed-exitcode");
    assert_eq!(fresh.code, 2, "{}", fresh.stderr);
    assert!(fresh.stdout.contains(&format!("{ns}, a, ConfigMap (v1) has been added:\n")), "{}", fresh.stdout);
    helm(&s, &format!("install a web -n {ns}")).ok();
    let same = diff("upgrade a web --detailed-exitcode").ok();
    assert_eq!(same, "");

    for how in
        ["", " --dry-run=server", " --three-way-merge", " --reuse-values", " --api-versions x/v1 --kube-version 1.31"]
    {
        let text = diff(&format!("upgrade a web --set v=two{how}")).ok();
        let (old, new) = if how.contains("three") {
            ("-   v: one\n", "+   v: two\n")
        } else {
            ("-   v: \"one\"\n", "+   v: \"two\"\n")
        };
        assert!(text.contains(old) && text.contains(new), "{how}: {text}");
        assert!(text.contains(", hook, ConfigMap (v1) "), "{how}: {text}");
    }
    assert!(!diff("upgrade a web --set v=two --no-hooks").ok().contains(", hook, "));
    let json: serde_json::Value =
        serde_json::from_str(&diff("upgrade a web --set v=two --output json").ok()).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(2), "{json}");

    helm(&s, &format!("upgrade a web -n {ns} --set v=two")).ok();
    helm(&s, &format!("install b web -n {ns} --set v=three --no-hooks")).ok();
    let revisions = diff("revision a 1 2").ok();
    assert!(revisions.contains("-   v: \"one\"\n+   v: \"two\"\n"), "{revisions}");
    let back = diff("rollback a 1 --detailed-exitcode");
    assert_eq!(back.code, 2, "{}", back.stderr);
    assert!(back.stdout.contains("-   v: \"two\"\n+   v: \"one\"\n"), "{}", back.stdout);
    let between = diff("release a b").ok();
    assert!(between.contains("-   v: \"two\"\n") && between.contains("+   v: \"three\"\n"), "{between}");

    // what somebody changed by hand shows where all three states are compared
    let patch = serde_json::json!({"data": {"v": "drift"}});
    let path = format!("/api/v1/namespaces/{ns}/configmaps/a");
    let (status, _) = api.request_as("PATCH", &path, "application/merge-patch+json", Some(&patch)).expect("an answer");
    assert_eq!(status, 200);
    let drift = diff("upgrade a web --set v=two --three-way-merge").ok();
    assert!(drift.contains("-   v: drift\n+   v: two\n"), "{drift}");
}
