//! The client through a proxy that refuses, resets and cuts.

use pintle_cluster::{Cluster, ConnectOptions, CreateOptions, Kube, Propagation, parse_yaml};
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
    let c = Cluster::new(options.clone()).expect("a runtime");

    proxy.add(Rule::new(Fault::retry_after(1)).path("/version").times(1));
    c.reachable().expect("after a second");
    assert_eq!(proxy.count("GET", "/version"), 2);

    proxy.heal();
    proxy.add(Rule::new(Fault::Reset).method("GET").path("/version").times(1));
    let other = Cluster::new(options).expect("a runtime");
    other.reachable().expect("a reset question is asked again");

    proxy.heal();
    proxy.add(Rule::new(Fault::retry_after(0)).method("PATCH").times(2));
    let objects = c.build(OBJECT, true).expect("builds");
    c.create(&objects, CreateOptions { server_side: true, force_conflicts: false }).expect("creates");

    proxy.heal();
    proxy.add(Rule::new(Fault::status(403)).method("PATCH"));
    let e = c.create(&objects, CreateOptions { server_side: true, force_conflicts: false }).expect_err("refused");
    assert!(e.to_string().ends_with(": refused by a rule of the test"), "{e}");

    // a creation whose answer is lost is sent again, and then found to be ours
    proxy.heal();
    let other = c.build(&OBJECT.replace("name: a", "name: b"), true).expect("builds");
    proxy.add(Rule::new(Fault::Truncate(5)).method("POST").times(1));
    c.create(&other, CreateOptions { server_side: false, force_conflicts: false }).expect("created once");
    assert_eq!(proxy.count("POST", "/configmaps"), 2);

    // what somebody else created is not
    proxy.add(Rule::new(Fault::Reset).method("POST").times(1));
    let stranger = OBJECT.replace("name: a", "name: kube-root-ca.crt");
    let stranger = c.build(&stranger, true).expect("builds");
    let e = c.create(&stranger, CreateOptions { server_side: false, force_conflicts: false }).expect_err("taken");
    assert!(e.is_already_exists(), "{e}");

    // an object that the lost try has deleted is deleted
    proxy.heal();
    proxy.add(Rule::new(Fault::Truncate(5)).method("DELETE").times(1));
    assert!(c.delete(&other, Propagation::Background).is_empty());

    // there is an end to it
    proxy.heal();
    proxy.add(Rule::new(Fault::status(500)).method("POST"));
    let e = c.create(&other, CreateOptions { server_side: false, force_conflicts: false }).expect_err("refused");
    assert_eq!(e.to_string(), "refused by a rule of the test");
}
