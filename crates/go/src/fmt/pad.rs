//! One operand with its flags: Go's `fmt/format.go`.

use super::Printer;
use crate::strconv;
use crate::utf8;

/// The flags, width and precision of one verb.
#[derive(Default, Clone, Copy)]
pub(super) struct Flags {
    pub width_given: bool,
    pub prec_given: bool,
    pub minus: bool,
    pub plus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%+v`: `plus` means field names then.
    pub plus_v: bool,
    /// `%#v`: Go syntax.
    pub sharp_v: bool,
    pub width: usize,
    pub prec: usize,
}

impl Flags {
    /// Whether nothing asks for more than the operand as it is.
    pub(super) fn is_plain(self) -> bool {
        let sign = self.plus || self.space || self.sharp || self.sharp_v;
        !(self.width_given || self.prec_given || sign)
    }
}

impl Printer {
    fn padding(&mut self, n: usize) {
        let with = if self.f.zero && !self.f.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + n, with);
    }

    /// Writes a text, padded to the width (in characters).
    pub(super) fn pad(&mut self, b: &[u8]) {
        if !self.f.width_given || self.f.width == 0 {
            return self.out.extend_from_slice(b);
        }
        let gap = self.f.width.saturating_sub(utf8::count(b));
        if self.f.minus {
            self.out.extend_from_slice(b);
            self.padding(gap);
        } else {
            self.padding(gap);
            self.out.extend_from_slice(b);
        }
    }

    fn pad_with_spaces(&mut self, b: &[u8]) {
        let zero = std::mem::replace(&mut self.f.zero, false);
        self.pad(b);
        self.f.zero = zero;
    }

    fn truncated<'a>(&self, s: &'a [u8]) -> &'a [u8] {
        if !self.f.prec_given || s.len() <= self.f.prec {
            return s;
        }
        let end = utf8::chars(s).nth(self.f.prec).map_or(s.len(), |(at, _)| at);
        &s[..end]
    }

    pub(super) fn fmt_s(&mut self, s: &[u8]) {
        self.pad(self.truncated(s));
    }

    pub(super) fn fmt_q(&mut self, s: &[u8]) {
        let s = self.truncated(s);
        let mut out = Vec::with_capacity(s.len() + 2);
        if self.f.sharp && strconv::can_backquote(s) {
            out.push(b'`');
            out.extend_from_slice(s);
            out.push(b'`');
        } else if self.f.plus {
            strconv::append_quote_to_ascii(&mut out, s);
        } else {
            strconv::append_quote(&mut out, s);
        }
        self.pad(&out);
    }

    /// `%x` of a string: its bytes; precision counts bytes.
    pub(super) fn fmt_hex(&mut self, s: &[u8], upper: bool) {
        let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let x = if upper { b'X' } else { b'x' };
        let s = if self.f.prec_given { &s[..s.len().min(self.f.prec)] } else { s };
        let n = s.len();
        if n == 0 {
            if self.f.width_given {
                self.padding(self.f.width);
            }
            return;
        }
        let width = match (self.f.space, self.f.sharp) {
            (true, true) => 4 * n + n - 1,
            (true, false) => 2 * n + n - 1,
            (false, true) => 2 * n + 2,
            (false, false) => 2 * n,
        };
        let gap = if self.f.width_given { self.f.width.saturating_sub(width) } else { 0 };
        if !self.f.minus {
            self.padding(gap);
        }
        for (i, c) in s.iter().enumerate() {
            if self.f.space && i > 0 {
                self.out.push(b' ');
            }
            if self.f.sharp && (i == 0 || self.f.space) {
                self.out.extend_from_slice(&[b'0', x]);
            }
            self.out.extend_from_slice(&[digits[*c as usize >> 4], digits[*c as usize & 15]]);
        }
        if self.f.minus {
            self.padding(gap);
        }
    }

    pub(super) fn fmt_integer(&mut self, mut u: u64, base: u64, signed: bool, verb: char, upper: bool) {
        let plain = !self.f.width_given && !self.f.prec_given && !self.f.sharp && !self.f.plus && !self.f.space;
        if plain && base == 10 && signed {
            return strconv::append_int(&mut self.out, u as i64);
        }
        let negative = signed && (u as i64) < 0;
        if negative {
            u = u.wrapping_neg();
        }
        let mut prec = 0;
        if self.f.prec_given {
            prec = self.f.prec;
            if prec == 0 && u == 0 {
                let zero = std::mem::replace(&mut self.f.zero, false);
                self.padding(self.f.width);
                self.f.zero = zero;
                return;
            }
        } else if self.f.zero && !self.f.minus && self.f.width_given {
            prec = self.f.width;
            if negative || self.f.plus || self.f.space {
                prec = prec.saturating_sub(1); // room for the sign
            }
        }
        // written backwards, turned at the end
        let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let mut buf = Vec::with_capacity(prec.max(64) + 3);
        loop {
            buf.push(digits[(u % base) as usize]);
            u /= base;
            if u == 0 {
                break;
            }
        }
        if buf.len() < prec {
            buf.resize(prec, b'0');
        }
        if self.f.sharp {
            match base {
                2 => buf.extend_from_slice(b"b0"),
                8 if buf.last() != Some(&b'0') => buf.push(b'0'),
                16 => buf.extend_from_slice(if upper { b"X0" } else { b"x0" }),
                _ => {}
            }
        }
        if verb == 'O' {
            buf.extend_from_slice(b"o0");
        }
        if negative {
            buf.push(b'-');
        } else if self.f.plus {
            buf.push(b'+');
        } else if self.f.space {
            buf.push(b' ');
        }
        buf.reverse();
        self.pad_with_spaces(&buf);
    }

    pub(super) fn fmt_c(&mut self, c: u64) {
        let mut buf = Vec::with_capacity(4);
        utf8::push(&mut buf, u32::try_from(c).unwrap_or(u32::MAX));
        self.pad(&buf);
    }

    pub(super) fn fmt_qc(&mut self, c: u64) {
        let mut buf = Vec::with_capacity(12);
        strconv::append_quote_rune(&mut buf, u32::try_from(c).unwrap_or(u32::MAX), self.f.plus);
        self.pad(&buf);
    }

    pub(super) fn fmt_unicode(&mut self, u: u64) {
        let prec = if self.f.prec_given && self.f.prec > 4 { self.f.prec } else { 4 };
        let mut buf = format!("U+{u:0prec$X}").into_bytes();
        if self.f.sharp
            && let Ok(r) = u32::try_from(u)
            && strconv::is_print(r)
        {
            buf.extend_from_slice(b" '");
            utf8::push(&mut buf, r);
            buf.push(b'\'');
        }
        self.pad_with_spaces(&buf);
    }

    pub(super) fn fmt_float(&mut self, x: f64, single: bool, verb: u8, prec: i32) {
        let prec = if self.f.prec_given { self.f.prec as i32 } else { prec };
        let f = self.f;
        if !f.width_given && !f.plus && !f.space && !f.sharp && x.is_finite() {
            return append(&mut self.out, x, single, verb, prec);
        }
        let mut num = vec![b'+'];
        append(&mut num, x, single, verb, prec);
        if matches!(num.get(1), Some(b'-' | b'+')) {
            num.remove(0);
        }
        if f.space && num[0] == b'+' && !f.plus {
            num[0] = b' ';
        }
        if !x.is_finite() {
            let skip = usize::from(x.is_nan() && !f.space && !f.plus);
            return self.pad_with_spaces(&num[skip..]);
        }
        if f.sharp && verb != b'b' {
            keep_zeros(&mut num, verb, prec);
        }
        if f.plus || num[0] != b'+' {
            if f.zero && !f.minus && f.width_given && f.width > num.len() {
                self.out.push(num[0]);
                self.padding(f.width - num.len());
                self.out.extend_from_slice(&num[1..]);
                return;
            }
            return self.pad(&num);
        }
        self.pad(&num[1..]);
    }
}

