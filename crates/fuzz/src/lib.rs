//! What is read from outside, as functions that take any bytes: they may give errors, but must come back.
//!
//! `cargo run -p pintle-fuzz -- TARGET --seconds N` mutates seeds with the stable compiler; the folder `fuzz/` has the
//! same targets for cargo-fuzz.

mod mutate;

pub use mutate::Mutator;

use pintle_chart::log::Discard;
use pintle_chart::{Metadata, archive, load, strvals};
use pintle_go::{GoStr, Map, Value};
use pintle_render::{Limits, RenderOptions};

/// A reader with texts to begin with.
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Reads the bytes.
    pub run: fn(&[u8]),
    /// Texts that reach far into it.
    pub seeds: &'static [&'static [u8]],
}

/// All targets.
pub const TARGETS: [Target; 9] = [
    Target {
        name: "template",
        run: template,
        seeds: &[
            b"{{- range $i, $e := .Values.list }}{{ if gt $i 0 }},{{ end }}{{ $e | quote }}{{ else }}none{{- end }}",
            b"{{ define \"x\" }}{{ .a | default 1 | add 2 }}{{ end }}{{ include \"x\" (dict \"a\" 1) | nindent 4 }}",
            b"{{ with $x := .Values.map }}{{ toYaml $x }}{{ tpl \"{{ .a }}\" . }}{{ end }}{{/* c */}}",
            b"{{ printf \"%5.2f %q %v %[1]d\" 1.5 \"s\" (list 1 \"b\" nil) }}{{ regexReplaceAll \"a(b)\" \"ab\" \"${1}\" }}",
            b"{{ $s := splitList \",\" \"a,b\" }}{{ index $s 1 }}{{ slice $s 0 1 }}{{ date \"2006\" 0 }}{{ semver \"1.2.3\" }}",
            b"{{ break }}{{ continue }}{{ range 3 }}{{ . }}{{ end }}{{ template \"y\" }}{{ block \"z\" . }}{{ end }}",
        ],
    },
    Target {
        name: "yaml",
        run: yaml,
        seeds: &[
            b"a: 1\nb:\n  - x\n  - {y: [z, 'q', \"w\\n\"]}\nc: |+\n  text\n\nd: >-\n  folded\n",
            b"%YAML 1.1\n---\na: &x {b: *x}\n<<: *x\n? [k]\n: !!binary aGk=\n...\n---\n- - 0x1F\n  - 1_000\n  - .inf\n",
            b"# head\n\na: 1 # line\n  # deep\nb:\n- c\n# foot\n\nd: 2001-01-01\n",
        ],
    },
    Target {
        name: "set",
        run: set,
        seeds: &[b"a.b[0].c={1,2,\"x\"},d\\.e=null,f=", b"a[1][2]=x,b={},c=1e3", b"a={\"b\":[1,2]},c=\"d\""],
    },
    Target {
        name: "provenance",
        run: provenance,
        seeds: &[
            include_bytes!("../../provenance/testdata/app.prov"),
            include_bytes!("../../provenance/testdata/public.gpg"),
        ],
    },
    // packed by `seeds_of`
    Target { name: "archive", run: chart_archive, seeds: &[] },
    Target {
        name: "chart",
        run: chart,
        seeds: &[
            b"apiVersion: v2\nname: a\nversion: 1.2.3-rc.1+b\nkubeVersion: '>= 1.2 < 2 || ~3.x'\ntype: library\ndependencies:\n\
              - name: b\n  version: ^1\n  repository: file://../b\n  condition: b.enabled\n  import-values: [x, {child: a, parent: b}]\n",
            b"apiVersion: v1\nname: a\nversion: 1\nmaintainers: [{name: x, email: y}]\nkeywords: [a]\nannotations: {a: b}\n",
        ],
    },
    Target {
        name: "index",
        run: index,
        seeds: &[b"apiVersion: v1\nentries:\n  a:\n  - name: a\n    version: 1.0.0\n    urls: [a-1.0.0.tgz]\n    digest: x\n    created: \
                   2020-01-01T00:00:00Z\ngenerated: 2020-01-01T00:00:00.123456789+02:00\n"],
    },
    Target {
        name: "release",
        run: release,
        seeds: &[
            b"eyJuYW1lIjoiYSIsInZlcnNpb24iOjF9",
            b"{\"name\":\"a\",\"info\":{\"first_deployed\":\"2020-01-01T00:00:00Z\",\"status\":\"deployed\"},\"chart\":{\"metadata\":\
              {\"name\":\"c\",\"version\":\"1\"}},\"config\":{\"a\":1},\"manifest\":\"x\",\"hooks\":[{\"name\":\"h\",\"events\":[\"test\"]}],\
              \"version\":1,\"namespace\":\"n\"}",
        ],
    },
    Target {
        name: "plugin",
        run: plugin,
        seeds: &[
            b"apiVersion: v1\nname: a\nversion: 1.0.0\ntype: getter/v1\nruntime: subprocess\nsourceURL: x\nconfig:\n  protocols: [a, b]\n\
              runtimeConfig:\n  platformHooks:\n    install: [{os: linux, arch: amd64, command: sh, args: [-c, x]}]\n  \
              protocolCommands:\n  - protocols: [a]\n    platformCommand: [{command: $X/run.sh}]\n",
            b"name: a\nversion: 1.0.0\nusage: x\ndescription: |-\n  y\nignoreFlags: true\ncommand: $HELM_PLUGIN_DIR/run.sh a\n\
              hooks: {install: x, delete: y}\ndownloaders:\n- {command: run.sh, protocols: [a, b]}\n",
            b"name: a\nplatformCommand: [{os: linux, command: x}]\nplatformHooks: {update: [{command: y}]}\n",
        ],
    },
];

