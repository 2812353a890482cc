//! Strings: Sprig's wrappers over Go's `strings`, goutils and its own. Most cut by byte, so that a result may hold half
//! a character, as in Go.

use pintle_go::{Func, FuncError, FuncResult, GoStr, Map, Type, Value, fmt, strconv};

use crate::args::{any, int, string, strslice, strval, text};
use crate::runes;

const S: Type = Type::String;
const I: Type = Type::Int;
const ANY: Type = Type::Any;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("hello", &[], S, |_| Ok("Hello!".into())),
    Func::plain("abbrev", &[I, S], S, |a| Ok(abbrev(int(a, 0), string(a, 1)))),
    Func::plain("abbrevboth", &[I, I, S], S, |a| Ok(abbrevboth(int(a, 0), int(a, 1), string(a, 2)))),
    Func::plain("trunc", &[I, S], S, |a| Ok(bytes(trunc(int(a, 0), text(a, 1))))),
    Func::plain("trim", &[S], S, |a| Ok(bytes(runes::trim_space(text(a, 0))))),
    Func::plain("upper", &[S], S, |a| Ok(map_case(string(a, 0), u8::is_ascii_lowercase, runes::to_upper))),
    Func::plain("lower", &[S], S, |a| Ok(map_case(string(a, 0), u8::is_ascii_uppercase, runes::to_lower))),
    Func::plain("title", &[S], S, |a| Ok(title(text(a, 0)))),
    Func::plain("untitle", &[S], S, |a| Ok(untitle(text(a, 0)))),
    Func::plain("substr", &[I, I, S], S, |a| substr(int(a, 0), int(a, 1), text(a, 2))),
    Func::plain("repeat", &[I, S], S, |a| Ok(repeat(text(a, 1), int(a, 0))?.into())),
    Func::plain("trimall", &[S, S], S, trim_all),
    Func::plain("trimAll", &[S, S], S, trim_all),
    Func::plain("trimSuffix", &[S, S], S, |a| Ok(bytes(text(a, 1).strip_suffix(text(a, 0)).unwrap_or(text(a, 1))))),
    Func::plain("trimPrefix", &[S, S], S, |a| Ok(bytes(text(a, 1).strip_prefix(text(a, 0)).unwrap_or(text(a, 1))))),
    Func::plain("nospace", &[S], S, |a| Ok(nospace(string(a, 0)))),
    Func::plain("initials", &[S], S, |a| Ok(initials(text(a, 0)))),
    Func::plain("swapcase", &[S], S, |a| Ok(swapcase(text(a, 0)))),
    Func::plain("wrap", &[I, S], S, |a| Ok(wrap(text(a, 1), int(a, 0), b"", false))),
    Func::plain("wrapWith", &[I, S, S], S, |a| Ok(wrap(text(a, 2), int(a, 0), text(a, 1), true))),
    Func::plain("contains", &[S, S], Type::Bool, |a| Ok(runes::find(text(a, 1), text(a, 0)).is_some().into())),
    Func::plain("hasPrefix", &[S, S], Type::Bool, |a| Ok(text(a, 1).starts_with(text(a, 0)).into())),
    Func::plain("hasSuffix", &[S, S], Type::Bool, |a| Ok(text(a, 1).ends_with(text(a, 0)).into())),
    Func::variadic("quote", &[ANY], S, |a| Ok(quote(a))),
    Func::variadic("squote", &[ANY], S, |a| Ok(squote(a))),
    Func::variadic("cat", &[ANY], S, |a| Ok(cat(a))),
    Func::plain("indent", &[I, S], S, |a| indent(&[], int(a, 0), text(a, 1))),
    Func::plain("nindent", &[I, S], S, |a| indent(b"\n", int(a, 0), text(a, 1))),
    Func::plain("replace", &[S, S, S], S, |a| Ok(bytes(runes::replace(text(a, 2), text(a, 0), text(a, 1))))),
    Func::plain("plural", &[S, S, I], S, |a| Ok(string(a, usize::from(int(a, 2) != 1)).into())),
    Func::plain("toString", &[ANY], S, |a| Ok(strval(any(a, 0)).into())),
    Func::plain("split", &[S, S], STRING_MAP, |a| Ok(numbered(runes::split(text(a, 1), text(a, 0), None)))),
    Func::plain("splitn", &[S, I, S], STRING_MAP, |a| {
        Ok(numbered(runes::split(text(a, 2), text(a, 0), usize::try_from(int(a, 1)).ok())))
    }),
    Func::plain("splitList", &[S, S], Type::STRINGS, |a| {
        Ok(Value::strings(runes::split(text(a, 1), text(a, 0), None)))
    }),
    Func::plain("toStrings", &[ANY], Type::STRINGS, |a| match any(a, 0) {
        Value::List(l) if l.ty() == Type::STRINGS => Ok(Value::List(l.clone())), // a nil one stays nil
        v => Ok(Value::strings(strslice(v))),
    }),
    Func::plain("join", &[S, ANY], S, |a| Ok(join(text(a, 0), &strslice(any(a, 1))))),
];

