//! A file's documents as Kubernetes' decoder reads them one after another (`k8s.io/apimachinery/pkg/util/yaml`).

use pintle_go::json::{self, JsonError, PrefixError};
use pintle_go::{Map, Value, utf8};

use crate::decode::{Decode, is_field};
use crate::manifest::trim_start;

/// What lint looks at in an object.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub api_version: String,
    pub kind: String,
    pub name: String,
}

const STRUCT: &str = "rules.k8sYamlStruct";

/// The documents of a stream: each the object's head, nothing for an empty document, or why it cannot be read.
///
/// A stream that begins with a brace is read as JSON texts in a row, until one is none: from there on it is YAML
/// (`YAMLOrJSONDecoder`).
pub(super) fn heads(text: &[u8]) -> impl Iterator<Item = Result<Option<Head>, String>> + '_ {
    let look = &text[..text.len().min(LOOK_AHEAD)];
    let json = trim_start(look).starts_with(b"{").then_some(JsonStream { text, at: 0, count: 0 });
    Heads { json, yaml: Documents { rest: text, done: false } }
}

/// How far the decoder looks for the first brace.
const LOOK_AHEAD: usize = 4096;

struct Heads<'a> {
    json: Option<JsonStream<'a>>,
    yaml: Documents<'a>,
}

impl Iterator for Heads<'_> {
    type Item = Result<Option<Head>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(json) = &mut self.json else {
            return self.yaml.next().map(|doc| doc.and_then(|d| head(&d)));
        };
        let fault = match json.next()? {
            Ok(head) => return Some(Ok(head)),
            Err(fault) => fault,
        };
        // more than one JSON text: surely no YAML
        let (clear, rest) = (json.count > 1, json.rest());
        self.json = None;
        if clear {
            return Some(Err(fault.plain));
        }
        let Some(rest) = rest else { return Some(Err(fault.told)) };
        self.yaml.rest = rest;
        // where neither way leads on, the JSON error is told
        Some(self.yaml.next()?.and_then(|d| head(&d)).map_err(|_| fault.told))
    }
}

/// JSON texts one after another.
struct JsonStream<'a> {
    text: &'a [u8],
    at: usize,
    count: usize,
}

/// What is wrong with a JSON text, without and with its offset.
struct Fault {
    plain: String,
    told: String,
}

impl JsonStream<'_> {
    /// Nothing at the end of the stream.
    fn next(&mut self) -> Option<Result<Option<Head>, Fault>> {
        let (value, read) = match json::decode_prefix(&self.text[self.at..], json::Numbers::Float64) {
            Ok(found) => found,
            Err(e) if e.error.0 == "EOF" => return None,
            Err(PrefixError { error: JsonError(plain), offset }) => {
                let told = offset.map(|o| format!("json: offset {}: {plain}", self.at + o));
                return Some(Err(Fault { told: told.unwrap_or_else(|| plain.clone()), plain }));
            }
        };
        let mut h = Head::default();
        if let Err(e) = Decode::json(&value, STRUCT, |m, d| fill(&mut h, m, d)) {
            return Some(Err(Fault { told: e.clone(), plain: e }));
        }
        self.at += read;
        self.count += 1;
        Some(Ok((!value.is_nil()).then_some(h)))
    }
}

impl<'a> JsonStream<'a> {
    /// What is left for the YAML decoder: blanks to the end of the line are dropped; nothing if fewer than four bytes
    /// are left to look at.
    fn rest(&self) -> Option<&'a [u8]> {
        let mut rest = self.text.get(self.at..)?;
        loop {
            if rest.len() < 4 {
                return None;
            }
            let (_, c) = utf8::chars(rest).next().filter(|(_, c)| *c != char::REPLACEMENT_CHARACTER)?;
            if !c.is_whitespace() {
                return Some(rest);
            }
            rest = &rest[c.len_utf8()..];
            if c == '\n' {
                return Some(rest);
            }
        }
    }
}

fn head(doc: &[u8]) -> Result<Option<Head>, String> {
    let mut h = Head::default();
    let object = Decode::document(doc, STRUCT, |m, d| fill(&mut h, m, d))?;
    Ok((!matches!(object, Value::Nil)).then_some(h))
}

fn fill(h: &mut Head, m: &Map, d: &mut Decode) {
    for (k, v) in m.borrow().iter() {
        if is_field(k, "apiVersion") {
            d.text(v, "k8sYamlStruct.apiVersion", &mut h.api_version);
        } else if is_field(k, "kind") {
            d.text(v, "k8sYamlStruct.Kind", &mut h.kind);
        } else if is_field(k, "metadata") {
            d.object(v, "struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata", |meta, d| {
                let mut namespace = String::new();
                for (k, v) in meta.borrow().iter() {
                    if is_field(k, "name") {
                        d.text(v, "k8sYamlStruct.Metadata.Name", &mut h.name);
                    } else if is_field(k, "namespace") {
                        d.text(v, "k8sYamlStruct.Metadata.Namespace", &mut namespace);
                    }
                }
            });
        }
    }
}

/// Splits at lines that begin with `---`; only a comment may follow on such a line.
struct Documents<'a> {
    rest: &'a [u8],
    done: bool,
}

impl Iterator for Documents<'_> {
    type Item = Result<Vec<u8>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut doc = Vec::new();
        while !self.done {
            if self.rest.is_empty() {
                self.done = true;
                break;
            }
            let (line, rest) = match self.rest.iter().position(|b| *b == b'\n') {
                Some(i) => (&self.rest[..i], &self.rest[i + 1..]),
                None => (self.rest, &[][..]),
            };
            self.rest = rest;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(after) = line.strip_prefix(b"---") {
                let after = String::from_utf8_lossy(after);
                let after = after.trim();
                if !after.is_empty() && !after.starts_with('#') {
                    self.done = true;
                    return Some(Err(format!("invalid Yaml document separator: {after}")));
                }
                if !doc.is_empty() {
                    return Some(Ok(doc));
                }
            }
            doc.extend_from_slice(line);
            doc.push(b'\n');
        }
        (!doc.is_empty()).then_some(Ok(doc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_begins_json_until_it_is_none() {
        let told = |text: &str| heads(text.as_bytes()).map(|h| h.map(|h| h.unwrap().kind)).collect::<Vec<_>>();
        let ok = |kinds: &[&str]| kinds.iter().map(|k| Ok((*k).to_owned())).collect::<Vec<_>>();
        assert_eq!(told("{\"kind\": \"A\"}\n---\nkind: B\n"), ok(&["A", "B"]));
        assert_eq!(told("{kind: A}\n---\nkind: B\n"), ok(&["A", "B"]));
        let bad = "json: offset 3: invalid character '{' looking for beginning of object key string";
        assert_eq!(told("{ {x} }\n"), [Err(bad.to_owned())]);
    }

    #[test]
    fn separators_split_and_may_carry_comments() {
        let text = b"a: 1\n--- # x\nb: 2\n---\n";
        let docs: Vec<_> = Documents { rest: text, done: false }.map(Result::unwrap).collect();
        assert_eq!(docs, [b"a: 1\n", b"b: 2\n"]);
        let bad: Vec<_> = Documents { rest: b"--- x\na: 1\n", done: false }.collect();
        assert_eq!(bad, [Err("invalid Yaml document separator: x".to_owned())]);
    }
}
