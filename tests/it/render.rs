//! The example charts: each renders with each of its values files, and both languages say the same.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kit::{Run, Sandbox, project};

const CHARTS: [&str; 3] = ["website", "shop", "shop-jinja"];
const SHOP_VALUES: [&str; 4] = ["values-dev.yaml", "values-staging.yaml", "values-prod.yaml", "values-overrides.yaml"];

fn template(chart: &str, values: &[&str], more: &[&str]) -> Run {
    let chart = project("charts").join(chart);
    let mut args = vec!["template".into(), "demo".into(), chart.clone().into_os_string()];
    for file in values {
        args.extend(["-f".into(), chart.join(file).into_os_string()]);
    }
    args.extend(more.iter().map(Into::into));
    Sandbox::new().run(args)
}

/// The objects of a rendered text under the files that they came from, each as JSON with its keys sorted.
fn objects(text: &str) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for document in text.split("---\n").filter(|d| !d.trim().is_empty()) {
        let source = document.lines().next().and_then(|l| l.strip_prefix("# Source: ")).expect("a source line");
        let json = pintle_yaml::to_json(document.as_bytes()).expect("YAML");
        let object: Value = serde_json::from_slice(&json).expect("JSON");
        assert!(object["kind"].is_string() && object["metadata"]["name"].is_string(), "{document}");
        found.entry(source.to_owned()).or_default().push(object);
    }
    found
}

/// The values files of a chart, as they lie in its folder.
fn values_files(chart: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(project("charts").join(chart))
        .expect("a chart")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.starts_with("values-"))
        .collect();
    names.sort();
    names
}

#[test]
fn every_chart_renders_with_every_values_file() {
    for chart in CHARTS {
        assert!(!objects(&template(chart, &[], &[]).ok()).is_empty(), "{chart}");
        for file in values_files(chart) {
            assert!(!objects(&template(chart, &[&file], &[]).ok()).is_empty(), "{chart} {file}");
        }
    }
}

#[test]
fn every_chart_passes_lint() {
    for chart in CHARTS {
        let out = Sandbox::new().run(["lint".into(), "--strict".into(), project("charts").join(chart)]).ok();
        assert!(out.contains("1 chart(s) linted, 0 chart(s) failed"), "{chart}:\n{out}");
    }
}

#[test]
fn both_languages_make_the_same_objects() {
    let mut layers: Vec<Vec<&str>> = SHOP_VALUES.iter().map(|f| vec![*f]).collect();
    layers.extend([vec![], vec!["values-prod.yaml", "values-overrides.yaml"]]);
    for values in layers {
        let go = template("shop", &values, &[]).ok();
        let jinja = template("shop-jinja", &values, &[]).ok().replace("shop-jinja", "shop").replace(".j2\n", "\n");
        let (go, jinja) = (objects(&go), objects(&jinja));
        assert_eq!(go.keys().collect::<Vec<_>>(), jinja.keys().collect::<Vec<_>>(), "{values:?}");
        for (file, wanted) in go {
            assert_eq!(Some(&wanted), jinja.get(&file), "{file} with {values:?}");
        }
    }
}

#[test]
fn later_values_win() {
    let out = template("shop", &["values-prod.yaml", "values-overrides.yaml"], &["--set", "frontend.replicas=5"]).ok();
    let found = objects(&out);
    let one = |kind: &str, name: &str| {
        let mut all = found.values().flatten();
        all.find(|o| o["kind"] == kind && o["metadata"]["name"] == name)
            .unwrap_or_else(|| panic!("{kind} {name}:\n{out}"))
    };
    assert_eq!(one("Service", "demo-frontend")["spec"]["ports"][0]["nodePort"], 31080);
    assert_eq!(one("HorizontalPodAutoscaler", "demo-frontend")["spec"]["minReplicas"], 5);
    let image = &one("Deployment", "demo-frontend")["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, "registry.cluster-a.example.com/node:22-alpine");
    assert_eq!(one("Ingress", "demo-frontend")["spec"]["rules"][0]["host"], "shop.example.com");
}

#[test]
fn node_ports_outside_the_range_are_refused() {
    for port in ["29999", "32768", "80"] {
        for chart in ["shop", "shop-jinja"] {
            let set = format!("frontend.service.nodePort={port}");
            template(chart, &[], &["--set", &set]).error_with("/frontend/service/nodePort");
        }
    }
    for port in ["30000", "32767"] {
        template("shop", &[], &["--set", &format!("frontend.service.nodePort={port}")]).ok();
    }
}

#[cfg(unix)]
#[test]
fn a_link_named_helm_gives_the_same_bytes() {
    let chart = project("charts/shop");
    let args = || ["template".into(), "demo".into(), chart.clone()];
    assert_eq!(Sandbox::new().run(args()).ok(), Sandbox::as_helm().run(args()).ok());
    let helm = Sandbox::as_helm().run(["install"]).error();
    assert!(helm.contains("\"helm install\" requires at least 1 argument"), "{helm}");
}
