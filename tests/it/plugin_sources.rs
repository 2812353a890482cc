//! What plugins fetch, and where plugins are fetched from.

use pintle_testkit::http::{Response, Server};
use serde_json::json;

use crate::kit::Sandbox;
use crate::plugins::{RUN, archive, nothing_installed, plugin, run, v1};

/// A sandbox with a getter plugin of the scheme `store`, which gives files of the folder `store` and writes down what
/// it was asked for, and with the chart `web` there in an index.
fn with_store() -> Sandbox {
    let s = Sandbox::as_helm();
    let getter = "name: store\nversion: 0.1.0\ndownloaders:\n- command: run.sh\n  protocols: [store]\n";
    let script = format!(
        "echo \"$4 $HELM_PLUGIN_USERNAME $HELM_PLUGIN_PASSWORD $HELM_PLUGIN_PASS_CREDENTIALS_ALL\" >>'{}'\n\
         cat '{}'/\"${{4#store://}}\" 2>/dev/null || exit 4",
        s.path("asked").display(),
        s.path("").display()
    );
    plugin(&s, "getter", getter, &script);
    run(&s, "plugin install ./getter").ok();
    s.chart("web", &[("templates/a.yaml", "name: {{ .Chart.Name }}\n")]);
    run(&s, "package web -d charts").ok();
    run(&s, "repo index charts").ok();
    s
}

/// What the getter was asked for, line by line.
fn asked(s: &Sandbox) -> Vec<String> {
    let text = std::fs::read_to_string(s.path("asked")).unwrap_or_default();
    let _ = std::fs::remove_file(s.path("asked"));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn charts_come_from_getter_plugins() {
    let s = with_store();
    assert!(run(&s, "template a store://charts/web-0.1.0.tgz").ok().contains("name: web"));
    assert_eq!(asked(&s), ["store://charts/web-0.1.0.tgz   false"]);
    assert!(run(&s, "template a web --repo store://charts").ok().contains("name: web"));
    assert_eq!(asked(&s), ["store://charts/index.yaml   false", "store://charts/web-0.1.0.tgz   false"]);
    assert!(run(&s, "show chart store://charts/web-0.1.0.tgz").ok().contains("version: 0.1.0"));
    run(&s, "pull store://charts/web-0.1.0.tgz").ok();
    assert!(s.path("web-0.1.0.tgz").exists());
    run(&s, "pull store://charts/none-0.1.0.tgz").error_with("plugin \"store\" exited with error");
    run(&s, "pull other://charts/web-0.1.0.tgz").error_with("scheme \"other\" not supported");
    run(&s, "repo add x other://charts").error_with("could not find protocol handler for: other");
}

#[test]
fn repositories_and_dependencies_come_from_getter_plugins() {
    let s = with_store();
    run(&s, "repo add mine store://charts --username me --password secret --pass-credentials").ok();
    assert_eq!(asked(&s), ["store://charts/index.yaml me secret true"]);
    assert!(run(&s, "search repo web").ok().contains("mine/web"));
    run(&s, "repo update").ok();
    assert!(run(&s, "template a mine/web").ok().contains("name: web"));
    let last = asked(&s).pop();
    assert_eq!(last.as_deref(), Some("store://charts/web-0.1.0.tgz me secret true"));
    s.write("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- {name: web, version: 0.x, repository: 'store://charts'}\n");
    run(&s, "dependency update app").ok();
    assert!(s.path("app/charts/web-0.1.0.tgz").exists());
    // without the repository, too
    run(&s, "repo remove mine").ok();
    std::fs::remove_dir_all(s.path("app/charts")).expect("the folder of dependencies");
    run(&s, "dependency update app").ok();
    assert!(s.path("app/charts/web-0.1.0.tgz").exists());
}

/// GHSA-56hp-xqp3-w2jf, for addresses that plugins fetch.
#[test]
fn ghsa_56hp_xqp3_w2jf_credentials_stay_with_their_server() {
    let s = with_store();
    let index = |url: &str| {
        let entry = format!("- {{apiVersion: v2, name: web, version: 0.1.0, urls: ['{url}']}}");
        s.write("charts/index.yaml", format!("apiVersion: v1\nentries:\n  web:\n  {entry}\n"));
    };
    // a server of the plugin's scheme sends to another, and so does one that speaks HTTP
    index("store://other/web-0.1.0.tgz");
    s.write("other/web-0.1.0.tgz", std::fs::read(s.path("charts/web-0.1.0.tgz")).expect("an archive"));
    let http = Server::files(&s.path("charts")).basic_auth("me", "secret").start().expect("a port");
    for address in ["store://charts".to_owned(), http.url("")] {
        let add = format!("repo add mine {address} --username me --password secret");
        run(&s, &add).ok();
        asked(&s);
        run(&s, "template a mine/web").ok();
        assert_eq!(asked(&s), ["store://other/web-0.1.0.tgz   false"]);
        run(&s, &format!("{add} --pass-credentials --force-update")).ok();
        asked(&s);
        std::fs::remove_dir_all(s.path("home/.cache")).expect("the cache");
        run(&s, "repo update").ok();
        asked(&s);
        run(&s, "template a mine/web").ok();
        assert_eq!(asked(&s), ["store://other/web-0.1.0.tgz me secret true"]);
        run(&s, "repo remove mine").ok();
    }
}

/// A registry with one artifact, `tools/greet:1.2.3`.
fn registry(layers: &[(&str, Vec<u8>)], kind: &str) -> pintle_testkit::http::Running {
    let sum = |data: &[u8]| format!("sha256:{}", pintle_registry::digest(data));
    let layers: Vec<(String, String, Vec<u8>)> =
        layers.iter().map(|(title, data)| ((*title).to_owned(), sum(data), data.clone())).collect();
    let layer = |(title, digest, data): &(String, String, Vec<u8>)| {
        json!({
            "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": data.len(),
            "annotations": {"org.opencontainers.image.title": title},
        })
    };
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": kind,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": sum(b"{}"), "size": 2},
        "layers": layers.iter().map(layer).collect::<Vec<_>>(),
    })
    .to_string();
    let server = Server::new(move |request| match request.path() {
        "/v2/tools/greet/tags/list" => Response::new(200, r#"{"name":"tools/greet","tags":["1.2.3","1.2.3-rc.1"]}"#),
        "/v2/tools/greet/manifests/1.2.3" => Response::new(200, manifest.clone())
            .with("Content-Type", "application/vnd.oci.image.manifest.v1+json")
            .with("Docker-Content-Digest", &sum(manifest.as_bytes())),
        path => match layers.iter().find(|(_, digest, _)| path == format!("/v2/tools/greet/blobs/{digest}")) {
            Some((.., data)) => Response::new(200, data.clone()),
            None if path.ends_with(&sum(b"{}")) => Response::new(200, "{}"),
            None => Response::new(404, "{}"),
        },
    });
    server.start().expect("a port")
}

