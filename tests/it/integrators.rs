//! The command lines of programs that call Helm, word for word, and what those programs read from the answer.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::kit::{Run, Sandbox};

/// A release in the memory driver.
const RELEASES: &str = "\
- name: web
  namespace: default
  version: 1
  info: {status: deployed, first_deployed: '2024-01-01T00:00:00Z', last_deployed: '2024-01-01T00:00:00Z', description: ok}
  chart: {metadata: {name: web, version: 0.1.0, apiVersion: v2}}
  manifest: \"---\\n# Source: web/templates/a.yaml\\nkind: ConfigMap\\n\"
";

fn sandbox() -> Sandbox {
    let s = Sandbox::as_helm();
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\ndata:\n  a: {{ .Values.a | quote }}\n";
    s.chart("web", &[("templates/a.yaml", config_map), ("values.yaml", "a: one\n")]);
    s.write("v.yaml", "a: two\n");
    s.write("releases.yaml", RELEASES);
    s
}

fn run(s: &Sandbox, line: &str) -> Run {
    s.run(line.split(' '))
}

/// Runs with the memory driver's release.
fn with_release(s: &Sandbox, line: &str) -> String {
    let mut c = s.command(line.split(' '));
    c.env("HELM_DRIVER", "memory").env("HELM_MEMORY_DRIVER_DATA", s.path("releases.yaml"));
    let out = c.output().expect("the program starts");
    assert!(out.status.success(), "`{line}`: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn argo_cd_renders_in_the_charts_folder() {
    let s = sandbox();
    let mut c = s.command(
        "template . --name-template app --namespace ns --kube-version 1.31 --set a=x\\,y --set-string b=1 --set-file c=Chart.yaml --values values.yaml --api-versions v1 --include-crds --skip-schema-validation --skip-tests"
            .split(' '),
    );
    for (name, folder) in [
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("HELM_CONFIG_HOME", "config"),
    ] {
        c.env(name, s.path("home").join(folder));
    }
    let out = c.current_dir(s.path("web")).output().expect("the program starts");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(text.starts_with("---\n# Source: web/templates/a.yaml\n"), "{text}");
    assert!(text.contains("name: app\n  namespace: ns\ndata:\n  a: \"x,y\"\n"), "{text}");
    assert!(!s.path("web/Chart.lock").exists(), "it removes a lock that it did not see before");
}

#[test]
fn argo_cd_builds_dependencies_by_the_error() {
    let s = sandbox();
    s.write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n- {name: db, version: 1.0.0, repository: 'https://charts.example.com'}\n");
    run(&s, "template ./web --name-template app")
        .error_with("found in Chart.yaml, but missing in charts/ directory: db");
}

#[test]
fn argo_cd_reads_values_chart_and_version() {
    let s = sandbox();
    assert_eq!(run(&s, "show values ./web").ok(), "a: one\n\n");
    assert!(run(&s, "show chart ./web").ok().contains("name: web\n"));
    let version = run(&s, "version --short").ok();
    let mut parts = version.trim().strip_prefix('v').expect("a v").split('.');
    assert_eq!(parts.next(), Some("4"), "{version}");
}

#[test]
fn argo_cd_adds_repositories_and_names_what_fails() {
    let s = sandbox();
    let said = run(&s, "repo add --username u --password p --pass-credentials r http://127.0.0.1:9");
    assert_eq!(said.code, 1);
    let wanted = "looks like \"http://127.0.0.1:9\" is not a valid chart repository or cannot be reached";
    assert!(said.stderr.contains(wanted), "{}", said.stderr);
}

#[test]
fn helmfile_puts_global_flags_first() {
    let s = sandbox();
    assert!(
        run(&s, "--kube-context c template app web --namespace ns --values v.yaml --set b=1")
            .ok()
            .contains("a: \"two\"")
    );
    let dir = s.path("out");
    let text = s.run(["template", "app", "web", "--output-dir", &dir.to_string_lossy()]).ok();
    assert_eq!(text, format!("wrote {}/web/templates/a.yaml\n\n", dir.display()));
    assert!(run(&s, "lint web").ok().contains("1 chart(s) linted, 0 chart(s) failed"));
    assert!(run(&s, "show chart web").ok().contains("version: 0.1.0"));
}

#[test]
fn helmfile_reads_the_table_of_releases() {
    let s = sandbox();
    let text = with_release(&s, "list --filter ^web$ --uninstalling --deployed --failed --pending");
    // it drops the first line and looks for CHART-VERSION between blanks
    let row = text.lines().nth(1).expect("a row");
    let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
    assert_eq!((cells[0], cells[1], cells[2], cells[4], cells[5]), ("web", "default", "1", "deployed", "web-0.1.0"));
    let none = with_release(&s, "list --filter ^other$ --uninstalling --deployed --failed --pending");
    assert_eq!(none.lines().count(), 1, "{none}");
    assert!(with_release(&s, "status web").starts_with("NAME: web\n"));
}

#[test]
fn helmfile_installs_plugins_by_the_error() {
    let s = sandbox();
    s.write("repo/.git/HEAD", "");
    s.write("repo/plugin.yaml", "name: p\nversion: 0.1.0\ncommand: 'true'\n");
    let address = format!("file://{}", s.path("repo").display());
    let said = s.run(["plugin", "install", &address, "--version", "0.1.0"]);
    assert!(said.code == 1 && said.stderr.contains("does not support verification"), "{}", said.stderr);
    let said = run(&s, "plugin uninstall none");
    assert!(said.stderr.contains("plugin: none not found"), "{}", said.stderr);
}

#[test]
fn chart_testing_wants_a_semantic_version() {
    let s = sandbox();
    let version = s.run(["version", "--template", "{{ .Version }}"]).ok();
    assert!(version.starts_with("v4."), "{version}");
    run(&s, "lint web --values v.yaml").ok();
}

#[test]
fn helm_diff_parses_our_output() {
    let s = sandbox();
    let version = run(&s, "version").ok();
    let quoted = version.split_once("Version:\"").and_then(|(_, v)| v.split_once('"')).expect("Version:\"…\"");
    assert!(version.starts_with("version.BuildInfo{") && quoted.0.starts_with("v4."), "{version}");
    assert_eq!(
        with_release(&s, "get manifest web --namespace default"),
        "---\n# Source: web/templates/a.yaml\nkind: ConfigMap\n\n"
    );
    assert_eq!(with_release(&s, "get hooks web"), "");
    assert_eq!(with_release(&s, "get all web --template {{.Release.Chart.Name}}"), "web");
    assert_eq!(with_release(&s, "get values web --output yaml --all"), "{}\n");
    let text = with_release(
        &s,
        "template web ./web --include-crds --namespace ns --values v.yaml --set b=1 --set-string c=2 --set-literal d=3 --set-json e=4 --disable-openapi-validation --enable-dns --skip-schema-validation --is-upgrade --api-versions v1 --kube-version 1.31",
    );
    assert_eq!(text.matches("\n---\n").count() + usize::from(text.starts_with("---\n")), 1, "{text}");
}

/// helm-secrets wraps `helm`, and fetches values as a getter plugin.
#[test]
fn helm_secrets_calls_back() {
    let s = sandbox();
    s.write("secrets/plugin.yaml", "name: secrets\nversion: 4.7.0\ncommand: $HELM_PLUGIN_DIR/run.sh\n");
    let script = "#!/bin/sh\n[ -n \"$HELM_BIN\" ] && [ -d \"$HELM_PLUGIN_DIR\" ] && [ -n \"$HELM_DEBUG\" ] || exit 9\nexec \"$HELM_BIN\" \"$@\"\n";
    let path = s.write("secrets/run.sh", script);
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("an executable");
    run(&s, "plugin install ./secrets").ok();
    assert!(run(&s, "secrets template app ./web -f v.yaml,v.yaml --set b=1").ok().contains("a: \"two\""));
    assert!(run(&s, "version --short").ok().starts_with("v4"));
}

#[test]
fn passwords_come_on_standard_input() {
    let s = sandbox();
    let line = "repo add r http://127.0.0.1:9 --force-update --username u --password-stdin";
    let mut child = s.command(line.split(' ')).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a start");
    child.stdin.take().expect("a pipe").write_all(b"secret\n").expect("written");
    let out = child.wait_with_output().expect("an end");
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success() && text.contains("cannot be reached") && !text.contains("secret"), "{text}");
}
