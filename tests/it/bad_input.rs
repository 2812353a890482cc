//! Whatever is wrong with what we are given: one clear error, status 1, no panic, nothing left half-written.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use pintle_testkit::http::{Response, Server};

use crate::kit::Sandbox;

/// A sandbox with one chart in it, and the error of `template`.
#[track_caller]
fn refused(files: &[(&str, &str)], wanted: &str) {
    let s = Sandbox::new();
    s.chart("bad", files);
    s.run(["template", "r", "./bad"]).error_with(wanted);
}

#[test]
fn charts_that_are_none() {
    let s = Sandbox::new();
    s.write("empty/README.md", "not a chart\n");
    s.run(["template", "r", "./empty"]).error_with("empty/Chart.yaml: no such file or directory");
    s.run(["template", "r", "./absent"]).error_with("path \"./absent\" not found");
    s.run(["package", "./empty"]).error_with("Chart.yaml");
    s.run(["show", "chart", "./empty"]).error_with("Chart.yaml file is missing");
    s.write("junk.tgz", "not an archive");
    s.run(["template", "r", "./junk.tgz"]).error_with("does not appear to be a gzipped archive");
    s.write("cut.tgz", &archive(&[("c/Chart.yaml", CHART)])[..40]);
    s.run(["template", "r", "./cut.tgz"]).error();
}

#[test]
fn broken_chart_files() {
    refused(&[("Chart.yaml", "name: [a\n")], "cannot load Chart.yaml: error converting YAML to JSON: yaml: line 1: ");
    refused(&[("Chart.yaml", "- a\n")], "cannot load Chart.yaml: error unmarshaling JSON");
    refused(&[("Chart.yaml", "kind: Chart\n")], "chart.metadata.name is required");
    refused(&[("Chart.yaml", "apiVersion: v2\nname: b\nversion: x.y\n")], "chart.metadata.version \"x.y\" is invalid");
    refused(&[("Chart.yaml", "apiVersion: v2\nname: ../b\nversion: 1.0.0\n")], "name \"../b\" is invalid");
    let needs =
        "apiVersion: v2\nname: b\nversion: 1.0.0\ndependencies: [{name: x, version: 1.0.0, repository: 'https://x'}]\n";
    refused(&[("Chart.yaml", needs)], "missing in charts/ directory: x");
    let old = "apiVersion: v2\nname: b\nversion: 1.0.0\nkubeVersion: '>=9'\n";
    refused(&[("Chart.yaml", old)], "chart requires kubeVersion: >=9 which is incompatible");
}

#[test]
fn broken_values() {
    let tab = "a:\n\tb: 1\n";
    refused(
        &[("values.yaml", tab)],
        "cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2: found character that cannot start any token",
    );
    let s = Sandbox::new();
    s.chart("fine", &[("templates/a.yaml", "a: {{ .Values.a }}\n")]);
    s.write("tab.yaml", tab);
    s.run(["template", "r", "./fine", "-f", "tab.yaml"]).error_with("failed to parse tab.yaml");
    s.run(["template", "r", "./fine", "-f", "absent.yaml"]).error_with("open absent.yaml: no such file or directory");
    s.run(["template", "r", "./fine", "--set", "a.b[9999999999]=1"]).error_with("failed parsing --set data");
    s.run(["template", "r", "./fine", "--set-json", "a={"]).error_with("failed parsing --set-json data");
    s.run(["template", "r", "./fine", "--set-file", "a=absent.txt"]).error_with("absent.txt");
}

#[test]
fn values_that_a_schema_refuses() {
    let schema =
        r#"{"type": "object", "required": ["size"], "properties": {"size": {"type": "integer", "maximum": 9}}}"#;
    let s = Sandbox::new();
    s.chart("strict", &[("values.schema.json", schema), ("values.yaml", "size: 3\n")]);
    s.run(["template", "r", "./strict"]).ok();
    s.run(["template", "r", "./strict", "--set", "size=10"]).error_with("- at '/size': maximum: got 10, want 9");
    s.run(["template", "r", "./strict", "--set", "size=big"]).error_with("- at '/size': got string, want integer");
    refused(&[("values.schema.json", "{")], "values don't meet the specifications of the schema(s)");
}

