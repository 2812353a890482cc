//! Argo CD's repo-server: it renders in the chart's folder, and goes by texts of errors.

use std::process::Command;

use super::{files, on_cluster, registry, repository, run, sandbox, with_input};
use crate::kit::{Run, Sandbox};

/// A command in the chart's folder, with the folders that Argo CD gives.
fn command(s: &Sandbox, line: &str) -> Command {
    let mut c = s.command(line.split(' '));
    for (name, folder) in [
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("HELM_CONFIG_HOME", "config"),
    ] {
        c.env(name, s.path("home").join(folder));
    }
    c.current_dir(s.path("web"));
    c
}

fn argo(s: &Sandbox, line: &str) -> Run {
    Run::of(command(s, line))
}

#[test]
fn template() {
    let s = sandbox();
    s.write("web/crds/c.yaml", "kind: CustomResourceDefinition\n");
    s.write("web/templates/tests/t.yaml", "kind: Pod\nmetadata: {annotations: {helm.sh/hook: test}}\n");
    let text = argo(
        &s,
        "template . --name-template app --namespace ns --kube-version 1.31 --set a=x\\,y --set-string b=1 --set-file c=Chart.yaml --values values.yaml --values ../v.yaml --api-versions v1 --api-versions apps/v1 --include-crds --skip-schema-validation --skip-tests",
    )
    .ok();
    // it splits standard output as YAML
    assert!(text.contains("# Source: web/templates/a.yaml\n"), "{text}");
    assert!(text.contains("name: app\n  namespace: ns\ndata:\n  a: \"x,y\"\n"), "{text}");
    assert!(text.contains("kind: CustomResourceDefinition") && !text.contains("kind: Pod"), "{text}");
    assert!(!s.path("web/Chart.lock").exists(), "it removes a lock that it did not see before");
}

/// It builds dependencies when rendering says so, and renders again.
#[test]
fn dependency_build() {
    let s = sandbox();
    let server = repository(&s);
    let depends = |apis: &str, file: &str| {
        let list = format!("dependencies:\n- {{name: web, version: 0.1.0, repository: '{}'}}\n", server.url(""));
        let chart = format!("apiVersion: {apis}\nname: app\nversion: 0.1.0\n");
        s.write("app/Chart.yaml", if file == "Chart.yaml" { format!("{chart}{list}") } else { chart });
        if file != "Chart.yaml" {
            s.write(&format!("app/{file}"), list);
        }
    };
    let mut c = command(&s, "repo add --username me --password pass mine");
    c.arg(server.url(""));
    Run::of(c).ok();
    for (apis, file, text) in [
        ("v2", "Chart.yaml", "found in Chart.yaml, but missing in charts/ directory"),
        // Helm says the same of the older file
        ("v1", "requirements.yaml", "found in Chart.yaml, but missing in charts/ directory"),
    ] {
        depends(apis, file);
        let in_app = |line: &str| {
            let mut c = command(&s, line);
            c.current_dir(s.path("app"));
            Run::of(c)
        };
        in_app("template . --name-template app").error_with(text);
        in_app("dependency build --insecure-skip-tls-verify --plain-http").ok();
        assert!(in_app("template . --name-template app").ok().contains("# Source: app/charts/web/templates/a.yaml"));
        std::fs::remove_dir_all(s.path("app")).expect("the chart");
    }
    // the two texts of failures that it knows
    depends("v2", "Chart.yaml");
    std::fs::remove_file(s.path("repository/web-0.1.0.tgz")).expect("the archive");
    assert!(run_in(&s, "app", "dependency build").stderr.contains("could not download"));
    std::fs::remove_file(s.path("repository/index.yaml")).expect("the index");
    let said = argo(&s, &format!("repo add other {}", server.url("")));
    assert!(said.stderr.contains("is not a valid chart repository or cannot be reached"), "{}", said.stderr);
}

fn run_in(s: &Sandbox, folder: &str, line: &str) -> Run {
    let mut c = command(s, line);
    c.current_dir(s.path(folder));
    Run::of(c)
}

