//! UTF-8 as Go's `unicode/utf8` takes it apart: a broken sequence costs one byte at a time.

/// The first character and its length; `None` with length 1 for a broken sequence, (`None`, 0) at the end.
///
/// ```
/// assert_eq!(pintle_go::utf8::decode("é!".as_bytes()), (Some('é'), 2));
/// assert_eq!(pintle_go::utf8::decode(b"\xe4\xb8"), (None, 1));
/// ```
pub fn decode(s: &[u8]) -> (Option<char>, usize) {
    let Some(&first) = s.first() else {
        return (None, 0);
    };
    let n = match first {
        0..0x80 => return (Some(first as char), 1),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (None, 1),
    };
    match s.get(..n).and_then(|b| std::str::from_utf8(b).ok()).and_then(|t| t.chars().next()) {
        Some(c) => (Some(c), n),
        None => (None, 1),
    }
}

/// Appends a character as `utf8.AppendRune`: what is no character becomes U+FFFD.
pub fn push(out: &mut Vec<u8>, r: u32) {
    let c = char::from_u32(r).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Go's `for i, r := range s`: each place with its character, U+FFFD for a broken byte.
pub fn chars(s: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (c, n) = decode(s.get(at..)?);
        if n == 0 {
            return None;
        }
        let here = at;
        at += n;
        Some((here, c.unwrap_or(char::REPLACEMENT_CHARACTER)))
    })
}

/// `utf8.RuneCount`.
pub fn count(s: &[u8]) -> usize {
    match std::str::from_utf8(s) {
        Ok(t) => t.chars().count(),
        Err(_) => chars(s).count(),
    }
}
