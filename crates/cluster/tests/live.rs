//! The client against a real control plane: building, applying in both ways, pruning, records.

use std::time::Duration;

use pintle_cluster::{
    Cluster, ClusterObjects, ConnectOptions, CreateOptions, Kube, Propagation, Silent, UpdateOptions, WaitStrategy,
    Waiter, parse_yaml,
};
use pintle_release::{ObjectDriver, ObjectKind, Release, Status, Storage, StorageError};
use pintle_testkit::ControlPlane;

fn cluster(plane: &ControlPlane, namespace: &str) -> Cluster {
    let options = ConnectOptions {
        kubeconfig: Some(plane.kubeconfig().to_owned()),
        namespace: Some(namespace.to_owned()),
        ..ConnectOptions::new(parse_yaml)
    };
    Cluster::new(options).expect("a runtime")
}

const FIRST: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: one, gone: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
";

const SECOND: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: two}
";

#[test]
fn applies_and_prunes() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    for server_side in [true, false] {
        let ns = plane.namespace("apply").expect("a namespace");
        let c = cluster(plane, &ns);
        c.reachable().expect("reachable");
        let first = c.build(FIRST, true).expect("builds");
        assert_eq!(first.len(), 2);
        c.create(&first, CreateOptions { server_side, force_conflicts: false }).expect("creates");
        let second = c.build(SECOND, true).expect("builds");
        let done = c.update(&first, &second, UpdateOptions { server_side, ..UpdateOptions::default() });
        assert!(done.error.is_none(), "{:?}", done.error);
        let live = c.get(&second[0]).expect("is there");
        assert_eq!(live.0["data"], serde_json::json!({"k": "two"}));
        assert!(c.get(&first[1]).expect_err("pruned").is_not_found());
        let manager = &live.0["metadata"]["managedFields"][0];
        let operation = if server_side { "Apply" } else { "Update" };
        assert_eq!((manager["manager"].as_str(), manager["operation"].as_str()), (Some("helm"), Some(operation)));
        assert!(c.delete(&second, Propagation::Background).is_empty());
    }
}

#[test]
fn turns_client_side_fields_over() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    let ns = plane.namespace("turn").expect("a namespace");
    let c = cluster(plane, &ns);
    let first = c.build(FIRST, true).expect("builds");
    c.create(&first, CreateOptions { server_side: false, force_conflicts: false }).expect("creates");
    let second = c.build(SECOND, true).expect("builds");
    let options = UpdateOptions { server_side: true, upgrade_field_manager: true, ..UpdateOptions::default() };
    let done = c.update(&first, &second, options);
    assert!(done.error.is_none(), "{:?}", done.error);
    let live = c.get(&second[0]).expect("is there");
    assert_eq!(live.0["data"], serde_json::json!({"k": "two"}));
    let managers = live.0["metadata"]["managedFields"].as_array().expect("managers");
    assert_eq!(managers.len(), 1, "{managers:?}");
}

#[test]
fn refuses_as_client_go_does() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    let ns = plane.namespace("refuse").expect("a namespace");
    let c = cluster(plane, &ns);
    let text = |manifest: &str, validate| c.build(manifest, validate).expect_err("refused").to_string();
    assert_eq!(
        text("apiVersion: nosuch.example.com/v1\nkind: Nope\nmetadata: {name: x}\n", true),
        "resource mapping not found for name: \"x\" namespace: \"\" from \"\": no matches for kind \"Nope\" in version \
         \"nosuch.example.com/v1\"\nensure CRDs are installed first"
    );
    assert_eq!(text("kind: Nope\n", true), "error validating \"\": error validating data: apiVersion not set");
    let nameless = c.build("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x}\n", true).expect("builds");
    let e = c.create(&nameless, CreateOptions { server_side: true, force_conflicts: false }).expect_err("refused");
    assert!(e.to_string().contains("resource name may not be empty"), "{e}");

    let mut elsewhere = ConnectOptions::new(parse_yaml);
    elsewhere.search.clear();
    elsewhere.api_server = Some("https://127.0.0.1:1".to_owned());
    let e = Cluster::new(elsewhere).expect("a runtime").reachable().expect_err("nobody there");
    assert_eq!(
        e.to_string(),
        "kubernetes cluster unreachable: Get \"https://127.0.0.1:1/version\": dial tcp 127.0.0.1:1: connect: connection refused"
    );
}