#[test]
fn repo_add() {
    let s = sandbox();
    let server = repository(&s);
    let url = server.url("");
    let line =
        format!("repo add --username me --password pass --insecure-skip-tls-verify --pass-credentials mine {url}");
    argo(&s, &line).ok();
    assert!(s.path("home/config/repositories.yaml").exists());
    argo(&s, &format!("repo add --username me --password wrong other {url}")).error_with("401 Unauthorized");
    // files that are not there
    for flags in ["--ca-file none", "--cert-file none --key-file none"] {
        assert_eq!(argo(&s, &format!("repo add {flags} third {url}")).code, 1, "{flags}");
    }
}

#[test]
fn registry_login_and_logout() {
    let s = sandbox();
    let server = registry(&s);
    let host = server.authority();
    let line = format!("registry login {host} --plain-http --username me --password-stdin");
    // without a newline
    with_input(command(&s, &line), "pass").ok();
    let kept = std::fs::read_to_string(s.path("home/config/registry/config.json")).expect("the credentials");
    assert!(kept.contains(&host), "{kept}");
    argo(&s, &format!("registry logout {host}")).ok();
    let said = with_input(command(&s, &line), "wrong");
    assert!(said.code == 1 && !format!("{}{}", said.stdout, said.stderr).contains("wrong"), "{}", said.stderr);
}

/// It expects one file.
#[test]
fn pull() {
    let s = sandbox();
    let server = repository(&s);
    s.write("out/.keep", "");
    let line = format!(
        "pull --destination ../out --version 0.1.0 --username me --password pass --insecure-skip-tls-verify --repo {} web --pass-credentials",
        server.url("")
    );
    std::fs::remove_file(s.path("out/.keep")).expect("the file");
    argo(&s, &line).ok();
    assert_eq!(files(&s, "out"), ["web-0.1.0.tgz"]);
}

#[test]
fn pull_from_a_registry() {
    let s = sandbox();
    let server = registry(&s);
    std::fs::create_dir(s.path("out")).expect("a folder");
    let login = format!("registry login {} --plain-http --username me --password-stdin", server.authority());
    with_input(command(&s, &login), "pass").ok();
    let chart = format!("oci://{}/team/web", server.authority());
    argo(&s, &format!("pull {chart} --version 0.1.0 --destination ../out --plain-http")).ok();
    assert_eq!(files(&s, "out"), ["web-0.1.0.tgz"]);
}

#[test]
fn show() {
    let s = sandbox();
    assert_eq!(argo(&s, "show values .").ok(), "a: one\n\n");
    assert_eq!(argo(&s, "show chart .").ok(), "apiVersion: v2\nname: web\nversion: 0.1.0\n\n");
}

#[test]
fn version() {
    let text = argo(&sandbox(), "version --short").ok();
    let mut parts = text.trim().strip_prefix('v').expect("a v").split('.');
    assert_eq!(parts.next(), Some("4"), "{text}");
    assert_eq!(parts.count(), 2, "{text}");
}

/// Of its generators: an empty `--repository-config`.
#[test]
fn upgrade_without_a_list_of_repositories() {
    let Some((s, api, ns)) = on_cluster("argo") else { return };
    let server = repository(&s);
    let mut words: Vec<String> = format!("upgrade --install app web --values v.yaml --repo {}", server.url(""))
        .split(' ')
        .map(str::to_owned)
        .collect();
    words.extend(
        ["--namespace", &format!("{ns}-new"), "--repository-config", "", "--create-namespace", "--wait"]
            .map(str::to_owned),
    );
    // that repository is open
    let refused = s.run(&words);
    assert!(refused.stderr.contains("401 Unauthorized"), "{}", refused.stderr);
    words.extend(["--username", "me", "--password", "pass"].map(str::to_owned));
    s.run(&words).ok();
    let map = api.expect("GET", &format!("/api/v1/namespaces/{ns}-new/configmaps/app"), None).expect("the object");
    assert_eq!(map["data"]["a"], "two");
    run(&s, &format!("uninstall app -n {ns}-new")).ok();
}
