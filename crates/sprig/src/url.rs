//! URLs by Go's `net/url`: neither the RFC nor the browsers' rules to the letter, so it is read by hand.

use pintle_go::{Func, FuncError, FuncResult, Map, Type, Value, strconv};

use crate::args::{NIL_POINTER, map, text};

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("urlParse", &[Type::String], Type::MAP, url_parse),
    Func::plain("urlJoin", &[Type::MAP], Type::String, url_join),
];

/// `url.URL`, as far as Sprig shows it.
#[derive(Debug, Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    user: Option<Userinfo>,
    host: Vec<u8>,
    path: Vec<u8>,
    raw_path: Vec<u8>,
    force_query: bool,
    raw_query: Vec<u8>,
    fragment: Vec<u8>,
    raw_fragment: Vec<u8>,
    omit_host: bool,
}

#[derive(Debug)]
struct Userinfo {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// Which part a text is of: each escapes other characters.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

fn url_parse(args: &[Value]) -> FuncResult {
    let url = parse(text(args, 0)).map_err(|e| [b"unable to parse url: ", e.as_slice()].concat())?;
    let user = url.user.as_ref().map(Userinfo::text).unwrap_or_default();
    let pairs: [(&str, &[u8]); 8] = [
        ("fragment", &url.fragment),
        ("host", &url.host),
        ("hostname", hostname(&url.host)),
        ("opaque", &url.opaque),
        ("path", &url.path),
        ("query", &url.raw_query),
        ("scheme", &url.scheme),
        ("userinfo", &user),
    ];
    Ok(Value::Map(Map::from_pairs(pairs.into_iter().map(|(k, v)| (k.into(), Value::str(v))).collect())))
}

fn url_join(args: &[Value]) -> FuncResult {
    let dict = map(args, 0);
    let part = |key: &str| -> Result<Vec<u8>, FuncError> {
        match dict.get_str(key) {
            None => Ok(Vec::new()),
            Some(Value::Str(s)) => Ok(s.to_vec()),
            Some(Value::Nil) => Err(NIL_POINTER.into()),
            Some(v) => {
                let kind = v.kind().name();
                Err(format!("unable to parse {key} key, must be of type string, but {kind} found").into())
            }
        }
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        raw_query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let with_user = parse(&[b"proto://", user.as_slice(), b"@host"].concat());
        url.user = with_user.map_err(|e| [b"unable to parse userinfo in dict: ", e.as_slice()].concat())?.user;
    }
    Ok(Value::str(url.text()))
}

type Result<T, E = Vec<u8>> = std::result::Result<T, E>;

/// `url.Parse`; the error is Go's text.
fn parse(raw: &[u8]) -> Result<Url> {
    let (rest, fragment) = cut(raw, b'#');
    let wrong = |text: &[u8], e: Vec<u8>| [b"parse ", strconv::quote(text).as_bytes(), b": ", &e].concat();
    let mut url = parse_reference(rest).map_err(|e| wrong(rest, e))?;
    if let Some(fragment) = fragment.filter(|f| !f.is_empty()) {
        url.set_fragment(fragment).map_err(|e| wrong(raw, e))?;
    }
    Ok(url)
}

fn cut(s: &[u8], sep: u8) -> (&[u8], Option<&[u8]>) {
    match s.iter().position(|b| *b == sep) {
        Some(i) => (s.get(..i).unwrap_or_default(), s.get(i + 1..)),
        None => (s, None),
    }
}

fn message(s: &str) -> Vec<u8> {
    s.as_bytes().to_vec()
}

fn parse_reference(raw: &[u8]) -> Result<Url> {
    if raw.iter().any(|b| *b < b' ' || *b == 0x7f) {
        return Err(message("net/url: invalid control character in URL"));
    }
    let mut url = Url::default();
    if raw == b"*" {
        url.path = raw.to_vec();
        return Ok(url);
    }
    let (scheme, mut rest) = split_scheme(raw)?;
    url.scheme = scheme.to_ascii_lowercase();
    if let Some(head) = rest.strip_suffix(b"?")
        && !head.contains(&b'?')
    {
        url.force_query = true;
        rest = head;
    } else if let (head, Some(query)) = cut(rest, b'?') {
        rest = head;
        url.raw_query = query.to_vec();
    }
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        let first = cut(rest, b'/').0;
        if first.contains(&b':') {
            return Err(message("first path segment in URL cannot contain colon"));
        }
    }
    if (!url.scheme.is_empty() || !rest.starts_with(b"///"))
        && let Some(tail) = rest.strip_prefix(b"//")
    {
        let end = tail.iter().position(|b| *b == b'/').unwrap_or(tail.len());
        let (authority, path) = tail.split_at(end);
        rest = path;
        url.set_authority(authority)?;
    } else if !url.scheme.is_empty() && rest.starts_with(b"/") {
        url.omit_host = true;
    }
    url.set_path(rest)?;
    Ok(url)
}