#[test]
fn waits_for_jobs_and_deployments() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    let ns = plane.namespace("wait").expect("a namespace");
    let c = cluster(plane, &ns);
    let job = |outcome: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {outcome}}}\nspec:\n  backoffLimit: 0\n  template:\n    \
             metadata: {{annotations: {{fake.node/outcome: {outcome}}}}}\n    spec:\n      restartPolicy: Never\n      \
             containers: [{{name: c, image: i}}]\n"
        )
    };
    let waiter = Waiter::new(&c, &Silent, WaitStrategy::HookOnly);
    let apply = CreateOptions { server_side: true, force_conflicts: false };
    let good = c.build(&job("succeed"), true).expect("builds");
    c.create(&good, apply).expect("creates");
    waiter.watch_until_ready(&good, Some(Duration::from_secs(60))).expect("succeeds");
    let bad = c.build(&job("fail"), true).expect("builds");
    c.create(&bad, apply).expect("creates");
    let e = waiter.watch_until_ready(&bad, Some(Duration::from_secs(60))).expect_err("fails");
    assert_eq!(
        e.to_string(),
        format!("resource Job/{ns}/fail not ready. status: Failed, message: Job Failed. failed: 1/1")
    );
}

#[test]
fn keeps_records() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    for kind in [ObjectKind::Secret, ObjectKind::ConfigMap] {
        let ns = plane.namespace("records").expect("a namespace");
        let c = cluster(plane, &ns);
        let storage = Storage::new(ObjectDriver::new(kind, ClusterObjects::new(&c, kind, &ns)));
        let mut r = Release { name: "a".to_owned(), version: 1, namespace: ns.clone(), ..Release::default() };
        r.set_status(Status::DEPLOYED, "Install complete");
        assert!(matches!(storage.last("a"), Err(StorageError::NotFound)));
        storage.create(&r).expect("creates");
        assert!(matches!(storage.create(&r), Err(StorageError::Exists)));
        r.set_status(Status::SUPERSEDED, "old");
        storage.update(&r).expect("updates");
        assert_eq!(storage.last("a").expect("is there").info.description, "old");
        assert!(matches!(storage.deployed("a"), Err(StorageError::NoDeployed(_))));
        storage.delete("a", 1).expect("deletes");
        assert!(matches!(storage.get("a", 1), Err(StorageError::NotFound)));
    }
}

#[test]
fn looks_up() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    let ns = plane.namespace("lookup").expect("a namespace");
    let c = cluster(plane, &ns);
    let objects = c.build(FIRST, true).expect("builds");
    c.create(&objects, CreateOptions { server_side: true, force_conflicts: false }).expect("creates");
    let one = c.lookup("v1", "ConfigMap", &ns, "a").expect("is there");
    assert_eq!(one["data"]["k"], "one");
    let all = c.lookup("v1", "ConfigMap", &ns, "").expect("a list");
    assert!(all["items"].as_array().expect("items").len() >= 2);
    assert_eq!(c.lookup("v1", "ConfigMap", &ns, "nosuch").expect("nothing"), serde_json::json!({}));
    assert_eq!(c.lookup("v1", "Nosuch", &ns, "a").expect("nothing"), serde_json::json!({}));
    let e = c.lookup("nosuch.example.com/v1", "Thing", &ns, "x").expect_err("no such group");
    assert_eq!(
        e.to_string(),
        "unable to get apiresource from unstructured: nosuch.example.com/v1, Kind=Thing: the server could not find the \
         requested resource"
    );
}

#[test]
fn reads_kubeconfig_as_client_go_does() {
    let dir = std::env::temp_dir().join(format!("pintle-kubeconfig-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    let broken = dir.join("bad.yaml");
    std::fs::write(&broken, "a: [\n").expect("a file");
    let good = dir.join("good.yaml");
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: k, user: u, namespace: here}}]\n\
                clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: [{name: u, user: {token: t}}]\n";
    std::fs::write(&good, text).expect("a file");
    let say = |change: &dyn Fn(&mut ConnectOptions)| {
        let mut options = ConnectOptions { search: Vec::new(), ..ConnectOptions::new(parse_yaml) };
        change(&mut options);
        let c = Cluster::new(options).expect("a runtime");
        (c.namespace().to_owned(), c.reachable().expect_err("nobody there").to_string())
    };
    let (_, missing) = say(&|o| o.kubeconfig = Some("nosuch".into()));
    assert_eq!(missing, "kubernetes cluster unreachable: stat nosuch: no such file or directory");
    let (_, bad) = say(&|o| o.kubeconfig = Some(broken.clone()));
    assert!(bad.starts_with("kubernetes cluster unreachable: error loading config file "), "{bad}");
    let (namespace, refused) = say(&|o| o.search = vec![dir.join("nosuch"), good.clone()]);
    assert_eq!(namespace, "here");
    assert!(refused.ends_with("dial tcp 127.0.0.1:1: connect: connection refused"), "{refused}");
    let (_, context) = say(&|o| {
        o.search = vec![good.clone()];
        o.context = Some("nosuch".to_owned());
    });
    assert_eq!(context, "kubernetes cluster unreachable: context \"nosuch\" does not exist");
    let (namespace, nothing) = say(&|_| {});
    assert_eq!(namespace, "default");
    assert!(
        nothing.starts_with("kubernetes cluster unreachable: Get \"http://localhost:8080/version\": dial tcp "),
        "{nothing}"
    );
    std::fs::remove_dir_all(&dir).expect("removed");
}
