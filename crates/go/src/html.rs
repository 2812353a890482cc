//! text/template's escapes: `html`, `js` and `urlquery` (`net/url`'s `QueryEscape` and `PathEscape`).

use crate::strconv::is_print;
use crate::utf8;

/// `template.HTMLEscapeString`.
pub fn html_escape(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 16);
    for c in s {
        match c {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            c => out.push(*c),
        }
    }
    out
}

/// `template.JSEscapeString`.
pub fn js_escape(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 16);
    let mut rest = s;
    while let Some(&c) = rest.first() {
        let mut width = 1;
        match c {
            b'\\' | b'\'' | b'"' => out.extend_from_slice(&[b'\\', c]),
            b'<' | b'>' | b'&' | b'=' | 0..0x20 => out.extend_from_slice(format!("\\u{c:04X}").as_bytes()),
            0x80.. => {
                let (r, n) = utf8::decode(rest);
                width = n;
                let r = r.unwrap_or(char::REPLACEMENT_CHARACTER) as u32;
                if is_print(r) {
                    out.extend_from_slice(&rest[..n]);
                } else {
                    out.extend_from_slice(format!("\\u{r:04X}").as_bytes());
                }
            }
            c => out.push(c),
        }
        rest = &rest[width..];
    }
    out
}

fn percent(out: &mut Vec<u8>, c: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[b'%', HEX[c as usize >> 4], HEX[c as usize & 15]]);
}

/// `url.QueryEscape`: a space becomes `+`.
pub fn query_escape(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 16);
    for &c in s {
        match c {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(c),
            c if c.is_ascii_alphanumeric() => out.push(c),
            c => percent(&mut out, c),
        }
    }
    out
}

/// `url.PathEscape`: for one segment of a path.
pub fn path_escape(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 16);
    for &c in s {
        match c {
            b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b'=' | b':' | b'@' => out.push(c),
            c if c.is_ascii_alphanumeric() => out.push(c),
            c => percent(&mut out, c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(html_escape(b"<a href=\"x\">'&'\0"), "&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;\u{fffd}".as_bytes());
        assert_eq!(
            js_escape("<a='\\\n\u{e9}\u{2028}".as_bytes()),
            "\\u003Ca\\u003D\\'\\\\\\u000A\u{e9}\\u2028".as_bytes()
        );
        assert_eq!(query_escape("a b/é~!*".as_bytes()), b"a+b%2F%C3%A9~%21%2A");
        assert_eq!(path_escape(b"a b/c:d"), b"a%20b%2Fc:d");
    }
}
