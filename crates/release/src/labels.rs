//! Labels of stored records: which belong to Helm, and what a label may be.

use crate::Labels;

/// Labels that Helm sets itself, in the order of its error text.
pub const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// Whether a label belongs to Helm.
pub fn is_system(key: &str) -> bool {
    SYSTEM_LABELS.contains(&key)
}

/// Refuses labels of the user that Helm sets itself.
///
/// # Errors
/// Helm's text, which lists the system labels.
pub fn refuse_system<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
    if keys.into_iter().any(is_system) {
        return Err(format!(
            "user supplied labels contains system reserved label name. System labels: [{}]",
            SYSTEM_LABELS.join(" ")
        ));
    }
    Ok(())
}

/// The labels without Helm's own.
pub fn without_system(labels: &Labels) -> Labels {
    labels.iter().filter(|(k, _)| !is_system(k)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

const KEY_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                        alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                        '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const SUBDOMAIN_RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
                              '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex \
                              used for validation is \
                              '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Kubernetes' `content.IsLabelKey`: what is wrong with `[PREFIX/]NAME`, nothing when all is well.
pub(crate) fn key_problems(key: &str) -> Vec<String> {
    let (prefix, name) = match key.split('/').collect::<Vec<_>>().as_slice() {
        [name] => (None, *name),
        [prefix, name] => (Some(*prefix), *name),
        _ => {
            return vec![format!(
                "a valid label key {KEY_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    let mut problems = Vec::new();
    match prefix {
        None => {}
        Some("") => problems.push("prefix part must be non-empty".to_owned()),
        Some(prefix) => {
            if prefix.len() > 253 {
                problems.push("prefix part must be no more than 253 bytes".to_owned());
            }
            let end = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            let part = |p: &str| {
                let bytes = p.as_bytes();
                end(bytes.first()) && end(bytes.last()) && bytes.iter().all(|b| end(Some(b)) || *b == b'-')
            };
            if !prefix.split('.').all(part) {
                problems.push(format!("prefix part {SUBDOMAIN_RULE}"));
            }
        }
    }
    if name.is_empty() {
        problems.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        problems.push("name part must be no more than 63 bytes".to_owned());
    }
    let bytes = name.as_bytes();
    let end = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if !(end(bytes.first()) && end(bytes.last()) && bytes.iter().all(inner)) {
        problems.push(format!("name part {KEY_RULE}"));
    }
    problems
}

/// Kubernetes' `validation.IsValidLabelValue`: what is wrong with it, nothing when all is well.
pub fn value_problems(value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if value.len() > 63 {
        problems.push("must be no more than 63 bytes".to_owned());
    }
    let bytes = value.as_bytes();
    let edge = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if !(edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)) {
        problems.push(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
             start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used \
             for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                .to_owned(),
        );
    }
    problems
}
