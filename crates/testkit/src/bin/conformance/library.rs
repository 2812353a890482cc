//! Suites that call the library crates.

use std::rc::Rc;

use pintle_go::{GoStr, Map, Value};
use pintle_template::{FuncMap, MissingKey, TemplateSet};

use crate::case::{Case, same};

type Verdict = Result<(), String>;

pub fn judge(suite: &str, case: &Case) -> Verdict {
    match suite {
        "gotemplate" => template(case, FuncMap::new()),
        "sprig" => sprig(case),
        "numbers" => numbers(case),
        "strvals" => strvals(case),
        "yaml" => yaml(case),
        "helmfuncs" => helmfuncs(case),
        other => Err(format!("unknown suite {other}")),
    }
}

fn functions() -> FuncMap {
    FuncMap::with_base(pintle_sprig::lookup)
}

fn sprig(case: &Case) -> Verdict {
    let text = |v: &Value| v.as_str().cloned().unwrap_or_default();
    let extra: Vec<(String, Vec<u8>)> = case
        .list("extra")
        .iter()
        .filter_map(|e| {
            e.as_list().map(|p| {
                (p.first().map(text).unwrap_or_default().to_string(), p.get(1).map(text).unwrap_or_default().to_vec())
            })
        })
        .collect();
    let options = pintle_render::RenderOptions {
        strict: missing_key(case) == MissingKey::Error,
        ..pintle_render::RenderOptions::default()
    };
    let name = case.text("name").unwrap_or_else(|| "t".to_owned());
    let mut out = Vec::new();
    let template = case.bytes("template").unwrap_or_default();
    let result = pintle_render::render_text(&name, &template, &extra, &case.data(), &options, &mut out);
    answer(case, result, &out)
}

fn missing_key(case: &Case) -> MissingKey {
    match case.text("missingkey").as_deref() {
        Some("error") => MissingKey::Error,
        Some("default") => MissingKey::Default,
        _ => MissingKey::Zero,
    }
}

fn template(case: &Case, functions: FuncMap) -> Verdict {
    let name = case.text("name").unwrap_or_else(|| "t".to_owned());
    let text = case.bytes("template").unwrap_or_default();
    let mut set = TemplateSet::new(Rc::new(functions), missing_key(case));
    let mut out = Vec::new();
    let result = (|| {
        for extra in case.list("extra") {
            let Value::List(pair) = extra else { continue };
            let part = |i: usize| pair.get(i).and_then(Value::as_str).cloned().unwrap_or_default();
            set.parse(&part(0).to_string(), part(1).as_bytes()).map_err(|e| GoStr::from(e.to_string()))?;
        }
        let t = set.parse_anonymous(&name, text).map_err(|e| GoStr::from(e.to_string()))?;
        set.execute_template(&t, &case.data(), &mut out).map_err(|e| e.text)
    })();
    answer(case, result, &out)
}

/// Compares a result with `expect`, `property`, or `error` and `partial`.
fn answer(case: &Case, result: Result<(), GoStr>, out: &[u8]) -> Verdict {
    if let Some(want) = case.bytes("expect") {
        return match result {
            Ok(()) => same("output", &want, out),
            Err(e) => Err(format!("  want {:?}\n  error {e:?}", String::from_utf8_lossy(&want))),
        };
    }
    if let Some(property) = case.text("property") {
        return match result {
            Ok(()) => holds(&property, out),
            Err(e) => Err(format!("  error {e}")),
        };
    }
    if let Some(want) = case.bytes("error") {
        return match result {
            Ok(()) => Err(format!(
                "  want error {:?}\n  got {:?}",
                String::from_utf8_lossy(&want),
                String::from_utf8_lossy(out)
            )),
            Err(e) => {
                same("error", &want, &e)?;
                same("partial output", &case.bytes("partial").unwrap_or_default(), out)
            }
        };
    }
    match (case.value("panic"), result) {
        (Some(_), Err(_)) => Ok(()),
        (Some(p), Ok(())) => Err(format!("  want a failure: {p:?}")),
        (None, _) => Err("  a case without an answer".to_owned()),
    }
}

