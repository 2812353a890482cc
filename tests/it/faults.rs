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

/// A chart whose Pod ends with an error, after it has said why.
fn failing_pod(sandbox: &Sandbox) {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.pod | default \"bad\" }}\n  annotations: {fake.node/outcome: crashloop, fake.node/logs: \"no database\\n\"}\n\
               spec: {containers: [{name: c, image: x}]}\n";
    sandbox.chart("failing", &[("templates/pod.yaml", pod)]);
}

#[test]
fn what_is_not_ready_is_shown_before_it_is_rolled_back() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let namespace = api.namespace("evidence").expect("a namespace");
    let sandbox = Sandbox::new().with_cluster(api.kubeconfig());
    failing_pod(&sandbox);
    let args = ["install", "a", "failing", "--rollback-on-failure", "--timeout", "3s", "--report-dir", "reports", "-n"];
    let run = sandbox.run(args.into_iter().chain([namespace.as_str()]));
    let report = std::fs::read_to_string(sandbox.path("reports/a-install.txt")).expect("a report");
    assert!(report.starts_with(&format!("Pod/{namespace}/bad: ")), "{report}");
    assert!(report.contains("  last lines of bad/c:\n    no database\n"), "{report}");
    assert!(run.stderr.contains(&report), "{}", run.stderr);
    assert!(run.stderr.contains("has been uninstalled due to rollback-on-failure"), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("[0s] Pod/{namespace}/bad: ")), "{}", run.stderr);
    run.error();
}

#[cfg(unix)]
#[test]
fn called_as_helm_nothing_more_is_told() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let namespace = api.namespace("evidence-helm").expect("a namespace");
    let sandbox = Sandbox::as_helm().with_cluster(api.kubeconfig());
    failing_pod(&sandbox);
    let args = ["install", "a", "failing", "--wait", "--timeout", "2s", "-n"];
    let text = sandbox.run(args.into_iter().chain([namespace.as_str()])).error();
    assert!(text.starts_with("Error: INSTALLATION FAILED: resource Pod/"), "{text}");
    assert!(!text.contains("no database") && !text.contains("[0s]"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_signal_is_recorded_as_failed() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let namespace = api.namespace("signals").expect("a namespace");
    let sandbox = Sandbox::new().with_cluster(api.kubeconfig());
    failing_pod(&sandbox);
    for (signal, release) in [("INT", "a"), ("TERM", "b")] {
        // a Pod of its own: one that failed before would end the wait at once
        let name = format!("pod={release}");
        let mut child = sandbox
            .command(["install", release, "failing", "--wait", "--take-ownership", "--set", &name, "-n", &namespace])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("starts");
        let record = format!("/api/v1/namespaces/{namespace}/secrets/sh.helm.release.v1.{release}.v1");
        api.wait_for(&record, std::time::Duration::from_secs(20), |status, _| status == 200).expect("a record");
        let pid = child.id().to_string();
        std::process::Command::new("kill").args([format!("-{signal}"), pid]).status().expect("kill runs");
        assert_eq!(child.wait().expect("ends").code(), Some(1));
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut said).expect("text");
        assert_eq!(said, format!("Release {release} has been cancelled.\n"));
        let status = sandbox.run(["status", release, "-o", "json", "-n", &namespace]).ok();
        let status: Value = serde_json::from_str(&status).expect("JSON");
        assert_eq!(status["info"]["status"], "failed");
        assert_eq!(status["info"]["description"], format!("Release {release:?} failed: context canceled"));
    }
}

/// Watches that are refused, that say nothing, that begin and break off, and that live: all end alike.
#[test]
fn readiness_is_asked_for_where_it_is_not_told() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let Some(upstream) = api.proxy_url() else { return skipped("no control plane without TLS") };
    let namespace = api.namespace("watches").expect("a namespace");
    let proxy = Proxy::start(upstream).expect("a proxy");
    let sandbox = Sandbox::new();
    let kubeconfig = proxy.write_kubeconfig(&sandbox.path("kubeconfig")).expect("a kubeconfig");
    let sandbox = sandbox.with_cluster(&kubeconfig);
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"{{ .Release.Name }}\"\n  annotations: {fake.node/delay: 1s}\n\
               spec: {containers: [{name: c, image: x}]}\n";
    sandbox.chart("pod", &[("templates/pod.yaml", pod)]);
    let faults = [
        ("refused", Some(Fault::status(403))),
        ("silent", Some(Fault::HoldAnswer)),
        ("cut", Some(Fault::Truncate(300))),
        ("told", None),
    ];
    for (release, fault) in faults {
        let watched = fault.is_none();
        if let Some(fault) = fault {
            proxy.add(Rule::new(fault).path("watch=true"));
        }
        let before = proxy.requests().len();
        let args = ["install", release, "pod", "--wait", "--timeout", "60s", "-n", &namespace];
        sandbox.run(args).ok();
        proxy.heal();
        let asked: Vec<String> = proxy.requests().into_iter().skip(before).map(|r| r.target).collect();
        let of = |part: &str| asked.iter().filter(|target| target.contains(part)).count();
        assert!(of("watch=true") > 0, "{release}: {asked:?}");
        let looks = of("fieldSelector=metadata.name") - of("watch=true");
        assert_eq!(looks == 0, watched, "{release}: {asked:?}");
        let live = api.expect("GET", &format!("/api/v1/namespaces/{namespace}/pods/{release}"), None).expect("a Pod");
        assert_eq!(live["status"]["phase"], "Running", "{release}");
    }
}
