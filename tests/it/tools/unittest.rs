//! helm-unittest: it renders by itself, so what counts is that it runs as a plugin, and that charts here pass it.

use pintle_testkit::tools::UNITTEST;

use super::{copy, helm, install_plugin, sandbox};
use crate::kit::project;

const PLUGIN: &str = "name: unittest\nversion: 1.1.2\nusage: unittest for helm charts\nignoreFlags: false\n\
                      platformCommand:\n- command: $HELM_PLUGIN_DIR/helm-unittest\n";

const SUITE: &str = r#"
suite: the shop's front
templates: [charts/frontend/templates/deployment.yaml]
release: {name: shop, namespace: web}
tests:
- it: never has fewer Pods than wanted
  asserts:
  - isKind: {of: Deployment}
  - equal: {path: metadata.name, value: shop-frontend}
  - equal: {path: spec.strategy.rollingUpdate.maxUnavailable, value: 0}
- it: leaves replicas to the autoscaler
  set: {frontend.autoscaling.enabled: true}
  asserts:
  - notExists: {path: spec.replicas}
- it: takes as many as it is told
  set: {frontend.autoscaling.enabled: false, frontend.replicas: 7}
  asserts:
  - equal: {path: spec.replicas, value: 7}
"#;

#[test]
fn helm_unittest_tests_the_shop() {
    let Some(s) = sandbox(&[UNITTEST]) else { return };
    install_plugin(&s, UNITTEST.name, PLUGIN);
    copy(&project("charts/shop"), &s.path("shop"));
    s.write("shop/tests/front_test.yaml", SUITE);
    let said = helm(&s, "unittest shop").ok();
    assert!(said.contains("Tests:       3 passed, 3 total"), "{said}");
    // flags and exit codes go through
    let report = s.path("report.xml");
    helm(&s, &format!("unittest --strict -t JUnit -o {} -f tests/*_test.yaml shop", report.display())).ok();
    assert!(std::fs::read_to_string(report).expect("a report").contains("never has fewer Pods than wanted"));
    s.write("shop/tests/front_test.yaml", SUITE.replace("value: 7", "value: 8"));
    let said = helm(&s, "unittest shop");
    assert_eq!(said.code, 1, "{}", said.stdout);
    assert!(said.stdout.contains("1 failed, 2 passed, 3 total"), "{}", said.stdout);
    assert!(said.stderr.ends_with("Error: plugin \"unittest\" exited with error\n"), "{}", said.stderr);
}