fn split_scheme(raw: &[u8]) -> Result<(&[u8], &[u8])> {
    for (i, b) in raw.iter().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err(message("missing protocol scheme")),
            b':' => return Ok((raw.get(..i).unwrap_or_default(), raw.get(i + 1..).unwrap_or_default())),
            _ => break,
        }
    }
    Ok((b"", raw))
}

impl Url {
    fn set_authority(&mut self, authority: &[u8]) -> Result<()> {
        let at = authority.iter().rposition(|b| *b == b'@');
        let host_text = at.map_or(authority, |i| authority.get(i + 1..).unwrap_or_default());
        let host = parse_host(&self.scheme, host_text)?;
        if let Some(user) = at.and_then(|i| authority.get(..i)) {
            let good = |b: &u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(b);
            if !user.iter().all(good) {
                return Err(message("net/url: invalid userinfo"));
            }
            let (name, password) = cut(user, b':');
            let name = unescape(name, Part::User)?;
            let password = password.map(|p| unescape(p, Part::User)).transpose()?;
            self.user = Some(Userinfo { name, password });
        }
        self.host = host;
        Ok(())
    }

    fn set_path(&mut self, path: &[u8]) -> Result<()> {
        self.path = unescape(path, Part::Path)?;
        if escape(&self.path, Part::Path) != path {
            self.raw_path = path.to_vec();
        }
        Ok(())
    }

    fn set_fragment(&mut self, fragment: &[u8]) -> Result<()> {
        self.fragment = unescape(fragment, Part::Fragment)?;
        if escape(&self.fragment, Part::Fragment) != fragment {
            self.raw_fragment = fragment.to_vec();
        }
        Ok(())
    }

    fn escaped_path(&self) -> Vec<u8> {
        if !self.raw_path.is_empty()
            && valid_encoded(&self.raw_path, Part::Path)
            && unescape(&self.raw_path, Part::Path).is_ok_and(|p| p == self.path)
        {
            return self.raw_path.clone();
        }
        if self.path == b"*" {
            return b"*".to_vec();
        }
        escape(&self.path, Part::Path)
    }

    fn escaped_fragment(&self) -> Vec<u8> {
        if !self.raw_fragment.is_empty()
            && valid_encoded(&self.raw_fragment, Part::Fragment)
            && unescape(&self.raw_fragment, Part::Fragment).is_ok_and(|f| f == self.fragment)
        {
            return self.raw_fragment.clone();
        }
        escape(&self.fragment, Part::Fragment)
    }

    /// `URL.String`
    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if !self.opaque.is_empty() {
            out.extend_from_slice(&self.opaque);
        } else {
            let has_authority = !self.scheme.is_empty() || !self.host.is_empty() || self.user.is_some();
            if has_authority && !(self.omit_host && self.host.is_empty() && self.user.is_none()) {
                if !self.host.is_empty() || !self.path.is_empty() || self.user.is_some() {
                    out.extend_from_slice(b"//");
                }
                if let Some(user) = &self.user {
                    out.extend_from_slice(&user.text());
                    out.push(b'@');
                }
                out.extend_from_slice(&escape(&self.host, Part::Host));
            }
            let path = self.escaped_path();
            if !path.is_empty() && path.first() != Some(&b'/') && !self.host.is_empty() {
                out.push(b'/');
            }
            if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
                out.extend_from_slice(b"./"); // else it would read as a scheme
            }
            out.extend_from_slice(&path);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend_from_slice(&self.escaped_fragment());
        }
        out
    }
}

impl Userinfo {
    fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend_from_slice(&escape(password, Part::User));
        }
        out
    }
}

/// `url.parseHost`: http is strict about colons, other schemes may list hosts.
fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>> {
    let invalid_port = |port: &[u8]| {
        let quoted = strconv::quote(port);
        message(&format!("invalid port {quoted} after host"))
    };
    if let Some(open) = host.iter().rposition(|b| *b == b'[') {
        if open > 0 {
            return Err(message("invalid IP-literal"));
        }
        let Some(close) = host.iter().rposition(|b| *b == b']') else { return Err(message("missing ']' in host")) };
        let port = host.get(close + 1..).unwrap_or_default();
        if !valid_port(port) {
            return Err(invalid_port(port));
        }
        let inside = host.get(1..close).unwrap_or_default();
        let zone = inside.windows(3).position(|w| w == b"%25");
        let address = match zone {
            Some(i) => {
                let (before, after) = inside.split_at(i);
                [unescape(before, Part::Host)?, unescape(after, Part::Zone)?].concat()
            }
            None => unescape(inside, Part::Host)?,
        };
        check_ip_literal(&address)?;
        return Ok([b"[", address.as_slice(), b"]", unescape(port, Part::Host)?.as_slice()].concat());
    }
    let is_colon = |b: &u8| *b == b':';
    let strict = matches!(scheme, b"http" | b"https");
    let colon = if strict { host.iter().position(is_colon) } else { host.iter().rposition(is_colon) };
    if let Some(colon) = colon {
        let port = host.get(colon..).unwrap_or_default();
        if !valid_port(port) {
            return Err(invalid_port(port));
        }
    }
    unescape(host, Part::Host)
}

