//! A file's documents as Kubernetes' decoder reads them one after another (`k8s.io/apimachinery/pkg/util/yaml`).

use pintle_go::{Map, Value};

use crate::decode::{Decode, is_field};

/// What lint looks at in an object.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub api_version: String,
    pub kind: String,
    pub name: String,
}

/// The documents of a stream: each the object's head, nothing for an empty document, or why it cannot be read.
pub(super) fn heads(text: &[u8]) -> impl Iterator<Item = Result<Option<Head>, String>> + '_ {
    Documents { rest: text, done: false }.map(|doc| doc.and_then(|d| head(&d)))
}

fn head(doc: &[u8]) -> Result<Option<Head>, String> {
    let mut h = Head::default();
    let object = Decode::document(doc, "rules.k8sYamlStruct", |m, d| fill(&mut h, m, d))?;
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
    fn separators_split_and_may_carry_comments() {
        let text = b"a: 1\n--- # x\nb: 2\n---\n";
        let docs: Vec<_> = Documents { rest: text, done: false }.map(Result::unwrap).collect();
        assert_eq!(docs, [b"a: 1\n", b"b: 2\n"]);
        let bad: Vec<_> = Documents { rest: b"--- x\na: 1\n", done: false }.collect();
        assert_eq!(bad, [Err("invalid Yaml document separator: x".to_owned())]);
    }
}
