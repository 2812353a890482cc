//! What the user gives on the command line: `-f` files and the `--set` family, merged in Helm's order.

use std::io::Read;

use pintle_go::{Map, Type, Value};

use crate::{gostd, load, strvals};

/// A file, JSON text or expression that could not be used; `Display` is Helm's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValuesError(pub String);

/// Reads what `-f` and `--set-file` name: a path, `-` or an address.
pub trait Source {
    /// Gives the bytes.
    ///
    /// # Errors
    /// The text of the failure, as Helm would word it.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// Reads files and standard input; knows no addresses.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalSource;

impl Source for LocalSource {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path.trim() == "-" {
            let mut out = Vec::new();
            return match std::io::stdin().lock().read_to_end(&mut out) {
                Ok(_) => Ok(out),
                Err(e) => Err(gostd::errno_text(&e)),
            };
        }
        read_file(path)
    }
}

/// Reads a file; the error is worded as Go's `os.ReadFile`.
pub fn read_file(path: &str) -> Result<Vec<u8>, String> {
    let file = std::path::Path::new(path);
    if file.is_dir() {
        return Err(format!("read {path}: is a directory"));
    }
    std::fs::read(file).map_err(|e| gostd::path_error("open", file, &e))
}

/// The values flags, each in the order given.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-f`, `--values`
    pub value_files: Vec<String>,
    /// `--set-json`
    pub json_values: Vec<String>,
    /// `--set`
    pub values: Vec<String>,
    /// `--set-string`
    pub string_values: Vec<String>,
    /// `--set-file`
    pub file_values: Vec<String>,
    /// `--set-literal`
    pub literal_values: Vec<String>,
}

impl Options {
    /// Merges all of it: files first, then JSON, `--set`, strings, files and literals, whatever their order was.
    ///
    /// # Errors
    /// The first source or expression that fails.
    pub fn merge(&self, source: &dyn Source) -> Result<Map, ValuesError> {
        let mut base = Map::new();
        for path in &self.value_files {
            let data = source.read(path).map_err(ValuesError)?;
            let map = load::load_values(&data).map_err(|e| ValuesError(format!("failed to parse {path}: {e}")))?;
            base = if base.is_empty() { map } else { merge_maps(&base, &map) };
        }
        for text in &self.json_values {
            let trimmed = text.trim_matches(gostd::is_space);
            if trimmed.starts_with('{') {
                let map = match pintle_go::json::decode(trimmed.as_bytes()) {
                    Ok(Value::Map(m)) => m,
                    _ => return Err(ValuesError(format!("failed parsing --set-json data JSON: {text}"))),
                };
                base = merge_maps(&base, &map);
            } else {
                strvals::parse_json_into(text, &base)
                    .map_err(|_| ValuesError(format!("failed parsing --set-json data {text}")))?;
            }
        }
        let failed = |flag: &str, e: strvals::Error| ValuesError(format!("failed parsing --{flag} data: {e}"));
        for text in &self.values {
            strvals::parse_into(text, &base).map_err(|e| failed("set", e))?;
        }
        for text in &self.string_values {
            strvals::parse_string_into(text, &base).map_err(|e| failed("set-string", e))?;
        }
        for text in &self.file_values {
            let reader = |path: &str| source.read(path).map(Value::str);
            strvals::parse_file_into(text, &base, &reader).map_err(|e| failed("set-file", e))?;
        }
        for text in &self.literal_values {
            strvals::parse_literal_into(text, &base).map_err(|e| failed("set-literal", e))?;
        }
        Ok(base)
    }
}

/// Whether a value is a plain map (`map[string]interface {}`), the only kind that merging looks into.
pub(crate) fn table(v: &Value) -> Option<&Map> {
    match v {
        Value::Map(m) if m.ty() == Type::MAP => Some(m),
        _ => None,
    }
}

/// `b` over `a`, maps merged all the way down; neither is changed, nested maps of one side are shared.
pub fn merge_maps(a: &Map, b: &Map) -> Map {
    let out = Map::from_pairs(a.entries());
    for (key, v) in b.borrow().iter() {
        if let Some(over) = table(v) {
            let under = out.get(key);
            if let Some(under) = under.as_ref().and_then(table) {
                out.set(key.clone(), Value::Map(merge_maps(under, over)));
                continue;
            }
        }
        out.set(key.clone(), v.clone());
    }
    out
}
