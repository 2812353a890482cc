//! helmfile: releases that need each other.

use pintle_testkit::tools::{DIFF, HELMFILE};

use super::{install_plugin, on_cluster, program, small_chart, tool};

#[test]
fn helmfile_brings_releases_up_and_down() {
    let Some((s, api, ns)) = on_cluster(&[HELMFILE], "helmfile") else { return };
    small_chart(&s, "front");
    small_chart(&s, "back");
    let releases = |v: &str| {
        format!(
            "helmDefaults: {{wait: true, timeout: 60}}\nreleases:\n\
             - {{name: one, namespace: {ns}, chart: ./front, values: [{{v: {v}}}], needs: [two]}}\n\
             - {{name: two, namespace: {ns}, chart: ./back, set: [{{name: v, value: db}}], labels: {{tier: db}}}}\n"
        )
    };
    s.write("helmfile.yaml", releases("x"));
    let value = |name: &str| {
        let path = format!("/api/v1/namespaces/{ns}/configmaps/{name}");
        let (status, object) = api.request("GET", &path, None).expect("an answer");
        (status == 200).then(|| object["data"]["v"].as_str().unwrap_or_default().to_owned())
    };
    let rendered = tool(&s, "helmfile template").ok();
    let (two, one) = (rendered.find("v: \"db\""), rendered.find("v: \"x\""));
    assert!(two.is_some() && two < one, "what is needed comes first:\n{rendered}");
    assert!(tool(&s, "helmfile lint").ok().matches("1 chart(s) linted, 0 chart(s) failed").count() == 2);
    assert_eq!(tool(&s, "helmfile status").code, 1);

    // helm-diff tells `apply` what there is to do; without it, everything is brought up
    let with_diff = program(&DIFF).is_some_and(|diff| {
        std::os::unix::fs::symlink(diff, s.path("home/diff")).expect("a link");
        install_plugin(&s, DIFF.name, super::diff::PLUGIN);
        true
    });
    let up = if with_diff { "helmfile apply" } else { "helmfile sync" };
    let said = tool(&s, up);
    let report = &said.stderr[said.stderr.find("Updated Releases").expect("a report")..];
    assert!(report.contains(" 0.1.0 "), "the version is read from the list of releases:\n{report}");
    said.ok();
    assert_eq!((value("one").as_deref(), value("two").as_deref()), (Some("x"), Some("db")));
    let status = tool(&s, "helmfile status");
    assert_eq!((status.code, status.stderr.matches("STATUS: deployed").count()), (0, 2), "{}", status.stderr);
    if with_diff {
        tool(&s, "helmfile diff --detailed-exitcode").ok();
        s.write("helmfile.yaml", releases("y"));
        let changed = tool(&s, "helmfile diff --detailed-exitcode");
        assert_eq!(changed.code, 2, "{}", changed.stderr);
        assert!(
            changed.stdout.contains("-   v: \"x\"") && changed.stdout.contains("+   v: \"y\""),
            "{}",
            changed.stdout
        );
    }
    s.write("helmfile.yaml", releases("y"));
    tool(&s, up).ok();
    assert_eq!(value("one").as_deref(), Some("y"));
    tool(&s, "helmfile -l tier=db sync").ok();
    tool(&s, "helmfile destroy").ok();
    assert_eq!((value("one"), value("two")), (None, None));
}
