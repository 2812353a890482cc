//! What counts as an e-mail address or URL in Chart.yaml (the rules of asaskevich/govalidator, which Helm uses).

/// `govalidator.IsRequestURL`: an absolute URI that Go's `url.ParseRequestURI` takes.
pub(crate) fn is_request_url(s: &str) -> bool {
    split_scheme(s).is_some_and(|(_, rest)| is_uri_rest(rest))
}

/// `scheme:rest`, where the scheme has a valid form.
fn split_scheme(s: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = s.split_once(':')?;
    let mut chars = scheme.chars();
    let ok = chars.next()?.is_ascii_alphabetic() && chars.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    ok.then_some((scheme, rest))
}

/// What Go checks of a URI after its scheme: no control characters, sound `%` escapes, a sound host and port.
fn is_uri_rest(rest: &str) -> bool {
    if rest.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return false;
    }
    let rest = rest.split('?').next().unwrap_or(rest);
    let Some(after) = rest.strip_prefix("//") else {
        return escapes_ok(rest) || !rest.starts_with('/');
    };
    let (authority, path) = after.find('/').map_or((after, ""), |i| after.split_at(i));
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    escapes_ok(path) && host_ok(host)
}

fn escapes_ok(s: &str) -> bool {
    let b = s.as_bytes();
    b.iter().enumerate().filter(|(_, c)| **c == b'%').all(|(i, _)| {
        matches!((b.get(i + 1), b.get(i + 2)), (Some(x), Some(y)) if x.is_ascii_hexdigit() && y.is_ascii_hexdigit())
    })
}

fn host_ok(host: &str) -> bool {
    let (name, port) = if let Some(v6) = host.strip_prefix('[') {
        match v6.split_once(']') {
            Some((name, port)) => (name, port),
            None => return false,
        }
    } else {
        host.find(':').map_or((host, ""), |i| host.split_at(i))
    };
    let port_ok = port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    port_ok && !name.chars().any(|c| " \"<>\\^`{|}".contains(c)) && (escapes_ok(name) || name.contains("%25"))
}

/// `govalidator.IsURL`: looser, the scheme may be missing, but there must be something like a host.
pub(crate) fn is_url(s: &str) -> bool {
    if s.chars().count() >= 2083 || s.len() <= 3 || s.starts_with('.') || s.chars().any(char::is_whitespace) {
        return false;
    }
    let rest = match s.split_once("://") {
        Some((scheme, rest)) if ["ftp", "tcp", "udp", "ws", "wss", "http", "https"].contains(&scheme) => rest,
        Some(_) => return false,
        None => s,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    let (host, port) = match host_port.rsplit_once(':') {
        Some((h, p)) if !p.is_empty() && p.len() <= 5 && p.bytes().all(|b| b.is_ascii_digit()) => (h, Some(p)),
        Some((h, "")) if !h.is_empty() => (h, None),
        Some(_) if !host_port.starts_with('[') => return false,
        _ => (host_port, None),
    };
    let _ = port;
    if let Some(v6) = host.strip_prefix('[') {
        return v6.strip_suffix(']').is_some_and(|a| a.parse::<std::net::Ipv6Addr>().is_ok());
    }
    host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok() || is_host_name(host)
}

fn is_host_name(host: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c as u32 >= 0xa1)
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    !host.is_empty() && host.split('.').all(label)
}

/// `govalidator.IsEmail`.
pub(crate) fn is_email(s: &str) -> bool {
    let Some((local, domain)) = s.rsplit_once('@') else { return false };
    let wide = |c: char| matches!(c as u32, 0xa0..=0xd7ff | 0xf900..=0xfdcf | 0xfdf0..=0xffef);
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || wide(c);
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let local_ok = quoted || local.split('.').all(|p| !p.is_empty() && p.chars().all(atom));
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let alpha = |c: char| c.is_ascii_alphabetic() || wide(c);
    let alnum = |c: char| alpha(c) || c.is_ascii_digit();
    let middle = |c: char| alnum(c) || "-_~".contains(c);
    let label = |l: &str, edge: &dyn Fn(char) -> bool| {
        l.chars().next().is_some_and(edge) && l.chars().last().is_some_and(edge) && l.chars().all(middle)
    };
    let Some((rest, top)) = domain.rsplit_once('.') else { return false };
    local_ok && label(top, &alpha) && rest.split('.').all(|l| label(l, &alnum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert!(is_email("a.b+c@example.com") && !is_email("bad") && !is_email("a@b") && !is_email("@x.org"));
        assert!(is_request_url("https://example.com/x?y#z") && !is_request_url("bad") && !is_request_url("/path"));
        assert!(is_request_url("mailto:a@b.c") && !is_request_url("http://a b/"));
        assert!(
            is_url("example.com") && is_url("https://example.com:8080/x") && !is_url("ssh://x") && !is_url("a b.com")
        );
    }
}
