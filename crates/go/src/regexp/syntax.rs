//! Go's grammar of regular expressions, written anew for the `regex` crate.
//!
//! Every piece is emitted in a form without context: flags are resolved here (`.` becomes a class or `(?s:.)`), Perl
//! and POSIX classes become their ASCII ranges, names of groups are kept aside since Go allows one twice. What the
//! crate would accept and Go would not (`a**`, `\p{Alphabetic}`, repeats over 1000) is refused with Go's words.

use crate::{GoStr, utf8};

/// Go's `maxHeight`: deeper nesting is refused.
pub(super) const MAX_HEIGHT: u32 = 1000;

/// Go's limit for repeat counts, also for their product when nested.
const MAX_REPEAT: u64 = 1000;

/// Go's `*syntax.Error`.
#[derive(Debug, PartialEq)]
pub(super) struct Error {
    code: &'static str,
    expr: GoStr,
}

impl Error {
    fn new(code: &'static str, expr: &[u8]) -> Error {
        Error { code, expr: expr.into() }
    }
    pub(super) fn too_large(pattern: &[u8]) -> Error {
        Error::new("expression too large", pattern)
    }
    /// `error parsing regexp: CODE: ` and the expression between backquotes.
    pub(super) fn text(&self) -> GoStr {
        let mut t = format!("error parsing regexp: {}: `", self.code).into_bytes();
        t.extend_from_slice(&self.expr);
        t.push(b'`');
        t.into()
    }
}

const CHAR_RANGE: &str = "invalid character class range";
const ESCAPE: &str = "invalid escape sequence";
const NAMED_CAPTURE: &str = "invalid named capture";
const PERL_OP: &str = "invalid or unsupported Perl syntax";
const REPEAT_OP: &str = "invalid nested repetition operator";
const REPEAT_SIZE: &str = "invalid repeat count";
const UTF8: &str = "invalid UTF-8";
const MISSING_BRACKET: &str = "missing closing ]";
const MISSING_PAREN: &str = "missing closing )";
const MISSING_ARGUMENT: &str = "missing argument to repetition operator";
const TRAILING_BACKSLASH: &str = "trailing backslash at end of expression";
const UNEXPECTED_PAREN: &str = "unexpected )";
const NESTING: &str = "expression nests too deeply";

/// A class that no character is in.
const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

type Result<T> = std::result::Result<T, Error>;

/// A translated expression.
pub(super) struct Translated {
    /// In the dialect of the `regex` crate.
    pub rust: String,
    /// The groups' names, the whole match first.
    pub names: Vec<String>,
}

/// `(?flags)`; greediness and the meaning of `.`, `^`, `$` are resolved while reading.
#[derive(Clone, Copy, Default)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_newline: bool,
    swap_greed: bool,
}

/// The piece that a repetition would apply to.
#[derive(Clone, Copy)]
struct Atom {
    /// Where it starts in the output.
    start: usize,
    /// Whether it ends in a repetition, so that another one needs a group around.
    repeated: bool,
    /// The largest product of nested repeat counts in it.
    product: u64,
    height: u32,
}

/// An open group; the outermost is the expression itself.
struct Group {
    start: usize,
    /// The flags that hold again after it.
    flags: Flags,
    product: u64,
    height: u32,
    captures: bool,
}

struct Parser<'a> {
    src: &'a [u8],
    at: usize,
    out: String,
    flags: Flags,
    groups: Vec<Group>,
    last: Option<Atom>,
    names: Vec<String>,
}

