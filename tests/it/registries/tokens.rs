//! Registries that send clients to a token server; where passwords come from.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::real::{Wants, certificates, openssl, start};
use crate::kit::Sandbox;
use crate::server::{Asked, Reply, Server};

/// A token server for `user` and `password`, which signs with `ca.key` of this folder.
fn token_server(dir: PathBuf) -> Server {
    Server::start(move |asked| {
        let wanted = format!("Basic {}", STANDARD.encode("user:password"));
        if asked.header("authorization") != Some(&wanted) {
            return Reply::new(401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}"#);
        }
        let token = token(&dir, &scopes(asked));
        Reply::new(200, format!(r#"{{"token":"{token}","expires_in":300}}"#))
    })
}

/// The scopes that were asked for: `TYPE:NAME:ACTIONS`.
fn scopes(asked: &Asked) -> Vec<String> {
    let query = asked.target.split_once('?').map_or("", |(_, q)| q);
    let scopes = query.split('&').filter_map(|p| p.strip_prefix("scope="));
    scopes.map(|s| s.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",")).collect()
}

/// A JWT as docker-registry wants it, its certificate inside.
fn token(dir: &std::path::Path, scopes: &[String]) -> String {
    let pem = std::fs::read_to_string(dir.join("ca.crt")).expect("the certificate");
    let der: String = pem.lines().filter(|l| !l.starts_with("---")).collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    let access: Vec<_> = scopes
        .iter()
        .filter_map(|s| {
            let (kind, rest) = s.split_once(':')?;
            let (name, actions) = rest.rsplit_once(':')?;
            let actions: Vec<_> = actions.split(',').collect();
            Some(serde_json::json!({"type": kind, "name": name, "actions": actions}))
        })
        .collect();
    let head = serde_json::json!({"typ": "JWT", "alg": "RS256", "x5c": [der]});
    let body = serde_json::json!({
        "iss": "test", "sub": "user", "aud": "test", "exp": now + 300, "nbf": now - 10, "iat": now - 10,
        "jti": "1", "access": access
    });
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(body.to_string()));
    let file = dir.join(format!("token-{:?}", std::thread::current().id()));
    std::fs::write(&file, &text).expect("a file");
    let signed = openssl(dir, &format!("dgst -sha256 -sign ca.key {}", file.display())).unwrap_or_default();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signed))
}

#[test]
fn tokens_are_asked_for_what_is_done() {
    let s = Sandbox::new();
    if !certificates(&s) {
        return;
    }
    let tokens = token_server(s.path(""));
    let Some(registry) = start(&s, Wants::Token(&format!("http://{}/token", tokens.host))) else { return };
    let (host, remote) = (registry.host.as_str(), format!("oci://{}/charts", registry.host));
    let chart = format!("{remote}/app");
    s.chart("app", &[]);
    s.run(["package", "app"]).ok();
    s.run(["push", "app-0.1.0.tgz", &remote, "--plain-http"]).error_with("unauthorized: who are you?");
    let wrong = s.run(["registry", "login", host, "-u", "user", "-p", "wrong", "--plain-http"]);
    wrong.error_with("response status code 401: unauthorized: who are you?");
    let account = ["-u", "user", "-p", "password", "--plain-http"];
    let login = s.run(["registry", "login", host].iter().chain(&account)).ok();
    assert!(login.contains("Login Succeeded"), "{login}");
    s.run(["push", "app-0.1.0.tgz", &remote, "--plain-http"]).ok();
    let pushed = tokens.seen().last().map(scopes);
    assert_eq!(pushed, Some(vec!["repository:charts/app:pull,push".to_owned()]));
    s.run(["pull", &chart, "--plain-http", "-d", "home"]).ok();
    assert_eq!(tokens.seen().last().map(scopes), Some(vec!["repository:charts/app:pull".to_owned()]));
    assert!(s.path("home/app-0.1.0.tgz").exists());
    s.run(["registry", "logout", host]).ok();
    s.run(["pull", &chart, "--plain-http"]).error_with("unauthorized: who are you?");
    let flags = ["--username", "user", "--password", "password"];
    s.run(["show", "chart", &chart, "--plain-http"].iter().chain(&flags)).ok();
}

/// A credential helper that keeps one account in a file, and writes down what it was asked.
const HELPER: &str = "#!/bin/sh\nread -r line\necho \"$1 $line\" >>\"$HOME/asked\"\ncase $1 in\n\
    get) [ -f \"$HOME/secret\" ] && cat \"$HOME/secret\" && exit 0; echo 'credentials not found in native keychain'; exit 1;;\n\
    store) printf '%s' \"$line\" >\"$HOME/secret\";;\nerase) rm -f \"$HOME/secret\";;\nesac\n";

#[test]
fn passwords_come_from_helpers_and_from_docker() {
    let mut s = Sandbox::new();
    let Some(registry) = start(&s, Wants::Password) else { return };
    let host = registry.host.clone();
    let helper = s.write("bin/docker-credential-x", HELPER);
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).expect("a program");
    s.set_env("PATH", format!("{}:/usr/bin:/bin", s.path("bin").display()));
    s.chart("app", &[]);
    s.run(["package", "app"]).ok();
    let push = |s: &Sandbox| s.run(["push", "app-0.1.0.tgz", &format!("oci://{host}/c"), "--plain-http"]);
    let login = ["registry", "login", &host, "-u", "user", "-p", "password", "--plain-http"];
    let config = "home/.config/helm/registry/config.json";
    for named in [format!(r#"{{"credHelpers":{{"{host}":"x"}}}}"#), r#"{"credsStore":"x"}"#.to_owned()] {
        s.write(config, &named);
        push(&s).error_with("basic credential not found");
        s.run(login).ok();
        let kept = std::fs::read_to_string(s.path(config)).expect("the file");
        assert!(!kept.contains("auths") && !kept.contains("dXNlcjpwYXNzd29yZA"), "{kept}");
        push(&s).ok();
        s.run(["registry", "logout", &host]).ok();
        push(&s).error_with("basic credential not found");
        let asked = std::fs::read_to_string(s.path("home/asked")).expect("what was asked");
        assert!(asked.contains(&format!("erase {host}")) && asked.contains("store {"), "{asked}");
    }
    // a helper that is not there is no reason to keep a password elsewhere
    s.write(config, format!(r#"{{"credHelpers":{{"{host}":"missing"}}}}"#));
    push(&s).error_with("docker-credential-missing");
    // what Docker knows counts where Helm's own file knows nothing
    s.write(config, "{}");
    s.write("home/.docker/config.json", format!(r#"{{"auths":{{"{host}":{{"auth":"dXNlcjpwYXNzd29yZA=="}}}}}}"#));
    push(&s).ok();
    s.write("home/.docker/config.json", format!(r#"{{"auths":{{"{host}":{{"auth":"bm9jb2xvbg=="}}}}}}"#));
    push(&s).error_with("failed to decode auth field");
    s.write("home/.docker/config.json", "[");
    push(&s).error_with("config.json");
}
