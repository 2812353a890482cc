//! One case: a JSON object whose numbers keep the type that their spelling gives them.

use pintle_go::json::{Numbers, decode_numbers};
use pintle_go::{GoStr, Map, Value};

/// A case; fields are read by name.
pub struct Case {
    pub id: String,
    fields: Map,
    datasets: Map,
}

fn object(text: &[u8]) -> Result<Map, String> {
    match decode_numbers(text, Numbers::Int64) {
        Ok(Value::Map(m)) => Ok(m),
        Ok(_) => Err("not an object".to_owned()),
        Err(e) => Err(e.0),
    }
}

impl Case {
    pub fn read(line: &str, datasets: &[u8]) -> Result<Case, String> {
        let fields = object(line.as_bytes())?;
        let id = fields.get_str("id").and_then(|v| v.as_str().map(ToString::to_string)).unwrap_or_default();
        Ok(Case { id, fields, datasets: object(datasets).unwrap_or_default() })
    }

    pub fn value(&self, name: &str) -> Option<Value> {
        self.fields.get_str(name)
    }

    pub fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Bool(true)))
    }

    /// A text field, or its `_b64` form.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        match self.value(name) {
            Some(Value::Str(s)) => Some(s.to_vec()),
            _ => match self.value(&format!("{name}_b64"))? {
                Value::Str(s) => Some(decode_base64(&s)),
                _ => None,
            },
        }
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|b| String::from_utf8_lossy(&b).into_owned())
    }

    /// Text files of a case by path (with `NAME_b64` for binary ones).
    pub fn files(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let entries = |key: &str| match self.value(key) {
            Some(Value::Map(m)) => m.entries(),
            _ => Vec::new(),
        };
        let plain =
            entries(name).into_iter().map(|(k, v)| (k.to_string(), v.as_str().map(|s| s.to_vec()).unwrap_or_default()));
        let coded = entries(&format!("{name}_b64"))
            .into_iter()
            .map(|(k, v)| (k.to_string(), v.as_str().map(|s| decode_base64(s)).unwrap_or_default()));
        plain.chain(coded).collect()
    }

    pub fn list(&self, name: &str) -> Vec<Value> {
        match self.value(name) {
            Some(Value::List(l)) => l.to_vec(),
            _ => Vec::new(),
        }
    }

    /// `data`, or the data set that `data_ref` names, or nil.
    pub fn data(&self) -> Value {
        match self.value("data_ref") {
            Some(Value::Str(name)) => self.datasets.get(&name).unwrap_or_default(),
            _ => self.value("data").unwrap_or_default(),
        }
    }

    pub fn summary(&self) -> String {
        let mut out = String::new();
        for (k, v) in self.fields.entries() {
            if !["expect", "error", "id", "files"].contains(&&*k.to_str_lossy()) {
                let v = format!("{v:?}");
                out += &format!("  {k}: {}\n", v.chars().take(400).collect::<String>());
            }
        }
        out
    }
}

/// Compares two texts; the difference as a message.
pub fn same(what: &str, want: &[u8], got: &[u8]) -> Result<(), String> {
    if want == got {
        return Ok(());
    }
    let show = |b: &[u8]| GoStr::from(b).to_str_lossy().chars().take(700).collect::<String>();
    Err(format!("  {what}\n  want {:?}\n  got  {:?}", show(want), show(got)))
}

fn decode_base64(text: &[u8]) -> Vec<u8> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut n) = (Vec::new(), 0u32, 0);
    for d in text.iter().filter_map(|b| digit(*b)) {
        bits = bits << 6 | u32::from(d);
        n += 6;
        if n >= 8 {
            n -= 8;
            out.push((bits >> n) as u8);
        }
    }
    out
}
