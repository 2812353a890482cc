//! YAML as Helm reads and writes it: go-yaml v2 through `sigs.k8s.io/yaml`, and v3 for `toYamlPretty`.
//!
//! Bytes and error texts are go-yaml's, since charts and tools depend on both: YAML 1.1 booleans (also as keys),
//! octal numbers, folding at 80 columns, libyaml's wording and go-yaml's way to count lines. Reading makes values at
//! once from borrowed text ([`read`]); whoever needs to know where a value stands in a file walks the same tree with
//! its marks ([`Source`]).
//!
//! Nesting ends at 10000 levels, as in Go, with an error. The document's own limits are go-yaml's: how far an
//! alias may blow it up, how long a simple key is.
//!
//! Layers, from the bytes on: `reader` → `scanner` → `parser` → `node` → `convert`; and `write` → `emit`.

mod analyze;
mod chars;
mod convert;
mod emit;
mod error;
mod node;
mod order;
mod outline;
mod parser;
mod reader;
mod resolve;
mod scan_directive;
mod scan_scalar;
mod scanner;
mod skim;
mod timestamp;
mod token;
mod tree;
mod typed;
mod write;

use pintle_go::{Map, Type, Value, json};

use convert::{Numbers, outline_of, typed_value_of, value_of};
pub use error::{Error, Place};
pub use node::{Document, Documents, NodeKind, NodeRef, Source};
pub use token::{Mark, Style};
pub use tree::{Item, Tree};

/// `yaml.Unmarshal` of sigs.k8s.io/yaml into `interface{}`: every number becomes `float64`.
///
/// Only the first document is read, as there. The error's text is `YAMLToJSON`'s; [`Error::unmarshal_text`] has the
/// prefix that `Unmarshal` puts before it.
///
/// ```
/// let v = pintle_yaml::read(b"on: [0755, 1_000]").unwrap();
/// assert_eq!(pintle_yaml::write(&v).unwrap(), b"\"true\":\n- 493\n- 1000\n");
/// ```
pub fn read(text: &[u8]) -> Result<Value, Error> {
    first(text, |doc| value_of(doc, Numbers::Floats))
}

/// As [`read`], with integers kept as `int64` (`uint64` where they are too large): what `YAMLToJSON` prints.
pub fn read_typed(text: &[u8]) -> Result<Value, Error> {
    first(text, |doc| value_of(doc, Numbers::Kept))
}

/// As [`read_typed`], but of the top mapping's lists and mappings only what stands under the key `within` (in any case)
/// is made; others come out empty. Refuses what [`read_typed`] refuses.
///
/// ```
/// let v = pintle_yaml::read_outline(b"metadata: {name: a}\nspec: {a: [1]}\n", "metadata").unwrap();
/// assert_eq!(pintle_yaml::write(&v).unwrap(), b"metadata:\n  name: a\nspec: {}\n");
/// ```
pub fn read_outline(text: &[u8], within: &str) -> Result<Value, Error> {
    // what is wrong in the head gets its line from the whole text
    match skim::skim(text, within).and_then(|head| read_outline_of_all(&head, within).ok()) {
        Some(v) => Ok(v),
        None => read_outline_of_all(text, within),
    }
}

fn read_outline_of_all(text: &[u8], within: &str) -> Result<Value, Error> {
    first(text, |doc| outline_of(doc, within, Numbers::Kept))
}

/// `yaml.UnmarshalStrict` into `interface{}`: as [`read`], but a key set twice is an error.
pub fn read_strict(text: &[u8]) -> Result<Value, Error> {
    first(text, |doc| typed_value_of(doc, Numbers::Floats, true))
}

/// As [`read_typed`], but a key set twice is an error: the YAML half of `yaml.UnmarshalStrict` into a struct.
pub fn read_typed_strict(text: &[u8]) -> Result<Value, Error> {
    first(text, |doc| typed_value_of(doc, Numbers::Kept, true))
}

/// `yaml.Unmarshal` into a `map[string]interface{}`: null gives a nil map, anything else but a mapping an error.
pub fn read_map(text: &[u8]) -> Result<Map, Error> {
    match read(text)? {
        Value::Map(m) => Ok(m),
        Value::Nil => Ok(Map::nil(Type::MAP)),
        v => {
            let e = json::cannot_unmarshal(&v, Type::MAP);
            Err(Error::decode(format!("error unmarshaling JSON: while decoding JSON: {e}")))
        }
    }
}

/// Every document of a stream (`---` between them), each as [`read`] reads it; it ends after an error.
pub fn read_stream(text: &[u8]) -> Vec<Result<Value, Error>> {
    Source::new(text).documents().map(|doc| value_of(&doc?, Numbers::Floats)).collect()
}

fn first(text: &[u8], value: impl FnOnce(&Document<'_>) -> Result<Value, Error>) -> Result<Value, Error> {
    match Source::new(text).documents().next() {
        Some(doc) => value(&doc?),
        None => Ok(Value::Nil),
    }
}

impl Document<'_> {
    /// The document's value, as [`read`] gives it.
    pub fn value(&self) -> Result<Value, Error> {
        value_of(self, Numbers::Floats)
    }
    /// The document's value, as [`read_typed`] gives it.
    pub fn typed_value(&self) -> Result<Value, Error> {
        value_of(self, Numbers::Kept)
    }
}

/// `YAMLToJSON`: the JSON text, keys sorted.
pub fn to_json(text: &[u8]) -> Result<Vec<u8>, Error> {
    json::encode(&first(text, |doc| value_of(doc, Numbers::Json))?, true).map_err(|e| Error::convert(e.0))
}

/// `YAMLToJSONStrict`: as [`to_json`], but a key set twice is an error.
pub fn to_json_strict(text: &[u8]) -> Result<Vec<u8>, Error> {
    let v = first(text, |doc| typed_value_of(doc, Numbers::Json, true))?;
    json::encode(&v, true).map_err(|e| Error::convert(e.0))
}

/// `yaml.Marshal` of sigs.k8s.io/yaml (go-yaml v2 writer, folded at 80 columns): `toYaml` before its newline is trimmed.
///
/// Errors are those of `Marshal`: what JSON cannot hold (`error marshaling into JSON: …`), and what YAML's reader
/// refuses of the JSON text (`yaml: control characters are not allowed`).
pub fn write(v: &Value) -> Result<Vec<u8>, Error> {
    write::write_v2(v)
}

/// The go-yaml v3 encoder with indent 2: `toYamlPretty` before its newline is trimmed.
pub fn write_pretty(v: &Value) -> Result<Vec<u8>, Error> {
    write::write_v3(v)
}
