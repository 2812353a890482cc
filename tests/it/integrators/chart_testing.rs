//! chart-testing: it goes by exit codes, and wants a semantic version.

use super::{on_cluster, registry, repository, run, sandbox};
use crate::kit::Run;

#[test]
fn version() {
    let s = sandbox();
    let version = s.run(["version", "--template", "{{ .Version }}"]).ok();
    let parsed = pintle_go::semver::Version::new(version.as_str()).expect("a semantic version");
    assert!(parsed.to_string().starts_with("4."), "{version}");
}

#[test]
fn repositories_and_registries() {
    let s = sandbox();
    let (repository, registry) = (repository(&s), registry(&s));
    let url = repository.url("");
    run(&s, &format!("repo add mine {url} --username me --password pass")).ok();
    run(&s, &format!("registry login {} --username me --password pass --plain-http", registry.authority())).ok();
    s.write("app/Chart.yaml", format!("apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- {{name: web, version: 0.1.0, repository: '{url}'}}\n"));
    run(&s, "dependency build app --skip-refresh").ok();
    assert!(s.path("app/charts/web-0.1.0.tgz").exists());
    run(&s, "dependency build nothing").error();
}

#[test]
fn lint() {
    let s = sandbox();
    run(&s, "lint web").ok();
    run(&s, "lint web --values v.yaml --quiet").ok();
    s.write("web/templates/bad.yaml", "{{ if }}");
    assert_eq!(run(&s, "lint web --values v.yaml").code, 1);
}

#[test]
fn from_install_to_uninstall() {
    let Some((s, api, ns)) = on_cluster("ct") else { return };
    let test = "apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test, fake.node/outcome: OUTCOME}}\nspec: {restartPolicy: Never, containers: [{name: a, image: b}]}\n";
    s.write("web/templates/t.yaml", test.replace("OUTCOME", "succeed"));
    let helm = |line: &str| -> Run { run(&s, &line.replace("NS", &ns)) };
    helm("install web-1 web --namespace NS --wait --values v.yaml --timeout 60s --set b=1").ok();
    helm("upgrade web-1 web --namespace NS --wait --reuse-values --timeout 60s").ok();
    helm("test web-1 --namespace NS --timeout 60s").ok();
    helm("uninstall web-1 --namespace NS --wait --timeout 60s").ok();
    let (status, _) =
        api.request("GET", &format!("/api/v1/namespaces/{ns}/configmaps/web-1"), None).expect("an answer");
    assert_eq!(status, 404);
    s.write("web/templates/t.yaml", test.replace("OUTCOME", "fail"));
    helm("install web-2 web --namespace NS --wait").ok();
    assert_eq!(helm("test web-2 --namespace NS --timeout 60s").code, 1);
    assert_eq!(helm("uninstall web-3 --namespace NS --wait").code, 1);
}
