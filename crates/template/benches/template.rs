//! How fast templates parse and execute: a text shaped like a chart's Deployment, a tight loop, and many small calls.

use std::hint::black_box;
use std::rc::Rc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pintle_go::{Map, Value};
use pintle_template::{FuncMap, MissingKey, TemplateSet};

const HELPERS: &str = r#"{{- define "app.name" -}}{{ .Values.name }}-{{ .Release.Name }}{{- end -}}
{{- define "app.labels" }}
    app: {{ template "app.name" . }}
    release: {{ .Release.Name }}
{{- end -}}
"#;

const DEPLOYMENT: &str = r#"{{- $root := . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ template "app.name" . }}
  labels: {{- template "app.labels" . }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  template:
    spec:
      containers:
        {{- range $i, $c := .Values.containers }}
        - name: {{ $c.name | printf "%s-%d" $root.Release.Name }}
          image: "{{ $c.image.repository }}:{{ or $c.image.tag "latest" }}"
          {{- with $c.ports }}
          ports:
            {{- range . }}
            - containerPort: {{ .port }}
              protocol: {{ if eq .protocol "udp" }}UDP{{ else }}TCP{{ end }}
            {{- end }}
          {{- end }}
          env:
            {{- range $k, $v := $c.env }}
            - name: {{ $k }}
              value: {{ printf "%q" $v }}
            {{- end }}
        {{- end }}
"#;

const LOOP: &str = r"{{ range $i, $v := .list }}{{ if gt $v 10.0 }}{{ $v }},{{ else }}-{{ end }}{{ end }}";

const CALLS: &str = r#"{{ define "leaf" }}{{ .a }}{{ end }}{{ range .list }}{{ template "leaf" $.m }}{{ end }}"#;

fn map(pairs: Vec<(&str, Value)>) -> Value {
    Value::Map(Map::from_pairs(pairs.into_iter().map(|(k, v)| (k.into(), v)).collect()))
}

fn data() -> Value {
    let port = |n: f64, p: &str| map(vec![("port", Value::Float(n)), ("protocol", Value::str(p))]);
    let container = |i: usize| {
        let env = (0..10).map(|k| (format!("KEY_{k}").into(), Value::str(format!("value {k} of {i}")))).collect();
        map(vec![
            ("name", Value::str(format!("c{i}"))),
            ("image", map(vec![("repository", Value::str("registry.example/app")), ("tag", Value::str("1.2.3"))])),
            ("ports", Value::list(vec![port(8080.0, "tcp"), port(53.0, "udp")])),
            ("env", Value::Map(Map::from_pairs(env))),
        ])
    };
    map(vec![
        ("Release", map(vec![("Name", Value::str("rel"))])),
        (
            "Values",
            map(vec![
                ("name", Value::str("app")),
                ("replicas", Value::Float(3.0)),
                ("autoscaling", map(vec![("enabled", Value::Bool(false))])),
                ("containers", Value::list((0..20).map(container).collect())),
            ]),
        ),
        ("list", Value::list((0..1000).map(|i| Value::Float(f64::from(i % 20))).collect())),
        ("m", map(vec![("a", Value::str("x"))])),
    ])
}

fn set(texts: &[(&str, &str)]) -> TemplateSet {
    let mut set = TemplateSet::new(Rc::new(FuncMap::new()), MissingKey::Zero);
    for (name, text) in texts {
        if let Err(e) = set.parse(name, text.as_bytes()) {
            panic!("{e}");
        }
    }
    set
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes((HELPERS.len() + DEPLOYMENT.len()) as u64));
    group.bench_function("deployment", |b| {
        b.iter(|| set(black_box(&[("helpers", HELPERS), ("deployment", DEPLOYMENT)])));
    });
    group.finish();
}

fn execute(c: &mut Criterion) {
    let data = data();
    let mut group = c.benchmark_group("execute");
    let all = [("helpers", HELPERS), ("deployment", DEPLOYMENT), ("loop", LOOP), ("calls", CALLS)];
    let set = set(&all);
    for name in ["deployment", "loop", "calls"] {
        let mut out = Vec::new();
        if let Err(e) = set.execute(name, &data, &mut out) {
            panic!("{e}");
        }
        group.throughput(Throughput::Bytes(out.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                out.clear();
                let _ = set.execute(black_box(name), &data, &mut out);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parse, execute);
criterion_main!(benches);