/// Reads Go's syntax.
pub(super) fn translate(src: &[u8]) -> Result<Translated> {
    let mut p = Parser {
        src,
        at: 0,
        out: String::with_capacity(src.len() * 2),
        flags: Flags::default(),
        groups: Vec::new(),
        last: None,
        names: vec![String::new()],
    };
    p.whole()?;
    Ok(Translated { rust: p.out, names: p.names })
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a [u8] {
        self.src.get(self.at..).unwrap_or_default()
    }
    fn peek(&self) -> Option<u8> {
        self.src.get(self.at).copied()
    }

    /// Go's `nextRune`: the character at hand (U+FFFD at the end, as Go's decoder says).
    fn next(&mut self) -> Result<char> {
        match utf8::decode(self.rest()) {
            (None, 1) => Err(Error::new(UTF8, self.rest())),
            (c, n) => {
                self.at += n;
                Ok(c.unwrap_or(char::REPLACEMENT_CHARACTER))
            }
        }
    }

    fn whole(&mut self) -> Result<()> {
        let mut last_repeat: Option<usize> = None;
        while let Some(c) = self.peek() {
            let here = self.at;
            let mut repeat = None;
            match c {
                b'(' if self.rest().starts_with(b"(?") => self.perl_group()?,
                b'(' => {
                    self.at += 1;
                    self.open(true, String::new())?;
                }
                b'|' => {
                    self.at += 1;
                    self.out.push('|');
                    self.close_branch();
                }
                b')' => {
                    self.close()?;
                    self.at += 1;
                }
                b'^' => self.simple(if self.flags.multi_line { "(?m:^)" } else { "^" }),
                b'$' => self.simple(if self.flags.multi_line { "(?m:$)" } else { "$" }),
                b'.' => self.simple(if self.flags.dot_newline { "(?s:.)" } else { r"[^\n]" }),
                b'[' => self.class()?,
                b'*' | b'+' | b'?' => {
                    self.at += 1;
                    let (min, max) = match c {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat(&(c as char).to_string(), min, max, false, here, last_repeat)?;
                    repeat = Some(here);
                }
                b'{' => match self.counts() {
                    None => {
                        self.at += 1;
                        self.literal('{');
                    }
                    Some((min, max, after)) => {
                        self.at = after;
                        let too_big = |n: u64| n > MAX_REPEAT;
                        if too_big(min) || max.is_some_and(|m| too_big(m) || min > m) {
                            return Err(Error::new(REPEAT_SIZE, &self.src[here..after]));
                        }
                        let op = match max {
                            Some(m) if m == min => format!("{{{min}}}"),
                            Some(m) => format!("{{{min},{m}}}"),
                            None => format!("{{{min},}}"),
                        };
                        self.repeat(&op, min, max, true, here, last_repeat)?;
                        repeat = Some(here);
                    }
                },
                b'\\' => self.escape_sequence()?,
                _ => {
                    let c = self.next()?;
                    self.literal(c);
                }
            }
            last_repeat = repeat;
        }
        if self.groups.is_empty() { Ok(()) } else { Err(Error::new(MISSING_PAREN, self.src)) }
    }

    /// Notes that the output from `start` on is one piece.
    fn atom(&mut self, start: usize) {
        self.last = Some(Atom { start, repeated: false, product: 1, height: 1 });
    }

    fn simple(&mut self, rust: &str) {
        let start = self.out.len();
        self.at += 1;
        self.out.push_str(rust);
        self.atom(start);
    }

    fn literal(&mut self, c: char) {
        let start = self.out.len();
        let fold = self.flags.fold && (c.is_alphabetic() || !c.is_ascii());
        if fold {
            self.out.push_str("(?i:");
        }
        if c.is_ascii_alphanumeric() || c == '_' || c == ' ' || !c.is_ascii() {
            self.out.push(c);
        } else {
            push_hex(&mut self.out, c as u32);
        }
        if fold {
            self.out.push(')');
        }
        self.atom(start);
    }

    /// Takes the finished piece into account of the group around it.
    fn settle(&mut self) {
        if let (Some(last), Some(g)) = (self.last.take(), self.groups.last_mut()) {
            g.product = g.product.max(last.product);
            g.height = g.height.max(last.height);
        }
    }

    fn close_branch(&mut self) {
        self.settle();
    }

    fn open(&mut self, captures: bool, name: String) -> Result<()> {
        let start = self.out.len();
        self.settle();
        if captures {
            self.names.push(name);
            self.out.push('(');
        } else {
            self.out.push_str("(?:");
        }
        if self.groups.len() as u32 >= MAX_HEIGHT {
            return Err(Error::new(NESTING, self.src));
        }
        self.groups.push(Group { start, flags: self.flags, product: 1, height: 0, captures });
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.settle();
        let Some(g) = self.groups.pop() else {
            return Err(Error::new(UNEXPECTED_PAREN, self.src));
        };
        self.out.push(')');
        self.flags = g.flags;
        let height = g.height + u32::from(g.captures);
        self.last = Some(Atom { start: g.start, repeated: false, product: g.product, height });
        self.check_height(height)
    }

    fn check_height(&self, height: u32) -> Result<()> {
        if height > MAX_HEIGHT { Err(Error::new(NESTING, self.src)) } else { Ok(()) }
    }

    /// `(?…`: a named group, a group with flags, or flags for the rest of the group.
    fn perl_group(&mut self) -> Result<()> {
        let s = self.rest();
        let name_at = if s.len() > 4 && s.starts_with(b"(?P<") {
            Some(4)
        } else if s.len() > 3 && s.starts_with(b"(?<") {
            Some(3)
        } else {
            None
        };
        if let Some(from) = name_at {
            let Some(end) = s.iter().position(|c| *c == b'>') else {
                check_utf8(s)?;
                return Err(Error::new(NAMED_CAPTURE, s));
            };
            let name = &s[from.min(end)..end];
            check_utf8(name)?;
            if name.is_empty() || !name.iter().all(|c| *c == b'_' || c.is_ascii_alphanumeric()) {
                return Err(Error::new(NAMED_CAPTURE, &s[..=end]));
            }
            self.at += end + 1;
            return self.open(true, String::from_utf8_lossy(name).into_owned());
        }
        let from = self.at;
        self.at += 2;
        let mut flags = self.flags;
        let (mut set, mut saw) = (true, false);
        while self.at < self.src.len() {
            match self.next()? {
                'i' => flags.fold = set,
                'm' => flags.multi_line = set,
                's' => flags.dot_newline = set,
                'U' => flags.swap_greed = set,
                '-' if set => {
                    set = false;
                    saw = false;
                    continue;
                }
                c @ (':' | ')') if set || saw => {
                    if c == ':' {
                        self.open(false, String::new())?;
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
            saw = true;
        }
        Err(Error::new(PERL_OP, &self.src[from..self.at]))
    }

    /// `{2}`, `{2,}`, `{2,5}` at hand: the counts and the place after; anything else is no repetition.
    fn counts(&self) -> Option<(u64, Option<u64>, usize)> {
        let (min, at) = self.count(self.at + 1)?;
        let (max, at) = match self.src.get(at)? {
            b',' if self.src.get(at + 1)? == &b'}' => (None, at + 1),
            b',' => {
                let (max, at) = self.count(at + 1)?;
                (Some(max), at)
            }
            _ => (Some(min), at),
        };
        (self.src.get(at)? == &b'}').then_some((min, max, at + 1))
    }

    fn count(&self, at: usize) -> Option<(u64, usize)> {
        let digits = self.src.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).count();
        let text = &self.src[at..at + digits];
        if digits == 0 || digits > 1 && text[0] == b'0' {
            return None;
        }
        let n = text.iter().fold(0u64, |n, c| n.saturating_mul(10).saturating_add(u64::from(c - b'0')));
        Some((n, at + digits))
    }

    /// Applies a repetition, read up to `self.at`, to the last piece.
    fn repeat(
        &mut self,
        op: &str,
        min: u64,
        max: Option<u64>,
        counted: bool,
        before: usize,
        last_repeat: Option<usize>,
    ) -> Result<()> {
        let mut lazy = self.flags.swap_greed;
        if self.peek() == Some(b'?') {
            self.at += 1;
            lazy = !lazy;
        }
        if let Some(from) = last_repeat {
            return Err(Error::new(REPEAT_OP, &self.src[from..self.at]));
        }
        let Some(atom) = self.last else {
            return Err(Error::new(MISSING_ARGUMENT, &self.src[before..self.at]));
        };
        let mut product = atom.product;
        if counted {
            let times = match max {
                Some(0) => 0,
                Some(m) => m,
                None => min,
            };
            product = if times == 0 && max.is_some() { 1 } else { product * times.max(1) };
            if (min >= 2 || times >= 2) && product > MAX_REPEAT {
                return Err(Error::new(REPEAT_SIZE, &self.src[before..self.at]));
            }
        }
        if atom.repeated || matches!(self.out.as_bytes().get(atom.start), Some(b'^' | b'$')) {
            self.out.insert_str(atom.start, "(?:");
            self.out.push(')');
        }
        if max == Some(0) {
            // never taken, but its groups count: the crate would drop them with `{0}`
            self.out.insert_str(atom.start, "(?:");
            self.out.push_str(NOTHING);
            self.out.push_str(")??");
        } else {
            self.out.push_str(op);
            if lazy {
                self.out.push('?');
            }
        }
        let height = atom.height + 1;
        self.last = Some(Atom { start: atom.start, repeated: true, product, height });
        self.check_height(height)
    }

    /// A backslash outside of a class.
    fn escape_sequence(&mut self) -> Result<()> {
        let s = self.rest();
        let start = self.out.len();
        match s.get(1) {
            Some(c @ (b'A' | b'z')) => {
                self.out.push_str(if *c == b'A' { "^" } else { "$" });
                self.at += 2;
            }
            Some(b'b') => {
                self.out.push_str(r"(?-u:\b)");
                self.at += 2;
            }
            Some(b'B') => {
                self.out.push_str(r"(?-u:\B)");
                self.at += 2;
            }
            Some(b'C') => return Err(Error::new(ESCAPE, &s[..2])),
            Some(b'Q') => {
                let text = &s[2..];
                let end = text.windows(2).position(|w| w == br"\E");
                let stop = self.at + 2 + end.unwrap_or(text.len());
                self.at += 2;
                while self.at < stop {
                    let c = match utf8::decode(&self.src[self.at..stop]) {
                        (Some(c), n) => {
                            self.at += n;
                            c
                        }
                        (None, _) => return Err(Error::new(UTF8, &self.src[self.at..stop])),
                    };
                    self.literal(c);
                }
                self.at = stop + if end.is_some() { 2 } else { 0 };
                return Ok(());
            }
            Some(b'p' | b'P') => {
                let class = self.unicode_class()?;
                self.class_atom(&format!("[{class}]"));
                return Ok(());
            }
            Some(c) if perl_class(*c).is_some() => {
                let class = perl_class(*c).unwrap_or_default();
                self.at += 2;
                self.class_atom(&format!("[{class}]"));
                return Ok(());
            }
            _ => {
                let c = self.escape()?;
                match char::from_u32(c) {
                    Some(c) => self.literal(c),
                    None => {
                        // a surrogate: no text has it
                        self.out.push_str(NOTHING);
                        self.atom(start);
                    }
                }
                return Ok(());
            }
        }
        self.atom(start);
        Ok(())
    }

    fn class_atom(&mut self, class: &str) {
        let start = self.out.len();
        if self.flags.fold {
            self.out.push_str("(?i:");
        }
        self.out.push_str(class);
        if self.flags.fold {
            self.out.push(')');
        }
        self.atom(start);
    }

    /// Go's `parseEscape`: one character.
    fn escape(&mut self) -> Result<u32> {
        let from = self.at;
        self.at += 1;
        if self.at >= self.src.len() {
            return Err(Error::new(TRAILING_BACKSLASH, b""));
        }
        let c = self.next()?;
        let octal = |b: Option<u8>| b.filter(|b| (b'0'..=b'7').contains(b)).map(|b| u32::from(b - b'0'));
        match c {
            '1'..='7' if octal(self.peek()).is_none() => {}
            '0'..='7' => {
                let mut r = c as u32 - '0' as u32;
                for _ in 0..2 {
                    let Some(d) = octal(self.peek()) else { break };
                    r = r * 8 + d;
                    self.at += 1;
                }
                return Ok(r);
            }
            'x' if self.at < self.src.len() => {
                let c = self.next()?;
                if c == '{' {
                    let (mut r, mut digits) = (0u32, 0);
                    while self.at < self.src.len() {
                        let c = self.next()?;
                        if c == '}' {
                            if digits == 0 {
                                break;
                            }
                            return Ok(r);
                        }
                        let Some(d) = c.to_digit(16) else { break };
                        r = r * 16 + d;
                        if r > 0x10ffff {
                            break;
                        }
                        digits += 1;
                    }
                } else {
                    let low = self.next()?;
                    if let (Some(x), Some(y)) = (c.to_digit(16), low.to_digit(16)) {
                        return Ok(x * 16 + y);
                    }
                }
            }
            'a' => return Ok(7),
            'f' => return Ok(12),
            'n' => return Ok(10),
            'r' => return Ok(13),
            't' => return Ok(9),
            'v' => return Ok(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok(c as u32),
            _ => {}
        }
        Err(Error::new(ESCAPE, &self.src[from..self.at]))
    }

    /// `\pL`, `\p{Greek}`, `\P{^Lu}` at hand, as an item of a class.
    fn unicode_class(&mut self) -> Result<String> {
        let s = self.rest();
        let mut negated = s.get(1) == Some(&b'P');
        self.at += 2;
        let c = self.next()?;
        let (seq, name) = if c == '{' {
            let Some(end) = s.iter().position(|c| *c == b'}') else {
                check_utf8(s)?;
                return Err(Error::new(CHAR_RANGE, s));
            };
            check_utf8(&s[3..end])?;
            self.at = self.at - 3 + end + 1;
            (&s[..=end], &s[3..end])
        } else {
            let seq = &s[..s.len() - self.rest().len()];
            (seq, &seq[2..])
        };
        let name = match name.strip_prefix(b"^") {
            Some(name) => {
                negated = !negated;
                name
            }
            None => name,
        };
        let Some(property) = property(name) else {
            return Err(Error::new(CHAR_RANGE, seq));
        };
        Ok(match property.as_str() {
            // no text has surrogates
            "gc=cs" if negated => r"\x{0}-\x{10FFFF}".to_string(),
            "gc=cs" => NOTHING.to_string(),
            p => format!(r"\{}{{{p}}}", if negated { 'P' } else { 'p' }),
        })
    }

    /// `[…]`
    fn class(&mut self) -> Result<()> {
        let whole = self.rest();
        self.at += 1;
        let mut class = String::from("[");
        if self.peek() == Some(b'^') {
            self.at += 1;
            class.push('^');
        }
        let mut first = true;
        while first || self.peek() != Some(b']') {
            first = false;
            let t = self.rest();
            if t.len() > 2
                && t.starts_with(b"[:")
                && let Some(end) = t[2..].windows(2).position(|w| w == b":]")
            {
                let name = &t[..end + 4];
                let Some(ranges) = posix_class(&name[2..end + 2]) else {
                    return Err(Error::new(CHAR_RANGE, name));
                };
                class.push_str(&ranges);
                self.at += name.len();
                continue;
            }
            if let [b'\\', c, ..] = t {
                if matches!(c, b'p' | b'P') {
                    class.push_str(&self.unicode_class()?);
                    continue;
                }
                if let Some(ranges) = perl_class(*c) {
                    class.push_str(ranges);
                    self.at += 2;
                    continue;
                }
            }
            let from = self.at;
            let low = self.class_char(whole)?;
            let mut high = low;
            if let [b'-', next, ..] = self.rest()
                && *next != b']'
            {
                self.at += 1;
                high = self.class_char(whole)?;
                if high < low {
                    return Err(Error::new(CHAR_RANGE, &self.src[from..self.at]));
                }
            }
            push_range(&mut class, low, high);
        }
        self.at += 1;
        class.push(']');
        // a class of nothing but surrogates
        let class = match class.as_str() {
            "[]" => NOTHING.to_string(),
            "[^]" => r"[\x{0}-\x{10FFFF}]".to_string(),
            _ => class,
        };
        self.class_atom(&class);
        Ok(())
    }

    fn class_char(&mut self, whole: &[u8]) -> Result<u32> {
        match self.peek() {
            None => Err(Error::new(MISSING_BRACKET, whole)),
            Some(b'\\') => self.escape(),
            Some(_) => self.next().map(|c| c as u32),
        }
    }
}

fn check_utf8(s: &[u8]) -> Result<()> {
    match std::str::from_utf8(s) {
        Ok(_) => Ok(()),
        Err(e) => Err(Error::new(UTF8, &s[e.valid_up_to()..])),
    }
}

fn push_hex(out: &mut String, c: u32) {
    out.push_str(&format!(r"\x{{{c:X}}}"));
}

/// A range of a class, without the surrogates that no text has.
fn push_range(class: &mut String, low: u32, high: u32) {
    let mut push = |low: u32, high: u32| {
        if low <= high {
            push_hex(class, low);
            if low != high {
                class.push('-');
                push_hex(class, high);
            }
        }
    };
    if high < 0xd800 || low > 0xdfff {
        return push(low, high);
    }
    push(low, high.min(0xd7ff));
    push(low.max(0xe000), high);
}

/// Go's Perl classes are ASCII; `\s` lacks the vertical tab.
fn perl_class(c: u8) -> Option<&'static str> {
    Some(match c {
        b'd' => "0-9",
        b'D' => "[^0-9]",
        b's' => r"\t\n\x0C\r\x20",
        b'S' => r"[^\t\n\x0C\r\x20]",
        b'w' => "0-9A-Za-z_",
        b'W' => "[^0-9A-Za-z_]",
        _ => return None,
    })
}

/// `[:name:]` and `[:^name:]`, by what is between the colons.
fn posix_class(name: &[u8]) -> Option<String> {
    let (negated, name) = match name.strip_prefix(b"^") {
        Some(n) => (true, n),
        None => (false, name),
    };
    let ranges = match name {
        b"alnum" => "0-9A-Za-z",
        b"alpha" => "A-Za-z",
        b"ascii" => r"\x00-\x7F",
        b"blank" => r"\t\x20",
        b"cntrl" => r"\x00-\x1F\x7F",
        b"digit" => "0-9",
        b"graph" => r"\x21-\x7E",
        b"lower" => "a-z",
        b"print" => r"\x20-\x7E",
        b"punct" => r"\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E",
        b"space" => r"\x09-\x0D\x20",
        b"upper" => "A-Z",
        b"word" => "0-9A-Za-z_",
        b"xdigit" => "0-9A-Fa-f",
        _ => return None,
    };
    Some(if negated { format!("[^{ranges}]") } else { ranges.to_string() })
}

/// A Unicode class that Go knows by this name, as the crate's property. Case, spaces, `-` and `_` do not matter; since
/// Go's own scripts are listed with their underscores, it finds none of several words, and neither do we.
fn property(name: &[u8]) -> Option<String> {
    const CATEGORIES: &str = " c cc cf cn co cs l lc ll lm lo lt lu m mc me mn n nd nl no p pc pd pe pf pi po ps s sc \
        sk sm so z zl zp zs ";
    const ALIASES: &[(&str, &str)] = &[
        ("casedletter", "lc"),
        ("closepunctuation", "pe"),
        ("combiningmark", "m"),
        ("connectorpunctuation", "pc"),
        ("control", "cc"),
        ("cntrl", "cc"),
        ("currencysymbol", "sc"),
        ("dashpunctuation", "pd"),
        ("decimalnumber", "nd"),
        ("digit", "nd"),
        ("enclosingmark", "me"),
        ("finalpunctuation", "pf"),
        ("format", "cf"),
        ("initialpunctuation", "pi"),
        ("letter", "l"),
        ("letternumber", "nl"),
        ("lineseparator", "zl"),
        ("lowercaseletter", "ll"),
        ("mark", "m"),
        ("mathsymbol", "sm"),
        ("modifierletter", "lm"),
        ("modifiersymbol", "sk"),
        ("nonspacingmark", "mn"),
        ("number", "n"),
        ("openpunctuation", "ps"),
        ("other", "c"),
        ("otherletter", "lo"),
        ("othernumber", "no"),
        ("otherpunctuation", "po"),
        ("othersymbol", "so"),
        ("paragraphseparator", "zp"),
        ("privateuse", "co"),
        ("punctuation", "p"),
        ("punct", "p"),
        ("separator", "z"),
        ("spaceseparator", "zs"),
        ("spacingmark", "mc"),
        ("surrogate", "cs"),
        ("symbol", "s"),
        ("titlecaseletter", "lt"),
        ("unassigned", "cn"),
        ("uppercaseletter", "lu"),
    ];
    const SCRIPTS: &str = " adlam ahom arabic armenian avestan balinese bamum batak bengali bhaiksuki bopomofo brahmi \
        braille buginese buhid carian chakma cham cherokee chorasmian common coptic cuneiform cypriot cyrillic deseret \
        devanagari dogra duployan elbasan elymaic ethiopic georgian glagolitic gothic grantha greek gujarati gurmukhi \
        han hangul hanunoo hatran hebrew hiragana inherited javanese kaithi kannada katakana kawi kharoshthi khmer \
        khojki khudawadi lao latin lepcha limbu lisu lycian lydian mahajani makasar malayalam mandaic manichaean \
        marchen medefaidrin miao modi mongolian mro multani myanmar nabataean nandinagari newa nko nushu ogham oriya \
        osage osmanya palmyrene phoenician rejang runic samaritan saurashtra sharada shavian siddham sinhala sogdian \
        soyombo sundanese syriac tagalog tagbanwa takri tamil tangsa tangut telugu thaana thai tibetan tifinagh \
        tirhuta toto ugaritic vai vithkuqi wancho yezidi yi ";
    let plain: Vec<u8> = name.iter().filter(|c| !matches!(c, b'_' | b'-' | b' ')).map(u8::to_ascii_lowercase).collect();
    let plain = String::from_utf8(plain).ok()?;
    if plain.is_empty() {
        return None;
    }
    match plain.as_str() {
        "any" | "assigned" | "ascii" => return Some(plain),
        _ => {}
    }
    let listed = format!(" {plain} ");
    if CATEGORIES.contains(&listed) {
        return Some(format!("gc={plain}"));
    }
    if SCRIPTS.contains(&listed) {
        return Some(format!("sc={plain}"));
    }
    ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, category)| format!("gc={category}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_go_s() {
        for (p, want) in [
            ("(", "missing closing ): `(`"),
            (")", "unexpected ): `)`"),
            ("a**", "invalid nested repetition operator: `**`"),
            ("x{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
            ("*", "missing argument to repetition operator: `*`"),
            ("a|*?", "missing argument to repetition operator: `*?`"),
            ("x{1001}", "invalid repeat count: `{1001}`"),
            ("(x{100}){11}", "invalid repeat count: `{11}`"),
            ("[a", "missing closing ]: `[a`"),
            ("[z-a]", "invalid character class range: `z-a`"),
            ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
            (r"\p{Nope}", r"invalid character class range: `\p{Nope}`"),
            (r"\q", r"invalid escape sequence: `\q`"),
            (r"\1", r"invalid escape sequence: `\1`"),
            (r"\", "trailing backslash at end of expression: ``"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
            ("(?P<n", "invalid named capture: `(?P<n`"),
            ("(?<=a)b", "invalid named capture: `(?<=a)b`"),
            ("(?i", "invalid or unsupported Perl syntax: `(?i`"),
        ] {
            let got = translate(p.as_bytes()).err().map(|e| e.text().to_string());
            assert_eq!(got.as_deref(), Some(format!("error parsing regexp: {want}").as_str()), "{p}");
        }
    }
}
