//! helm-diff: launched as a plugin, it calls `$HELM_BIN` back and parses what that prints.

use super::{on_cluster, run, sandbox, with_release};

/// It looks for this in both streams together.
#[test]
fn version() {
    let text = run(&sandbox(), "version").ok();
    let quoted = text.split_once("Version:\"").and_then(|(_, v)| v.split_once('"')).expect("Version:\"…\"");
    assert!(text.starts_with("version.BuildInfo{") && quoted.0.starts_with("v4."), "{text}");
}

#[test]
fn get() {
    let s = sandbox();
    let manifest = "---\n# Source: web/templates/a.yaml\nkind: ConfigMap\n\n";
    assert_eq!(with_release(&s, "get manifest web --namespace default --kube-context none"), manifest);
    assert_eq!(with_release(&s, "get manifest web --revision 1"), manifest);
    assert_eq!(with_release(&s, "get hooks web"), "");
    assert_eq!(with_release(&s, "get all web --template {{.Release.Chart.Name}}"), "web");
    assert_eq!(with_release(&s, "get values web --output yaml"), "null\n");
    assert_eq!(with_release(&s, "get values web --output yaml --all"), "{}\n");
    // a release that is not there is told by this text
    let mut c = s.command(["get", "manifest", "none"]);
    c.env("HELM_DRIVER", "memory").env("HELM_MEMORY_DRIVER_DATA", s.path("releases.yaml"));
    assert!(crate::kit::Run::of(c).error().contains("not found"));
}

/// The flags of the first argument list, then those of the second, as it puts them.
const FLAGS: &str = "--devel --include-crds --version >0 --namespace NS --values v.yaml --set b=1 --set-string c=2 --set-literal d=3 --set-json e=4 --values v.yaml --set-file f=v.yaml --disable-openapi-validation --enable-dns --skip-schema-validation";

#[test]
fn template() {
    let s = sandbox();
    let line =
        format!("template web ./web {FLAGS} --is-upgrade --api-versions v1 --kube-version 1.31 --dry-run=client");
    let text = run(&s, &line.replace("NS", "ns")).ok();
    // documents are split at this
    assert_eq!(text.matches("\n---\n").count() + usize::from(text.starts_with("---\n")), 1, "{text}");
    assert!(text.contains("namespace: ns\n") && text.contains("a: \"two\""), "{text}");
}

/// Its other way: what a dry run prints, cut at these words.
#[test]
fn upgrade_as_a_dry_run() {
    let Some((s, _, ns)) = on_cluster("differ") else { return };
    let hook = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: h, annotations: {helm.sh/hook: pre-upgrade}}\n";
    s.write("web/templates/hook.yaml", hook);
    s.write("web/templates/NOTES.txt", "some notes\n");
    let flags = FLAGS.replace("--include-crds ", "").replace("NS", &ns);
    for more in ["--install", "--take-ownership --server-side=true", "--server-side=auto"] {
        run(&s, &format!("upgrade web ./web --namespace {ns} --install")).ok();
        let text = run(&s, &format!("upgrade web ./web {flags} {more} --dry-run=server")).ok();
        let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word} is missing:\n{text}"));
        let (hooks, manifest, notes) = (at("HOOKS:\n"), at("MANIFEST:\n"), at("\nNOTES:\n"));
        assert!(hooks < manifest && manifest < notes, "{text}");
        assert!(text[hooks..manifest].contains("name: h") && text[manifest..notes].contains("a: \"two\""), "{text}");
    }
}

#[test]
fn what_its_environment_holds() {
    let s = sandbox();
    let yaml = "name: diff\nversion: 3.15.11\ncommand: ${HELM_PLUGIN_DIR}/run.sh\n";
    s.write("plugin/plugin.yaml", yaml);
    let script = "#!/bin/sh\necho \"$HELM_NAMESPACE|$HELM_DEBUG|$HELM_KUBECONTEXT|$HELM_DRIVER|$HELM_DIFF_COLOR|$*\"\n\"$HELM_BIN\" version --short\n";
    let path = s.write("plugin/run.sh", script);
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("an executable");
    run(&s, "plugin install ./plugin").ok();
    let mut c = s.command("--kube-context c diff upgrade a ./web --allow-unreleased -n ns --color".split(' '));
    c.env("HELM_DRIVER", "configmap").env("HELM_DIFF_COLOR", "true");
    let text = crate::kit::Run::of(c).ok();
    let (own, version) = text.split_once('\n').expect("two lines");
    assert_eq!(own, "ns|false|c|configmap|true|upgrade a ./web --allow-unreleased --color");
    assert!(version.starts_with("v4."), "{version}");
}