/// What stands in brackets must be an IPv6 address, perhaps with a zone.
fn check_ip_literal(address: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(address);
    let bare = text.split_once('%').map_or(&*text, |(ip, _)| ip);
    if bare.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok(());
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(message("invalid IP-literal"));
    }
    let quoted = strconv::quote(address);
    Err(message(&format!("invalid host: ParseAddr({quoted}): unable to parse IP")))
}

fn valid_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// `URL.Hostname`: without port and brackets.
fn hostname(host: &[u8]) -> &[u8] {
    let colon = host.iter().rposition(|b| *b == b':');
    let host = match colon {
        Some(i) if valid_port(host.get(i..).unwrap_or_default()) => host.get(..i).unwrap_or_default(),
        _ => host,
    };
    host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host)
}

/// Whether a byte needs `%XX` in a part (`url.shouldEscape`).
fn should_escape(b: u8, part: Part) -> bool {
    if b.is_ascii_alphanumeric() {
        return false;
    }
    if matches!(part, Part::Host | Part::Zone) && b"!$&'()*+,;=:[]<>\"".contains(&b) {
        return false;
    }
    match b {
        b'-' | b'_' | b'.' | b'~' => false,
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match part {
            Part::Path => b == b'?',
            Part::User => matches!(b, b'@' | b'/' | b'?' | b':'),
            Part::Fragment => false,
            Part::Host | Part::Zone => true,
        },
        b'!' | b'(' | b')' | b'*' if part == Part::Fragment => false,
        _ => true,
    }
}

fn escape(s: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for &b in s {
        if should_escape(b, part) {
            out.extend_from_slice(format!("%{b:02X}").as_bytes());
        } else {
            out.push(b);
        }
    }
    out
}

fn unescape(s: &[u8], part: Part) -> Result<Vec<u8>> {
    let invalid = |bad: &[u8]| {
        let quoted = strconv::quote(bad);
        Err(message(&format!("invalid URL escape {quoted}")))
    };
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while let Some(&b) = s.get(i) {
        if b == b'%' {
            let pair = s.get(i + 1..i + 3).filter(|p| p.iter().all(u8::is_ascii_hexdigit));
            let Some(pair) = pair else {
                let rest = s.get(i..).unwrap_or_default();
                return invalid(rest.get(..3).unwrap_or(rest));
            };
            let whole = s.get(i..i + 3).unwrap_or_default();
            let hex = |b: u8| (b as char).to_digit(16).unwrap_or_default() as u8;
            let value = pair.iter().fold(0, |n, b| n << 4 | hex(*b));
            // a host may only escape what is not ASCII, a zone also a percent sign
            if part == Part::Host && value < 0x80 && whole != b"%25" {
                return invalid(whole);
            }
            if part == Part::Zone && whole != b"%25" && value != b' ' && should_escape(value, Part::Host) {
                return invalid(whole);
            }
            out.push(value);
            i += 3;
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && b < 0x80 && should_escape(b, part) {
            let quoted = strconv::quote(&[b]);
            return Err(message(&format!("invalid character {quoted} in host name")));
        }
        out.push(b);
        i += 1;
    }
    Ok(out)
}

/// Whether a text may stand as the encoded form of a path or fragment.
fn valid_encoded(s: &[u8], part: Part) -> bool {
    s.iter().all(|b| b"!$&'()*+,;=:@[]%".contains(b) || !should_escape(*b, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for s in [
            "https://u:p%20w@example.com:8443/a/b%20c;p?q=1#frag",
            "mailto:a@b",
            "//host/x",
            "/a%2Fb",
            "file:///x",
            "a?",
        ] {
            let url = parse(s.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(url.text()).unwrap(), s);
        }
        assert_eq!(hostname(b"[::1]:80"), b"::1");
    }

    #[test]
    fn joins() {
        let url = Url { host: b"h".to_vec(), path: b"a b".to_vec(), ..Url::default() };
        assert_eq!(url.text(), b"//h/a%20b");
        assert!(parse(b":x").is_err() && parse(b"http://h:a/").is_err() && parse(b"http://[::1/").is_err());
    }
}
