//! Registries: real ones (Debian's docker-registry) that ask for passwords, tokens and certificates, and small ones that
//! misbehave.

mod misbehaving;
mod real;
mod tls;
mod tokens;
mod versions;

use real::{Wants, start};

use crate::kit::Sandbox;

#[test]
fn charts_go_into_a_registry_and_come_back() {
    let s = Sandbox::new();
    let Some(server) = start(&s, Wants::Password) else { return };
    let (host, remote) = (&server.host, format!("oci://{}/charts", server.host));
    for version in ["1.0.0", "1.1.0+build.1", "2.0.0-rc.1"] {
        s.write("app/Chart.yaml", format!("apiVersion: v2\nname: app\nversion: {version}\n"));
        s.run(["package", "app"]).ok();
    }
    let refused = s.run(["push", "app-1.0.0.tgz", &remote, "--plain-http"]).error();
    assert!(refused.contains("basic credential not found"), "{refused}");
    let wrong = s.run(["registry", "login", host, "-u", "user", "-p", "wrong", "--plain-http"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.stderr.contains("response status code 401: unauthorized: authentication required"), "{wrong:?}");
    let login = s.run(["registry", "login", host, "-u", "user", "-p", "password", "--plain-http"]).ok();
    assert!(login.contains("Login Succeeded"), "{login}");

    for version in ["1.0.0", "1.1.0+build.1", "2.0.0-rc.1"] {
        s.run(["push", &format!("app-{version}.tgz"), &remote, "--plain-http"]).ok();
        std::fs::remove_file(s.path(&format!("app-{version}.tgz"))).expect("the archive");
    }
    let chart = format!("{remote}/app");
    let pulled = s.run(["pull", &chart, "--plain-http"]).ok();
    assert!(pulled.starts_with(&format!("Pulled: {host}/charts/app:1.1.0_build.1\nDigest: sha256:")), "{pulled}");
    assert!(pulled.contains("contains an underscore."), "{pulled}");
    assert!(s.path("app-1.1.0+build.1.tgz").exists());
    s.run(["pull", &chart, "--version", "~1.0", "--plain-http"]).ok();
    assert!(s.path("app-1.0.0.tgz").exists());
    let shown = s.run(["show", "chart", &chart, "--version", ">=2.0.0-0", "--plain-http"]).ok();
    assert!(shown.contains("version: 2.0.0-rc.1\n"), "{shown}");
    let digest = shown.lines().find_map(|l| l.strip_prefix("Digest: ")).expect("a digest").to_owned();
    let by_digest = s.run(["show", "chart", &format!("{chart}@{digest}"), "--plain-http"]).ok();
    assert!(by_digest.contains("version: 2.0.0-rc.1\n"), "{by_digest}");
    let missing = s.run(["pull", &chart, "--version", "9.9.9", "--plain-http"]).error();
    assert!(missing.contains(&format!("on source: {host}/charts/app:9.9.9: not found")), "{missing}");

    s.write("web/Chart.yaml", format!("apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {{name: app, version: 1.x, repository: '{remote}'}}\n"));
    s.run(["dependency", "update", "web", "--plain-http"]).ok();
    assert!(s.path("web/charts/app-1.1.0+build.1.tgz").exists(), "{:?}", s.files());

    s.run(["registry", "logout", host]).ok();
    let refused = s.run(["pull", &chart, "--version", "1.0.0", "--plain-http"]).error();
    assert!(refused.contains("basic credential not found"), "{refused}");
}

/// Some repositories keep their index on a web server, and their charts in a registry.
#[test]
fn an_index_leads_into_a_registry() {
    let s = Sandbox::new();
    let Some(server) = start(&s, Wants::Password) else { return };
    let host = &server.host;
    s.chart("app", &[("templates/a.yaml", "name: {{ .Chart.Name }}\n")]);
    s.run(["package", "app"]).ok();
    s.run(["registry", "login", host, "-u", "user", "-p", "password", "--plain-http"]).ok();
    s.run(["push", "app-0.1.0.tgz", &format!("oci://{host}/charts"), "--plain-http"]).ok();
    let entry = format!("- {{apiVersion: v2, name: app, version: 0.1.0, urls: ['oci://{host}/charts/app:0.1.0']}}");
    s.write("site/index.yaml", format!("apiVersion: v1\nentries:\n  app:\n  {entry}\n"));
    let site = pintle_testkit::http::Server::files(&s.path("site")).start().expect("a port");
    s.run(["repo", "add", "mine", &site.url("")]).ok();
    assert!(s.run(["template", "a", "mine/app", "--plain-http"]).ok().contains("name: app"));
    std::fs::remove_file(s.path("app-0.1.0.tgz")).expect("the archive");
    s.run(["pull", "mine/app", "--plain-http"]).ok();
    assert!(s.path("app-0.1.0.tgz").exists());
}
