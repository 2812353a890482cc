//! helmfile: global flags come first, tables and texts of errors are read.

use super::{on_cluster, registry, repository, run, sandbox, with_input, with_release};
use crate::kit::{Run, Sandbox};

fn script_plugin(s: &Sandbox, name: &str, script: &str) {
    s.write(
        &format!("{name}/plugin.yaml"),
        format!("name: {name}\nversion: 1.0.0\ncommand: $HELM_PLUGIN_DIR/run.sh\n"),
    );
    let path = s.write(&format!("{name}/run.sh"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("an executable");
}

#[test]
fn version() {
    let text = run(&sandbox(), "version --short").ok();
    let version = pintle_go::semver::Version::new(text.trim()).expect("a semantic version").to_string();
    assert!(version.starts_with("4.") && !version.contains('-'), "its first number decides on flags: {text}");
}

#[test]
fn repositories() {
    let s = sandbox();
    let server = repository(&s);
    let line = format!("repo add mine {} --force-update --username me --password-stdin", server.url(""));
    let add = || s.command(line.split(' '));
    with_input(add(), "pass\n").ok();
    with_input(add(), "pass\n").ok();
    let refused = with_input(add(), "wr0ng\n");
    assert!(refused.code == 1 && !refused.stderr.contains("wr0ng"), "{}", refused.stderr);
    run(&s, "repo update").ok();
    let lost = "repo add r http://127.0.0.1:9 --force-update --pass-credentials --insecure-skip-tls-verify --username u --password-stdin";
    let lost = with_input(s.command(lost.split(' ')), "secret\n");
    assert!(lost.code == 1 && lost.stderr.contains("cannot be reached") && !lost.stderr.contains("secret"));
}

#[test]
fn registries() {
    let s = sandbox();
    let server = registry(&s);
    let host = server.authority();
    // that it is not HTTPS is all that is not helmfile's own here
    let line = format!("registry login {host} --insecure --username me --password-stdin --plain-http");
    let mut c = s.command(line.split(' '));
    c.env("HELM_EXPERIMENTAL_OCI", "1");
    with_input(c, "pass\n").ok();
    let line = format!("pull oci://{host}/team/web --version 0.1.0 --destination out --untar --plain-http");
    run(&s, &line).ok();
    assert!(s.path("out/web/Chart.yaml").exists(), "{:?}", s.files());
}

#[test]
fn dependencies_and_charts() {
    let s = sandbox();
    let server = repository(&s);
    run(&s, &format!("repo add mine {} --username me --password pass", server.url(""))).ok();
    s.write("app/Chart.yaml", format!("apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- {{name: web, version: 0.x, repository: '{}'}}\n", server.url("")));
    run(&s, "dependency update app").ok();
    run(&s, "dependency build app --skip-refresh --plain-http").ok();
    assert!(s.path("app/charts/web-0.1.0.tgz").exists());
    run(&s, "fetch mine/web --untar --untardir out").ok();
    assert!(s.path("out/web/Chart.yaml").exists());
    // it reads this as YAML
    assert_eq!(run(&s, "show chart out/web").ok(), "apiVersion: v2\nname: web\nversion: 0.1.0\n\n");
    assert!(run(&s, "lint web").ok().contains("1 chart(s) linted, 0 chart(s) failed"));
}

#[test]
fn template() {
    let s = sandbox();
    let text = run(&s, "--kube-context c template app web --namespace ns --values v.yaml --set b=1").ok();
    assert!(text.contains("namespace: ns") && text.contains("a: \"two\""), "{text}");
    let dir = s.path("out");
    let text = s.run(["template", "app", "web", "--output-dir", &dir.to_string_lossy()]).ok();
    assert_eq!(text, format!("wrote {}/web/templates/a.yaml\n\n", dir.display()));
}

/// It drops the table's first line, and finds the version by a pattern.
fn installed_version(table: &str, chart: &str) -> Option<String> {
    let row = table.split_once('\n')?.1;
    // `.*\s.*\s.*\s.*\sCHART-(.*?)\s`
    let after = row.split_once(&format!("{chart}-"))?;
    (after.0.split_whitespace().count() >= 4).then(|| after.1.split_whitespace().next().map(str::to_owned))?
}

#[test]
fn list_and_status() {
    let s = sandbox();
    let text = with_release(&s, "list --filter ^web$ --uninstalling --deployed --failed --pending");
    let row = text.lines().nth(1).expect("a row");
    let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
    assert_eq!((cells[0], cells[1], cells[2], cells[4], cells[5]), ("web", "default", "1", "deployed", "web-0.1.0"));
    assert_eq!(installed_version(&text, "web").as_deref(), Some("0.1.0"));
    let none = with_release(&s, "list --filter ^other$ --uninstalling --deployed --failed --pending");
    assert_eq!(none.lines().count(), 1, "{none}");
    assert!(with_release(&s, "status web").starts_with("NAME: web\n"));
}

#[test]
fn upgrade_test_and_delete() {
    let Some((s, api, ns)) = on_cluster("helmfiles") else { return };
    let config = api.kubeconfig().display().to_string();
    s.write("web/templates/t.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test, fake.node/outcome: succeed, fake.node/logs: fine}}\nspec: {restartPolicy: Never, containers: [{name: a, image: b}]}\n");
    let helm = |line: &str| -> Run { run(&s, &format!("--kubeconfig {config} {}", line.replace("NS", &ns))) };
    let flags = "--timeout 60s --wait --wait-for-jobs --cleanup-on-fail --create-namespace --disable-openapi-validation --enable-dns --description text --take-ownership --skip-schema-validation --server-side auto --labels team=a --skip-crds --hide-notes --namespace NS --values v.yaml --set b=1 --set-file c=v.yaml --set-string d=2 --history-max 3";
    helm(&format!("upgrade --install one web --devel --plain-http --insecure-skip-tls-verify {flags}")).ok();
    for more in [
        "--rollback-on-failure",
        "--reuse-values --force-conflicts",
        "--reset-values --force-replace --server-side false",
        "--atomic",
        "--force --server-side false",
    ] {
        let flags =
            if more.contains("--server-side") { flags.replace("--server-side auto ", "") } else { flags.to_owned() };
        helm(&format!("upgrade --install one web {more} {flags}")).ok();
    }
    let table = helm("list --filter ^one$ --uninstalling --deployed --failed --pending --namespace NS").ok();
    assert_eq!(installed_version(&table, "web").as_deref(), Some("0.1.0"), "{table}");
    let history = helm("history one --namespace NS -o json").ok();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&history).expect("JSON").as_array().map(Vec::len), Some(3));
    assert!(helm("test one --logs --timeout 60s --namespace NS").ok().contains("fine"));
    helm("delete one --cascade foreground --wait --timeout 60s --namespace NS").ok();
    helm("delete one --namespace NS").error_with("not found");
}

