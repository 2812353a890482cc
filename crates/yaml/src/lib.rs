//! YAML as Helm reads and writes it: go-yaml v2 through sigs.k8s.io/yaml, and v3 for `toYamlPretty`.

use pintle_go::Value;

/// A YAML error with go-yaml's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub String);

/// `yaml.Unmarshal` of sigs.k8s.io/yaml into `interface{}`: every number becomes `float64`.
pub fn read(text: &[u8]) -> Result<Value, Error> {
    let _ = text;
    Err(Error(String::new()))
}

/// As [`read`], with integers kept as `int64` (what `YAMLToJSON` would print without a fraction).
pub fn read_typed(text: &[u8]) -> Result<Value, Error> {
    let _ = text;
    Err(Error(String::new()))
}

/// `YAMLToJSON`: the JSON text, keys sorted.
pub fn to_json(text: &[u8]) -> Result<Vec<u8>, Error> {
    let _ = text;
    Err(Error(String::new()))
}

/// `yaml.Marshal` of sigs.k8s.io/yaml (go-yaml v2 writer, folded at 80 columns): `toYaml` before its newline is trimmed.
pub fn write(v: &Value) -> Result<Vec<u8>, Error> {
    let _ = v;
    Err(Error(String::new()))
}

/// The go-yaml v3 encoder with indent 2: `toYamlPretty` before its newline is trimmed.
pub fn write_pretty(v: &Value) -> Result<Vec<u8>, Error> {
    let _ = v;
    Err(Error(String::new()))
}