fn append(out: &mut Vec<u8>, x: f64, single: bool, verb: u8, prec: i32) {
    if single {
        strconv::append_float32(out, x as f32, verb, prec);
    } else {
        strconv::append_float(out, x, verb, prec);
    }
}

/// The `#` flag: a decimal point always, and the zeros that `%g` drops. `num` starts with a sign.
fn keep_zeros(num: &mut Vec<u8>, verb: u8, prec: i32) {
    let mut digits = match verb {
        b'g' | b'G' | b'x' => {
            if prec == -1 {
                6
            } else {
                prec
            }
        }
        _ => 0,
    };
    let mut tail = Vec::new();
    let (mut point, mut nonzero) = (false, false);
    let mut i = 1;
    while i < num.len() {
        match num[i] {
            b'.' => point = true,
            b'p' | b'P' => {
                tail = num.split_off(i);
            }
            b'e' | b'E' if !matches!(verb, b'x' | b'X') => {
                tail = num.split_off(i);
            }
            c => {
                nonzero |= c != b'0';
                if nonzero {
                    digits -= 1;
                }
            }
        }
        i += 1;
    }
    if !point {
        if num.len() == 2 && num[1] == b'0' {
            digits -= 1; // a leading zero counts once
        }
        num.push(b'.');
    }
    if digits > 0 {
        num.resize(num.len() + digits as usize, b'0');
    }
    num.extend_from_slice(&tail);
}