fn holds(property: &str, out: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(out);
    let fail = || Err(format!("  {property} does not hold for {text:?}"));
    if let Some(re) = property.strip_prefix("regex:") {
        let re = pintle_go::regexp::Regexp::compile(re.as_bytes()).map_err(|e| format!("{e}"))?;
        return if re.is_match(out) { Ok(()) } else { fail() };
    }
    if let Some(pem) = property.strip_prefix("pem:") {
        let kind = pem.split(';').next().unwrap_or(pem);
        return if text.contains(&format!("-----BEGIN {kind}-----")) { Ok(()) } else { fail() };
    }
    fail()
}

fn numbers(case: &Case) -> Verdict {
    let text = case.text("text").unwrap_or_default();
    let source = case.text("source").unwrap_or_default();
    let set =
        |f: fn(&str) -> Result<Map, pintle_chart::strvals::Error>| f(&format!("v={text}")).map_err(|e| e.to_string());
    let values = match source.as_str() {
        "yaml" => pintle_chart::load::load_values(format!("v: {text}\n").as_bytes()).map_err(|e| e.to_string()),
        "set" => set(pintle_chart::strvals::parse),
        "set-string" => set(pintle_chart::strvals::parse_string),
        "set-json" => set(pintle_chart::strvals::parse_json),
        "set-literal" => set(pintle_chart::strvals::parse_literal),
        _ => Ok(Map::from_pairs(vec![("v".into(), Value::str(text.as_str()))])),
    };
    let values = match (values, case.text("source_error")) {
        (Err(_), Some(_)) => return Ok(()),
        (Ok(_), Some(e)) => return Err(format!("  want the source to fail: {e}")),
        (Err(e), None) => return Err(format!("  the source failed: {e}")),
        (Ok(v), None) => v,
    };
    let mut set = TemplateSet::new(Rc::new(functions()), MissingKey::Zero);
    let mut out = Vec::new();
    let result = set
        .parse("t", case.bytes("template").unwrap_or_default())
        .map_err(|e| GoStr::from(e.to_string()))
        .and_then(|()| set.execute("t", &Value::Map(values), &mut out).map_err(|e| e.text));
    answer(case, result, &out)
}

fn strvals(case: &Case) -> Verdict {
    use pintle_chart::strvals;
    let expr = case.text("expr").unwrap_or_default();
    let base = match case.value("base") {
        Some(Value::Map(m)) => m,
        _ => Map::new(),
    };
    let read = |name: &str| -> Result<Value, String> {
        Ok(Value::str(match name {
            "f.txt" => b"file body\n".to_vec(),
            "empty" => Vec::new(),
            "multi" => b"l1\nl2".to_vec(),
            "num" => b"42".to_vec(),
            "json" => b"{\"a\": [1, 2]}".to_vec(),
            "dir/x" => b"nested".to_vec(),
            other => return Err(format!("open {other}: no such file or directory")),
        }))
    };
    let result = match case.text("fn").as_deref() {
        Some("set") => strvals::parse_into(&expr, &base),
        Some("set-string") => strvals::parse_string_into(&expr, &base),
        Some("set-json") => strvals::parse_json_into(&expr, &base),
        Some("set-literal") => strvals::parse_literal_into(&expr, &base),
        Some("set-file") => strvals::parse_file_into(&expr, &base, &read),
        other => return Err(format!("  unknown function {other:?}")),
    };
    match (result, case.bytes("error"), case.value("expect")) {
        (Err(e), Some(want), _) => same("error", &want, e.to_string().as_bytes()),
        (Err(e), None, _) => Err(format!("  error {e}")),
        (Ok(()), Some(want), _) => {
            Err(format!("  want error {:?}, got {:?}", String::from_utf8_lossy(&want), Value::Map(base)))
        }
        (Ok(()), None, Some(want)) => {
            same("value", format!("{want:?}").as_bytes(), format!("{:?}", Value::Map(base.clone())).as_bytes())?;
            match case.bytes("yaml") {
                Some(want) => {
                    let got = pintle_yaml::write(&Value::Map(base)).map_err(|e| e.to_string())?;
                    same("yaml", want.trim_ascii_end(), got.trim_ascii_end())
                }
                None => Ok(()),
            }
        }
        (Ok(()), None, None) => Err("  a case without an answer".to_owned()),
    }
}

