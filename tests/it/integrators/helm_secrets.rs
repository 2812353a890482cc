//! helm-secrets: a wrapper that calls `helm` again, a getter, and a post-renderer. See `tools::secrets` for it with sops.

use super::{run, sandbox};
use crate::kit::Sandbox;

fn plugin(s: &Sandbox, name: &str, yaml: &str, script: &str) {
    s.write(&format!("{name}/plugin.yaml"), yaml);
    let path = s.write(&format!("{name}/run.sh"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("an executable");
    run(s, &format!("plugin install ./{name}")).ok();
}

/// What its scripts cannot do without.
const GIVEN: &str = "[ -n \"$HELM_BIN\" ] && [ -d \"$HELM_PLUGIN_DIR\" ] && [ \"$HELM_DEBUG\" = false ] || exit 9\n";

#[test]
fn version() {
    assert!(run(&sandbox(), "version --short").ok().starts_with("v4"));
}

#[test]
fn the_wrapper_calls_back() {
    let s = sandbox();
    let yaml = "name: secrets\nversion: 4.7.0\ncommand: $HELM_PLUGIN_DIR/run.sh\n";
    plugin(&s, "secrets", yaml, &format!("{GIVEN}exec \"$HELM_BIN\" \"$@\""));
    let line =
        "secrets template app ./web -f v.yaml,v.yaml --values=v.yaml --set b=1 --set-string c=2 --set-file d=v.yaml";
    assert!(run(&s, line).ok().contains("a: \"two\""));
    let failed = run(&s, "secrets template app ./none");
    assert!(failed.code == 1 && failed.stderr.contains("Error: plugin \"secrets\" exited with error"));
}

#[test]
fn the_getter_sees_the_address_as_fourth_argument() {
    let s = sandbox();
    let legacy = "name: secrets\nversion: 4.7.0\ndownloaders:\n- {command: run.sh downloader, protocols: [secrets]}\n";
    plugin(&s, "secrets", legacy, &format!("{GIVEN}[ \"$1\" = downloader ] && shift && echo \"a: $#$1$2$3$4\""));
    let text = run(&s, "template app ./web -f secrets://some/v.yaml").ok();
    assert!(text.contains("a: \"4secrets://some/v.yaml\""), "{text}");
    // its other getters fetch by way of a chart of its own
    s.chart("get", &[("templates/a.yaml", "{{ .Values.content }}\n")]);
    let text = run(&s, "template get --set-file content=secrets://x").ok();
    assert!(text.contains("a: 4secrets://x"), "{text}");
}

#[test]
fn the_post_renderer_has_its_arguments() {
    let s = sandbox();
    let yaml = "apiVersion: v1\ntype: postrenderer/v1\nname: secrets-post-renderer\nversion: 4.7.0\nruntime: subprocess\nruntimeConfig:\n  platformCommand:\n  - command: ${HELM_PLUGIN_DIR}/run.sh\n";
    plugin(&s, "secrets-post-renderer", yaml, "[ -d \"$HELM_PLUGIN_DIR\" ] && cat; echo \"# $*\"");
    let line = "template app ./web --post-renderer secrets-post-renderer --post-renderer-args --backend --post-renderer-args sops";
    let text = run(&s, line).ok();
    assert!(text.contains("# --backend sops"), "{text}");
}
