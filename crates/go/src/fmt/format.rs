//! Reading a format string: Go's `doPrintf`.

use super::Printer;
use super::pad::Flags;
use crate::Value;
use crate::utf8;

/// Widths and precisions beyond this are refused, as in Go.
const MAX_NUMBER: i64 = 1_000_000;

/// Decimal digits at `at`, no further than `end`: the number, if there is one that is not too large, and what follows.
fn number(format: &[u8], at: usize, end: usize) -> (Option<usize>, usize) {
    let mut n: i64 = 0;
    let mut i = at;
    while i < end && format[i].is_ascii_digit() {
        if n > MAX_NUMBER {
            return (None, end);
        }
        n = n * 10 + i64::from(format[i] - b'0');
        i += 1;
    }
    ((i > at).then_some(n as usize), i)
}

/// An operand used as width or precision (`*`).
fn int_arg(args: &[Value], at: usize) -> (Option<i64>, usize) {
    let Some(arg) = args.get(at) else {
        return (None, at);
    };
    let arg = match arg {
        Value::Obj(o) => o.underlying().unwrap_or(Value::Nil),
        v => v.clone(),
    };
    let n = arg.as_int().and_then(|n| i64::try_from(n).ok()).filter(|n| (-MAX_NUMBER..=MAX_NUMBER).contains(n));
    (n, at + 1)
}

impl Printer {
    /// `[3]` at `i`: the operand to take next, what follows, and whether a number was there.
    fn arg_index(&mut self, arg: usize, format: &[u8], i: usize, count: usize) -> (usize, usize, bool) {
        if format.get(i) != Some(&b'[') {
            return (arg, i, false);
        }
        self.reordered = true;
        let rest = &format[i..];
        let close = if rest.len() < 3 { None } else { rest.iter().position(|c| *c == b']') };
        let Some(close) = close else {
            self.good_index = false;
            return (arg, i + 1, false);
        };
        let after = i + close + 1;
        match number(rest, 1, close) {
            (Some(n), end) if end == close => {
                if (1..=count).contains(&n) {
                    return (n - 1, after, true);
                }
                self.good_index = false;
                (arg, after, true)
            }
            _ => {
                self.good_index = false;
                (arg, after, false)
            }
        }
    }

    pub(super) fn printf(&mut self, format: &[u8], args: &[Value]) {
        let end = format.len();
        let mut arg = 0;
        let mut i = 0;
        while i < end {
            self.good_index = true;
            let rest = &format[i..];
            let plain = rest.iter().position(|c| *c == b'%').unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            i += plain;
            if i >= end {
                break;
            }
            i += 1;

            self.f = Flags::default();
            while let Some(c) = format.get(i) {
                match c {
                    b'#' => self.f.sharp = true,
                    b'0' => self.f.zero = true,
                    b'+' => self.f.plus = true,
                    b'-' => self.f.minus = true,
                    b' ' => self.f.space = true,
                    _ => break,
                }
                i += 1;
            }
            // the common case: a verb without width, precision or index
            if let Some(c @ b'a'..=b'z') = format.get(i)
                && let Some(v) = args.get(arg)
            {
                self.one(v, *c as char);
                arg += 1;
                i += 1;
                continue;
            }

            let mut after_index;
            (arg, i, after_index) = self.arg_index(arg, format, i, args.len());
            if format.get(i) == Some(&b'*') {
                let n;
                (n, arg) = int_arg(args, arg);
                i += 1;
                self.f.width_given = n.is_some();
                match n {
                    None => self.text("%!(BADWIDTH)"),
                    Some(n) => {
                        self.f.width = n.unsigned_abs() as usize;
                        if n < 0 {
                            self.f.minus = true;
                            self.f.zero = false;
                        }
                    }
                }
                after_index = false;
            } else {
                let n;
                (n, i) = number(format, i, end);
                self.f.width_given = n.is_some();
                self.f.width = n.unwrap_or(0);
                if after_index && n.is_some() {
                    self.good_index = false;
                }
            }

            if i + 1 < end && format[i] == b'.' {
                i += 1;
                if after_index {
                    self.good_index = false;
                }
                (arg, i, after_index) = self.arg_index(arg, format, i, args.len());
                if format.get(i) == Some(&b'*') {
                    let n;
                    (n, arg) = int_arg(args, arg);
                    i += 1;
                    let prec = n.and_then(|n| usize::try_from(n).ok());
                    self.f.prec_given = prec.is_some();
                    self.f.prec = prec.unwrap_or(0);
                    if prec.is_none() {
                        self.text("%!(BADPREC)");
                    }
                    after_index = false;
                } else {
                    let n;
                    (n, i) = number(format, i, end);
                    self.f.prec = n.unwrap_or(0);
                    self.f.prec_given = true;
                }
            }

            if !after_index {
                (arg, i, _) = self.arg_index(arg, format, i, args.len());
            }
            if i >= end {
                self.text("%!(NOVERB)");
                break;
            }
            let (verb, size) = utf8::decode(&format[i..]);
            let verb = verb.unwrap_or(char::REPLACEMENT_CHARACTER);
            i += size;
            match args.get(arg) {
                _ if verb == '%' => self.out.push(b'%'),
                _ if !self.good_index => self.wrong(verb, "(BADINDEX)"),
                None => self.wrong(verb, "(MISSING)"),
                Some(v) => {
                    self.one(v, verb);
                    arg += 1;
                }
            }
        }
        if !self.reordered && arg < args.len() {
            self.f = Flags::default();
            self.text("%!(EXTRA ");
            for (n, v) in args[arg..].iter().enumerate() {
                if n > 0 {
                    self.text(", ");
                }
                if v.is_nil() {
                    self.text("<nil>");
                } else {
                    self.text(&v.type_name());
                    self.out.push(b'=');
                    self.print_arg(v, 'v');
                }
            }
            self.out.push(b')');
        }
    }

    fn one(&mut self, v: &Value, verb: char) {
        if matches!(verb, 'v' | 'w') {
            self.f.sharp_v = std::mem::take(&mut self.f.sharp);
            self.f.plus_v = std::mem::take(&mut self.f.plus);
        }
        self.print_arg(v, verb);
    }

    fn wrong(&mut self, verb: char, what: &str) {
        self.text("%!");
        self.verb_char(verb);
        self.text(what);
    }
}