#[test]
fn broken_templates() {
    let with = |text: &str, wanted: &str| refused(&[("templates/a.yaml", text)], wanted);
    with("a: {{ fail \"no way\" }}\n", "execution error at (bad/templates/a.yaml:1:6): no way");
    with("a: {{ if }}\n", "parse error at (bad/templates/a.yaml:1): missing value for if");
    with("a: {{ .Values.a.b.c }}\n", "nil pointer evaluating interface {}.b");
    with("a: {{ required \"say a\" .Values.a }}\n", "say a");
    with("a: {{ nope }}\n", "function \"nope\" not defined");
    with("a: b: c\n", "YAML parse error on bad/templates/a.yaml");
    // a template that calls itself ends as an error, not as a stack overflow
    with("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}", "error calling include");
    with("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}", "bad/templates/a.yaml");
    with("{{ define \"a\" }}{{ tpl \"{{ include `a` . }}\" . }}{{ end }}{{ include \"a\" . }}", "bad/templates/a.yaml");
    let deep = format!("{{{{ {}1{} }}}}\n", "(".repeat(200_000), ")".repeat(200_000));
    refused(&[("templates/a.yaml", &deep)], "bad/templates/a.yaml");
}

#[test]
fn broken_jinja_templates() {
    let chart = "apiVersion: v2\nname: bad\nversion: 0.1.0\nannotations: {pintle.dev/jinja: 'true'}\n";
    let with = |text: &str, wanted: &str| refused(&[("Chart.yaml", chart), ("templates/a.yaml.j2", text)], wanted);
    with("\n{% if %}\n", "parse error at (bad/templates/a.yaml.j2:2)");
    with("\n\n{{ fail('no way') }}\n", "(bad/templates/a.yaml.j2:3)");
    with("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}\n", "bad/templates/a.yaml.j2");
    with("{% import '../../../etc/passwd' as p %}\n", "bad/templates/a.yaml.j2");
}

#[test]
fn release_names_that_helm_refuses() {
    let s = Sandbox::new();
    s.chart("fine", &[]);
    for name in [&"a".repeat(54) as &str, "R_x", "-a", "a..b"] {
        s.run(["template", "--", name, "./fine"]).error_with("invalid release name");
    }
    s.run(["template", &"a".repeat(53), "./fine"]).ok();
}

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

/// A gzipped tar of the entries, whose names are taken as they are.
fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, text) in entries {
        let mut head = [0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..107].copy_from_slice(b"0000644");
        head[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        head[136..147].copy_from_slice(b"00000000000");
        head[156] = b'0';
        head[257..265].copy_from_slice(b"ustar\x0000");
        head[148..156].copy_from_slice(b"        ");
        let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&head);
        tar.extend_from_slice(text.as_bytes());
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    let mut gz = GzEncoder::new(Vec::new(), Compression::default());
    gz.write_all(&tar).expect("writing to memory");
    gz.finish().expect("writing to memory")
}

#[test]
fn archives_with_paths_that_lead_out() {
    let s = Sandbox::new();
    s.write("fine.tgz", archive(&[("c/Chart.yaml", CHART), ("c/templates/a.yaml", "kind: A\n")]));
    assert!(s.run(["template", "r", "./fine.tgz"]).ok().contains("# Source: c/templates/a.yaml"));
    for name in ["c/../../escaped.yaml", "c/..\\..\\escaped.yaml", "escaped.yaml"] {
        s.write("evil.tgz", archive(&[("c/Chart.yaml", CHART), (name, "boo: 1\n")]));
        s.run(["template", "r", "./evil.tgz"]).error_with("unable to load chart archive");
        s.run(["show", "all", "./evil.tgz"]).error_with("chart illegally");
        assert_eq!(s.files(), ["evil.tgz", "fine.tgz"], "{name}");
    }
    // a first part is cut off, whatever it is: the file is one of the chart then, and leads nowhere
    s.write("odd.tgz", archive(&[("c/Chart.yaml", CHART), ("../escaped.yaml", "boo: 1\n")]));
    s.run(["template", "r", "./odd.tgz"]).ok();
    assert_eq!(s.files(), ["evil.tgz", "fine.tgz", "odd.tgz"]);
    assert!(!s.path("../escaped.yaml").exists());
}

