//! A user with few rights: nothing is begun that may not be ended, and what is missing is named.

use pintle_testkit::ControlPlane;
use serde_json::{Value, json};

use crate::kit::Sandbox;

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: r}\ndata: {value: \"{{ .Values.n }}\"}\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: r}\nspec: {ports: [{port: 80}], selector: {app: \"r{{ .Values.n }}\"}}\n";

/// A namespace in which jane may do anything with Secrets and ConfigMaps, and as told with Services.
fn namespace(api: &ControlPlane, name: &str, services: &[&str]) -> String {
    let namespace = api.namespace(name).expect("a namespace");
    let path = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}");
    let rules = json!([
        {"verbs": ["*"], "apiGroups": [""], "resources": ["secrets", "configmaps"]},
        {"verbs": services, "apiGroups": [""], "resources": ["services"]},
    ]);
    let role = json!({"metadata": {"name": "few"}, "rules": rules});
    api.expect("POST", &format!("{path}/roles"), Some(&role)).expect("a role");
    let jane = json!({"kind": "User", "name": "jane", "apiGroup": "rbac.authorization.k8s.io"});
    let role = json!({"kind": "Role", "name": "few", "apiGroup": "rbac.authorization.k8s.io"});
    let binding = json!({"metadata": {"name": "few"}, "roleRef": role, "subjects": [jane]});
    api.expect("POST", &format!("{path}/rolebindings"), Some(&binding)).expect("a binding");
    namespace
}

fn sandbox(api: &ControlPlane) -> Sandbox {
    let sandbox = Sandbox::new().with_cluster(api.kubeconfig());
    sandbox.chart("c", &[("templates/a.yaml", CONFIG_MAP), ("templates/b.yaml", SERVICE)]);
    sandbox
}

/// Names of the Secrets and ConfigMaps (but for the one that every namespace has), and of the Services.
fn objects(api: &ControlPlane, namespace: &str) -> Vec<String> {
    let of = |plural: &str| {
        let list = api.expect("GET", &format!("/api/v1/namespaces/{namespace}/{plural}"), None).expect("a list");
        let name = |o: &Value| o["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        list["items"].as_array().into_iter().flatten().map(name).collect::<Vec<_>>()
    };
    let all = ["secrets", "configmaps", "services"].map(of).concat();
    all.into_iter().filter(|name| name != "kube-root-ca.crt").collect()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn an_install_that_may_not_be_ended_is_not_begun() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let namespace = namespace(api, "rights-install", &["get"]);
    let sandbox = sandbox(api);
    let install = ["install", "a", "c", "--kube-as-user", "jane", "-n", &namespace];
    let told = sandbox.run(install).error();
    let wanted = format!(
        "Error: INSTALLATION FAILED: server-side apply failed for object {namespace}/r /v1, Kind=Service: services \"r\" is \
         forbidden: User \"jane\" cannot patch resource \"services\" in API group \"\" in the namespace \"{namespace}\""
    );
    assert_eq!(first_line(&told), wanted);
    for verb in ["patch", "create"] {
        assert!(told.contains(&format!("\n  {verb} services in namespace {namespace:?}\n")), "{told}");
    }
    assert_eq!(objects(api, &namespace), Vec::<String>::new());
    // without the question beforehand, the server says the same, half-way
    let told = sandbox.run(install.into_iter().chain(["--skip-preflight"])).error();
    assert_eq!(first_line(&told), wanted);
    assert_eq!(objects(api, &namespace), ["sh.helm.release.v1.a.v1", "r"]);
}

#[test]
fn upgrade_rollback_and_uninstall_are_not_begun_either() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let namespace = namespace(api, "rights-upgrade", &["get", "create"]);
    let sandbox = sandbox(api);
    for args in [&["install", "a", "c", "--set", "n=1"][..], &["upgrade", "a", "c", "--set", "n=2"]] {
        sandbox.run(args.iter().chain(&["-n", &namespace])).ok();
    }
    let before = objects(api, &namespace);
    for (args, verb) in [
        (&["upgrade", "a", "c", "--set", "n=3"][..], "patch"),
        (&["rollback", "a", "1"], "patch"),
        (&["uninstall", "a"], "delete"),
    ] {
        let told = sandbox.run(args.iter().chain(&["--kube-as-user", "jane", "-n", &namespace])).error();
        let refused = format!("User \"jane\" cannot {verb} resource \"services\" in API group \"\"");
        assert!(first_line(&told).contains(&refused), "{args:?}: {told}");
        assert_eq!(objects(api, &namespace), before, "{args:?}");
        let live = api.expect("GET", &format!("/api/v1/namespaces/{namespace}/configmaps/r"), None).expect("it");
        assert_eq!(live["data"]["value"], "2", "{args:?}");
    }
}

#[test]
fn who_may_do_all_that_is_needed_is_not_stopped() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let namespace = namespace(api, "rights-enough", &["get", "create", "patch", "delete"]);
    let sandbox = sandbox(api);
    for args in [
        &["install", "a", "c"][..],
        &["upgrade", "a", "c", "--set", "n=3", "--server-side=false"],
        &["rollback", "a", "1"],
        &["uninstall", "a"],
    ] {
        sandbox.run(args.iter().chain(&["--kube-as-user", "jane", "-n", &namespace])).ok();
    }
    assert_eq!(objects(api, &namespace), Vec::<String>::new());
}
