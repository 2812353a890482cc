//! The YAML of manifests and kubeconfig files, read as Kubernetes' own tools read it.

use serde_json::Value;

/// Documents of a stream: cut at lines of `---` (with a comment at most), each converted to JSON by itself, empty ones
/// left out. This is a [`crate::ParseFn`].
///
/// # Errors
/// The first document that does not parse, with go-yaml's text.
pub fn parse_yaml(text: &[u8]) -> Result<Vec<Value>, String> {
    documents(text).map(one).filter(|d| !matches!(d, Ok(Value::Null))).collect()
}

fn one(document: &[u8]) -> Result<Value, String> {
    let json = pintle_yaml::to_json(document).map_err(|e| e.to_string())?;
    serde_json::from_slice(&json).map_err(|e| e.to_string())
}

/// Cuts a stream as apimachinery's `YAMLReader` does.
fn documents(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (document, tail) = cut(rest);
            rest = tail;
            if !document.iter().all(u8::is_ascii_whitespace) {
                return Some(document);
            }
        }
        None
    })
}

/// What is before the next separator, and what is after it.
fn cut(text: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let next = at + line.len();
        if let Some(tail) = line.strip_prefix(b"---")
            && matches!(tail.trim_ascii().first(), None | Some(b'#'))
        {
            return (text.get(..at).unwrap_or_default(), text.get(next..).unwrap_or_default());
        }
        at = next;
    }
    (text, &[])
}

#[cfg(test)]
mod tests {
    use super::parse_yaml;

    #[test]
    fn streams() {
        let docs = parse_yaml(b"---\n# Source: a\na: 1\n--- # b\n---\n\nb: [x]\n").unwrap();
        assert_eq!(docs, [serde_json::json!({"a": 1}), serde_json::json!({"b": ["x"]})]);
        assert_eq!(parse_yaml(b"a: {\n").unwrap_err(), "yaml: line 1: did not find expected node content");
    }
}
