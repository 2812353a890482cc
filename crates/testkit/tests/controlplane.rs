//! The control plane itself, held to what tests rely on.

use std::process::Command;
use std::time::Duration;

use pintle_testkit::ControlPlane;
use pintle_testkit::fault::{Fault, Proxy, Rule};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);

fn pod(name: &str, annotations: &Value) -> Value {
    json!({
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "example.com/c:1"}]},
    })
}

fn phase(pod: &Value) -> &str {
    pod["status"]["phase"].as_str().unwrap_or_default()
}

#[test]
fn pods_come_to_the_outcome_they_ask_for() {
    let Some(cp) = ControlPlane::shared_or_skip() else { return };
    let ns = cp.namespace("pods").unwrap();
    let pods = format!("/api/v1/namespaces/{ns}/pods");
    for (name, outcome, want) in [
        ("run", "run", "Running"),
        ("succeed", "succeed", "Succeeded"),
        ("fail", "fail", "Failed"),
        ("crashloop", "crashloop", "Running"),
    ] {
        let annotations =
            json!({"fake.node/outcome": outcome, "fake.node/exit-code": "3", "fake.node/logs": "one\ntwo\n"});
        cp.expect("POST", &pods, Some(&pod(name, &annotations))).unwrap();
        let live = cp.wait_for(&format!("{pods}/{name}"), SOON, |_, o| phase(o) == want).unwrap();
        let status = &live["status"]["containerStatuses"][0];
        assert_eq!(status["ready"], outcome == "run", "{name}");
        if outcome == "fail" {
            assert_eq!(status["state"]["terminated"]["exitCode"], 3);
        }
    }
    let logs = cp.expect("GET", &format!("{pods}/fail/log?tailLines=1"), None).unwrap();
    assert_eq!(logs, "two\n");
    cp.expect("DELETE", &format!("{pods}/run"), None).unwrap();
    cp.wait_for(&format!("{pods}/run"), SOON, |status, _| status == 404).unwrap();
}

#[test]
fn controllers_balancers_and_volumes_work() {
    let Some(cp) = ControlPlane::shared_or_skip() else { return };
    let ns = cp.namespace("work").unwrap();
    let labels = json!({"app": "a"});
    let template =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "example.com/c:1"}]}});
    let deployment = json!({"metadata": {"name": "d"}, "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}});
    let service = json!({"metadata": {"name": "s"}, "spec": {"type": "LoadBalancer", "selector": labels, "ports": [{"port": 80}]}});
    let claim = json!({"metadata": {"name": "c"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    let core = format!("/api/v1/namespaces/{ns}");
    let deployments = format!("/apis/apps/v1/namespaces/{ns}/deployments");
    cp.expect("POST", &deployments, Some(&deployment)).unwrap();
    cp.expect("POST", &format!("{core}/services"), Some(&service)).unwrap();
    cp.expect("POST", &format!("{core}/persistentvolumeclaims"), Some(&claim)).unwrap();
    cp.wait_for(&format!("{deployments}/d"), SOON, |_, o| o["status"]["readyReplicas"] == 2).unwrap();
    cp.wait_for(&format!("{core}/services/s"), SOON, |_, o| {
        o["status"]["loadBalancer"]["ingress"][0]["ip"].is_string()
    })
    .unwrap();
    cp.wait_for(&format!("{core}/persistentvolumeclaims/c"), SOON, |_, o| phase(o) == "Bound").unwrap();
}

#[test]
fn the_server_names_its_version() {
    let Some(cp) = ControlPlane::shared_or_skip() else { return };
    assert_eq!(cp.expect("GET", "/version", None).unwrap()["gitVersion"], "v1.36.3");
}

#[test]
fn refusals_and_kubeconfigs() {
    let Some(cp) = ControlPlane::shared_or_skip() else { return };
    let error = cp.expect("GET", "/api/v1/namespaces/no-such", None).unwrap_err();
    assert!(error.to_string().contains("404 namespaces \"no-such\" not found"), "{error}");
    for file in [cp.kubeconfig().to_owned(), cp.user_kubeconfig("restricted")] {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains(cp.url()) && text.contains("client-certificate-data"));
    }
    let mut command = Command::new("true");
    cp.set_env(&mut command);
    assert!(command.get_envs().any(|(name, _)| name == "KUBECONFIG"));
}

#[test]
fn a_proxy_breaks_requests_and_the_audit_log_has_the_rest() {
    let Some(cp) = ControlPlane::shared_or_skip() else { return };
    let ns = cp.namespace("proxy").unwrap();
    let proxy = Proxy::start(cp.proxy_url().unwrap()).unwrap();
    let kubeconfig = proxy.write_kubeconfig(&cp.dir().join("faulty")).unwrap();
    assert!(std::fs::read_to_string(kubeconfig).unwrap().contains(&proxy.url()));
    proxy.add(Rule::new(Fault::status(500)).path("/configmaps").times(1));
    let path = format!("/api/v1/namespaces/{ns}/configmaps");
    let get = || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(proxy.url().trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: proxy\r\n\r\n").as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        String::from_utf8_lossy(&status).into_owned()
    };
    assert_eq!([get(), get()], ["HTTP/1.1 500", "HTTP/1.1 200"]);
    assert_eq!(proxy.count("GET", "/configmaps"), 2);
    let asked = |e: &Value| e["requestURI"] == path.as_str() && e["user"]["username"] == "kubernetes-admin";
    assert_eq!(cp.audit_events().unwrap().iter().filter(|e| asked(e)).count(), 1);
}

#[test]
fn one_that_is_dropped_leaves_nothing() {
    if ControlPlane::shared_or_skip().is_none() {
        return;
    }
    let cp = ControlPlane::start().unwrap();
    let dir = cp.dir().to_owned();
    assert!(dir.join("kubeconfig").is_file());
    drop(cp);
    assert!(!dir.exists());
}
