//! How many API requests commands cost: fewer than Helm 4.2.4 sends for the same, its discovery cached (the figures beside
//! each command were counted in the server's audit log).

use pintle_testkit::ControlPlane;
use pintle_testkit::fault::Proxy;

use crate::kit::{Sandbox, skipped};

const SERVICE_ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: r}\n";
const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: r}\nspec: {ports: [{port: 80}], selector: {app: r}}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: r}\nspec:\n  replicas: {{ .Values.replicas | default 1 }}\n  \
                          selector: {matchLabels: {app: r}}\n  template:\n    metadata: {labels: {app: r}}\n    \
                          spec: {containers: [{name: c, image: x}]}\n";

#[test]
fn fewer_requests_than_helm() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let Some(upstream) = api.proxy_url() else { return skipped("no control plane without TLS") };
    let namespace = api.namespace("requests").expect("a namespace");
    let proxy = Proxy::start(upstream).expect("a proxy");
    let sandbox = Sandbox::new();
    let kubeconfig = proxy.write_kubeconfig(&sandbox.path("kubeconfig")).expect("a kubeconfig");
    let sandbox = sandbox.with_cluster(&kubeconfig);
    sandbox.chart(
        "three",
        &[("templates/a.yaml", SERVICE_ACCOUNT), ("templates/b.yaml", SERVICE), ("templates/c.yaml", DEPLOYMENT)],
    );
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n";
    sandbox.chart("one", &[("templates/a.yaml", config_map)]);
    let rows: &[(usize, &[&str])] = &[
        (14, &["install", "r", "three"]),
        (6, &["status", "r"]),
        (2, &["get", "manifest", "r"]),
        (2, &["get", "values", "r"]),
        (2, &["get", "all", "r"]),
        (17, &["upgrade", "r", "three", "--set", "replicas=2"]),
        (17, &["upgrade", "r", "three", "--set", "replicas=2"]),
        (7, &["upgrade", "r", "three", "--dry-run=server"]),
        (18, &["rollback", "r", "1"]),
        (2, &["history", "r"]),
        (2, &["list"]),
        (2, &["list", "-A", "-m", "0"]),
        (14, &["uninstall", "r"]),
        (10, &["install", "o", "one"]),
    ];
    let mut table = Vec::new();
    let mut worse = Vec::new();
    for (helm, args) in rows {
        let before = proxy.requests().len();
        sandbox.run(args.iter().chain(&["-n", &namespace])).ok();
        let requests = proxy.requests();
        let own: Vec<String> = requests[before..].iter().map(|r| format!("{} {}", r.method, r.target)).collect();
        table.push(format!("{:>3} of {helm:>3}  {}", own.len(), args.join(" ")));
        if own.len() >= *helm {
            worse.push(format!(
                "{}: {} requests, Helm sends {helm}:\n  {}",
                args.join(" "),
                own.len(),
                own.join("\n  ")
            ));
        }
    }
    assert!(worse.is_empty(), "{}\n{}", worse.join("\n"), table.join("\n"));
    if std::env::var_os("PINTLE_SHOW_REQUESTS").is_some() {
        crate::kit::skipped(&format!("nothing; requests of Helm's:\n{}", table.join("\n")));
    }
}
