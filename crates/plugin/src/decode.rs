//! Reading typed records from YAML as go-yaml v3 does: its checks and texts, which name the line and the Go type.

use pintle_go::Value;
use pintle_go::strconv::quote;
use pintle_yaml::{NodeKind, NodeRef, Source, Style};

/// One pass over a document; collects what does not fit, as go-yaml goes on after a mismatch.
#[derive(Default)]
pub(crate) struct Decoder {
    errors: Vec<String>,
}

/// Decodes the first document of a text with `f`, which sees its root.
///
/// # Errors
/// What go-yaml's decoder says: `EOF` for an empty text, syntax errors, or all mismatches.
pub(crate) fn decode<T>(text: &[u8], f: impl FnOnce(&mut Decoder, NodeRef<'_, '_>) -> T) -> Result<T, String> {
    let source = Source::new(text);
    let Some(doc) = source.documents().next() else { return Err("EOF".to_owned()) };
    let doc = doc.map_err(|e| e.to_string())?;
    let mut decoder = Decoder::default();
    let value = f(&mut decoder, doc.root());
    if decoder.errors.is_empty() {
        Ok(value)
    } else {
        Err(format!("yaml: unmarshal errors:\n  {}", decoder.errors.join("\n  ")))
    }
}

fn plain(n: NodeRef<'_, '_>) -> bool {
    n.kind() == NodeKind::Scalar(Style::Plain)
}

fn is_null(n: NodeRef<'_, '_>) -> bool {
    plain(n) && matches!(n.text(), b"" | b"~" | b"null" | b"Null" | b"NULL")
}

fn lossy(n: NodeRef<'_, '_>) -> String {
    String::from_utf8_lossy(n.text()).into_owned()
}

impl Decoder {
    fn mismatch(&mut self, n: NodeRef<'_, '_>, wanted: &str) {
        let text = lossy(n);
        let shown = match text.chars().count() {
            0..=10 => format!(" `{text}`"),
            _ => format!(" `{}...`", text.chars().take(7).collect::<String>()),
        };
        let what = match n.kind() {
            NodeKind::Sequence => "!!seq".to_owned(),
            NodeKind::Mapping => "!!map".to_owned(),
            NodeKind::Scalar(Style::Plain) => match pintle_yaml::read_typed(n.text()) {
                Ok(Value::Bool(_)) => format!("!!bool{shown}"),
                Ok(Value::Int(_) | Value::Int64(_) | Value::Num(_)) => format!("!!int{shown}"),
                Ok(Value::Float(_)) => format!("!!float{shown}"),
                Ok(Value::Nil) => format!("!!null{shown}"),
                _ => format!("!!str{shown}"),
            },
            _ => format!("!!str{shown}"),
        };
        self.errors.push(format!("line {}: cannot unmarshal {what} into {wanted}", n.place().line));
    }

    /// A `string`: any scalar's text.
    pub(crate) fn text(&mut self, n: NodeRef<'_, '_>) -> String {
        let n = n.target();
        match n.kind() {
            NodeKind::Scalar(_) if is_null(n) => String::new(),
            NodeKind::Scalar(_) => lossy(n),
            _ => {
                self.mismatch(n, "string");
                String::new()
            }
        }
    }

    /// A `bool`, in YAML 1.1's words, too.
    pub(crate) fn boolean(&mut self, n: NodeRef<'_, '_>) -> bool {
        let n = n.target();
        let word = if plain(n) { n.text() } else { b"-" };
        match word {
            b"true" | b"True" | b"TRUE" | b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"on" | b"On" | b"ON" => true,
            b"false" | b"False" | b"FALSE" | b"n" | b"N" | b"no" | b"No" | b"NO" | b"off" | b"Off" | b"OFF" => false,
            b"" | b"~" | b"null" | b"Null" | b"NULL" => false,
            _ => {
                self.mismatch(n, "bool");
                false
            }
        }
    }

    /// A slice; `ty` is its Go type.
    pub(crate) fn list<T>(
        &mut self,
        n: NodeRef<'_, '_>,
        ty: &str,
        mut item: impl FnMut(&mut Self, NodeRef<'_, '_>) -> T,
    ) -> Vec<T> {
        let n = n.target();
        match n.kind() {
            NodeKind::Sequence => n.children().map(|c| item(self, c)).collect(),
            _ if is_null(n) => Vec::new(),
            _ => {
                self.mismatch(n, ty);
                Vec::new()
            }
        }
    }

    /// `[]string`
    pub(crate) fn texts(&mut self, n: NodeRef<'_, '_>) -> Vec<String> {
        self.list(n, "[]string", Self::text)
    }

    /// A map or struct: `entry` sees every key and value. `false` from it means that the struct has no such field,
    /// which is an error where `strict` says so.
    pub(crate) fn entries(
        &mut self,
        n: NodeRef<'_, '_>,
        ty: &str,
        strict: bool,
        mut entry: impl FnMut(&mut Self, &str, NodeRef<'_, '_>) -> bool,
    ) {
        let n = n.target();
        if n.kind() != NodeKind::Mapping {
            if !is_null(n) {
                self.mismatch(n, ty);
            }
            return;
        }
        if !self.unique(n) {
            return;
        }
        for (k, v) in n.entries() {
            let key = self.text(k);
            if !entry(self, &key, v) && strict {
                self.errors.push(format!("line {}: field {key} not found in type {ty}", k.place().line));
            }
        }
    }

    /// `map[string]any`: only looked at for keys that stand twice.
    pub(crate) fn anything(&mut self, n: NodeRef<'_, '_>) {
        match n.kind() {
            NodeKind::Mapping if self.unique(n) => n.entries().for_each(|(_, v)| self.anything(v)),
            NodeKind::Sequence => n.children().for_each(|c| self.anything(c)),
            _ => {}
        }
    }

    /// Tells of keys that stand twice in a mapping.
    fn unique(&mut self, n: NodeRef<'_, '_>) -> bool {
        let keys: Vec<_> = n.entries().map(|(k, _)| k).collect();
        let before = self.errors.len();
        for (i, first) in keys.iter().enumerate() {
            for again in keys.iter().skip(i + 1).filter(|k| k.text() == first.text()) {
                self.errors.push(format!(
                    "line {}: mapping key {} already defined at line {}",
                    again.place().line,
                    quote(again.text()),
                    first.place().line
                ));
            }
        }
        self.errors.len() == before
    }
}