/// `map[string]string`
const STRING_MAP: Type = Type::Map(&Type::String);

fn bytes(b: impl Into<GoStr>) -> Value {
    Value::Str(b.into())
}

/// goutils `Abbreviate`: widths count bytes.
fn abbrev(width: i64, s: GoStr) -> Value {
    if width < 4 { s.into() } else { abbreviate(s, 0, width) }
}

fn abbrevboth(left: i64, right: i64, s: GoStr) -> Value {
    if right < 4 || (left > 0 && right < 7) { s.into() } else { abbreviate(s, left, right) }
}

/// goutils `AbbreviateFull`; `width` is at least 4. Its errors are swallowed by Sprig into "".
fn abbreviate(s: GoStr, offset: i64, width: i64) -> Value {
    let len = s.len() as i64;
    if len <= width {
        return s.into();
    }
    let mut offset = offset.min(len);
    if len - offset < width - 3 {
        offset = len - (width - 3);
    }
    let part = |from: i64, to: i64| s.get(from.max(0) as usize..to.max(0) as usize).unwrap_or_default();
    if offset <= 4 {
        return bytes([part(0, width - 3), b"..."].concat());
    }
    if width < 7 {
        return bytes(GoStr::EMPTY);
    }
    if offset + width - 3 < len {
        let Value::Str(tail) = abbreviate(part(offset, len).into(), 0, width - 3) else { return bytes("") };
        return bytes([b"...", tail.as_bytes()].concat());
    }
    bytes([b"...", part(len - (width - 3), len)].concat())
}

fn trunc(count: i64, s: &[u8]) -> &[u8] {
    let len = s.len() as i64;
    if count < 0 && len + count > 0 {
        return s.get((len + count) as usize..).unwrap_or(s);
    }
    if count >= 0 && len > count {
        return s.get(..count as usize).unwrap_or(s);
    }
    s
}

/// `strings.ToUpper` and `ToLower`: ASCII without anything to change is shared.
fn map_case(s: GoStr, ascii_changes: fn(&u8) -> bool, f: fn(char) -> char) -> Value {
    if s.is_ascii() && !s.iter().any(ascii_changes) {
        return s.into();
    }
    bytes(runes::map(&s, f))
}

/// `strings.Title`: the first letter of each word.
fn title(s: &[u8]) -> Value {
    let mut out = Vec::with_capacity(s.len());
    let mut previous = ' ';
    for c in runes::runes(s) {
        let starts_word = match previous {
            p if p.is_ascii() => !(p.is_ascii_alphanumeric() || p == '_'),
            p => runes::is_space(p),
        };
        runes::push(&mut out, if starts_word { runes::to_title(c) } else { c });
        previous = c;
    }
    bytes(out)
}

