//! What a whole `template` is made of, for charts of three sizes: loading, layering of values, rendering and sorting.
//!
//! The charts are made here, so that figures can be compared anywhere; `slowest_charts.py` beside this file times whole
//! processes on charts by others.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pintle_chart::capabilities::Capabilities;
use pintle_chart::coalesce::coalesce_values;
use pintle_chart::load::load_files;
use pintle_chart::log::Discard;
use pintle_chart::render_values::{ReleaseOptions, to_render_values};
use pintle_chart::{Chart, File, Timestamp};
use pintle_go::Map;
use pintle_render::{RenderOptions, ResourceOptions, render_resources};

const HELPERS: &str = r#"{{- define "app.name" -}}{{ .Release.Name }}-{{ .Chart.Name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- define "app.labels" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}
"#;

const DEPLOYMENT: &str = r#"{{- range $name, $c := .Values.components }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.name" $ }}-{{ $name }}
  labels: {{- include "app.labels" $ | nindent 4 }}
spec:
  replicas: {{ $c.replicas | default 1 }}
  template:
    spec:
      containers:
        - name: {{ $name }}
          image: "{{ $c.image.repository }}:{{ $c.image.tag | default $.Chart.AppVersion }}"
          env: {{- toYaml $c.env | nindent 12 }}
          {{- with $c.resources }}
          resources: {{- tpl (toYaml .) $ | nindent 12 }}
          {{- end }}
{{- end }}
"#;

fn values(components: usize) -> String {
    let mut out = String::from("components:\n");
    for n in 0..components {
        let _ = write!(
            out,
            "  ## @param components.part{n} one of the parts\n  part{n}:\n    replicas: {n}\n    image: {{repository: \
             registry.example.com/part{n}, tag: \"\"}}\n    env:\n    - name: LOG_LEVEL\n      value: info\n    resources:\n      \
             limits: {{cpu: 500m, memory: 256Mi}}\n"
        );
    }
    out
}

/// A chart with so many components, and so many subcharts that are like it.
fn chart(components: usize, subcharts: usize) -> Chart {
    let mut files = Vec::new();
    let mut add = |name: String, text: String| {
        files.push(File { name: name.into(), data: text.into_bytes().into(), mod_time: Timestamp::ZERO });
    };
    for n in 0..=subcharts {
        let (folder, name) =
            if n == 0 { (String::new(), "app".into()) } else { (format!("charts/s{n}/"), format!("s{n}")) };
        add(
            format!("{folder}Chart.yaml"),
            format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\nappVersion: 1.2.3\n"),
        );
        add(format!("{folder}values.yaml"), values(components));
        add(format!("{folder}templates/_helpers.tpl"), HELPERS.to_owned());
        add(format!("{folder}templates/deployment.yaml"), DEPLOYMENT.to_owned());
    }
    load_files(files, &Discard).unwrap_or_default()
}

const SIZES: [(&str, usize, usize); 3] = [("small", 1, 0), ("middle", 10, 5), ("largest", 40, 30)];

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("template");
    let caps = Capabilities::default();
    let release =
        ReleaseOptions { name: "r".into(), namespace: "n".into(), is_install: true, ..ReleaseOptions::default() };
    for (name, components, subcharts) in SIZES {
        let run = || {
            let chart = chart(components, subcharts);
            let top = to_render_values(&chart, &Map::new(), &release, &caps, false, &Discard, None).unwrap_or_default();
            let out = render_resources(&chart, &top, &caps, &RenderOptions::default(), &ResourceOptions::default());
            out.map_or(0, |r| r.manifest.len())
        };
        group.throughput(Throughput::Bytes(run() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(|| black_box(run())));
    }
    group.finish();
}

fn layering(c: &mut Criterion) {
    let mut group = c.benchmark_group("values");
    for (name, components, subcharts) in SIZES {
        let chart = chart(components, subcharts);
        let over = pintle_chart::load::load_values(values(components / 2 + 1).as_bytes()).unwrap_or_default();
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| coalesce_values(black_box(&chart), black_box(&over), &Discard).map(|m| m.len()));
        });
    }
    group.finish();
}

criterion_group!(benches, whole, layering);
criterion_main!(benches);
