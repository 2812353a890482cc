//! The client through a proxy that refuses, resets and cuts.

use pintle_cluster::{Cluster, ConnectOptions, CreateOptions, Kube, parse_yaml};
use pintle_testkit::ControlPlane;
use pintle_testkit::fault::{Fault, Proxy, Rule};

const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n";

#[test]
fn asks_again_where_that_is_safe() {
    let Some(plane) = ControlPlane::shared_or_skip() else { return };
    let Some(upstream) = plane.proxy_url() else { return };
    let ns = plane.namespace("retries").expect("a namespace");
    let proxy = Proxy::start(upstream).expect("a proxy");
    let options = ConnectOptions {
        api_server: Some(proxy.url()),
        namespace: Some(ns),
        search: Vec::new(),
        ..ConnectOptions::new(parse_yaml)
    };
    let c = Cluster::new(options).expect("a runtime");

    proxy.add(Rule::new(Fault::retry_after(1)).path("/version").times(1));
    c.reachable().expect("after a second");
    assert_eq!(proxy.count("GET", "/version"), 2);

    proxy.heal();
    proxy.add(Rule::new(Fault::Reset).method("GET").path("/version").times(1));
    c.reachable().expect("a reset question is asked again");

    proxy.heal();
    proxy.add(Rule::new(Fault::retry_after(0)).method("PATCH").times(2));
    let objects = c.build(OBJECT, true).expect("builds");
    c.create(&objects, CreateOptions { server_side: true, force_conflicts: false }).expect("creates");

    proxy.heal();
    proxy.add(Rule::new(Fault::status(403)).method("PATCH"));
    let e = c.create(&objects, CreateOptions { server_side: true, force_conflicts: false }).expect_err("refused");
    assert!(e.to_string().ends_with(": refused by a rule of the test"), "{e}");

    proxy.heal();
    let before = proxy.count("POST", "/configmaps");
    proxy.add(Rule::new(Fault::Reset).method("POST"));
    let e = c.create(&objects, CreateOptions { server_side: false, force_conflicts: false }).expect_err("cut");
    assert!(e.to_string().starts_with("Post \"http://127.0.0.1:"), "{e}");
    assert_eq!(proxy.count("POST", "/configmaps"), before + 1, "a change is not sent twice");
}
