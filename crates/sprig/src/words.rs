//! Word cases of xstrings: `camelcase`, `snakecase`, `kebabcase`, and `shuffle`.

use pintle_go::{Func, FuncResult, Type, Value};

use crate::args::text;
use crate::runes::{self, RUNE_ERROR, is_space, is_upper, push};
use crate::sources;

const S: &[Type] = &[Type::String];

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("camelcase", S, Type::String, |a| Ok(Value::str(pascal_case(text(a, 0))))),
    Func::plain("snakecase", S, Type::String, |a| Ok(Value::str(lower_case(text(a, 0), '_')))),
    Func::plain("kebabcase", S, Type::String, |a| Ok(Value::str(lower_case(text(a, 0), '-')))),
    Func::plain("shuffle", S, Type::String, shuffle),
];

fn shuffle(args: &[Value]) -> FuncResult {
    let mut chars: Vec<char> = runes::runes(text(args, 0)).collect();
    for i in (1..chars.len()).rev() {
        chars.swap(i, sources::below(i as u64 + 1)? as usize);
    }
    Ok(chars.into_iter().collect::<String>().into())
}

fn is_connector(c: char) -> bool {
    matches!(c, '-' | '_') || is_space(c)
}

/// `ToPascalCase`: connectors go, the letter after one is upper case, the rest of an upper-case word is lowered.
/// Connectors at the start and all but one of several stay.
fn pascal_case(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    let mut chars = runes::runes(s).peekable();
    let mut upper_word = false;
    let mut current = None;
    for c in chars.by_ref() {
        if !is_connector(c) {
            upper_word = is_upper(c);
            current = Some(runes::to_upper(c));
            break;
        }
        // a lone connector at the very end is written twice, as xstrings does
        current = Some(c);
        push(&mut out, c);
    }
    let Some(mut current) = current else { return out };
    if chars.peek().is_none() {
        push(&mut out, current);
        return out;
    }
    for c in chars {
        let previous = std::mem::replace(&mut current, c);
        if is_connector(c) && is_connector(previous) {
            push(&mut out, previous);
            continue;
        }
        if is_connector(previous) {
            upper_word = is_upper(c);
            current = runes::to_upper(c);
        } else {
            if upper_word {
                if is_upper(c) {
                    current = runes::to_lower(c);
                } else {
                    upper_word = false;
                }
            }
            push(&mut out, previous);
        }
    }
    push(&mut out, current);
    out
}

/// What a run of characters is to the splitter.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punct,
    Other,
}

/// xstrings' `isAlphabet`: a letter, but not the common Chinese ones.
fn is_alphabet(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}')
}

/// `unicode.IsPunct`: the ASCII ones, and the blocks where the others live.
fn is_punct(c: char) -> bool {
    match c {
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => false,
        c if c.is_ascii() => c.is_ascii_punctuation(),
        c => matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37e}' | '\u{387}' | '\u{55a}'..='\u{55f}'
            | '\u{589}' | '\u{58a}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}' | '\u{5f3}' | '\u{5f4}' | '\u{60c}' | '\u{61b}'
            | '\u{61e}' | '\u{61f}' | '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{e4f}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}' | '\u{2053}'..='\u{205e}'
            | '\u{207d}' | '\u{207e}' | '\u{208d}' | '\u{208e}' | '\u{2308}'..='\u{230b}' | '\u{2329}' | '\u{232a}'
            | '\u{2768}'..='\u{2775}' | '\u{27c5}' | '\u{27c6}' | '\u{27e6}'..='\u{27ef}' | '\u{2983}'..='\u{2998}'
            | '\u{29d8}'..='\u{29db}' | '\u{29fc}' | '\u{29fd}' | '\u{2e00}'..='\u{2e2e}' | '\u{2e30}'..='\u{2e4f}'
            | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{3030}' | '\u{303d}'
            | '\u{30a0}' | '\u{30fb}' | '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe52}' | '\u{fe54}'..='\u{fe61}'
            | '\u{fe63}' | '\u{fe68}' | '\u{fe6a}' | '\u{fe6b}' | '\u{ff01}'..='\u{ff03}' | '\u{ff05}'..='\u{ff0a}'
            | '\u{ff0c}'..='\u{ff0f}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{ff20}' | '\u{ff3b}'..='\u{ff3d}'
            | '\u{ff3f}' | '\u{ff5b}' | '\u{ff5d}' | '\u{ff5f}'..='\u{ff65}'),
    }
}

/// The next good rune, broken bytes counted into its width; `previous` where there is none.
fn next_valid(s: &[u8], previous: char) -> (char, usize) {
    let mut size = 0;
    for (c, n) in runes::Runes(s) {
        size += n;
        if c != RUNE_ERROR {
            return (c, size);
        }
    }
    (previous, size)
}

