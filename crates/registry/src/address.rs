//! Addresses as Go's `net/url` reads them, as far as repositories need it. Paths stay as they are written.

use crate::{Result, fail, quote};

/// An address in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// In small letters; empty in a relative reference.
    pub scheme: String,
    /// What stands before `@`.
    pub user: Option<String>,
    /// Host with port; `None` where there is no `//`.
    pub host: Option<String>,
    /// The path.
    pub path: String,
    /// What follows `?`.
    pub query: Option<String>,
    /// What follows `#`.
    pub fragment: Option<String>,
}

impl Address {
    /// Reads an address or a relative reference.
    ///
    /// # Errors
    /// Go's text (`parse "…": …`).
    pub fn parse(text: &str) -> Result<Address> {
        let bad = |why: &str| fail(format!("parse {}: {why}", quote(text)));
        if text.bytes().any(|b| b < b' ' || b == 0x7f) {
            return bad("net/url: invalid control character in URL");
        }
        let mut a = Address::default();
        let (rest, fragment) = match text.split_once('#') {
            Some((r, f)) => (r, Some(f.to_owned())),
            None => (text, None),
        };
        a.fragment = fragment;
        let mut rest = rest;
        if let Some(end) = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
            && rest[end..].starts_with(':')
        {
            match rest.as_bytes().first() {
                Some(c) if c.is_ascii_alphabetic() => {
                    a.scheme = rest[..end].to_ascii_lowercase();
                    rest = &rest[end + 1..];
                }
                Some(b':') => return bad("missing protocol scheme"),
                _ => return bad("first path segment in URL cannot contain colon"),
            }
        }
        if let Some((r, q)) = rest.split_once('?') {
            a.query = Some(q.to_owned());
            rest = r;
        }
        if let Some(r) = rest.strip_prefix("//") {
            let (authority, path) = r.split_at(r.find('/').unwrap_or(r.len()));
            let (user, host) = match authority.rsplit_once('@') {
                Some((u, h)) => (Some(u.to_owned()), h),
                None => (None, authority),
            };
            if host.contains(' ') {
                return bad("invalid character \" \" in host name");
            }
            let after = host.rsplit_once(']').map_or(host, |(_, p)| p);
            if let Some((_, port)) = after.split_once(':')
                && !port.bytes().all(|b| b.is_ascii_digit())
            {
                return bad(&format!("invalid port {} after host", quote(&format!(":{port}"))));
            }
            (a.user, a.host) = (user, Some(host.to_owned()));
            rest = path;
        } else if a.scheme.is_empty()
            && !rest.starts_with('/')
            && rest.split('/').next().is_some_and(|s| s.contains(':'))
        {
            return bad("first path segment in URL cannot contain colon");
        }
        let bytes = rest.as_bytes();
        for (i, _) in rest.match_indices('%') {
            let digits = bytes.get(i + 1..i + 3).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit));
            if !digits {
                let shown = rest.get(i..(i + 3).min(rest.len())).unwrap_or("%");
                return bad(&format!("invalid URL escape {}", quote(shown)));
            }
        }
        a.path = rest.to_owned();
        Ok(a)
    }

    /// Whether it names a scheme.
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The host with its port, "" without one.
    pub fn authority(&self) -> &str {
        self.host.as_deref().unwrap_or_default()
    }

    /// Whether both lie on one server: same scheme, host and port.
    pub fn same_server(&self, o: &Address) -> bool {
        let port = |a: &Address| {
            let host = a.authority().to_ascii_lowercase();
            let default = if a.scheme == "https" { ":443" } else { ":80" };
            host.strip_suffix(default).map(str::to_owned).unwrap_or(host)
        };
        self.scheme == o.scheme && port(self) == port(o)
    }

    /// The last part of the path, its escapes read.
    pub fn file_name(&self) -> String {
        let last = self.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let mut out = Vec::new();
        let mut bytes = last.bytes();
        while let Some(b) = bytes.next() {
            let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).map_or(0, |d| d as u8);
            out.push(if b == b'%' { hex(bytes.next()) * 16 + hex(bytes.next()) } else { b });
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// A reference seen from here (RFC 3986, 5.2.2).
    fn resolve(&self, r: &Address) -> Address {
        if r.is_absolute() {
            return r.clone();
        }
        let mut out = Address { scheme: self.scheme.clone(), fragment: r.fragment.clone(), ..Address::default() };
        if r.host.is_some() {
            (out.host, out.user, out.path) = (r.host.clone(), r.user.clone(), without_dots(&r.path));
            return out;
        }
        (out.host, out.user) = (self.host.clone(), self.user.clone());
        let path = if r.path.starts_with('/') {
            r.path.clone()
        } else {
            format!("{}{}", &self.path[..self.path.rfind('/').map_or(0, |i| i + 1)], r.path)
        };
        out.path = without_dots(&path);
        out
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if let Some(h) = &self.host {
            let user = self.user.as_ref().map_or(String::new(), |u| format!("{u}@"));
            write!(f, "//{user}{h}")?;
        }
        f.write_str(&self.path)?;
        if let Some(q) = &self.query {
            write!(f, "?{q}")?;
        }
        if let Some(x) = &self.fragment {
            write!(f, "#{x}")?;
        }
        Ok(())
    }
}

fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut ends_open = false;
    for part in path.split('/').skip(usize::from(path.starts_with('/'))) {
        ends_open = part == "." || part == "..";
        match part {
            "." => {}
            ".." => {
                out.pop();
            }
            p => out.push(p),
        }
    }
    let tail = if ends_open && !out.is_empty() { "/" } else { "" };
    format!("/{}{tail}", out.join("/"))
}

/// A chart's address as an index gives it, seen from the index's repository (`ResolveReferenceURL`); the repository's
/// query (a token, say) stays.
///
/// # Errors
/// Texts that are no addresses.
pub fn resolve_reference(base: &str, reference: &str) -> Result<String> {
    let parse = |t: &str| Address::parse(t).or_else(|e| fail(format!("failed to parse {t} as URL: {e}")));
    let r = parse(reference)?;
    if r.is_absolute() {
        return Ok(reference.to_owned());
    }
    let mut b = parse(base)?;
    b.path = format!("{}/", b.path.strip_suffix('/').unwrap_or(&b.path));
    let mut out = b.resolve(&r);
    out.query = b.query;
    Ok(out.to_string())
}

/// Puts a path behind an address (`urlutil.URLJoin`).
///
/// # Errors
/// A text that is no address.
pub fn join(base: &str, rest: &str) -> Result<String> {
    let mut a = Address::parse(base)?;
    let path = format!("{}/{rest}", a.path);
    let clean = crate::files::clean(std::path::Path::new(if a.path.is_empty() { rest } else { &path }));
    let mut text = clean.to_string_lossy().into_owned();
    if text == "." {
        text.clear();
    }
    if a.host.is_some() && !text.is_empty() && !text.starts_with('/') {
        text.insert(0, '/');
    }
    a.path = text;
    Ok(a.to_string())
}

/// Whether two addresses mean the same place, up to slashes (`urlutil.Equal`).
pub fn equal(a: &str, b: &str) -> bool {
    let clean = |p: &str| crate::files::clean(std::path::Path::new(if p.is_empty() { "/" } else { p }));
    match (Address::parse(a), Address::parse(b)) {
        (Ok(x), Ok(y)) => {
            clean(&x.path) == clean(&y.path)
                && Address { path: String::new(), ..x } == Address { path: String::new(), ..y }
        }
        (Err(_), _) => clean(a) == clean(b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_lie_below_their_repository() {
        let r = |b, r| resolve_reference(b, r).unwrap();
        assert_eq!(r("http://h/charts", "a.tgz"), "http://h/charts/a.tgz");
        assert_eq!(r("http://h/charts/?t=1", "../a.tgz"), "http://h/a.tgz?t=1");
        assert_eq!(r("http://h", "https://o/a.tgz"), "https://o/a.tgz");
        assert_eq!(join("https://e.com/c", "a.tgz").unwrap(), "https://e.com/c/a.tgz");
        assert_eq!(join("", "sub").unwrap(), "sub");
        assert!(equal("http://h/a/", "http://h/a") && !equal("http://h:1/a", "http://h/a"));
    }

    #[test]
    fn servers_differ_by_port_and_scheme() {
        let a = |t| Address::parse(t).unwrap();
        assert!(a("https://h/x").same_server(&a("https://H:443/y")));
        assert!(!a("http://h:1/x").same_server(&a("http://h:2/x")));
        assert!(!a("http://h/x").same_server(&a("https://h/x")));
        assert!(Address::parse("http://h:x/").is_err());
    }
}
