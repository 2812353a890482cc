//! TLS with an authority of one's own, and certificates of clients.

use super::real::{Wants, certificates, start};
use crate::kit::Sandbox;

/// A sandbox with certificates and the archive of a chart, and the registry.
fn prepared() -> Option<(Sandbox, super::real::Registry)> {
    let s = Sandbox::new();
    if !certificates(&s) {
        return None;
    }
    let registry = start(&s, Wants::Certificate)?;
    s.chart("app", &[("templates/a.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n")]);
    s.run(["package", "app"]).ok();
    Some((s, registry))
}

const TLS: [&str; 6] = ["--ca-file", "ca.crt", "--cert-file", "client.crt", "--key-file", "client.key"];

#[test]
fn charts_go_over_tls_with_certificates_of_both_sides() {
    let Some((s, registry)) = prepared() else { return };
    let host = registry.host.as_str();
    let login = |more: &[&str]| {
        let args = ["registry", "login", host, "-u", "user", "-p", "password"];
        s.run(args.iter().chain(more))
    };
    login(&[]).error_with("tls: failed to verify certificate: x509: certificate signed by unknown authority");
    login(&TLS[..2]).error_with("remote error: tls: ");
    login(&["--plain-http"]).error_with("response status code 400");
    login(&["--ca-file", "ca.crt", "--cert-file", "client.crt", "--key-file", "server.key"])
        .error_with("tls: private key does not match public key");
    login(&["--ca-file", "none.crt"]).error_with("open none.crt: no such file or directory");
    login(&["--ca-file", "accounts"]).error_with("failed to append certificates from pem block");
    assert!(!s.path("home/.config/helm/registry/config.json").exists(), "a refused login was kept");
    assert!(login(&TLS).ok().contains("Login Succeeded"));

    let remote = format!("oci://{host}/charts");
    let chart = format!("{remote}/app");
    let tls = |args: &[&str]| s.run(args.iter().chain(&TLS)).ok();
    tls(&["push", "app-0.1.0.tgz", &remote]);
    s.run(["pull", &chart, "--version", "0.1.0"]).error_with("certificate signed by unknown authority");
    let skipping = ["--insecure-skip-tls-verify", "--cert-file", "client.crt", "--key-file", "client.key"];
    s.run(["show", "chart", &chart].iter().chain(&skipping)).ok();
    std::fs::remove_file(s.path("app-0.1.0.tgz")).expect("the archive");
    tls(&["pull", &chart]);
    assert!(s.path("app-0.1.0.tgz").exists());
    assert!(tls(&["show", "chart", &chart]).contains("version: 0.1.0\n"));
    assert!(tls(&["template", "r", &chart]).contains("# Source: app/templates/a.yaml\n"));
    assert!(tls(&["install", "r", &chart, "--dry-run=client"]).contains("# Source: app/templates/a.yaml\n"));
    let dependency = format!("dependencies: [{{name: app, version: 0.1.0, repository: '{remote}'}}]\n");
    s.write("web/Chart.yaml", format!("apiVersion: v2\nname: web\nversion: 1.0.0\n{dependency}"));
    tls(&["dependency", "update", "web"]);
    assert!(s.path("web/charts/app-0.1.0.tgz").exists() && s.path("web/Chart.lock").exists());
    std::fs::remove_file(s.path("web/charts/app-0.1.0.tgz")).expect("the archive");
    tls(&["dependency", "build", "web"]);
    assert!(s.path("web/charts/app-0.1.0.tgz").exists());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let Some((s, registry)) = prepared() else { return };
    // the same server under a name that its certificate does not have
    let host = registry.host.replace("127.0.0.1", "127.0.0.2");
    let run = s.run(["registry", "login", &host, "-u", "user", "-p", "password"].iter().chain(&TLS));
    let text = run.error();
    let refused = text.contains("x509: certificate is valid for 127.0.0.1, not 127.0.0.2");
    // the server listens on one address alone
    assert!(refused || text.contains("connection refused"), "{text}");
}
