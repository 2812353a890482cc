//! What is newer: `search repo oci://…`, `show versions`, `outdated`.

use serde_json::{Value, json};

use super::real::{Wants, start};
use crate::kit::Sandbox;
use crate::server::{Reply, Server};

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn versions_are_shown_wherever_they_lie() {
    let s = Sandbox::new();
    let Some(registry) = start(&s, Wants::Password) else { return };
    let remote = format!("oci://{}/charts", registry.host);
    let account = ["--plain-http", "--username", "user", "--password", "password"];
    for version in ["1.0.0", "1.1.0+build.1", "2.0.0", "2.1.0-rc.1"] {
        s.write("app/Chart.yaml", format!("apiVersion: v2\nname: app\nversion: {version}\n"));
        s.run(["package", "app"]).ok();
        s.run(["push", &format!("app-{version}.tgz"), &remote].iter().chain(&account)).ok();
    }
    let chart = format!("{remote}/app");
    let run = |args: &[&str]| s.run(args.iter().chain(&account)).ok();
    assert_eq!(
        run(&["show", "versions", &chart]),
        "VERSION      \tAPP VERSION\n2.0.0        \t           \n1.1.0+build.1\t           \n1.0.0        \t           \n"
    );
    let all = json(&run(&["show", "versions", &chart, "--devel", "-o", "json"]));
    assert_eq!(all[0], json!({"version": "2.1.0-rc.1", "app_version": ""}));
    assert_eq!(
        json(&run(&["show", "versions", &chart, "--version", "^1", "-o", "json"])).as_array().map(Vec::len),
        Some(2)
    );
    let found = json(&run(&["search", "repo", &chart, "-o", "json"]));
    assert_eq!(found, json!([{"name": chart, "version": "2.0.0", "app_version": "", "description": ""}]));
    assert_eq!(run(&["search", "repo", &chart, "-l"]).lines().count(), 4);
    s.run(["search", "repo", &chart, "--plain-http"]).error_with("basic credential not found");

    let dependency = format!("dependencies: [{{name: app, version: 1.x, repository: '{remote}'}}]\n");
    s.write("web/Chart.yaml", format!("apiVersion: v2\nname: web\nversion: 1.0.0\n{dependency}"));
    let rows = json(&run(&["outdated", "web", "-o", "json"]));
    assert_eq!(rows[0]["allowed"], "1.1.0+build.1");
    assert_eq!(rows[0]["latest"], "2.0.0");
    let failing = s.run(["outdated", "web", "--fail-on-outdated"].iter().chain(&account));
    assert!(failing.code == 1 && failing.stderr.contains("there are outdated dependencies"), "{failing:?}");
}

const INDEX: &str = "apiVersion: v1\nentries:\n  app:\n  - {apiVersion: v2, name: app, version: 1.2.0, appVersion: '7', urls: [a.tgz]}\n  \
    - {apiVersion: v2, name: app, version: 1.0.0, appVersion: '5', urls: [b.tgz]}\n";

#[test]
fn what_is_outdated_is_told() {
    let s = Sandbox::new();
    let server = Server::start(|_| Reply::new(200, INDEX));
    let url = format!("http://{}", server.host);
    let by_address = s.run(["show", "versions", "app", "--repo", &url]).ok();
    assert_eq!(by_address, "VERSION\tAPP VERSION\n1.2.0  \t7          \n1.0.0  \t5          \n");
    s.run(["show", "versions", "r/app"]).error_with("repo r not found");
    s.run(["show", "versions", "app"]).error_with("is no chart of a repository");
    s.run(["repo", "add", "r", &url]).ok();
    assert_eq!(s.run(["show", "versions", "r/app"]).ok(), by_address);
    s.run(["show", "versions", "r/none"]).error_with("chart \"none\" not found in r");

    s.chart("local", &[]);
    s.write(
        "web/Chart.yaml",
        "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: app, version: ~1.0, repository: '@r'}\n\
         - {name: local, version: 0.1.0, repository: 'file://../local'}\n",
    );
    let lock = "dependencies:\n- {name: app, repository: 'http://x', version: 1.0.0}\ndigest: x\ngenerated: '2026-01-01T00:00:00Z'\n";
    s.write("web/Chart.lock", lock);
    let rows = s.run(["outdated", "web"]).ok();
    assert_eq!(rows, "NAME\tCURRENT\tALLOWED\tLATEST\tREPOSITORY\napp \t1.0.0  \t1.0.0  \t1.2.0 \t@r        \n");
    assert_eq!(json(&s.run(["outdated", "web", "--all", "-o", "json"]).ok()).as_array().map(Vec::len), Some(2));
    s.chart("fine", &[]);
    assert_eq!(s.run(["outdated", "fine", "--fail-on-outdated"]).ok(), "Everything is up to date\n");
    assert_eq!(s.run(["outdated", "fine", "-o", "json"]).ok(), "[]\n");
    s.run(["outdated", "none"]).error();
}

#[test]
fn installed_charts_that_have_newer_versions() {
    let mut s = Sandbox::new();
    let server = Server::start(|_| Reply::new(200, INDEX));
    s.run(["repo", "add", "r", &format!("http://{}", server.host)]).ok();
    let record = "- {name: web, namespace: default, version: 1, info: {status: deployed}, \
        chart: {metadata: {name: app, version: 1.0.0, apiVersion: v2}}}\n";
    let data = s.write("records.yaml", record);
    s.set_env("HELM_DRIVER", "memory");
    s.set_env("HELM_MEMORY_DRIVER_DATA", data.display().to_string());
    let rows = json(&s.run(["outdated", "--releases", "-o", "json"]).ok());
    let wanted = json!([{"name": "web", "namespace": "default", "chart": "app", "current": "1.0.0", "latest": "1.2.0",
        "repository": "r"}]);
    assert_eq!(rows, wanted);
}
