//! chart-testing: it lints, installs, tests, upgrades and uninstalls what changed in a git repository.

use std::process::Command;

use pintle_testkit::tools::CT;

use super::{on_cluster, small_chart, tool};
use crate::kit::skipped;

const TEST: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-test\n  annotations: {helm.sh/hook: test, fake.node/outcome: succeed}\nspec:\n  restartPolicy: Never\n  containers: [{name: a, image: b}]\n";

#[test]
fn chart_testing_lints_and_installs_what_changed() {
    for needed in ["kubectl", "git"] {
        if Command::new(needed).arg("--help").output().is_err() {
            return skipped(&format!("{needed} is missing"));
        }
    }
    let Some((s, api, ns)) = on_cluster(&[CT], "ct") else { return };
    small_chart(&s, "charts/web");
    s.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
    s.write("charts/web/templates/tests/t.yaml", TEST);
    s.write("charts/web/ci/two-values.yaml", "v: two\n");
    let git = |line: &str| {
        let words = "-c user.name=t -c user.email=t@example.com".split(' ').chain(line.split(' '));
        let out = s.other("git".as_ref(), words).output().expect("git starts");
        assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
    };
    let at = s.path(".").display().to_string();
    for line in ["init -q -b main", "add charts", "commit -q -m one", &format!("remote add origin {at}"), "fetch -q"] {
        git(line);
    }
    git("checkout -q -b next");
    s.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.1\n");
    git("commit -q -a -m two");
    let target = "--target-branch main --chart-dirs charts";
    assert_eq!(tool(&s, &format!("ct list-changed {target}")).ok().trim(), "charts/web");

    let checks = "--validate-maintainers=false --validate-yaml=false --validate-chart-schema=false";
    let linted = tool(&s, &format!("ct lint {target} {checks}")).ok();
    assert!(linted.contains("All charts linted successfully"), "{linted}");
    // installs with each of its files of values, tests, upgrades from what was before, and tests again
    let line = format!("ct install --upgrade --namespace {ns} {target} --helm-extra-args");
    let mut words: Vec<&str> = line.split(' ').collect();
    words.push("--timeout 60s");
    let installed = crate::kit::Run::of(s.other(&s.path("home/ct"), words.into_iter().skip(1))).ok();
    // of what Helm prints, it loses the last lines now and then
    assert!(installed.contains("Testing upgrades of chart"), "{installed}");
    assert!(installed.contains("All charts installed successfully"), "{installed}");
    let left = api.expect("GET", &format!("/api/v1/namespaces/{ns}/secrets"), None).expect("a list");
    assert_eq!(left["items"].as_array().map(Vec::len), Some(0), "every release was uninstalled");

    s.write("charts/web/templates/bad.yaml", "{{ if }}\n");
    git("add charts");
    git("commit -q -m three");
    let refused = tool(&s, &format!("ct lint {target} {checks}"));
    assert_eq!(refused.code, 1, "{}", refused.stdout);
}
