//! What is true of every command line: help, docs, settings, versions, refusals.

use std::fs;

use pintle::cli::table;

use crate::kit::{Sandbox, project};

#[test]
fn every_command_shows_its_help() {
    let s = Sandbox::new();
    for c in table::COMMANDS.iter().filter(|c| c.path != "help") {
        let mut words: Vec<&str> = c.path.split_whitespace().collect();
        words.push("--help");
        let run = s.run(&words);
        assert_eq!(run.stderr, "", "{}", run.line);
        let text = run.ok();
        assert!(text.contains("\nUsage:\n"), "{text}");
        for f in c.flags.iter().filter(|f| !f.hidden) {
            assert!(text.contains(&format!("--{}", f.name)), "{}: {text}", f.name);
        }
        // `help COMMAND` is the same
        words.pop();
        words.insert(0, "help");
        assert_eq!(s.run(&words).ok(), text);
    }
}

#[test]
fn groups_show_their_members_whatever_is_said() {
    let s = Sandbox::as_helm();
    let help = s.run(["get", "--help"]).ok();
    assert_eq!(s.run(["get"]).ok(), help);
    assert_eq!(s.run(["get", "nonsense"]).ok(), help);
    assert!(help.contains("values "), "{help}");
    let unknown = s.run(["help", "nonsense"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (0, ""));
    assert!(unknown.stderr.starts_with("Unknown help topic [`nonsense`]\nUsage:\n"), "{}", unknown.stderr);
}

#[test]
fn docs_write_a_page_a_command() {
    let s = Sandbox::as_helm();
    for dir in ["md", "man"] {
        fs::create_dir(s.path(dir)).expect("a folder");
    }
    s.run(["docs", "--dir", "md", "--generate-headers"]).ok();
    s.run(["docs", "--dir", "man", "--type", "man"]).ok();
    let shown = table::COMMANDS.iter().filter(|c| !c.hidden && !table::is_own(c) && c.path != "help");
    let mut files = 0;
    for c in shown {
        let words = format!("helm {}", c.path).trim().to_owned();
        let page = fs::read_to_string(s.path(&format!("md/{}.md", words.replace(' ', "_")))).expect("a page");
        assert!(page.starts_with("---\ntitle: \"Helm"), "{page}");
        for link in page.split("](").skip(1).filter_map(|l| l.split(')').next()) {
            assert!(s.path("md").join(link).exists(), "{words} links to {link}");
        }
        let page = fs::read_to_string(s.path(&format!("man/{}.1", words.replace(' ', "-")))).expect("a page");
        assert!(page.starts_with(".TH \"HELM") && page.contains(".SH OPTIONS\n"), "{page}");
        files += 1;
    }
    assert_eq!(fs::read_dir(s.path("md")).expect("a folder").count(), files);
    assert_eq!(fs::read_dir(s.path("man")).expect("a folder").count(), files);
    let refused = s.run(["docs", "--type", "html"]).error();
    assert_eq!(refused, "Error: unknown doc type \"html\". Try 'markdown' or 'man'\n");
    s.run(["docs", "--dir", "missing"]).error_with("open missing/helm_completion_bash.md: no such file or directory");
}

#[test]
fn versions_have_three_shapes() {
    let helm = Sandbox::as_helm();
    let text = helm.run(["version"]).ok();
    assert!(text.starts_with("version.BuildInfo{Version:\"v4.2.4\", GitCommit:\""), "{text}");
    assert!(text.ends_with("\", KubeClientVersion:\"v1.36\"}\n"), "{text}");
    assert_eq!(helm.run(["version", "--template", "{{.Version}} {{.GitTreeState}}"]).ok(), "v4.2.4 clean");
    let wrong =
        "Error: template: _:1:2: executing \"_\" at <.Nope>: can't evaluate field Nope in type version.BuildInfo\n";
    assert_eq!(helm.run(["version", "--template", "{{.Nope}}"]).error(), wrong);
    assert!(helm.run(["version", "--short"]).ok().starts_with("v4.2.4+g"));
    let own = Sandbox::new();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(own.run(["version"]).ok(), format!("pintle v{version} (stands in for Helm v4.2.4)\n"));
    assert_eq!(own.run(["version", "--short"]).ok(), format!("v{version}\n"));
    // charts see the Helm that we stand for
    own.chart("c", &[("templates/t.yaml", "v: {{ .Capabilities.HelmVersion.Version }}\n")]);
    assert!(own.run(["template", "c"]).ok().contains("v: v4.2.4\n"));
}

/// pflag's and cobra's refusals, as Helm 4.2.4 words them.
#[test]
fn what_cannot_be_read_is_refused_in_pflags_words() {
    let s = Sandbox::as_helm();
    for (line, wanted) in [
        ("list -qx", "unknown shorthand flag: 'x' in -x"),
        (
            "list --help=x",
            "invalid argument \"x\" for \"-h, --help\" flag: strconv.ParseBool: parsing \"x\": invalid syntax",
        ),
        ("list ---", "bad flag syntax: ---"),
        ("get values -o", "flag needs an argument: 'o' in -o"),
        (
            "env --vmodule=x",
            "invalid argument \"x\" for \"--vmodule\" flag: syntax error: expect comma-separated list of filename=N",
        ),
        (
            "env --log-backtrace-at=x",
            "invalid argument \"x\" for \"--log-backtrace-at\" flag: syntax error: expect file.go:234",
        ),
        (
            "install a b -f a\"b",
            "invalid argument \"a\\\"b\" for \"-f, --values\" flag: parse error on line 1, column 2: bare \" in non-quoted-field",
        ),
        ("install a b --labels=", "invalid argument \"\" for \"-l, --labels\" flag:  must be formatted as key=value"),
        ("help --nope", "unknown flag: --nope"),
        (
            "insall",
            "unknown command \"insall\" for \"helm\"\n\nDid you mean this?\n\tinstall\n\nRun 'helm --help' for usage.",
        ),
    ] {
        assert_eq!(s.run(line.split(' ')).error(), format!("Error: {wanted}\n"), "{line}");
    }
    // a deprecated flag is noticed each time, before what is refused
    let r = s.run(["rollback", "a", "--force", "--force-conflicts"]);
    assert_eq!(r.code, 1);
    assert_eq!(
        r.stderr,
        "Flag --force has been deprecated, use --force-replace instead\nError: if any flags in the group \
         [force force-conflicts] are set none of the others can be; [force force-conflicts] were all set\n"
    );
}

#[test]
fn settings_are_read_as_helm_reads_them() {
    let s = Sandbox::as_helm();
    let env = |args: &[&str]| s.run([&["env"], args].concat()).ok().trim_end().to_owned();
    assert_eq!(env(&["HELM_BURST_LIMIT", "--burst-limit=0x10"]), "16");
    assert_eq!(env(&["HELM_QPS", "--qps", "1e3"]), "1000.00");
    assert_eq!(env(&["HELM_QPS", "--qps", "inf"]), "+Inf");
    assert_eq!(env(&["HELM_DEBUG", "--debug=T"]), "true");
    assert_eq!(env(&["HELM_NAMESPACE", "-na", "-n", "b"]), "b");
    assert_eq!(env(&["HELM_NOTHING"]), "");
    // of several kubeconfigs the first that says a thing counts
    let context = |name: &str| {
        format!("contexts:\n- name: {name}\n  context: {{cluster: c, namespace: {name}-ns}}\ncurrent-context: {name}\n")
    };
    s.write("one", context("one"));
    assert_eq!(env(&["HELM_NAMESPACE", "--kubeconfig", &s.path("one").to_string_lossy()]), "one-ns");
}

/// `testdata/app` is what the benchmarks render; `testdata/app.yaml` is what Helm 4.2.4 makes of it.
#[test]
fn the_scaffold_kept_for_comparison_is_what_create_writes() {
    let s = Sandbox::new();
    s.run(["create", "app"]).ok();
    let made = s.files();
    assert!(made.contains(&"app/templates/deployment.yaml".to_owned()), "{made:?}");
    let kept = project("testdata");
    for name in &made {
        let read =
            |path: &std::path::Path| fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(read(&s.path(name)), read(&kept.join(name)), "{name}: copy what `pintle create app` writes");
    }
    let all = "ingress.enabled=true,autoscaling.enabled=true,httpRoute.enabled=true";
    let rendered = s.run(["template", "r", "app", "--set", all]).ok();
    assert_eq!(rendered, fs::read_to_string(kept.join("app.yaml")).expect("Helm's answer"));
}
