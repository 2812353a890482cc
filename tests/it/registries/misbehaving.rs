//! Registries that do what they should not, and those that want uploads in a way of their own: a clear error each time,
//! nothing left behind, and credentials for nobody else.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::kit::Sandbox;
use crate::server::{Asked, Reply, Server};

/// The repository of all tests here, and what its paths begin with.
const REPOSITORY: &str = "/v2/c/app/";

/// A registry in memory.
#[derive(Default)]
struct Memory {
    blobs: Mutex<BTreeMap<String, Vec<u8>>>,
    /// What was sent in pieces, and the last manifest.
    pieces: Mutex<Vec<u8>>,
    manifest: Mutex<Vec<u8>>,
    /// The most that one request may bring, in bytes; 0 for any number.
    most: usize,
    /// Whether blobs of elsewhere are offered without being asked for by repository.
    mounts: bool,
}

impl Memory {
    fn answer(&self, asked: &Asked) -> Reply {
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        let Some(rest) = path.strip_prefix(REPOSITORY) else { return Reply::new(404, "") };
        let digest = |text: &str| text.replace("%3A", ":");
        let mut blobs = self.blobs.lock().expect("no panic before");
        let mut pieces = self.pieces.lock().expect("no panic before");
        if self.most > 0 && asked.body.len() > self.most {
            return Reply::new(413, "<html>");
        }
        let session = || Reply::new(202, "").with("Location", format!("{REPOSITORY}blobs/uploads/1"));
        match (asked.method.as_str(), rest) {
            ("POST", _) => match query.strip_prefix("mount=").map(digest) {
                Some(d) if self.mounts => {
                    blobs.entry(d).or_default();
                    Reply::new(201, "")
                }
                _ => {
                    pieces.clear();
                    session()
                }
            },
            ("PATCH", _) => {
                let from = format!("{}-", pieces.len());
                assert!(asked.header("content-range").is_some_and(|r| r.starts_with(&from)), "{asked:?}");
                pieces.extend(&asked.body);
                session()
            }
            ("PUT", "blobs/uploads/1") => {
                pieces.extend(&asked.body);
                blobs.insert(digest(query.trim_start_matches("digest=")), std::mem::take(&mut pieces));
                Reply::new(201, "")
            }
            ("PUT", _) => {
                self.manifest.lock().expect("no panic before").clone_from(&asked.body);
                Reply::new(201, "")
            }
            (_, rest) => match rest.strip_prefix("blobs/").and_then(|d| blobs.get(d)) {
                Some(data) => Reply::new(200, data.clone()),
                None if rest.starts_with("manifests/0") => {
                    Reply::new(200, self.manifest.lock().expect("no panic before").clone())
                }
                None => Reply::new(404, ""),
            },
        }
    }
}

/// A sandbox with an archive of about 300 kB that does not shrink.
fn with_archive() -> Sandbox {
    let s = Sandbox::new();
    s.chart("app", &[]);
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(300_000)
    .collect();
    s.write("app/files/noise.bin", noise);
    s.run(["package", "app"]).ok();
    s
}

fn push(s: &Sandbox, server: &Server) -> crate::kit::Run {
    s.run(["push", "app-0.1.0.tgz", &format!("oci://{}/c", server.host), "--plain-http"])
}

#[test]
fn large_blobs_go_in_pieces_where_they_must() {
    let s = with_archive();
    let memory = Memory { most: 100_000, ..Memory::default() };
    let server = Server::start(move |asked| memory.answer(asked));
    push(&s, &server).ok();
    assert!(server.seen().iter().filter(|a| a.method == "PATCH").count() >= 4);
    let pulled = format!("oci://{}/c/app", server.host);
    s.run(["pull", &pulled, "--version", "0.1.0", "--plain-http", "-d", "home"]).ok();
    let read = |name: &str| std::fs::read(s.path(name)).expect("an archive");
    assert!(read("home/app-0.1.0.tgz") == read("app-0.1.0.tgz"));

    let memory = Memory { most: 10, ..Memory::default() };
    let server = Server::start(move |asked| memory.answer(asked));
    push(&s, &server).error_with("response status code 413");
}

#[test]
fn blobs_that_lie_elsewhere_in_the_registry_are_not_sent() {
    let s = with_archive();
    let memory = Memory { mounts: true, ..Memory::default() };
    let server = Server::start(move |asked| memory.answer(asked));
    push(&s, &server).ok();
    let sent: usize = server.seen().iter().map(|a| a.body.len()).sum();
    assert!(sent < 10_000, "{sent} bytes were sent");
}

#[test]
fn busy_registries_are_asked_again() {
    let s = with_archive();
    let memory = Memory::default();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |asked| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Reply::new(429, "").with("Retry-After", "1"),
        2 => Reply::new(503, "<html>"),
        _ => memory.answer(asked),
    });
    push(&s, &server).ok();
}

