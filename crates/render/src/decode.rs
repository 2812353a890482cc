//! Reading a few fields of a document as encoding/json fills a struct after sigs.k8s.io/yaml turned it into JSON.
//!
//! Decoding goes on after a type error and reports the first one; fields are found without regard to case; a string
//! field takes any scalar.

use pintle_go::{GoStr, Map, Value, strconv};

/// Collects the first error of a decode.
#[derive(Default)]
pub(crate) struct Decode {
    error: Option<String>,
    /// Whether a string field takes strings only: the text was JSON, and nothing was converted.
    strict: bool,
}

impl Decode {
    /// Reads a document as YAML and lets `fill` take the fields of the top map; `type_name` names the Go struct. Gives
    /// the document as far as it is made: its scalars and its metadata.
    ///
    /// The error is worded as `yaml.Unmarshal` of sigs.k8s.io/yaml words it.
    pub(crate) fn document(doc: &[u8], type_name: &str, fill: impl FnOnce(&Map, &mut Decode)) -> Result<Value, String> {
        let object =
            pintle_yaml::read_outline(doc, "metadata").map_err(|e| format!("error converting YAML to JSON: {e}"))?;
        match Decode::default().run(&object, type_name, fill) {
            Some(e) => Err(format!("error unmarshaling JSON: while decoding JSON: {e}")),
            None => Ok(object),
        }
    }

    /// Lets `fill` take the fields of a value that was JSON; the first error is worded as encoding/json words it.
    pub(crate) fn json(object: &Value, type_name: &str, fill: impl FnOnce(&Map, &mut Decode)) -> Result<(), String> {
        Decode { strict: true, ..Decode::default() }.run(object, type_name, fill).map_or(Ok(()), Err)
    }

    fn run(mut self, object: &Value, type_name: &str, fill: impl FnOnce(&Map, &mut Decode)) -> Option<String> {
        match object {
            Value::Nil => {}
            Value::Map(m) => fill(m, &mut self),
            other => self.fail(other, &format!("value of type {type_name}")),
        }
        self.error
    }

    /// Notes that a value does not fit; `into` is what stands after `into Go `.
    pub(crate) fn fail(&mut self, v: &Value, into: &str) {
        let what = match v {
            Value::Map(_) => "object",
            Value::List(_) => "array",
            Value::Bool(_) => "bool",
            Value::Str(_) => "string",
            _ => "number",
        };
        self.error.get_or_insert_with(|| format!("json: cannot unmarshal {what} into Go {into}"));
    }

    /// A string field; `field` is its path as Go prints it (`SimpleHead.metadata.name`).
    pub(crate) fn text(&mut self, v: &Value, field: &str, out: &mut String) {
        match scalar_text(v) {
            Some(_) if self.strict && !matches!(v, Value::Str(_)) => {
                self.fail(v, &format!("struct field {field} of type string"));
            }
            Some(s) => *out = s,
            None if v.is_nil() => {}
            None => self.fail(v, &format!("struct field {field} of type string")),
        }
    }

    /// A nested object; null leaves it alone.
    pub(crate) fn object(&mut self, v: &Value, into: &str, fill: impl FnOnce(&Map, &mut Decode)) {
        match v {
            Value::Nil => {}
            Value::Map(m) => fill(m, self),
            other => self.fail(other, into),
        }
    }
}

/// Whether a key names a struct field.
pub(crate) fn is_field(key: &GoStr, name: &str) -> bool {
    key.as_bytes().eq_ignore_ascii_case(name.as_bytes())
}

/// How sigs.k8s.io/yaml turns a scalar into text where the target is a string.
pub(crate) fn scalar_text(v: &Value) -> Option<String> {
    Some(match v {
        Value::Str(s) => s.to_str_lossy().into_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Float(f) => strconv::format_float(*f, b'g', -1),
        v => v.as_int()?.to_string(),
    })
}
