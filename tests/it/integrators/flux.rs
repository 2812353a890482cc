//! Flux's helm-controller embeds Helm: what counts for it is that it can read what was recorded, and compare it.

use serde_json::Value;

use super::{on_cluster, run};
use crate::kit::Sandbox;

/// The record of a release as JSON, from the object that a driver keeps it in.
fn record(api: &pintle_testkit::ControlPlane, ns: &str, kind: &str) -> Value {
    let path = format!("/api/v1/namespaces/{ns}/{kind}/sh.helm.release.v1.web.v1");
    let mut object = api.expect("GET", &path, None).expect("the record");
    let kind = if kind == "secrets" { "Secret" } else { "ConfigMap" };
    object["kind"] = kind.into();
    let release = pintle_release::decode_object(&object).expect("a release");
    serde_json::to_value(release).expect("JSON")
}

fn install(s: &Sandbox, ns: &str, driver: &str, more: &str) {
    let mut c = s.command(format!("install web ./web -n {ns} -f v.yaml{more}").split(' '));
    c.env("HELM_DRIVER", driver);
    crate::kit::Run::of(c).ok();
}

#[test]
fn records_have_what_it_compares() {
    for (driver, kind) in [("secret", "secrets"), ("configmap", "configmaps")] {
        let Some((s, api, ns)) = on_cluster("flux") else { return };
        install(&s, &ns, driver, "");
        let r = record(api, &ns, kind);
        assert_eq!((&r["name"], &r["namespace"], &r["version"]), (&"web".into(), &ns.as_str().into(), &1.into()));
        assert_eq!(r["chart"]["metadata"]["name"], "web");
        assert_eq!(r["chart"]["metadata"]["version"], "0.1.0");
        assert_eq!(r["config"], serde_json::json!({"a": "two"}));
        assert_eq!(r["info"]["status"], "deployed");
        assert_eq!(r["apply_method"], "ssa");
        assert!(r["manifest"].as_str().is_some_and(|m| m.contains("# Source: web/templates/a.yaml")), "{r}");
    }
}

#[test]
fn records_tell_how_objects_are_applied() {
    let Some((s, api, ns)) = on_cluster("flux") else { return };
    install(&s, &ns, "secret", " --server-side=false");
    assert_eq!(record(api, &ns, "secrets")["apply_method"], "csa");
    // `auto` goes on as before
    run(&s, &format!("upgrade web ./web -n {ns} --server-side=auto")).ok();
    let history = run(&s, &format!("history web -n {ns} -o json")).ok();
    assert!(history.contains("\"status\":\"superseded\""), "{history}");
}
