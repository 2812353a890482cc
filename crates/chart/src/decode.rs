//! Reading YAML into structs as Go does it on Helm's path: sigs.k8s.io/yaml to JSON, then `encoding/json`.
//!
//! Two habits show in charts. A string field takes any scalar (`appVersion: 1.10` is "1.1", formatted as a 32-bit
//! float), because the YAML half looks at the target's type. A wrong type does not stop the reading: the rest is
//! decoded and the first mistake, in the sorted order of keys, is reported with the path of Go's struct fields.

use pintle_go::{GoStr, Num, Value};

/// A YAML document that does not fit its struct; `Display` is the text of `yaml.Unmarshal`'s error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(pub String);

/// A Go struct that [`decode`] can fill.
pub trait Fields {
    /// The struct's name without package, as error texts have it.
    const NAME: &'static str;
    /// The type's name with package.
    const TYPE: &'static str;
    /// The JSON names of the fields.
    const FIELDS: &'static [&'static str];
    /// Stores a value under one of [`Fields::FIELDS`]; `Nil` is a null.
    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder);
}

/// State of one decoding: the place, and the first mistake.
#[derive(Default)]
pub struct Decoder {
    first: Option<String>,
    /// An error that ends the decoding at once (from a type that reads itself), reported before `first`.
    fatal: Option<String>,
    strict: bool,
    parent: &'static str,
    path: Vec<&'static str>,
}

/// Fills `dst` from a YAML text; what is not named there keeps its value.
pub fn decode<T: Fields>(text: &[u8], dst: &mut T) -> Result<(), DecodeError> {
    let v = pintle_yaml::read_typed(text).map_err(yaml_error)?;
    from_value(&v, dst, false)
}

/// As [`decode`], where duplicate keys and unknown fields are errors (`yaml.UnmarshalStrict`).
pub fn decode_strict<T: Fields>(text: &[u8], dst: &mut T) -> Result<(), DecodeError> {
    pintle_yaml::to_json_strict(text).map_err(yaml_error)?;
    let v = pintle_yaml::read_typed(text).map_err(yaml_error)?;
    from_value(&v, dst, true)
}

fn yaml_error(e: pintle_yaml::Error) -> DecodeError {
    DecodeError(e.unmarshal_text())
}

/// Fills `dst` from a value that [`pintle_yaml::read_typed`] gave.
pub fn from_value<T: Fields>(v: &Value, dst: &mut T, strict: bool) -> Result<(), DecodeError> {
    let mut d = Decoder { strict, ..Decoder::default() };
    if !v.is_nil() {
        d.structure(v, dst);
    }
    match d.fatal.or(d.first) {
        Some(e) => Err(DecodeError(format!("error unmarshaling JSON: while decoding JSON: {e}"))),
        None => Ok(()),
    }
}

/// What `encoding/json` calls a value in its messages.
fn json_kind(v: &Value) -> &'static str {
    match v {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    }
}

impl Decoder {
    /// Tells of a value of the wrong type.
    pub fn mismatch(&mut self, v: &Value, ty: &str) {
        if self.first.is_some() {
            return;
        }
        let kind = json_kind(v);
        self.first = Some(if self.parent.is_empty() {
            format!("json: cannot unmarshal {kind} into Go value of type {ty}")
        } else {
            let path = self.path.join(".");
            format!("json: cannot unmarshal {kind} into Go struct field {}.{path} of type {ty}", self.parent)
        });
    }

    /// Ends the decoding with that error.
    pub fn fail(&mut self, message: String) {
        self.fatal.get_or_insert(message);
    }

    /// A struct (or a pointer to one).
    pub fn structure<T: Fields>(&mut self, v: &Value, dst: &mut T) {
        let Value::Map(m) = v else {
            return self.mismatch(v, T::TYPE);
        };
        for (key, value) in m.borrow().iter() {
            let name = key.to_str_lossy();
            let field = T::FIELDS
                .iter()
                .find(|f| **f == name)
                .or_else(|| T::FIELDS.iter().find(|f| f.eq_ignore_ascii_case(&name)));
            let Some(field) = field else {
                if self.strict && self.first.is_none() {
                    self.first = Some(format!("json: unknown field {}", pintle_go::strconv::quote(key)));
                }
                continue;
            };
            let outer = std::mem::replace(&mut self.parent, T::NAME);
            self.path.push(field);
            dst.set(field, value, self);
            self.path.pop();
            self.parent = outer;
        }
    }