#[test]
fn nothing_is_half_written() {
    let s = Sandbox::new();
    s.chart("bad", &[("templates/a.yaml", "a: 1\n"), ("templates/b.yaml", "{{ fail \"no\" }}\n")]);
    let before = s.files();
    s.run(["template", "r", "./bad", "--output-dir", "out"]).error_with("no");
    s.write("bad/values.yaml", "a:\n\tb: 1\n");
    s.run(["package", "./bad", "-d", "dist"]).error_with("values.yaml");
    let after: Vec<String> = s.files().into_iter().filter(|f| f != "bad/values.yaml").collect();
    assert_eq!(before, after);
}

#[test]
fn command_lines_that_are_wrong() {
    let s = Sandbox::new();
    s.chart("fine", &[]);
    s.run(["frobnicate"]).error_with("unknown command \"frobnicate\" for \"pintle\"");
    s.run(["template", "--nope"]).error_with("unknown flag: --nope");
    s.run(["template", "r", "./fine", "--values"]).error_with("flag needs an argument: --values");
    s.run(["template"]).error_with("requires at least 1 argument");
    s.run(["list", "-o", "xml"]).error_with("invalid argument \"xml\" for \"-o, --output\" flag: invalid format type");
    s.run(["template", "r", "./fine", "--debug=perhaps"]).error_with("invalid argument \"perhaps\"");
    s.run(["template", "r", "./fine", "-s", "templates/x.yaml"]).error_with("could not find template templates/x.yaml");
    s.run(["template", "r", "./fine", "--kube-version", "x"]).error_with("invalid kube version 'x'");
    s.run(["install", "r", "./fine", "--wait=perhaps"]).error_with("invalid wait input \"perhaps\"");
}

/// Schemas may refer to schemas elsewhere; Helm 4.2.4's words for what cannot be fetched.
#[test]
fn schemas_that_lie_elsewhere() {
    let server = Server::new(|r| match r.path() {
        "/size.json" => Response::new(200, r#"{"type": "integer", "maximum": 5}"#),
        "/broken.json" => Response::new(200, "{"),
        _ => Response::new(404, "nothing here"),
    });
    let server = server.start().expect("a server");
    let s = Sandbox::new();
    let with = |reference: &str| {
        let schema = format!(r#"{{"properties": {{"size": {{"$ref": "{reference}"}}}}}}"#);
        s.chart("far", &[("values.schema.json", &schema), ("values.yaml", "size: 3\n")]);
    };
    let head = "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nfar:\n";
    let refused = |args: &[&str], words: &str| {
        assert_eq!(s.run([&["template", "r", "far"], args].concat()).error(), format!("{head}{words}\n"));
    };

    with(&server.url("size.json"));
    s.run(["template", "r", "far"]).ok();
    s.run(["lint", "far"]).ok();
    refused(&["--set", "size=9"], "- at '/size': maximum: got 9, want 5\n");
    assert!(s.run(["lint", "far", "--set", "size=9"]).stdout.contains("maximum: got 9, want 5"));
    assert_eq!(server.requests().len(), 4);
    s.run(["template", "r", "far", "--set", "size=9", "--skip-schema-validation"]).ok();
    assert_eq!(server.requests().len(), 4, "a schema is fetched only to be used");

    let missing = server.url("none.json");
    with(&missing);
    let words = format!("HTTP request to {missing} returned status 404 (Not Found)");
    refused(&[], &format!("failing loading \"{missing}\": {words}"));
    let broken = server.url("broken.json");
    with(&broken);
    refused(&[], &format!("failing loading \"{broken}\": unexpected EOF"));
    // a host is no part of a file's path
    with("file://../size.json");
    refused(&[], "failing loading \"file://../size.json\": open /size.json: no such file or directory");
}