/// goutils `Uncapitalize`: the first letter of each word to lower case.
fn untitle(s: &[u8]) -> Value {
    let mut out = Vec::with_capacity(s.len());
    let mut next = true;
    for mut c in runes::runes(s) {
        if runes::is_space(c) {
            next = true;
        } else if next {
            c = runes::to_lower(c);
            next = false;
        }
        runes::push(&mut out, c);
    }
    bytes(out)
}

fn substr(start: i64, end: i64, s: &[u8]) -> FuncResult {
    let len = s.len() as i64;
    let part = match (start, end) {
        (i64::MIN..0, i64::MIN..0) => return Err(format!("runtime error: slice bounds out of range [:{end}]").into()),
        (i64::MIN..0, _) if end > len => {
            return Err(format!("runtime error: slice bounds out of range [:{end}] with length {len}").into());
        }
        (i64::MIN..0, _) => s.get(..end as usize),
        _ => {
            let end = if end < 0 || end > len { len } else { end };
            if start > end {
                return Err(format!("runtime error: slice bounds out of range [{start}:{end}]").into());
            }
            s.get(start as usize..end as usize)
        }
    };
    Ok(bytes(part.unwrap_or_default()))
}

/// Longer strings are refused, where Go would go on until memory ends.
const MOST_BYTES: usize = 512 << 20;

/// `strings.Repeat`, with its panics.
pub(crate) fn repeat(s: &[u8], count: i64) -> Result<GoStr, FuncError> {
    let count = usize::try_from(count).map_err(|_| "strings: negative Repeat count")?;
    if s.len().checked_mul(count).is_none_or(|len| len > MOST_BYTES) {
        return Err("strings: Repeat output length overflow".into());
    }
    Ok(s.repeat(count).into())
}

/// `strings.Trim` by a set of runes.
fn trim_all(a: &[Value]) -> FuncResult {
    let (set, s) = (text(a, 0), text(a, 1));
    let set: Vec<char> = runes::runes(set).collect();
    Ok(bytes(runes::trim(s, |c| set.contains(&c))))
}

/// goutils `DeleteWhiteSpace`: it takes each *byte* for a character, so other text comes out as mis-decoded Latin-1.
fn nospace(s: GoStr) -> Value {
    if !s.iter().any(|b| runes::is_space(*b as char)) {
        return s.into();
    }
    let mut out = Vec::with_capacity(s.len());
    for c in s.iter().map(|b| *b as char).filter(|c| !runes::is_space(*c)) {
        runes::push(&mut out, c);
    }
    bytes(out)
}

/// goutils `Initials`, by bytes too.
fn initials(s: &[u8]) -> Value {
    let mut out = Vec::new();
    let mut gap = true;
    for c in s.iter().map(|b| *b as char) {
        if runes::is_space(c) {
            gap = true;
        } else if gap {
            runes::push(&mut out, c);
            gap = false;
        }
    }
    bytes(out)
}

/// goutils `SwapCase`: lower case at the start of a word becomes title case.
fn swapcase(s: &[u8]) -> Value {
    let mut out = Vec::with_capacity(s.len());
    let mut word_start = true;
    for c in runes::runes(s) {
        let swapped = if runes::is_upper(c) || runes::is_title(c) {
            word_start = false;
            runes::to_lower(c)
        } else if runes::is_lower(c) {
            let title = std::mem::take(&mut word_start);
            if title { runes::to_title(c) } else { runes::to_upper(c) }
        } else {
            word_start = runes::is_space(c);
            c
        };
        runes::push(&mut out, swapped);
    }
    bytes(out)
}

