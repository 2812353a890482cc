//! A server that fails now and then, and signals: what was asked for comes to pass, or is recorded as failed.

use pintle_testkit::ControlPlane;
use pintle_testkit::fault::{Fault, Proxy, Rule};
use serde_json::Value;

use crate::kit::{Sandbox, skipped};

/// How many upgrades are tried; a full run is 200.
const UPGRADES: &str = "PINTLE_FAULT_UPGRADES";

#[test]
fn upgrades_go_through_a_server_that_fails_one_request_in_twenty() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let Some(upstream) = api.proxy_url() else { return skipped("no control plane without TLS") };
    let namespace = api.namespace("faults").expect("a namespace");
    let proxy = Proxy::start(upstream).expect("a proxy");
    let sandbox = Sandbox::new();
    let kubeconfig = proxy.write_kubeconfig(&sandbox.path("kubeconfig")).expect("a kubeconfig");
    let sandbox = sandbox.with_cluster(&kubeconfig);
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ .Release.Name }}\"}\ndata: {value: \"{{ .Values.n }}\"}\n";
    // an object that comes and goes: created and deleted again and again
    let other = "{{ if .Values.odd }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\n{{ end }}\n";
    sandbox.chart("small", &[("templates/a.yaml", object), ("templates/b.yaml", other)]);
    let faults = [Fault::status(429), Fault::status(500), Fault::Reset, Fault::Truncate(9)];
    for (seed, fault) in (1..).zip(faults) {
        proxy.add(Rule::new(fault).one_in(80, seed));
    }
    let count: u32 = std::env::var(UPGRADES).ok().and_then(|n| n.parse().ok()).unwrap_or(25);
    for n in 1..=count {
        // both ways of applying
        let server_side = format!("--server-side={}", (n / 10).is_multiple_of(2));
        let (value, odd) = (format!("n=v{n}"), format!("odd={}", n % 2 == 1));
        let args = ["upgrade", "--install", "a", "small", "--set", &value, "--set", &odd, &server_side];
        sandbox.run(args.into_iter().chain(["-n", &namespace])).ok();
        let path = format!("/api/v1/namespaces/{namespace}/configmaps");
        let live = api.expect("GET", &format!("{path}/a"), None).expect("the object");
        assert_eq!(live["data"]["value"], format!("v{n}"));
        let (status, _) = api.request("GET", &format!("{path}/odd"), None).expect("an answer");
        assert_eq!(status, if n % 2 == 1 { 200 } else { 404 }, "upgrade {n}");
    }
    proxy.heal();
    let history = sandbox.run(["history", "a", "-o", "json", "-n", &namespace]).ok();
    let history: Value = serde_json::from_str(&history).expect("JSON");
    let revisions = history.as_array().expect("a list");
    let deployed: Vec<&Value> = revisions.iter().filter(|r| r["status"] == "deployed").collect();
    assert_eq!(deployed.len(), 1, "{history}");
    assert_eq!(deployed[0]["revision"], count, "{history}");
    assert!(revisions.iter().all(|r| r["status"] == "deployed" || r["status"] == "superseded"), "{history}");
}
