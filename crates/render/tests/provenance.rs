//! Where rendered text comes from, over a whole chart: subcharts, `include`, `tpl`, what Helm cuts out afterwards.

use std::rc::Rc;

use pintle_chart::layers::Layers;
use pintle_chart::log::Discard;
use pintle_chart::render_values::{ReleaseOptions, to_render_values};
use pintle_chart::values::{LocalSource, Options};
use pintle_chart::{Capabilities, Chart, load};
use pintle_render::{Recorder, RenderOptions, render};

fn file(name: &str, text: &str) -> pintle_chart::File {
    pintle_chart::File::new(name, text.as_bytes())
}

fn chart() -> Chart {
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: root\nversion: 0.1.0\n"),
        ("values.yaml", "text: '{{ .Values.sub.port }}'\nsub:\n  port: 1\n"),
        ("templates/_h.tpl", "{{ define \"h\" }}h: {{ .Values.sub.port }}\n{{- end }}"),
        (
            "templates/a.yaml",
            "a: {{ .Values.none }}{{ .Values.text }}\nb: {{ tpl .Values.text . }}\n{{ include \"h\" . | indent 2 }}\n",
        ),
        ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
        ("charts/sub/values.yaml", "port: 80\nname: s\n"),
        ("charts/sub/templates/s.yaml", "{{ with .Values }}p: {{ .port }}\nn: {{ .name }}{{ end }}\n"),
    ];
    load::load_files(files.map(|(name, text)| file(name, text)).to_vec(), &Discard).expect("a chart")
}

#[test]
fn every_line_has_its_place_and_its_values() {
    let chart = chart();
    let flags = Options { values: vec!["sub.name=x".into()], ..Options::default() };
    let user = flags.merge(&LocalSource).expect("values");
    let (release, caps) = (ReleaseOptions::default(), Capabilities::default());
    let top = to_render_values(&chart, &user, &release, &caps, false, &Discard, None).expect("values");
    let recorder = Rc::new(Recorder::new());
    let options = RenderOptions { recorder: Some(recorder.clone()), ..RenderOptions::default() };
    let files = render(&chart, &top, &options).expect("it renders");
    let layers = Layers::new(&chart, &flags, &LocalSource);

    let told = |file: &str| -> Vec<String> {
        let mut at = 0;
        let lines = files[file].split_inclusive(|b| *b == b'\n').map(|line| {
            let range = at..at + line.len();
            at += line.len();
            let origins = recorder.origins(file, range);
            let filled = origins.iter().find(|o| !o.verbatim).or(origins.first()).expect("a place");
            let mut text =
                format!("{} {}:{}", String::from_utf8_lossy(line).trim(), filled.place.file, filled.place.line);
            filled.chain.iter().for_each(|c| text += &format!(" < {}:{}", c.place.file, c.place.line));
            for path in origins.iter().flat_map(|o| &o.reads) {
                text += &format!(", {path}");
                layers.of(path).iter().for_each(|by| text += &format!(" by {by}"));
            }
            text
        });
        lines.collect()
    };
    assert_eq!(
        told("root/templates/a.yaml"),
        [
            // <no value> is cut out, and what is behind it still has its place
            "a: {{ .Values.sub.port }} root/templates/a.yaml:1, .Values.text by root/values.yaml:1",
            "b: 1 gotpl:1 < root/templates/a.yaml:2, .Values.sub.port by root/values.yaml:3",
            "h: 1 root/templates/_h.tpl:1 < root/templates/a.yaml:3, .Values.sub.port by root/values.yaml:3",
        ]
    );
    assert_eq!(
        told("root/charts/sub/templates/s.yaml"),
        [
            "p: 1 root/charts/sub/templates/s.yaml:1, .Values.sub.port by root/values.yaml:3",
            "n: x root/charts/sub/templates/s.yaml:2, .Values.sub.name by --set sub.name=x",
        ]
    );
    let read: Vec<String> = recorder.reads().iter().map(ToString::to_string).collect();
    assert_eq!(read, [".Values.none", ".Values.sub.name", ".Values.sub.port", ".Values.text"]);

    // asking changes nothing
    let plain = render(&chart, &top, &RenderOptions::default()).expect("it renders");
    assert_eq!(plain, files);
}
