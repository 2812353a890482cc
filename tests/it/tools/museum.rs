//! ChartMuseum, and helm-push, which brings charts there.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pintle_testkit::http::{Response, Running, Server};
use pintle_testkit::tools::{CHARTMUSEUM, CM_PUSH};

use super::{helm, install_plugin, on_cluster, program, sandbox, small_chart};
use crate::kit::Sandbox;

const PLUGIN: &str = "name: cm-push\nversion: 0.10.4\nusage: Push chart package to ChartMuseum\n\
    command: $HELM_PLUGIN_DIR/helm-cm-push\ndownloaders:\n- command: helm-cm-push\n  protocols: [cm]\nuseTunnel: false\n\
    hooks:\n  install: cd $HELM_PLUGIN_DIR; test -x helm-cm-push\n";

/// A server of the user `me` with the password `secret`, gone with the value.
struct Museum {
    address: String,
    process: Child,
}

impl Drop for Museum {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Museum {
    fn start(program: &Path, storage: &Path) -> Museum {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let process = Command::new(program)
            .args(["--listen-host", "127.0.0.1", "--port", &port.to_string(), "--storage", "local"])
            .arg("--storage-local-rootdir")
            .arg(storage)
            .args(["--basic-auth-user", "me", "--basic-auth-pass", "secret"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ChartMuseum starts");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "ChartMuseum does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Museum { address: format!("http://127.0.0.1:{port}"), process }
    }
}

/// What ChartMuseum does with a chart that is pushed, in few words: helm-push can be tried without it. Its index is
/// pintle's own.
fn stand_in(s: &Sandbox) -> Running {
    let folder = s.path("stand-in");
    std::fs::create_dir_all(&folder).expect("a folder");
    let helm = s.path("home/helm");
    let server = Server::new(move |r| {
        let (method, path) = (r.method.as_str(), r.path().trim_start_matches('/').to_owned());
        match (method, path.as_str()) {
            ("POST", "api/charts") => {
                // a form of one part: the archive stands between two blank lines
                let body = &r.body;
                let start = body.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |i| i + 4);
                let end = body.windows(4).rposition(|w| w == b"\r\n--").unwrap_or(body.len());
                let archive = body.get(start..end).unwrap_or_default();
                let head = String::from_utf8_lossy(body.get(..start).unwrap_or_default()).into_owned();
                let name = head
                    .split("filename=\"")
                    .nth(1)
                    .and_then(|t| t.split('"').next()?.rsplit('/').next())
                    .expect("a name");
                std::fs::write(folder.join(name), archive).expect("an archive");
                let indexed = Command::new(&helm).args(["repo", "index"]).arg(&folder).output().expect("an index");
                assert!(indexed.status.success(), "{indexed:?}");
                Response::new(201, r#"{"saved":true}"#)
            }
            ("GET", file) => match std::fs::read(folder.join(file)) {
                Ok(data) => Response::new(200, data),
                Err(_) if file == "index.yaml" => Response::new(200, "apiVersion: v1\nentries: {}\n"),
                Err(_) => Response::new(404, "not found"),
            },
            _ => Response::new(405, "no"),
        }
    });
    server.basic_auth("me", "secret").start().expect("a port")
}

/// Pushes charts to a repository that was added as `museum`, and gets them back.
#[track_caller]
fn push_and_fetch(s: &mut Sandbox, address: &str) {
    install_plugin(s, CM_PUSH.name, PLUGIN);
    small_chart(s, "web");
    helm(s, &format!("repo add museum {address}")).error_with("401 Unauthorized");
    helm(s, &format!("repo add museum {address} --username me --password secret")).ok();
    let pushed = helm(s, "cm-push web museum").ok();
    assert!(pushed.contains("Pushing web-0.1.0.tgz to museum...\nDone.\n"), "{pushed}");
    helm(s, &format!("cm-push web {address} --version 0.2.0 -u me -p secret")).ok();
    let unknown = helm(s, "cm-push web other");
    assert!(unknown.code == 1 && unknown.stderr.ends_with("Error: plugin \"cm-push\" exited with error\n"));
    helm(s, "search repo web").ok();
    helm(s, "repo update").ok();
    let found = helm(s, "search repo museum/ --versions").ok();
    assert!(found.contains("museum/web\t0.2.0") && found.contains("museum/web\t0.1.0"), "{found}");
    helm(s, "pull museum/web --version 0.1.0").ok();
    assert!(s.path("web-0.1.0.tgz").exists());
    let by_address =
        format!("pull web --repo {address} --username me --password secret --version 0.2.0 --untar -d out");
    helm(s, &by_address).ok();
    assert!(s.path("out/web/Chart.yaml").exists());
    let lines = format!(
        "apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- {{name: web, version: '>=0.1.0', repository: '{address}'}}\n"
    );
    s.write("app/Chart.yaml", lines);
    helm(s, "dependency update app").ok();
    assert!(s.path("app/charts/web-0.2.0.tgz").exists());
    // its own scheme, for charts as for indexes
    s.set_env("HELM_REPO_USE_HTTP", "true");
    s.set_env("HELM_REPO_USERNAME", "me");
    s.set_env("HELM_REPO_PASSWORD", "secret");
    let own = address.replace("http://", "cm://");
    helm(s, &format!("repo add own {own}")).ok();
    assert!(helm(s, "template a own/web --version 0.1.0").ok().contains("v: \"one\""));
}

#[test]
fn helm_push_brings_charts_to_a_server() {
    let Some(mut s) = sandbox(&[CM_PUSH]) else { return };
    let server = stand_in(&s);
    push_and_fetch(&mut s, server.url("").trim_end_matches('/'));
}

#[test]
fn charts_go_to_chartmuseum_and_come_back() {
    let Some(museum) = program(&CHARTMUSEUM) else { return };
    let Some((mut s, api, ns)) = on_cluster(&[CM_PUSH], "museum") else { return };
    let museum = Museum::start(&museum, &s.path("museum"));
    push_and_fetch(&mut s, &museum.address);
    helm(&s, &format!("install a museum/web -n {ns}")).ok();
    let map = api.expect("GET", &format!("/api/v1/namespaces/{ns}/configmaps/a"), None).expect("the object");
    assert_eq!(map["data"]["v"], "one");
    // it keeps what it has
    let again = helm(&s, "cm-push web museum");
    assert!(again.code == 1 && again.stderr.contains("409: chart already exists"), "{}", again.stderr);
    helm(&s, "cm-push web museum --force").ok();
}