/// Feeds the target of that name; there is nothing to do for a name that is none.
pub fn feed(name: &str, bytes: &[u8]) {
    if let Some(target) = TARGETS.iter().find(|t| t.name == name) {
        (target.run)(bytes);
    }
}

/// The texts to begin with.
pub fn seeds_of(target: &Target) -> Vec<Vec<u8>> {
    match target.name {
        "archive" => vec![chart_tar()],
        _ => target.seeds.iter().map(|s| s.to_vec()).collect(),
    }
}

/// A small chart as a tar stream; the target itself compresses what it is given.
fn chart_tar() -> Vec<u8> {
    let files: [(&str, &[u8]); 4] = [
        ("c/Chart.yaml", b"apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        ("c/values.yaml", b"a: 1\n"),
        ("c/templates/a.yaml", b"a: {{ .Values.a }}\n"),
        ("c/charts/d/Chart.yaml", b"apiVersion: v2\nname: d\nversion: 1.0.0\n"),
    ];
    let mut tar = tar::Builder::new(Vec::new());
    for (name, data) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(data.len() as u64);
        // in memory: nothing to fail on, and a seed that is shorter would be no harm
        let _ = tar.append_data(&mut header, name, data);
    }
    tar.into_inner().unwrap_or_default()
}

fn template(bytes: &[u8]) {
    let values = Map::from_pairs(vec![
        ("list".into(), Value::list(vec![Value::Int(1), Value::str("b")])),
        ("map".into(), Value::Map(Map::from_pairs(vec![("a".into(), Value::Bool(true))]))),
    ]);
    let data = Value::Map(Map::from_pairs(vec![("Values".into(), Value::Map(values))]));
    let limits = Limits { tpl_depth: 50, output: 1 << 16, calls: 1000, steps: 10_000 };
    let options = RenderOptions { limits, ..RenderOptions::default() };
    let mut out = Vec::new();
    let _: Result<(), GoStr> = pintle_render::render_text("t", bytes, &[], &data, &options, &mut out);
}

fn yaml(bytes: &[u8]) {
    if let Ok(v) = pintle_yaml::read(bytes) {
        let written = pintle_yaml::write(&v).and_then(|t| pintle_yaml::read(&t));
        drop(written);
        let _ = pintle_yaml::write_pretty(&v);
    }
    let _ = pintle_yaml::read_strict(bytes);
    let _ = pintle_yaml::to_json(bytes);
    let _ = pintle_yaml::read_stream(bytes);
    if let Ok(Some(tree)) = pintle_yaml::Tree::read(bytes) {
        // what is written must at least be YAML that the reader can be asked about
        let _ = pintle_yaml::Tree::read(&tree.write());
    }
}

fn set(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = strvals::parse(&text);
    let _ = strvals::parse_string(&text);
    let _ = strvals::parse_json(&text);
    let _ = strvals::parse_literal(&text);
    let _ = strvals::parse_file(&text, &|name| Ok(Value::str(name)));
}

fn chart_archive(bytes: &[u8]) {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed = std::io::Write::write_all(&mut gz, bytes).and_then(|()| gz.finish());
    for data in [bytes.to_vec(), packed.unwrap_or_default()] {
        let _ = archive::read(&data);
        let _ = load::load_archive(&data, &Discard);
    }
}

fn chart(bytes: &[u8]) {
    let _ = Metadata::from_yaml_strict(bytes);
    if let Ok(mut m) = Metadata::from_yaml(bytes) {
        let _ = m.validate();
        let _ = m.to_chartfile();
        let _ = pintle_go::semver::Version::new(m.version.as_str());
        for d in m.dependencies.iter().flatten() {
            let _ = pintle_go::semver::Constraint::new(d.version.as_str());
        }
    }
}

fn index(bytes: &[u8]) {
    let _ = pintle_registry::IndexFile::parse(bytes, "index.yaml", &Discard);
}

/// The bytes as a provenance file beside a good keyring, and as a keyring beside a good provenance file.
fn provenance(bytes: &[u8]) {
    use pintle_provenance::{Keyring, verify};
    let rings = [bytes, include_bytes!("../../provenance/testdata/public.gpg")];
    for ring in rings.iter().flat_map(|r| Keyring::parse(r)) {
        for message in [bytes, include_bytes!("../../provenance/testdata/app.prov")] {
            let _ = verify(&ring, b"archive", message, "app-1.0.0.tgz");
        }
        let _ = ring.find("test").map(|k| k.names().count());
    }
}

fn plugin(bytes: &[u8]) {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    let packed = tar.append_data(&mut header, "a/plugin.yaml", bytes).and_then(|()| tar.into_inner()?.finish());
    let archived = packed.map(|data| pintle_plugin::metadata_of(&data));
    if let Ok(m) = pintle_plugin::read(bytes) {
        assert!(!m.archive_name().contains('/'), "{m:?}");
        let _ = m.signed_yaml();
        assert!(matches!(archived, Ok(Ok(a)) if a == m), "the same in an archive: {m:?}");
    }
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    if let Ok(data) = std::io::Write::write_all(&mut gz, bytes).and_then(|()| gz.finish()) {
        let _ = pintle_plugin::metadata_of(&data);
    }
    let _ = pintle_plugin::metadata_of(bytes);
}

fn release(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = pintle_release::decode(&text);
    if let Ok(r) = serde_json::from_slice::<pintle_release::Release>(bytes) {
        let _ = pintle_chart::record::chart_from_json(&r.chart);
        let _ = pintle_release::encode(&r);
    }
}