fn yaml(case: &Case) -> Verdict {
    if let Some(text) = case.bytes("yaml") {
        return read_yaml(case, &text);
    }
    let value = case.value("value").unwrap_or_default();
    match (pintle_yaml::write(&value), case.bytes("expect")) {
        (Ok(got), Some(want)) => same("Marshal", &want, &got)?,
        (Err(e), Some(want)) => return Err(format!("  want {:?}\n  error {e}", String::from_utf8_lossy(&want))),
        (Ok(got), None) => return Err(format!("  want an error, got {:?}", String::from_utf8_lossy(&got))),
        (Err(_), None) => {}
    }
    match (pintle_yaml::write_pretty(&value), case.bytes("pretty")) {
        (Ok(got), Some(want)) => same("pretty", &want, &got),
        (Err(e), Some(_)) => Err(format!("  pretty: error {e}")),
        (_, None) => Ok(()),
    }
}

fn read_yaml(case: &Case, text: &[u8]) -> Verdict {
    if case.value("struct").is_some() {
        return Ok(());
    }
    match (pintle_yaml::to_json(text), case.bytes("expect"), case.bytes("error")) {
        (Ok(got), Some(want), _) => same("YAMLToJSON", &want, &got)?,
        (Err(e), Some(want), _) => return Err(format!("  want {:?}\n  error {e}", String::from_utf8_lossy(&want))),
        (Err(e), None, Some(want)) => return same("error", &want, e.to_string().as_bytes()),
        (Ok(got), None, Some(want)) => {
            return Err(format!(
                "  want error {:?}, got {:?}",
                String::from_utf8_lossy(&want),
                String::from_utf8_lossy(&got)
            ));
        }
        (_, None, None) => {}
    }
    if let Some(want) = case.bytes("reyaml") {
        let value = pintle_yaml::read(text).map_err(|e| format!("  read: {e}"))?;
        let got = pintle_yaml::write(&value).map_err(|e| format!("  write: {e}"))?;
        same("reyaml", &want, &got)?;
    }
    Ok(())
}

fn helmfuncs(case: &Case) -> Verdict {
    let result = render_chart(case);
    match (result, case.value("expect"), case.text("error")) {
        (Ok(files), Some(Value::Map(want)), _) => {
            for (path, text) in want.entries() {
                let got = files.get(&path.to_string()).ok_or_else(|| format!("  {path} is missing"))?;
                same(&path.to_string(), text.as_str().map_or(&[], |s| s), got)?;
            }
            if files.len() == want.len() { Ok(()) } else { Err(format!("  too many files: {:?}", files.keys())) }
        }
        (Ok(_), _, Some(want)) => Err(format!("  want error {want:?}")),
        (Err(got), _, Some(want)) => same("error", want.as_bytes(), got.as_bytes()),
        (Err(e), ..) => Err(format!("  error {e}")),
        (Ok(_), ..) => Err("  a case without an answer".to_owned()),
    }
}

fn render_chart(case: &Case) -> Result<pintle_render::RenderedFiles, String> {
    use pintle_chart::capabilities::{BuildInfo, Capabilities};
    use pintle_chart::render_values::{ReleaseOptions, to_render_values};
    use pintle_chart::{File, Timestamp, deps, load, log};

    let files = case
        .files("files")
        .into_iter()
        .map(|(name, data)| File { name: name.into(), data: data.into(), mod_time: Timestamp::default() })
        .collect();
    let mut chart = load::load_files(files, &log::Discard).map_err(|e| format!("load: {e}"))?;
    let values = match case.value("values") {
        Some(Value::Map(m)) => m,
        _ => Map::new(),
    };
    deps::process_dependencies(&mut chart, &values, &log::Discard).map_err(|e| format!("dependencies: {e}"))?;
    let release = ReleaseOptions {
        name: "rel".to_owned(),
        namespace: "ns".to_owned(),
        revision: 1,
        is_install: true,
        is_upgrade: false,
    };
    // the answers were recorded with a Helm built by hand
    let caps = Capabilities { helm_version: BuildInfo::untagged(), ..Capabilities::default() };
    let top = to_render_values(&chart, &values, &release, &caps, false, &log::Discard, None)
        .map_err(|e| format!("values: {e}"))?;
    let options = pintle_render::RenderOptions {
        strict: case.flag("strict"),
        lint: case.flag("lint"),
        ..pintle_render::RenderOptions::default()
    };
    pintle_render::render(&chart, &top, &options).map_err(|e| e.to_string())
}