const KIND: &str = "application/vnd.helm.plugin.v1+json";

fn greet() -> Vec<u8> {
    archive(&[("plugin.yaml", &v1("greet", "cli/v1", RUN)), ("run.sh", "#!/bin/sh\necho hello $1\n")])
}

#[test]
fn plugins_come_from_registries() {
    let s = Sandbox::as_helm();
    let server = registry(&[("greet-1.2.3.tgz.prov", b"sig".to_vec()), ("greet-1.2.3.tgz", greet())], KIND);
    let install = |reference: &str| {
        let reference = format!("oci://{}/tools/greet{reference}", server.authority());
        s.run(["plugin", "install", &reference, "--verify=false", "--plain-http"])
    };
    let said = install(":1.2.3").ok();
    assert_eq!(said, "WARNING: Skipping plugin signature verification\nInstalled plugin: greet\n");
    assert_eq!(run(&s, "greet you").ok(), "hello you\n");
    // what was fetched is kept beside the plugin, with its signature
    let plugins = s.path("home/.local/share/helm/plugins");
    assert_eq!(std::fs::read(plugins.join("greet-1.2.3.tgz.prov")).expect("a signature"), b"sig");
    assert_eq!(std::fs::read(plugins.join("greet-1.2.3.tgz")).expect("an archive"), greet());
    assert!(install(":1.2.3").stderr.contains("Error: plugin already exists\n"));
    run(&s, "plugin uninstall greet").ok();
    nothing_installed(&s);
    install("").ok();
    run(&s, "plugin uninstall greet").ok();
    let missing = install(":9.9.9");
    assert!(missing.code == 1 && missing.stderr.contains("greet:9.9.9: not found"), "{}", missing.stderr);
    nothing_installed(&s);
}

#[test]
fn registries_give_no_plugin_of_another_kind_or_name() {
    let s = Sandbox::as_helm();
    for (title, kind, error) in [
        ("greet-1.2.3.tgz", "application/x", "expected artifact type application/vnd.helm.plugin.v1+json"),
        ("other-1.2.3.tgz", KIND, "required layer matching pattern greet-VERSION.tgz not found in manifest"),
        ("greet-1.2.3.tgz", KIND, "plugin verification failed: no provenance file (.prov) found"),
    ] {
        let server = registry(&[(title, greet())], kind);
        let reference = format!("oci://{}/tools/greet:1.2.3", server.authority());
        let verify = format!("--verify={}", error.starts_with("plugin verification"));
        let said = s.run(["plugin", "install", &reference, &verify, "--plain-http"]);
        assert!(said.code == 1 && said.stderr.contains(error), "{}", said.stderr);
        nothing_installed(&s);
    }
}

#[test]
fn plugins_come_from_web_servers() {
    let s = Sandbox::as_helm();
    s.write("site/greet-1.2.3.tgz", greet());
    let server = Server::files(&s.path("site")).start().expect("a port");
    let address = server.url("/greet-1.2.3.tgz");
    let refused = s.run(["plugin", "install", &address]);
    assert!(refused.stderr.contains("no provenance file (.prov) found"), "{}", refused.stderr);
    nothing_installed(&s);
    s.run(["plugin", "install", &address, "--verify=false"]).ok();
    assert_eq!(run(&s, "greet you").ok(), "hello you\n");
    let missing = s.run(["plugin", "install", &server.url("/none-1.2.3.tgz"), "--verify=false"]);
    assert!(missing.stderr.contains("404 Not Found"), "{}", missing.stderr);
}

#[test]
fn help_lists_commands_of_plugins() {
    let s = Sandbox::as_helm();
    let config = format!("config:\n  shortHelp: greets\n  usage: greet [name]\n{RUN}");
    plugin(&s, "greet", &v1("greet", "cli/v1", &config), "true");
    run(&s, "plugin install ./greet").ok();
    for line in ["help", "--help"] {
        let text = run(&s, line).ok();
        assert!(text.lines().any(|l| l.split_whitespace().eq(["greet", "greets"])), "{text}");
    }
    assert!(run(&s, "help greet").ok().contains("greet [name]"));
}
