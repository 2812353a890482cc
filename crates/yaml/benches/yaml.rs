//! Reading and writing of dense documents: no comments, short scalars, some of every style.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Manifests as charts render them, about `size` bytes.
fn dense(size: usize) -> String {
    let mut out = String::with_capacity(size + 2048);
    let mut n = 0;
    while out.len() < size {
        n += 1;
        let _ = write!(
            out,
            "- apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: web-{n}\n    namespace: shop\n    labels:\n      \
             app.kubernetes.io/name: web\n      app.kubernetes.io/instance: \"release-{n}\"\n      helm.sh/chart: web-1.2.{n}\n  \
             spec:\n    replicas: {n}\n    selector:\n      matchLabels:\n        app: web\n    template:\n      spec:\n        \
             securityContext: {{runAsNonRoot: true, fsGroup: 1001}}\n        containers:\n        - name: web\n          image: \
             registry.example.com/shop/web:1.{n}.0\n          imagePullPolicy: IfNotPresent\n          args: [\"--port\", \
             \"8080\", '--verbose']\n          ports:\n          - containerPort: 8080\n            name: http\n          \
             env:\n          - name: LOG_LEVEL\n            value: \"info\"\n          - name: RATIO\n            value: 0.75\n          \
             resources:\n            limits:\n              cpu: 500m\n              memory: 256Mi\n          command:\n          - \
             sh\n          - -c\n          - |\n            set -e\n            exec /usr/bin/web --config /etc/web/config.yaml\n"
        );
    }
    out
}

/// The same with comments, as values files have them.
fn commented(size: usize) -> String {
    let mut out = String::with_capacity(size + 2048);
    let mut n = 0;
    while out.len() < size {
        n += 1;
        let _ = write!(
            out,
            "## @param service{n}.type Kubernetes service type, see the documentation of the cluster for what it \
             supports\n## ref: https://kubernetes.io/docs/concepts/services-networking/service/\n##\nservice{n}:\n  type: \
             ClusterIP\n  ## @param service{n}.port Port of the service\n  ##\n  port: 80\n  annotations: {{}}\n"
        );
    }
    out
}

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for (name, text) in [("dense", dense(200_000)), ("commented", commented(200_000))] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| pintle_yaml::read(black_box(text.as_bytes()))));
    }
    let text = dense(200_000);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("dense nodes", |b| {
        b.iter(|| {
            let source = pintle_yaml::Source::new(black_box(text.as_bytes()));
            source.documents().next().map(|d| d.is_ok())
        });
    });
    group.finish();

    let value = pintle_yaml::read(text.as_bytes()).unwrap_or_default();
    let mut group = c.benchmark_group("write");
    for (name, write) in [("v2", pintle_yaml::write as fn(&_) -> _), ("pretty", pintle_yaml::write_pretty)] {
        let size = write(&value).map_or(0, |b: Vec<u8>| b.len());
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(name, |b| b.iter(|| write(black_box(&value))));
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