/// goutils `WrapCustom`: breaks at blanks; a word longer than the width is cut only if `long_words`.
fn wrap(s: &[u8], width: i64, newline: &[u8], long_words: bool) -> Value {
    let newline: &[u8] = if newline.is_empty() { b"\n" } else { newline };
    let width = width.max(1) as usize;
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s;
    while rest.len() > width {
        if let Some(tail) = rest.strip_prefix(b" ") {
            rest = tail;
            continue;
        }
        let blank = rest.get(..=width).and_then(|line| line.iter().rposition(|b| *b == b' '));
        // the line's end, and how much is skipped there
        let (end, skip) = match blank {
            Some(at) => (at, 1),
            None if long_words => (width, 0),
            None => match rest.iter().skip(width).position(|b| *b == b' ') {
                Some(at) => (width + at, 1),
                None => break,
            },
        };
        let (line, tail) = rest.split_at(end);
        out.extend_from_slice(line);
        out.extend_from_slice(newline);
        rest = tail.get(skip..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    bytes(out)
}

fn quote(args: &[Value]) -> Value {
    let quoted: Vec<String> = args.iter().filter(|v| !v.is_nil()).map(|v| strconv::quote(&strval(v))).collect();
    quoted.join(" ").into()
}

fn squote(args: &[Value]) -> Value {
    let mut out = Vec::new();
    for v in args.iter().filter(|v| !v.is_nil()) {
        out.extend_from_slice(if out.is_empty() { b"'" } else { b" '" });
        fmt::write_value(&mut out, v);
        out.push(b'\'');
    }
    bytes(out)
}

fn cat(args: &[Value]) -> Value {
    let mut out = Vec::new();
    for (i, v) in args.iter().filter(|v| !v.is_nil()).enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        fmt::write_value(&mut out, v);
    }
    bytes(out)
}

fn indent(before: &[u8], spaces: i64, s: &[u8]) -> FuncResult {
    let pad = repeat(b" ", spaces)?;
    let lines = s.iter().filter(|b| **b == b'\n').count();
    let mut out = Vec::new();
    let len = pad.len().saturating_mul(lines + 1).saturating_add(s.len() + before.len());
    if len > MOST_BYTES {
        return Err("strings: Repeat output length overflow".into());
    }
    out.reserve(len);
    out.extend_from_slice(before);
    for (i, line) in s.split(|b| *b == b'\n').enumerate() {
        if i > 0 {
            out.push(b'\n');
        }
        out.extend_from_slice(&pad);
        out.extend_from_slice(line);
    }
    Ok(bytes(out))
}

/// `_0`, `_1` … to the parts.
fn numbered(parts: Vec<&[u8]>) -> Value {
    let pairs = parts.into_iter().enumerate().map(|(i, p)| (GoStr::from(format!("_{i}")), bytes(p))).collect();
    Value::Map(Map::typed_from_pairs(STRING_MAP, pairs))
}

fn join(sep: &[u8], parts: &[GoStr]) -> Value {
    match parts {
        [] => bytes(GoStr::EMPTY),
        [one] => one.clone().into(),
        parts => {
            let parts: Vec<&[u8]> = parts.iter().map(GoStr::as_bytes).collect();
            bytes(parts.join(sep))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(v: Value) -> String {
        v.as_str().unwrap().to_string()
    }

    #[test]
    fn cuts_by_byte() {
        assert_eq!(trunc(2, "é!".as_bytes()), "é".as_bytes());
        assert_eq!(trunc(-1, b"abc"), b"c");
        assert_eq!(shown(abbrev(5, "hello world".into())), "he...");
        assert_eq!(shown(abbrevboth(5, 10, "1234 5678 9123".into())), "...5678...");
        assert!(substr(5, 2, b"abc").unwrap_err().to_string().ends_with("[5:2]"));
    }

    #[test]
    fn wraps() {
        assert_eq!(shown(wrap(b"Hello World", 5, b"", false)), "Hello\nWorld");
        assert_eq!(shown(wrap(b"longword is", 4, b"-", true)), "long-word-is");
        assert_eq!(shown(wrap(b"longword is", 4, b"", false)), "longword\nis");
    }

    #[test]
    fn words() {
        assert_eq!(shown(title("hello wörld_x-y".as_bytes())), "Hello Wörld_x-Y");
        assert_eq!(shown(swapcase(b"This Is")), "tHIS iS");
        assert_eq!(shown(initials(b"First Try")), "FT");
        assert_eq!(shown(nospace(b" a b ".as_slice().into())), "ab");
    }
}