#[test]
fn plugins() {
    let s = sandbox();
    s.write("repo/.git/HEAD", "");
    s.write("repo/plugin.yaml", "name: p\nversion: 0.1.0\ncommand: 'true'\n");
    let address = format!("file://{}", s.path("repo").display());
    let said = s.run(["plugin", "install", &address, "--version", "0.1.0"]);
    assert!(said.code == 1 && said.stderr.contains("does not support verification"), "{}", said.stderr);
    let said = run(&s, "plugin uninstall none");
    // `(?i)plugin: .* not found`
    assert!(said.code == 1 && said.stderr.contains("plugin: none not found"), "{}", said.stderr);
    script_plugin(&s, "local", "true");
    run(&s, "plugin install local --version 1.0.0 --verify=false").ok();
    run(&s, "plugin uninstall local").ok();
}

/// `diff` ends with 2 where something would change; `unittest` and `secrets` are called as they are.
#[test]
fn commands_of_plugins() {
    let s = sandbox();
    script_plugin(&s, "diff", "echo \"$HELM_DIFF_COLOR:$*\"; exit 2");
    script_plugin(&s, "unittest", "echo \"$*\"");
    script_plugin(&s, "secrets", "cat \"$2\"");
    // it looks for plugins in each folder of the list itself, and so does Helm
    std::fs::create_dir_all(s.path("more")).expect("a folder");
    std::os::unix::fs::symlink(s.path("diff"), s.path("more/diff")).expect("a link");
    let list = format!("{}:{}", s.path("home/plugins").display(), s.path("more").display());
    let call = |line: &str| {
        let mut c = s.command(line.split(' '));
        c.env("HELM_PLUGINS", &list).env("HELM_DIFF_COLOR", "true");
        Run::of(c)
    };
    let changed = call("diff upgrade --allow-unreleased app ./web --values v.yaml --detailed-exitcode");
    assert_eq!(changed.code, 2, "{}", changed.stderr);
    assert_eq!(changed.stdout, "true:upgrade --allow-unreleased app ./web --values v.yaml --detailed-exitcode\n");
    // getters and `plugin uninstall` look into each folder, too
    let getter = "name: get\nversion: 1.0.0\ndownloaders:\n- {command: run.sh, protocols: [get]}\n";
    script_plugin(&s, "more/get", "echo 'a: got'");
    s.write("more/get/plugin.yaml", getter);
    assert!(call("template app ./web -f get://x").ok().contains("a: \"got\""));
    call("plugin uninstall get").ok();
    assert!(!s.path("more/get").exists());
    run(&s, "plugin install ./unittest").ok();
    run(&s, "plugin install ./secrets").ok();
    assert_eq!(run(&s, "unittest ./web").ok(), "./web\n");
    assert_eq!(run(&s, "secrets decrypt v.yaml").ok(), "a: two\n");
    assert_eq!(run(&s, "secrets view v.yaml").ok(), "a: two\n");
}
