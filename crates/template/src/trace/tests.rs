use std::rc::Rc;

use pintle_go::{Func, FuncError, Type};

use super::*;
use crate::{FuncMap, MissingKey, TemplateSet};

/// Renders `t` of the texts with an `include` that indents by two what it is told to, and gives each line of output
/// with where it came from.
fn traced(texts: &[(&str, &str)], values: &Map) -> Vec<String> {
    let recorder = Rc::new(Recorder::new());
    recorder.know(values);
    let held: Rc<RefCell<Option<TemplateSet>>> = Rc::default();
    let mut functions = FuncMap::new();
    let (r, s) = (recorder.clone(), held.clone());
    let include = Func::bound("include", &[Type::String, Type::Any], false, Type::String, move |a| {
        let [Value::Str(name), data] = a else { return Err(FuncError::new("arguments")) };
        let set = s.borrow().clone().ok_or_else(|| FuncError::new("no set"))?;
        let mut out = Vec::new();
        set.execute_for(Some(&r), "t", &name.to_str_lossy(), data, &mut out).map_err(|e| FuncError::new(e.text))?;
        Ok(Value::str(out))
    });
    let indent = Func::plain("indent", &[Type::String], Type::String, |a| {
        let text = a[0].as_str().map(|s| s.to_string()).unwrap_or_default();
        Ok(Value::str(text.lines().map(|l| format!("  {l}\n")).collect::<String>().as_str()))
    });
    functions.insert("include", Rc::new(include));
    functions.insert("indent", Rc::new(indent));
    let mut set = TemplateSet::new(Rc::new(functions), MissingKey::Zero);
    for (name, text) in texts {
        set.parse(name, text.as_bytes()).expect("a template");
    }
    held.replace(Some(set.clone()));
    let data = Value::Map(Map::from_pairs(vec![("Values".into(), Value::Map(values.clone()))]));
    let mut out = Vec::new();
    set.execute_for(Some(&recorder), "t", "t", &data, &mut out).expect("it runs");
    recorder.keep("t", &[]);
    held.replace(None);
    let mut at = 0;
    let lines = out.split_inclusive(|b| *b == b'\n').map(|line| {
        let range = at..at + line.trim_ascii_end().len();
        at += line.len();
        let shown = recorder.origins("t", range).into_iter().map(|o| {
            let mut s = format!("{}:{}:{}", o.place.file, o.place.line, o.place.column);
            o.chain.iter().for_each(|c| s += &format!("<{}:{}", c.place.file, c.place.line));
            o.reads.iter().for_each(|p| s += &format!(" {p}"));
            s
        });
        format!("{} | {}", String::from_utf8_lossy(line).trim_end(), shown.collect::<Vec<_>>().join(", "))
    });
    lines.collect()
}

fn values() -> Map {
    let map = |pairs: &[(&str, Value)]| Map::from_pairs(pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
    let image = map(&[("tag", Value::str("v1")), ("name", Value::str("web"))]);
    let port = Value::Map(map(&[("port", Value::Int(80))]));
    map(&[
        ("image", Value::Map(image)),
        ("ports", Value::list(vec![port.clone(), Value::Int(81)])),
        ("env", Value::Map(map(&[("A", Value::str("1"))]))),
    ])
}

#[test]
fn text_and_values_are_told_apart() {
    let text = "a: 1\nb: {{ .Values.image.tag }}-{{ .Values.none }}\n{{ $i := .Values.image }}c: {{ $i.name }}\n";
    assert_eq!(
        traced(&[("t", text)], &values()),
        [
            "a: 1 | t:1:0",
            "b: v1-<no value> | t:2:0, t:2:6 .Values.image.tag, t:2:26, t:2:30 .Values.none",
            "c: web | t:3:25, t:3:31 .Values.image.name",
        ]
    );
}

#[test]
fn what_is_included_keeps_its_lines_through_pipes() {
    let helper = "{{ define \"h\" }}x: 1\ny: {{ .Values.image.tag }}\n{{ end }}";
    let text = "top:\n{{ include \"h\" . | indent }}end: {{ include \"h\" . | printf \"%q\" }}\n{{ template \"h\" . }}";
    assert_eq!(
        traced(&[("h", helper), ("t", text)], &values()),
        [
            "top: | t:1:0",
            "  x: 1 | h:1:16<t:2",
            "  y: v1 | h:2:0<t:2, h:2:6<t:2 .Values.image.tag",
            "end: \"x: 1\\ny: v1\\n\" | t:2:28, t:2:36 .Values.image.tag",
            "x: 1 | h:1:16<t:3",
            "y: v1 | h:2:0<t:3, h:2:6<t:3 .Values.image.tag",
        ]
    );
}

#[test]
fn dots_and_variables_remember_what_they_were_made_from() {
    let text = "{{ with .Values.image.tag }}a: {{ . }}\n{{ end }}{{ range $k, $v := .Values.env }}{{ $k }}: {{ $v }}\n{{ end }}\
                {{ range .Values.ports }}- {{ . }}\n{{ end }}{{ index .Values \"ports\" 0 \"port\" }}\n";
    assert_eq!(
        traced(&[("t", text)], &values()),
        [
            "a: v1 | t:1:28, t:1:34 .Values.image.tag",
            "A: 1 | t:2:45 .Values.env, t:2:50, t:2:55 .Values.env.A",
            "- map[port:80] | t:3:34, t:3:39 .Values.ports[0]",
            "- 81 | t:3:34, t:3:39 .Values.ports[1]",
            "80 | t:4:12 .Values.ports[0].port",
        ]
    );
}

#[test]
fn what_was_read_is_told_once() {
    let recorder = Recorder::new();
    let v = values();
    recorder.know(&v);
    let mut set = TemplateSet::new(Rc::new(FuncMap::new()), MissingKey::Zero);
    let text =
        "{{ if .Values.image.tag }}{{ .Values.image.tag }}{{ end }}{{ len .Values.ports }}{{ .Values.image.none.x }}";
    set.parse("t", text.as_bytes()).expect("a template");
    let data = Value::Map(Map::from_pairs(vec![("Values".into(), Value::Map(v))]));
    let failed = set.execute_for(Some(&recorder), "t", "t", &data, &mut Vec::new());
    assert!(failed.is_err());
    let shown: Vec<String> = recorder.reads().iter().map(ToString::to_string).collect();
    assert_eq!(shown, [".Values.image.none", ".Values.image.tag", ".Values.ports"]);
    let failed = recorder.failed().expect("a place");
    assert_eq!((failed.place.column, failed.reads[0].to_string()), (84, ".Values.image.none".into()));
}
