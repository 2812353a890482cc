//! Why a text is not of a format, in the words of Go's library (which are partly those of Go's standard library),
//! where boon's differ. Whether it is, boon has decided already.

use pintle_go::regexp::Regexp;
use pintle_go::strconv::{atoi, quote};

/// The reason, for formats whose words differ.
pub(super) fn reason(format: &str, text: &str) -> Option<String> {
    match format {
        "ipv4" => ipv4(text),
        "ipv6" => Some(ipv6(text)),
        "date" => date(text),
        "date-time"
            if text.len() >= 20 && !real_date(text.get(..10)?) && matches!(text.as_bytes()[10], b't' | b'T') =>
        {
            Some(format!("invalid date element: {}", date(text.get(..10)?)?))
        }
        "uuid" => (text.split('-').count() != 5).then(|| "must have 5 elements".to_owned()),
        "json-pointer" if !text.starts_with('/') => Some("not starting with /".to_owned()),
        "regex" => Regexp::compile(text.as_bytes()).err().map(|e| e.to_str_lossy().into_owned()),
        _ => None,
    }
}

fn ipv4(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Some("expected four decimals".to_owned());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Some("leading zeros".to_owned());
        }
        match atoi(group.as_bytes()) {
            Err(e) => return Some(e.to_string()),
            Ok(n) if !(0..=255).contains(&n) => return Some("decimal must be between 0 and 255".to_owned()),
            Ok(_) => {}
        }
    }
    None
}

/// `netip.ParseAddr`.
fn ipv6(text: &str) -> String {
    if !text.contains(':') {
        return "missing colon".to_owned();
    }
    let (address, zone) = text.split_once('%').map_or((text, None), |(a, z)| (a, Some(z)));
    let fail = |msg: &str, at: &str| {
        let at = if at.is_empty() { String::new() } else { format!(" (at {})", quote(at.as_bytes())) };
        format!("ParseAddr({}): {msg}{at}", quote(text.as_bytes()))
    };
    if zone == Some("") {
        return fail("zone must be a non-empty string", "");
    }
    let mut ellipsis = address.starts_with("::");
    let mut rest = if ellipsis { &address[2..] } else { address };
    let mut fields = 0;
    while fields < 8 && !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return fail("each group must have 4 or less digits", rest);
        }
        if digits == 0 {
            return fail("each colon-separated field must have at least one digit", rest);
        }
        if rest.as_bytes().get(digits) == Some(&b'.') {
            if !ellipsis && fields != 6 {
                return fail("embedded IPv4 address must replace the final 2 fields of the address", rest);
            }
            if fields > 6 {
                return fail("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
            }
            return fail("IPv4 field has value >255", rest);
        }
        fields += 1;
        rest = &rest[digits..];
        let Some(after) = rest.strip_prefix(':') else {
            if rest.is_empty() {
                break;
            }
            return fail("unexpected character, want colon", rest);
        };
        if after.is_empty() {
            return fail("colon must be followed by more characters", rest);
        }
        rest = after;
        if rest.starts_with(':') {
            if ellipsis {
                return fail("multiple :: in address", rest);
            }
            ellipsis = true;
            rest = &rest[1..];
        }
    }
    if !rest.is_empty() {
        return fail("trailing garbage after address", rest);
    }
    if fields < 8 && !ellipsis {
        return fail("address string too short", "");
    }
    if zone.is_some() {
        return "zone id is not a part of ipv6 address".to_owned();
    }
    fail("the :: must expand to at least one field of zeros", "")
}

/// `time.Parse("2006-01-02", text)`.
fn date(text: &str) -> Option<String> {
    let cannot = |at: &str, element: &str| {
        Some(format!(
            "parsing time {} as \"2006-01-02\": cannot parse {} as {}",
            quote(text.as_bytes()),
            quote(at.as_bytes()),
            quote(element.as_bytes())
        ))
    };
    let mut rest = text;
    let mut numbers = [0u32; 3];
    for (i, (width, element)) in [(4, "2006"), (2, "01"), (2, "02")].into_iter().enumerate() {
        if i > 0 {
            match rest.strip_prefix('-') {
                Some(r) => rest = r,
                None => return cannot(rest, "-"),
            }
        }
        match rest.get(..width).filter(|d| d.bytes().all(|b| b.is_ascii_digit())) {
            Some(digits) => numbers[i] = digits.parse().ok()?,
            None => return cannot(rest, element),
        }
        rest = &rest[width..];
        if i == 1 && !(1..=12).contains(&numbers[1]) {
            return Some(format!("parsing time {}: month out of range", quote(text.as_bytes())));
        }
    }
    if !rest.is_empty() {
        return Some(format!("parsing time {}: extra text: {}", quote(text.as_bytes()), quote(rest.as_bytes())));
    }
    Some(format!("parsing time {}: day out of range", quote(text.as_bytes())))
}

/// Whether the text is a day that there is.
fn real_date(text: &str) -> bool {
    crate::Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_those_of_go() {
        let cases = [
            ("ipv4", "1.2.3", "expected four decimals"),
            ("ipv4", "01.2.3.4", "leading zeros"),
            ("ipv6", "1::2::3", "ParseAddr(\"1::2::3\"): multiple :: in address (at \":3\")"),
            ("date", "2020-02-30", "parsing time \"2020-02-30\": day out of range"),
            ("date", "x", "parsing time \"x\" as \"2006-01-02\": cannot parse \"x\" as \"2006\""),
        ];
        for (format, text, want) in cases {
            assert_eq!(reason(format, text).as_deref(), Some(want));
        }
    }
}
