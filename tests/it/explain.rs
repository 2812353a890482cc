//! What a person is shown of templates: `--show-source`, and below an error the lines and values that led there. Tools are
//! shown Helm's text alone.

use std::process::Command;

use crate::kit::{Run, Sandbox, skipped};

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include \"web.name\" . }}
  labels:
    {{- include \"web.labels\" . | nindent 4 }}
    note: {{ .Values.note }}
spec:
  replicas: {{ .Values.replicas }}
";
const HELPERS: &str = "{{- define \"web.name\" -}}
{{ .Release.Name }}-web
{{- end }}
{{- define \"web.labels\" -}}
app: {{ .Values.labels.app }}
port: {{ .Values.sub.port | quote }}
{{- end }}
";
const VALUES: &str = "replicas: 1\nnote: plain\nlabels:\n  app: web\nsub:\n  port: 1\n";
const SCHEMA: &str =
    r#"{"properties": {"replicas": {"type": "integer"}, "labels": {"properties": {"app": {"type": "string"}}}}}"#;

/// A sandbox with a chart of one Deployment, a helper file and a subchart; explaining, though nobody reads.
fn sandbox() -> Sandbox {
    let mut s = Sandbox::new();
    s.chart(
        "web",
        &[
            ("values.yaml", VALUES),
            ("values.schema.json", SCHEMA),
            ("templates/_helpers.tpl", HELPERS),
            ("templates/deployment.yaml", DEPLOYMENT),
            ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
            ("charts/sub/values.yaml", "port: 80\n"),
            ("charts/sub/templates/s.yaml", "kind: Service\nmetadata: {name: s}\nport: {{ .Values.port }}\n"),
        ],
    );
    s.write("prod.yaml", "# production\nnote: prod\nlabels:\n  app: shop\n");
    s.set_env("PINTLE_EXPLAIN", "always");
    s
}

fn template(s: &Sandbox, more: &str) -> Run {
    s.run("template r web ".split(' ').chain(more.split(' ')).filter(|w| !w.is_empty()))
}

/// The error of a run: Helm's text, and what stands below.
fn error(run: Run) -> (String, String) {
    let text = run.error();
    let (helm, told) = text.split_once("\n\n --> ").unwrap_or_else(|| panic!("no frame:\n{text}"));
    (helm.to_owned(), format!(" --> {told}"))
}

#[test]
fn every_line_is_shown_with_its_source() {
    let s = sandbox();
    let out = template(&s, "-f prod.yaml --set replicas=3 --show-source").ok();
    let wanted = "---
# Source: web/charts/sub/templates/s.yaml
charts/sub/templates/s.yaml:1                          | kind: Service
charts/sub/templates/s.yaml:2                          | metadata: {name: s}
charts/sub/templates/s.yaml:3                          | port: 1  <- .Values.sub.port (web/values.yaml:6)
---
# Source: web/templates/deployment.yaml
templates/deployment.yaml:1                            | apiVersion: apps/v1
templates/deployment.yaml:2                            | kind: Deployment
templates/deployment.yaml:3                            | metadata:
templates/_helpers.tpl:2 < templates/deployment.yaml:4 |   name: r-web
templates/deployment.yaml:5                            |   labels:
templates/_helpers.tpl:5 < templates/deployment.yaml:6 |     app: shop  <- .Values.labels.app (prod.yaml:4)
templates/_helpers.tpl:6 < templates/deployment.yaml:6 |     port: \"1\"  <- .Values.sub.port (web/values.yaml:6)
templates/deployment.yaml:7                            |     note: prod  <- .Values.note (prod.yaml:2)
templates/deployment.yaml:8                            | spec:
templates/deployment.yaml:9                            |   replicas: 3  <- .Values.replicas (--set replicas=3)
";
    assert_eq!(out, wanted);
    // chosen templates and files are shown so, too
    let one = template(&s, "--show-source -s templates/deployment.yaml").ok();
    assert!(one.starts_with("---\n# Source: web/templates/deployment.yaml\ntemplates/deployment.yaml:1 "), "{one}");
    template(&s, "--show-source --output-dir out").ok();
    let file = std::fs::read_to_string(s.path("out/web/charts/sub/templates/s.yaml")).expect("a file");
    assert!(file.contains("charts/sub/templates/s.yaml:2"), "{file}");
    // without what stands beside, it is what it always is
    let plain: Vec<String> = template(&s, "").ok().lines().map(str::to_owned).filter(|l| !l.is_empty()).collect();
    let shown: Vec<String> = template(&s, "--show-source")
        .ok()
        .lines()
        .map(|l| l.split_once(" | ").map_or(l, |(_, rest)| rest.split("  <- ").next().unwrap_or(rest)).to_owned())
        .collect();
    assert_eq!(shown, plain);
    template(&s, "--show-source --post-renderer /bin/cat")
        .error_with("--show-source cannot be used with --post-renderer");
}

#[test]
fn output_that_is_no_yaml_is_traced_to_its_value() {
    let s = sandbox();
    s.write("bad.yaml", "note: 'a: b'\n");
    let (helm, told) = error(template(&s, "-f bad.yaml"));
    assert_eq!(
        helm,
        "Error: YAML parse error on web/templates/deployment.yaml: error converting YAML to JSON: yaml: line 8: mapping \
         values are not allowed in this context\n\nUse --debug flag to render out invalid YAML"
    );
    assert_eq!(
        told,
        " --> web/templates/deployment.yaml:7:14
  |
5 |   labels:
6 |     {{- include \"web.labels\" . | nindent 4 }}
7 |     note: {{ .Values.note }}
  |              ^^^^^^^^^^^^
8 | spec:
  = line 8 of the document reads:     note: a: b
  = .Values.note is \"a: b\", set by bad.yaml:1
hint: a value with \": \" in it needs quotes: pipe it through quote
"
    );
    // made in a helper: its line, and who called
    let (_, told) = error(template(&s, "--set labels.app=@x"));
    assert!(told.starts_with(" --> web/templates/_helpers.tpl:5:9\n"), "{told}");
    assert!(told.contains("5 | app: {{ .Values.labels.app }}\n  |         ^^^^^^^^^^^^^^^^^^\n"), "{told}");
    assert!(told.contains("  = called at web/templates/deployment.yaml:6\n"), "{told}");
    assert!(told.contains("  = .Values.labels.app is \"@x\", set by --set labels.app=@x\n"), "{told}");
}

#[test]
fn templates_that_fail_show_their_line() {
    let s = sandbox();
    s.write("web/templates/x.yaml", "a: 1\nb: {{ .Values.deep.er }}\n");
    let (helm, told) = error(template(&s, ""));
    assert!(helm.contains("nil pointer evaluating interface {}.er"), "{helm}");
    let frame = " --> web/templates/x.yaml:2:7\n  |\n1 | a: 1\n2 | b: {{ .Values.deep.er }}\n";
    assert!(told.starts_with(frame), "{told}");
    assert!(told.contains("  = .Values.deep is not set\nhint: .Values.deep is not set: "), "{told}");

    s.write("web/templates/x.yaml", "a: {{ required \"give a name\" .Values.name }}\n");
    let (helm, told) = error(template(&s, "--set name="));
    assert!(helm.starts_with("Error: execution error at (web/templates/x.yaml:1:6): give a name"), "{helm}");
    assert!(told.contains("^"), "{told}");
    assert!(told.contains("  = .Values.name is \"\", set by --set name=\n"), "{told}");

    s.write("web/templates/_more.tpl", "{{ define \"more\" }}\n{{ fail (printf \"no %s\" .Values.note) }}{{ end }}");
    s.write("web/templates/x.yaml", "a: {{ include \"more\" . }}\n");
    let (_, told) = error(template(&s, "-f prod.yaml"));
    assert!(told.starts_with(" --> web/templates/_more.tpl:2:"), "{told}");
    assert!(told.contains("  = called at web/templates/x.yaml:1: include \"more\" .\n"), "{told}");
    assert!(told.contains("  = .Values.note is \"prod\", set by prod.yaml:2\n"), "{told}");

    s.write("web/templates/x.yaml", "a: 1\nb: {{ if }}\n");
    let (helm, told) = error(template(&s, ""));
    assert!(helm.starts_with("Error: parse error at (web/templates/x.yaml:2): missing value for if"), "{helm}");
    assert!(told.contains("2 | b: {{ if }}\n  | ^^^^^^^^^^^\n"), "{told}");
}

#[test]
fn values_that_do_not_fit_are_shown_where_they_were_set() {
    let s = sandbox();
    s.write("bad.yaml", "labels:\n  # not quoted\n  app: 1\n");
    let (helm, told) = error(template(&s, "-f bad.yaml --set replicas=two"));
    assert!(helm.contains("- at '/replicas': got string, want integer"), "{helm}");
    assert!(told.contains("bad.yaml:3\n  |\n1 | labels:\n2 |   # not quoted\n3 |   app: 1\n  |   ^^^^^^\n"), "{told}");
    assert!(told.contains("  = .Values.labels.app is 1, set by bad.yaml:3\n"), "{told}");
    assert!(told.contains("  = .Values.replicas is \"two\", set by --set replicas=two\n"), "{told}");

    s.write("tab.yaml", "a: 1\nb:\n\tc: 2\n");
    let (helm, told) = error(template(&s, "-f tab.yaml"));
    assert!(helm.starts_with("Error: failed to parse tab.yaml: "), "{helm}");
    assert!(told.starts_with(" --> tab.yaml:3") && told.contains("\nhint: YAML takes no tabs"), "{told}");
}

#[test]
fn only_persons_are_shown_more_than_helms_text() {
    let mut s = sandbox();
    let wanted = "Error: YAML parse error on web/templates/deployment.yaml: error converting YAML to JSON: yaml: line 8: \
                  mapping values are not allowed in this context\n\nUse --debug flag to render out invalid YAML\n";
    s.set_env("PINTLE_EXPLAIN", "");
    let args = ["template", "r", "web", "--set", "note=a: b"];
    assert_eq!(s.run(args).error(), wanted);

    // on a terminal: `script` makes one
    let found = Command::new("sh").args(["-c", "command -v script"]).output();
    if !found.is_ok_and(|o| o.status.success()) {
        return skipped("script is missing");
    }
    let program = s.command([""; 0]).get_program().to_string_lossy().into_owned();
    let line = format!("{program} template r web --set 'note=a: b'");
    let on_terminal = |extra: &str| {
        let mut c = s.other("script".as_ref(), ["-qec", &format!("{line}{extra}"), "/dev/null"]);
        let out = c.env("TERM", "xterm").output().expect("script starts");
        String::from_utf8_lossy(&out.stdout).replace('\r', "")
    };
    let screen = on_terminal("");
    assert!(screen.starts_with(wanted), "Helm's text is first and as it is:\n{screen}");
    assert!(screen.contains("\u{1b}[1;31m^^^^^^^^^^^^\u{1b}[0m"), "{screen}");
    let plain = on_terminal(" --color never");
    assert!(plain.starts_with(wanted) && plain.contains("^^^^^^^^^^^^\n") && !plain.contains('\u{1b}'), "{plain}");
    // what goes elsewhere is for tools, whatever standard output is
    let elsewhere = on_terminal(" 2>errors");
    assert_eq!((elsewhere.as_str(), std::fs::read_to_string(s.path("errors")).expect("a file").as_str()), ("", wanted));
    s.set_env("NO_COLOR", "1");
    let mut c = s.other("script".as_ref(), ["-qec", &line, "/dev/null"]);
    let screen = String::from_utf8_lossy(&c.output().expect("script starts").stdout).into_owned();
    assert!(screen.contains(" --> ") && !screen.contains('\u{1b}'), "{screen}");
    s.set_env("PINTLE_EXPLAIN", "never");
    let mut c = s.other("script".as_ref(), ["-qec", &line, "/dev/null"]);
    let screen = String::from_utf8_lossy(&c.output().expect("script starts").stdout).replace('\r', "");
    assert_eq!(screen, wanted);
}