    /// A `string` field: any scalar; null leaves it as it was.
    pub fn string(&mut self, v: &Value, dst: &mut String) {
        match v {
            Value::Nil => {}
            v => match scalar_text(v) {
                Some(s) => *dst = s,
                None => self.mismatch(v, "string"),
            },
        }
    }

    /// A `bool` field.
    pub fn boolean(&mut self, v: &Value, dst: &mut bool) {
        match v {
            Value::Nil => {}
            Value::Bool(b) => *dst = *b,
            v => self.mismatch(v, "bool"),
        }
    }

    /// The items of a slice field; null empties it.
    pub fn items<T>(
        &mut self,
        v: &Value,
        ty: &str,
        dst: &mut Vec<T>,
        mut one: impl FnMut(&mut Self, &Value) -> Option<T>,
    ) -> bool {
        match v {
            Value::Nil => {
                dst.clear();
                false
            }
            Value::List(l) => {
                *dst = l.iter().filter_map(|item| one(self, item)).collect();
                true
            }
            v => {
                self.mismatch(v, ty);
                false
            }
        }
    }

    /// A `[]string` field.
    pub fn strings(&mut self, v: &Value, dst: &mut Vec<String>) {
        self.items(v, "[]string", dst, |d, item| {
            let mut s = String::new();
            d.string(item, &mut s);
            Some(s)
        });
    }

    /// A `map[string]string` field.
    pub fn string_map(&mut self, v: &Value, dst: &mut Option<std::collections::BTreeMap<String, String>>) {
        match v {
            Value::Nil => *dst = None,
            Value::Map(m) => {
                let out = dst.get_or_insert_default();
                for (k, item) in m.borrow().iter() {
                    let mut s = String::new();
                    self.string(item, &mut s);
                    out.insert(k.to_str_lossy().into_owned(), s);
                }
            }
            v => self.mismatch(v, "map[string]string"),
        }
    }
}

/// The text that a string field takes from a scalar.
fn scalar_text(v: &Value) -> Option<String> {
    Some(match v {
        Value::Str(s) => s.to_str_lossy().into_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Float(f) => float32_text(*f),
        Value::Num(Num::F32(_)) | Value::List(_) | Value::Map(_) => return None,
        v => v.as_int()?.to_string(),
    })
}

/// `strconv.FormatFloat(f, 'g', -1, 32)`.
fn float32_text(f: f64) -> String {
    let f = f as f32;
    if f.is_nan() {
        return "NaN".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let shortest = format!("{f:e}"); // digits and exponent of the shortest form that reads back as this f32
    let Some((mantissa, exp)) = shortest.split_once('e') else { return shortest };
    let exp: i32 = exp.parse().unwrap_or(0);
    // the shortest form counts as precision 6 when %g chooses its notation
    if !(-4..6).contains(&exp) {
        let sign = if exp < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exp.abs());
    }
    format!("{f}")
}

/// JSON's view of a value from the typed reader: every number a `float64`.
pub fn floated(v: &Value) -> Value {
    match v {
        Value::Int(i) | Value::Int64(i) => Value::Float(*i as f64),
        Value::Num(n) => Value::Float(n.as_i128() as f64),
        Value::List(l) => Value::List(l.map_items(floated)),
        Value::Map(m) => {
            let pairs: Vec<(GoStr, Value)> = m.borrow().iter().map(|(k, v)| (k.clone(), floated(v))).collect();
            Value::Map(pintle_go::Map::from_pairs(pairs))
        }
        v => v.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_become_text_as_in_a_32_bit_g_format() {
        let cases =
            [(1.1, "1.1"), (1e6, "1e+06"), (123_456_789.5, "1.2345679e+08"), (0.0001, "0.0001"), (0.00001, "1e-05")];
        for (f, want) in cases {
            assert_eq!(float32_text(f), want);
        }
        assert_eq!(float32_text(100_000.5), "100000.5");
    }
}
