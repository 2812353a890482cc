//! Releases on a real API server: what the commands say, what the cluster then holds, and what was recorded.

use std::time::Duration;

use pintle_release::Release;
use pintle_testkit::ControlPlane;
use serde_json::{Value, json};

use crate::interop::recorded;
use crate::kit::{OTHER_PROGRAM, Sandbox, project, skipped};

/// A namespace of the cluster and a sandbox whose commands go there.
struct Cluster {
    api: &'static ControlPlane,
    namespace: String,
    sandbox: Sandbox,
}

impl Cluster {
    fn new(api: &'static ControlPlane, namespace: String) -> Self {
        Cluster { api, namespace, sandbox: Sandbox::new().with_cluster(api.kubeconfig()) }
    }

    /// A command in the namespace, which must succeed.
    #[track_caller]
    fn ok(&self, args: &[&str]) -> String {
        self.sandbox.run(args.iter().chain(&["-n", &self.namespace])).ok()
    }

    /// The same, with its output read as JSON.
    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(&[args, &["-o", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}:\n{text}"))
    }

    fn path(&self, kind: &str, name: &str) -> String {
        let base = match kind {
            "deployments" | "statefulsets" => "/apis/apps/v1",
            "horizontalpodautoscalers" => "/apis/autoscaling/v2",
            "jobs" => "/apis/batch/v1",
            _ => "/api/v1",
        };
        format!("{base}/namespaces/{}/{kind}/{name}", self.namespace)
    }

    #[track_caller]
    fn object(&self, kind: &str, name: &str) -> Value {
        self.api.expect("GET", &self.path(kind, name), None).expect("the object")
    }

    /// Whether there is no such object, or one that is on its way out.
    #[track_caller]
    fn gone(&self, kind: &str, name: &str) {
        let gone = |status, object: &Value| status == 404 || object["metadata"]["deletionTimestamp"].is_string();
        self.api.wait_for(&self.path(kind, name), Duration::from_secs(20), gone).expect("gone");
    }

    /// The records of a release in the cluster, oldest first, with the labels of their Secrets.
    fn records(&self, release: &str) -> Vec<Release> {
        let path = self.path("secrets", "");
        let path = format!("{}?labelSelector=owner%3Dhelm,name%3D{release}", path.trim_end_matches('/'));
        let list = self.api.expect("GET", &path, None).expect("a list");
        let mut found: Vec<Release> = Vec::new();
        for object in list["items"].as_array().expect("items") {
            assert_eq!(object["type"], "helm.sh/release.v1");
            let mut object = object.clone();
            object["kind"] = json!("Secret"); // lists leave it out of their items
            let release = pintle_release::decode_object(&object).expect("a record");
            assert_eq!(object["metadata"]["name"], pintle_release::key(&release.name, release.version));
            assert_eq!(object["metadata"]["labels"]["status"], release.info.status.as_str());
            assert_eq!(object["metadata"]["labels"]["version"], release.version.to_string());
            found.push(release);
        }
        found.sort_by_key(|r| r.version);
        found
    }

    /// `revision:status` of each record.
    fn states(&self, release: &str) -> Vec<String> {
        self.records(release).iter().map(|r| format!("{}:{}", r.version, r.info.status.as_str())).collect()
    }
}

fn cluster(prefix: &str) -> Option<Cluster> {
    let api = ControlPlane::shared_or_skip()?;
    Some(Cluster::new(api, api.namespace(prefix).expect("a namespace")))
}

/// Whether an object is the release's, by the labels and annotations that Helm adds.
#[track_caller]
fn owned(object: &Value, release: &str) {
    assert_eq!(object["metadata"]["labels"]["app.kubernetes.io/managed-by"], "Helm", "{object}");
    assert_eq!(object["metadata"]["annotations"]["meta.helm.sh/release-name"], release, "{object}");
}

#[test]
fn the_shop_from_install_to_uninstall() {
    let Some(c) = cluster("shop") else { return };
    let chart = project("charts/shop");
    let chart = chart.to_str().expect("UTF-8");
    let dev = project("charts/shop/values-dev.yaml");
    let dev = dev.to_str().expect("UTF-8");
    let base = ["shop", chart, "-f", dev, "--set", "frontend.service.nodePort=30180"];

    // install: every object is there, is the release's, and is as the values say
    let out = c.ok(&[&["install"], &base[..], &["--wait", "--timeout", "90s"]].concat());
    assert!(out.contains("STATUS: deployed") && out.contains("REVISION: 1"), "{out}");
    assert!(out.contains("Open http://NODE:30180/"), "{out}");
    for (kind, name) in [
        ("deployments", "shop-frontend"),
        ("statefulsets", "shop-backend"),
        ("services", "shop-frontend"),
        ("services", "shop-backend"),
    ] {
        owned(&c.object(kind, name), "shop");
    }
    let web = c.object("deployments", "shop-frontend");
    assert_eq!((&web["spec"]["replicas"], &web["status"]["readyReplicas"]), (&json!(1), &json!(1)));
    assert_eq!(c.object("services", "shop-frontend")["spec"]["ports"][0]["nodePort"], 30180);
    // the hook has run and is gone, as its policy says
    c.gone("jobs", "shop-backend-initiate");
    let records = c.records("shop");
    let [first] = &records[..] else { panic!("{records:?}") };
    assert_eq!((first.info.status.as_str(), first.info.description.as_str()), ("deployed", "Install complete"));
    assert_eq!(first.chart["metadata"]["name"], "shop");
    assert_eq!(first.config.as_ref().expect("values")["frontend"]["service"]["nodePort"], 30180);
    assert_eq!(first.hooks.len(), 2);

    let status = c.json(&["status", "shop"]);
    assert_eq!((&status["version"], &status["info"]["status"]), (&json!(1), &json!("deployed")));
    let list = c.json(&["list"]);
    assert_eq!(
        (&list[0]["name"], &list[0]["chart"], &list[0]["revision"]),
        (&json!("shop"), &json!("shop-1.0.0"), &json!("1"))
    );
    assert_eq!(c.ok(&["get", "manifest", "shop"]).trim(), first.manifest.trim());

    // upgrade: an autoscaler comes, the Deployment changes, the database goes
    let change = ["--set", "frontend.autoscaling.enabled=true,frontend.env.NODE_ENV=test,backend.enabled=false"];
    diff_shows_what_an_upgrade_does(&c, &[&base[..], &change].concat());
    c.ok(&[&["upgrade"], &base[..], &change, &["--wait", "--timeout", "90s"]].concat());
    owned(&c.object("horizontalpodautoscalers", "shop-frontend"), "shop");
    let env = c.object("deployments", "shop-frontend")["spec"]["template"]["spec"]["containers"][0]["env"].to_string();
    assert!(env.contains(r#""value":"test""#), "{env}");
    c.gone("statefulsets", "shop-backend");
    c.gone("services", "shop-backend");
    assert_eq!(c.states("shop"), ["1:superseded", "2:deployed"]);
    assert_eq!(c.json(&["get", "values", "shop"])["frontend"]["env"]["NODE_ENV"], "test");

    // rollback: what went is back, what came is gone, and it is a new revision
    assert_eq!(
        c.ok(&["rollback", "shop", "1", "--wait", "--timeout", "90s"]),
        "Rollback was a success! Happy Helming!\n"
    );
    c.gone("horizontalpodautoscalers", "shop-frontend");
    owned(&c.object("statefulsets", "shop-backend"), "shop");
    let env = c.object("deployments", "shop-frontend")["spec"]["template"]["spec"]["containers"][0]["env"].to_string();
    assert!(env.contains(r#""value":"development""#), "{env}");
    assert_eq!(c.states("shop"), ["1:superseded", "2:superseded", "3:deployed"]);
    let history = c.json(&["history", "shop"]);
    let history: Vec<&str> =
        history.as_array().expect("a list").iter().filter_map(|h| h["description"].as_str()).collect();
    assert_eq!(history, ["Install complete", "Upgrade complete", "Rollback to 1"]);

    // the chart's own test
    let out = c.ok(&["test", "shop", "--timeout", "60s"]);
    assert!(out.contains("TEST SUITE:     shop-test-frontend") && out.contains("Phase:          Succeeded"), "{out}");

    // uninstall: nothing is left
    assert_eq!(c.ok(&["uninstall", "shop", "--wait", "--timeout", "60s"]), "release \"shop\" uninstalled\n");
    for (kind, name) in
        [("deployments", "shop-frontend"), ("statefulsets", "shop-backend"), ("services", "shop-frontend")]
    {
        c.gone(kind, name);
    }
    assert!(c.records("shop").is_empty());
    c.sandbox.run(["status", "shop", "-n", &c.namespace]).error_with("Error: release: not found");
}

/// `diff` is ours alone; it names what an upgrade would add, change and drop.
fn diff_shows_what_an_upgrade_does(c: &Cluster, args: &[&str]) {
    if std::env::var_os(OTHER_PROGRAM).is_some()
        || !pintle::cli::table::COMMANDS.iter().any(|c| c.path == "diff upgrade")
    {
        skipped("there is no diff command");
        return;
    }
    let before = c.records("shop");
    let out = c.ok(&[&["diff", "upgrade"], args].concat());
    for wanted in ["HorizontalPodAutoscaler", "Deployment", "StatefulSet", "shop-backend", "NODE_ENV"] {
        assert!(out.contains(wanted), "{wanted}:\n{out}");
    }
    assert_eq!(c.records("shop"), before, "diff must not write");
}

#[test]
fn a_failed_install_says_so_and_is_recorded() {
    let Some(c) = cluster("failed") else { return };
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n";
    let bad = "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n";
    c.sandbox.chart("odd", &[("templates/good.yaml", good), ("templates/bad.yaml", bad)]);
    let run = |args: &[&str]| c.sandbox.run(args.iter().chain(&["-n", &c.namespace]));
    run(&["install", "odd", "./odd"]).error_with("Error: INSTALLATION FAILED: ");
    assert_eq!(c.states("odd"), ["1:failed"]);
    run(&["install", "odd", "./odd"]).error_with("cannot reuse a name that is still in use");
    // mended, it goes through
    c.sandbox.write("odd/templates/bad.yaml", bad.replace("99999", "99"));
    c.ok(&["upgrade", "--install", "odd", "./odd"]);
    assert_eq!(c.states("odd"), ["1:superseded", "2:deployed"]);
    owned(&c.object("services", "bad"), "odd");
}

#[test]
fn objects_of_others_are_left_alone() {
    let Some(c) = cluster("others") else { return };
    let path = c.path("configmaps", "");
    let theirs = json!({"metadata": {"name": "taken"}, "data": {"whose": "theirs"}});
    c.api.expect("POST", path.trim_end_matches('/'), Some(&theirs)).expect("an object");
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: taken}\ndata: {whose: ours}\n";
    c.sandbox.chart("grab", &[("templates/a.yaml", text)]);
    let run = c.sandbox.run(["install", "grab", "./grab", "-n", &c.namespace]);
    run.error_with("exists and cannot be imported into the current release");
    assert_eq!(c.object("configmaps", "taken")["data"]["whose"], "theirs");
    // Helm records nothing of a release that it refuses beforehand
    assert!(c.records("grab").is_empty());
}

#[test]
fn a_dry_run_changes_nothing() {
    let Some(c) = cluster("dry") else { return };
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {of: {{ .Release.Name }}}\n";
    c.sandbox.chart("dry", &[("templates/a.yaml", text)]);
    for how in ["--dry-run=client", "--dry-run=server"] {
        let out = c.ok(&["install", "dry", "./dry", how]);
        assert!(out.contains("STATUS: pending-install") && out.contains("of: dry"), "{how}:\n{out}");
    }
    c.gone("configmaps", "a");
    assert!(c.records("dry").is_empty());
}

#[test]
fn template_asks_the_server_when_told_to() {
    let Some(c) = cluster("live") else { return };
    let path = c.path("configmaps", "");
    let live = json!({"metadata": {"name": "live"}, "data": {"word": "from the cluster"}});
    c.api.expect("POST", path.trim_end_matches('/'), Some(&live)).expect("an object");
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  \
        found: {{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"live\").data | toJson }}\n  \
        jobs: {{ .Capabilities.APIVersions.Has \"batch/v1/Job\" | quote }}\n";
    c.sandbox.chart("ask", &[("templates/a.yaml", text)]);
    for asking in ["--dry-run=server", "--validate"] {
        let out = c.ok(&["template", "ask", "./ask", asking]);
        assert!(out.contains(r#"found: {"word":"from the cluster"}"#) && out.contains("jobs: \"true\""), "{out}");
    }
    assert!(c.ok(&["template", "ask", "./ask"]).contains("found: null"), "no cluster is asked by default");
    // what the cluster would refuse is refused
    c.sandbox.write("ask/templates/a.yaml", "apiVersion: v9\nkind: Nothing\nmetadata: {name: live}\n");
    c.sandbox
        .run(["template", "ask", "./ask", "--dry-run=server", "-n", &c.namespace])
        .error_with("unable to build kubernetes objects from release manifest");
    // as is an object that belongs to nobody, unless this is an upgrade
    c.sandbox.write("ask/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: live}\n");
    c.sandbox
        .run(["template", "ask", "./ask", "--dry-run=server", "-n", &c.namespace])
        .error_with("exists and cannot be imported into the current release");
    c.ok(&["template", "ask", "./ask", "--dry-run=server", "--is-upgrade"]);
    assert!(c.records("ask").is_empty());
}

#[test]
fn an_unreachable_cluster_is_one_clear_error() {
    let s = Sandbox::new();
    s.chart("fine", &[]);
    // a port of loopback where nobody listens: bound, then let go
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let server = format!("--kube-apiserver=http://127.0.0.1:{port}");
    for args in [&["list"] as &[&str], &["status", "r"], &["install", "r", "./fine"], &["history", "r"]] {
        let run = s.run(args.iter().copied().chain([server.as_str()]));
        let text = run.error();
        assert!(
            text.contains("kubernetes cluster unreachable") || text.contains("connection refused"),
            "{args:?}:\n{text}"
        );
    }
}

/// A release that Helm 3 or 4 wrote, put into a namespace of its name: shown as Helm shows it, and upgraded.
#[test]
fn releases_of_real_helm_are_listed_shown_and_upgraded() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    for id in ["h3-app", "h4-app"] {
        let Some(dir) = crate::kit::shared(&format!("e2e/releases/{id}")) else { continue };
        let records = recorded(id).expect("records");
        let namespace = records[0]["metadata"]["namespace"].as_str().expect("a namespace").to_owned();
        let c = Cluster::new(api, namespace.clone());
        let body = json!({"metadata": {"name": namespace}});
        api.expect("POST", "/api/v1/namespaces", Some(&body)).expect("a namespace");
        for record in &records {
            let mut record = record.clone();
            record["metadata"].as_object_mut().expect("metadata").remove("creationTimestamp");
            let path = format!("/api/v1/namespaces/{namespace}/secrets");
            api.expect("POST", &path, Some(&record)).expect("a record");
        }
        for (file, args) in [
            ("list.out", &["list", "-o", "json"] as &[&str]),
            ("list-table.out", &["list"]),
            ("history.out", &["history", "r", "-o", "json"]),
            ("history-table.out", &["history", "r"]),
            ("get-all.out", &["get", "all", "r"]),
            ("values.out", &["get", "values", "r", "-a", "-o", "json"]),
            ("hooks.out", &["get", "hooks", "r"]),
            ("notes.out", &["get", "notes", "r"]),
            ("manifest.out", &["get", "manifest", "r"]),
        ] {
            let wanted = std::fs::read_to_string(dir.join(file)).expect("a recorded output");
            assert_eq!(c.ok(args), wanted, "{id}: {args:?}");
        }
        let text =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: next}\ndata: {at: {{ .Release.Revision | quote }}}\n";
        c.sandbox.chart("next", &[("templates/a.yaml", text)]);
        c.ok(&["upgrade", "r", "./next"]);
        let revision = records.len() + 1;
        assert_eq!(c.object("configmaps", "next")["data"]["at"], revision.to_string());
        assert_eq!(c.states("r").last(), Some(&format!("{revision}:deployed")), "{id}");
    }
}
