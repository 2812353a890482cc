//! kustomize as a post-renderer: the example of `docs/kustomize` with the shop.

use pintle_testkit::tools::KUSTOMIZE;

use super::{copy, helm, on_cluster, sandbox, with_programs};
use crate::kit::{Run, Sandbox, project};

fn with_example(s: &Sandbox) {
    copy(&project("charts/shop"), &s.path("shop"));
    copy(&project("docs/kustomize"), &s.path("kustomize"));
}

/// The document with this line in it.
#[track_caller]
fn document<'a>(text: &'a str, line: &str) -> &'a str {
    text.split("\n---\n").find(|d| d.lines().any(|l| l == line)).unwrap_or_else(|| panic!("no {line}:\n{text}"))
}

#[test]
fn manifests_go_through_kustomize() {
    let Some(s) = sandbox(&[KUSTOMIZE]) else { return };
    with_example(&s);
    helm(&s, "plugin install kustomize").ok();
    let render = "template shop shop -f shop/values-overrides.yaml --post-renderer kustomize --post-renderer-args";
    let a = helm(&s, &format!("{render} cluster-a")).ok();
    let plain = helm(&s, "template shop shop -f shop/values-overrides.yaml").ok();
    let sources =
        |text: &str| text.lines().filter(|l| l.starts_with("# Source: ")).map(str::to_owned).collect::<Vec<_>>();
    let (mut before, mut after) = (sources(&plain), sources(&a));
    before.sort();
    after.sort();
    assert_eq!(before, after, "every object stays in its file");
    assert_eq!(a.matches("\n    cluster: cluster-a\n").count(), before.len(), "{a}");
    let front = document(&a, "kind: Deployment");
    assert!(front.contains("nodeSelector:\n        pool: web\n"), "{front}");
    assert!(front.contains("image: registry.cluster-a.example.com/"), "values come before: {front}");
    assert!(!helm(&s, &format!("{render} cluster-b")).ok().contains("nodeSelector"));
    assert_eq!(helm(&s, &format!("{render} cluster-c")).code, 1);

    // by its own name, pintle takes the program itself
    let own = with_programs(Sandbox::new(), &[(KUSTOMIZE.name, s.path("home/kustomize"))]);
    let line = format!("{render} cluster-a").replace("kustomize", "./kustomize/render.sh");
    let mut c = own.command(line.split(' '));
    c.current_dir(s.path("."));
    assert_eq!(Run::of(c).ok(), a);
}

#[test]
fn hooks_that_went_through_kustomize_are_hooks() {
    let Some((s, api, ns)) = on_cluster(&[KUSTOMIZE], "kustomize") else { return };
    with_example(&s);
    helm(&s, "plugin install kustomize").ok();
    let hook =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: before\n  annotations: {helm.sh/hook: pre-install}\n";
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    s.chart("small", &[("templates/hook.yaml", hook), ("templates/a.yaml", object)]);
    helm(&s, &format!("install a small -n {ns} --post-renderer kustomize --post-renderer-args cluster-b")).ok();
    for name in ["a", "before"] {
        let map = api.expect("GET", &format!("/api/v1/namespaces/{ns}/configmaps/{name}"), None).expect("the object");
        assert_eq!(map["metadata"]["labels"]["cluster"], "cluster-b", "{map}");
    }
    let hooks = helm(&s, &format!("get hooks a -n {ns}")).ok();
    assert!(hooks.contains("name: before") && hooks.contains("cluster: cluster-b"), "{hooks}");
    assert!(!helm(&s, &format!("get manifest a -n {ns}")).ok().contains("name: before"));
}
