//! Kubernetes' rules for object names, worded as its validation words them.

/// The rule that a kind's names must keep (Helm's `validateMetadataNameFunc`).
pub(crate) fn check_object_name(kind: &str, name: &str) -> Vec<String> {
    match kind.to_lowercase().as_str() {
        "service" => dns1035_label(name),
        "namespace" => dns1123_label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => dns1123_subdomain(name),
    }
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
     and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
     and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
     alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
     validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

fn too_long(name: &str, max: usize) -> Option<String> {
    (name.len() > max).then(|| format!("must be no more than {max} characters"))
}

fn is_label(s: &str) -> bool {
    let alnum = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let b = s.as_bytes();
    match (b.first(), b.last()) {
        (Some(f), Some(l)) => alnum(*f) && alnum(*l) && b.iter().all(|c| alnum(*c) || *c == b'-'),
        _ => false,
    }
}

fn is_subdomain(s: &str) -> bool {
    s.split('.').all(is_label)
}

fn dns1123_subdomain(name: &str) -> Vec<String> {
    let form = (!is_subdomain(name)).then(|| SUBDOMAIN.to_owned());
    too_long(name, 253).into_iter().chain(form).collect()
}

fn dns1123_label(name: &str) -> Vec<String> {
    let form = if is_label(name) {
        None
    } else if is_subdomain(name) {
        Some("must not contain dots".to_owned())
    } else {
        Some(LABEL.to_owned())
    };
    too_long(name, 63).into_iter().chain(form).collect()
}

fn dns1035_label(name: &str) -> Vec<String> {
    let ok = is_label(name) && name.starts_with(|c: char| c.is_ascii_lowercase());
    too_long(name, 63).into_iter().chain((!ok).then(|| LABEL_1035.to_owned())).collect()
}

fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    ['/', '%'].iter().filter(|c| name.contains(**c)).map(|c| format!("may not contain '{c}'")).collect()
}
