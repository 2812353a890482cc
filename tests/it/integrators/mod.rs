//! The command lines of programs that call Helm, word for word and in the order that they use, and what those programs
//! read from the answer.

mod argo_cd;
mod chart_testing;
mod flux;
mod helm_diff;
mod helm_secrets;
mod helmfile;

use std::io::Write as _;
use std::process::{Command, Stdio};

use pintle_testkit::ControlPlane;
use pintle_testkit::http::{Response, Running, Server};
use serde_json::json;

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

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\ndata:\n  a: {{ .Values.a | quote }}\n";

/// The chart `web`, values `v.yaml` for it, and a release in a file.
fn sandbox() -> Sandbox {
    filled(Sandbox::as_helm())
}

fn filled(s: Sandbox) -> Sandbox {
    s.chart("web", &[("templates/a.yaml", CONFIG_MAP), ("values.yaml", "a: one\n")]);
    s.write("v.yaml", "a: two\n");
    s.write("releases.yaml", RELEASES);
    s
}

/// The same with a cluster, and a namespace of its own there.
fn on_cluster(prefix: &str) -> Option<(Sandbox, &'static ControlPlane, String)> {
    let api = ControlPlane::shared_or_skip()?;
    let s = filled(Sandbox::as_helm().with_cluster(api.kubeconfig()));
    Some((s, api, api.namespace(prefix).expect("a namespace")))
}

fn run(s: &Sandbox, line: &str) -> Run {
    s.run(line.split(' '))
}

/// Runs with the memory driver's release.
#[track_caller]
fn with_release(s: &Sandbox, line: &str) -> String {
    let mut c = s.command(line.split(' '));
    c.env("HELM_DRIVER", "memory").env("HELM_MEMORY_DRIVER_DATA", s.path("releases.yaml"));
    Run::of(c).ok()
}

/// Runs with something on standard input.
fn with_input(mut command: Command, input: &str) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a start");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
    let out = child.wait_with_output().expect("an end");
    Run {
        line: format!("{command:?}"),
        code: out.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// A repository of the chart `web` that asks for the user `me` with the password `pass`.
fn repository(s: &Sandbox) -> Running {
    run(s, "package web -d repository").ok();
    run(s, "repo index repository").ok();
    Server::files(&s.path("repository")).basic_auth("me", "pass").start().expect("a port")
}

/// A registry of the chart `web` as `team/web:0.1.0`, with the same account.
fn registry(s: &Sandbox) -> Running {
    run(s, "package web -d registry").ok();
    let chart = std::fs::read(s.path("registry/web-0.1.0.tgz")).expect("an archive");
    let config = json!({"name": "web", "version": "0.1.0", "apiVersion": "v2"}).to_string();
    let layer = |kind: &str, data: &[u8]| {
        json!({
            "mediaType": format!("application/vnd.cncf.helm.{kind}"), "size": data.len(), "digest": digest(data),
        })
    };
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": layer("config.v1+json", config.as_bytes()),
        "layers": [layer("chart.content.v1.tar+gzip", &chart)],
    })
    .to_string();
    let handler = move |path: &str| -> Response {
        let blob = path.strip_prefix("/v2/team/web/blobs/").unwrap_or_default();
        match path {
            "/v2/" => Response::new(200, "{}"),
            "/v2/team/web/tags/list" => Response::new(200, r#"{"name":"team/web","tags":["0.1.0"]}"#),
            "/v2/team/web/manifests/0.1.0" => Response::new(200, manifest.clone())
                .with("Content-Type", MANIFEST)
                .with("Docker-Content-Digest", &digest(manifest.as_bytes())),
            _ if blob == digest(&chart) => Response::new(200, chart.clone()),
            _ if blob == digest(config.as_bytes()) => Response::new(200, config.clone()),
            _ => Response::new(404, "{}"),
        }
    };
    Server::new(move |r| handler(r.path())).basic_auth("me", "pass").start().expect("a port")
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn digest(data: &[u8]) -> String {
    format!("sha256:{}", pintle_registry::digest(data))
}

/// The names of files in a folder.
fn files(s: &Sandbox, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(s.path(folder)).expect("a folder").flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}