/// The first word of a string: its kind and its length.
fn next_word(s: &[u8]) -> (Kind, usize) {
    if s.is_empty() {
        return (Kind::Invalid, 0);
    }
    let (first, mut at) = next_valid(s, RUNE_ERROR);
    if first == RUNE_ERROR {
        return (Kind::Invalid, at);
    }
    let run = |mut at: usize, class: &dyn Fn(char, usize) -> bool| {
        let mut c = first;
        while at < s.len() {
            let size;
            (c, size) = next_valid(s.get(at..).unwrap_or_default(), c);
            if !class(c, size) {
                break;
            }
            at += size;
        }
        (at, c)
    };
    let lower = |c: char, _| is_alphabet(c) && !is_upper(c);
    if is_connector(first) {
        return (Kind::Connector, run(at, &|c, _| is_connector(c)).0);
    }
    if is_punct(first) {
        return (Kind::Punct, run(at, &|c, _| is_punct(c)).0);
    }
    if is_upper(first) {
        if at < s.len() {
            let (second, size) = next_valid(s.get(at..).unwrap_or_default(), first);
            if is_upper(second) {
                // of HTTPStatus the S belongs to the next word
                let mut previous = size;
                at += size;
                let mut c = second;
                while at < s.len() {
                    let n;
                    (c, n) = next_valid(s.get(at..).unwrap_or_default(), c);
                    if !is_upper(c) {
                        break;
                    }
                    previous = n;
                    at += n;
                }
                if at < s.len() && is_alphabet(c) {
                    at -= previous;
                }
            } else if is_alphabet(second) {
                at = run(at + size, &lower).0;
            }
        }
        return (Kind::Upper, at);
    }
    if is_alphabet(first) {
        return (Kind::Alphabet, run(at, &lower).0);
    }
    if first.is_numeric() {
        return (Kind::Number, run(at, &|c, _| c.is_numeric()).0);
    }
    let other = |c: char, size| !(size == 0 || is_connector(c) || is_alphabet(c) || c.is_numeric() || is_punct(c));
    (Kind::Other, run(at, &other).0)
}

/// The words of a string, one at a time.
struct Words<'a> {
    kind: Kind,
    word: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn new(s: &'a [u8]) -> Self {
        let mut words = Words { kind: Kind::Invalid, word: b"", rest: s };
        words.advance();
        words
    }

    fn advance(&mut self) {
        let (kind, len) = next_word(self.rest);
        let (word, rest) = self.rest.split_at(len.min(self.rest.len()));
        (self.kind, self.word, self.rest) = (kind, word, rest);
    }

    /// Writes words for as long as they are small letters and numbers.
    fn write_plain(&mut self, out: &mut Vec<u8>, connector: char) {
        while matches!(self.kind, Kind::Alphabet | Kind::Number) {
            write_word(out, self.kind, self.word, connector);
            self.advance();
        }
    }
}

fn write_word(out: &mut Vec<u8>, kind: Kind, word: &[u8], connector: char) {
    if !matches!(kind, Kind::Upper | Kind::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for c in runes::runes(word) {
        push(
            out,
            if is_connector(c) {
                connector
            } else if is_upper(c) {
                runes::to_lower(c)
            } else {
                c
            },
        );
    }
}

/// `ToSnakeCase` and `ToKebabCase`: words lowered and joined, a number sticks to the word before it if it can.
fn lower_case(s: &[u8], connector: char) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 8);
    if s.is_empty() {
        return out;
    }
    let mut w = Words::new(s);
    while !w.rest.is_empty() {
        if w.kind != Kind::Connector {
            write_word(&mut out, w.kind, w.word, connector);
        }
        let (previous, last) = (w.kind, w.word);
        w.advance();
        match previous {
            Kind::Number => {
                w.write_plain(&mut out, connector);
                if !matches!(w.kind, Kind::Invalid | Kind::Punct | Kind::Connector) {
                    push(&mut out, connector);
                }
            }
            Kind::Connector => write_word(&mut out, previous, last, connector),
            Kind::Punct => {}
            _ if w.kind != Kind::Number => {
                if !matches!(w.kind, Kind::Connector | Kind::Punct) {
                    push(&mut out, connector);
                }
            }
            _ if w.rest.is_empty() => {}
            _ => {
                let number = w.word;
                w.advance();
                if w.kind != Kind::Alphabet {
                    // "Bld4Floor" is bld4_floor
                    write_word(&mut out, Kind::Number, number, connector);
                    if !matches!(w.kind, Kind::Connector | Kind::Punct) {
                        push(&mut out, connector);
                    }
                    continue;
                }
                // "http2xx" is http_2xx
                push(&mut out, connector);
                write_word(&mut out, Kind::Number, number, connector);
                w.write_plain(&mut out, connector);
                if !matches!(w.kind, Kind::Invalid | Kind::Connector | Kind::Punct) {
                    push(&mut out, connector);
                }
            }
        }
    }
    write_word(&mut out, w.kind, w.word, connector);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (s, pascal, snake) in [
            ("FirstName", "FirstName", "first_name"),
            ("HTTPServer", "Httpserver", "http_server"),
            ("http_server", "HttpServer", "http_server"),
            ("_complex__case_", "_Complex_Case_", "_complex__case_"),
            ("some words", "SomeWords", "some_words"),
            ("HTTP20xOK", "Http20xOK", "http_20x_ok"),
            ("Bld4Floor3rd", "Bld4Floor3rd", "bld4_floor_3rd"),
            ("a", "A", "a"),
        ] {
            assert_eq!(String::from_utf8(pascal_case(s.as_bytes())).unwrap(), pascal);
            assert_eq!(String::from_utf8(lower_case(s.as_bytes(), '_')).unwrap(), snake);
        }
    }
}