/// Pulls from a registry of such answers, and gives the error; nothing may lie anywhere afterwards.
#[track_caller]
fn refused(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Server, String) {
    let s = Sandbox::new();
    let server = Server::start(answer);
    s.write(
        "home/.config/helm/registry/config.json",
        format!(r#"{{"auths":{{"{}":{{"auth":"dXNlcjpwYXNzd29yZA=="}}}}}}"#, server.host),
    );
    let chart = format!("oci://{}/c/app", server.host);
    s.run(["pull", &chart, "--version", "0.1.0", "--plain-http"]).error();
    s.run(["template", "r", &chart, "--version", "0.1.0", "--plain-http"]).error();
    let cached = s.path("home/.cache/helm/content");
    assert!(!cached.exists() || std::fs::read_dir(cached).expect("a folder").next().is_none(), "the cache was touched");
    s.write("web/Chart.yaml", format!(
        "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{{name: app, version: 0.1.0, repository: 'oci://{}/c'}}]\n",
        server.host
    ));
    s.write("home/old/Chart.yaml", "apiVersion: v2\nname: old\nversion: 0.1.0\n");
    s.run(["package", "home/old", "-d", "web/charts"]).ok();
    let before = std::fs::read(s.path("web/charts/old-0.1.0.tgz")).expect("an archive");
    let run = s.run(["dependency", "update", "web", "--plain-http"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(s.files(), ["web/Chart.yaml", "web/charts/old-0.1.0.tgz"]);
    assert!(std::fs::read(s.path("web/charts/old-0.1.0.tgz")).expect("an archive") == before);
    (server, run.stderr)
}

#[test]
fn answers_that_are_no_charts() {
    let html = |_: &Asked| Reply::new(200, "<html>welcome</html>").with("Content-Type", "text/html");
    let (_, text) = refused(html);
    assert!(text.contains("manifests/0.1.0\": expected value"), "{text}");
    let (_, text) = refused(|_| Reply::new(401, "<html>"));
    assert!(text.contains("response status code 401: Unauthorized"), "{text}");
    let (_, text) = refused(|a| Reply::new(302, "").with("Location", a.target.clone()));
    assert!(text.contains("stopped after 10 redirects"), "{text}");
    let (_, text) = refused(|_| Reply::new(302, "").with("Location", "file:///etc/passwd"));
    assert!(text.contains("is not followed"), "{text}");
    let (_, text) = refused(|_| Reply::new(200, "{\"schemaVersion\": 2").cut_short());
    assert!(text.contains("EOF") || text.contains("disconnected"), "{text}");
    let (_, text) =
        refused(|_| Reply::new(200, "{}").with("Docker-Content-Digest", format!("sha256:{}", "0".repeat(64))));
    assert!(text.contains("mismatch digest"), "{text}");
    let (_, text) = refused(|_| Reply::new(200, "[1, null, {\"layers\": 7}]"));
    assert!(text.contains("minimum number of descriptors"), "{text}");
    let deep = "[".repeat(100_000);
    let (_, text) = refused(move |_| Reply::new(200, deep.clone()));
    assert!(text.contains("recursion limit"), "{text}");
    let (_, text) = refused(|_| Reply::new(200, vec![b' '; 5 << 20]));
    assert!(text.contains("manifests/0.1.0"), "{text}");
}

/// A manifest of a chart whose layer has this digest and size.
fn manifest(config: &[u8], layer: &str, size: u64) -> String {
    use sha2::Digest as _;
    let digest: String = sha2::Sha256::digest(config).iter().map(|b| format!("{b:02x}")).collect();
    serde_json::json!({
        "schemaVersion": 2,
        "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": format!("sha256:{digest}"),
            "size": config.len()},
        "layers": [{"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": layer, "size": size}],
    })
    .to_string()
}

#[test]
fn layers_that_are_not_what_they_should_be() {
    const CONFIG: &[u8] = br#"{"name":"app","version":"0.1.0"}"#;
    let wrong = format!("sha256:{}", "1".repeat(64));
    let serve = move |size: u64, layer: Reply| {
        let text = manifest(CONFIG, &wrong, size);
        let wrong = wrong.clone();
        move |a: &Asked| match a.target.as_str() {
            t if t.contains("/manifests/") => Reply::new(200, text.clone()),
            t if t.ends_with(&wrong) => layer.clone(),
            _ => Reply::new(200, CONFIG),
        }
    };
    let (_, text) = refused(serve(5, Reply::new(200, "hello")));
    assert!(text.contains("mismatched digest"), "{text}");
    let (_, text) = refused(serve(5, Reply::new(200, "hel")));
    assert!(text.contains("mismatched digest"), "{text}");
    let (_, text) = refused(serve(5, Reply::new(200, "hello").cut_short()));
    assert!(text.contains("Error: could not download"), "{text}");
    let (_, text) = refused(serve(u64::MAX, Reply::new(200, "hello")));
    assert!(text.contains("mismatched digest"), "{text}");
    let (_, text) = refused(serve(5, Reply::new(404, "")));
    assert!(text.contains("not found"), "{text}");
}

/// CVE-2021-32690 for registries: another server than the registry gets no password, whatever sends us there.
#[test]
fn credentials_stay_with_the_registry() {
    let elsewhere = Server::start(|_| Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"more\""));
    let host = elsewhere.host.clone();
    let (server, text) = refused(move |a| {
        if a.header("authorization").is_none() {
            return Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"here\"");
        }
        Reply::new(307, "").with("Location", format!("http://{host}{}", a.target))
    });
    assert!(text.contains("401"), "{text}");
    assert!(server.seen().iter().any(|a| a.header("authorization").is_some()));
    let asked = elsewhere.seen();
    assert!(!asked.is_empty() && asked.iter().all(|a| a.header("authorization").is_none()), "{asked:?}");
}
