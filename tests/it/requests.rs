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

const TEST: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: r-test\n  annotations: {helm.sh/hook: test, fake.node/outcome: succeed}\n\
                    spec: {restartPolicy: Never, containers: [{name: c, image: x}]}\n";
/// What takes its time: a Deployment, an address, a volume, and a Job before and after.
const WAITS: [(&str, &str); 5] = [
    ("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: w}\n"),
    (
        "templates/b.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec: {type: LoadBalancer, ports: [{port: 80}], selector: {app: r}}\n",
    ),
    (
        "templates/c.yaml",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: w}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n",
    ),
    ("templates/d.yaml", DEPLOYMENT),
    (
        "templates/e.yaml",
        "{{ range tuple \"pre\" \"post\" }}\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: w-{{ . }}\n  annotations:\n    \
                          helm.sh/hook: {{ . }}-install,{{ . }}-upgrade,{{ . }}-delete\n    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\nspec:\n  \
                          backoffLimit: 0\n  template:\n    metadata: {annotations: {fake.node/outcome: succeed}}\n    \
                          spec: {restartPolicy: Never, containers: [{name: c, image: x}]}\n---\n{{ end }}\n",
    ),
];

/// What is only rendered asks nobody.
#[test]
fn a_dry_run_on_the_client_asks_nothing() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let Some(upstream) = api.proxy_url() else { return skipped("no control plane without TLS") };
    let namespace = api.namespace("requests-dry").expect("a namespace");
    let proxy = Proxy::start(upstream).expect("a proxy");
    let sandbox = Sandbox::new();
    let kubeconfig = proxy.write_kubeconfig(&sandbox.path("kubeconfig")).expect("a kubeconfig");
    let sandbox = sandbox.with_cluster(&kubeconfig);
    sandbox.chart("waits", &WAITS);
    sandbox.write(
        "waits/crds/c.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.c}\n",
    );
    for args in [
        &["install", "r", "waits", "--dry-run=client"][..],
        &["install", "r", "waits", "--dry-run=client", "--create-namespace", "--crds", "apply", "--replace", "--wait"],
        &["template", "r", "waits"],
    ] {
        sandbox.run(args.iter().chain(&["-n", &namespace])).ok();
        let asked: Vec<String> = proxy.requests().iter().map(|r| r.target.clone()).collect();
        assert_eq!(asked, Vec::<String>::new(), "{args:?}");
    }
    // there must be something to upgrade, which is looked for, and nothing else
    sandbox.run(["upgrade", "r", "waits", "--dry-run=client", "-n", &namespace]).error();
    let asked: Vec<String> = proxy.requests().iter().map(|r| r.method.to_string()).collect();
    assert!(asked.iter().all(|method| method == "GET"), "{asked:?}");
}

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
        &[
            ("templates/a.yaml", SERVICE_ACCOUNT),
            ("templates/b.yaml", SERVICE),
            ("templates/c.yaml", DEPLOYMENT),
            ("templates/d.yaml", TEST),
        ],
    );
    sandbox.chart("waits", &WAITS);
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
        (15, &["test", "r"]),
        (20, &["upgrade", "r", "three", "--history-max", "4"]),
        (2, &["history", "r"]),
        (2, &["list"]),
        (2, &["list", "-A", "-m", "0"]),
        (14, &["uninstall", "r"]),
        (10, &["install", "o", "one"]),
        (70, &["install", "w", "waits", "--wait", "--timeout", "60s"]),
        (67, &["upgrade", "--install", "w", "waits", "--set", "replicas=2", "--wait", "--timeout", "60s"]),
        (29, &["uninstall", "w"]),
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
