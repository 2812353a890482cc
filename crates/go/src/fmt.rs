//! Go's `fmt`: `Sprint`, `Sprintln`, `Sprintf` over [`Value`]s.
//!
//! Formatting never fails: a wrong verb, a missing or surplus operand is written into the text (`%!d(string=a)`), and
//! charts' outputs hold such texts. The walk over values is here, the padding of single operands in `pad`, the reading
//! of a format string in `format`.

mod format;
mod pad;

use std::rc::Rc;

use crate::{GoStr, Kind, List, MOST_TEXT, Map, Num, Object, Type, Value};
use pad::Flags;

/// Values nested deeper than this are cut off: only a map put into itself gets there, and Go dies of it.
const MAX_DEPTH: usize = 2000;

/// What pointers print as: an address that Go's allocator might give. Nothing that compares outputs can rely on it.
const ADDRESS: u64 = 0xc000_012000;

/// `fmt.Sprint`: a space only between operands when neither is a string.
pub fn sprint(args: &[Value]) -> GoStr {
    if let [Value::Str(s)] = args {
        return s.clone();
    }
    let mut p = Printer::new(Vec::new());
    let mut after_string = false;
    for (i, arg) in args.iter().enumerate() {
        let is_string = arg.kind() == Kind::String;
        if i > 0 && !is_string && !after_string {
            p.out.push(b' ');
        }
        p.print_arg(arg, 'v');
        after_string = is_string;
    }
    p.out.into()
}

/// `fmt.Sprintln`.
pub fn sprintln(args: &[Value]) -> GoStr {
    let mut p = Printer::new(Vec::new());
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            p.out.push(b' ');
        }
        p.print_arg(arg, 'v');
    }
    p.out.push(b'\n');
    p.out.into()
}

/// `fmt.Sprintf`.
pub fn sprintf(format: &[u8], args: &[Value]) -> GoStr {
    let mut p = Printer::new(Vec::with_capacity(format.len() + 16));
    p.printf(format, args);
    p.out.into()
}

/// Appends what `%v` (and so `fmt.Fprint` of one operand) writes for a value: the form of `{{ . }}` in a template.
pub fn write_value(out: &mut Vec<u8>, v: &Value) {
    match v {
        Value::Str(s) => out.extend_from_slice(s),
        Value::Int(i) | Value::Int64(i) => crate::strconv::append_int(out, *i),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Float(f) => crate::strconv::append_float(out, *f, b'g', -1),
        v => {
            let mut p = Printer::new(std::mem::take(out));
            p.print_arg(v, 'v');
            *out = p.out;
        }
    }
}

/// Go's `fmt.pp`: the output so far and the flags of the verb at hand.
struct Printer {
    out: Vec<u8>,
    f: Flags,
    /// Writing a bad verb's operand: `String()` is not called then.
    erroring: bool,
    /// An argument was chosen by index: surplus operands are not reported then.
    reordered: bool,
    /// The argument index read last was good.
    good_index: bool,
}

impl Printer {
    fn new(out: Vec<u8>) -> Self {
        Printer { out, f: Flags::default(), erroring: false, reordered: false, good_index: true }
    }

    fn text(&mut self, s: &str) {
        self.out.extend_from_slice(s.as_bytes());
    }

    fn verb_char(&mut self, verb: char) {
        self.out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// `%!d(string=a)`
    fn bad_verb(&mut self, verb: char, v: &Value) {
        let was = std::mem::replace(&mut self.erroring, true);
        self.text("%!");
        self.verb_char(verb);
        self.out.push(b'(');
        if v.is_nil() {
            self.text("<nil>");
        } else {
            self.text(&v.type_name());
            self.out.push(b'=');
            self.print_arg(v, 'v');
        }
        self.out.push(b')');
        self.erroring = was;
    }

    /// Go's `printArg`: one operand of a verb.
    fn print_arg(&mut self, v: &Value, verb: char) {
        match (v, verb) {
            (Value::Nil, 'T' | 'v') => return self.pad(b"<nil>"),
            (Value::Nil, _) => return self.bad_verb(verb, v),
            (_, 'T') => {
                let name = v.type_name();
                return self.fmt_s(name.as_bytes());
            }
            (_, 'p') => return self.pointer(v, verb),
            (Value::List(l), _) if l.ty() == Type::BYTES => return self.bytes(l, verb),
            _ => {}
        }
        self.print_value(v, verb, 0);
    }

    /// Go's `printValue`; a value inside another has depth above 0.
    fn print_value(&mut self, v: &Value, verb: char, depth: usize) {
        match v {
            Value::Nil if self.f.sharp_v => self.text("interface {}(nil)"),
            Value::Nil => self.text("<nil>"),
            Value::Bool(b) => match verb {
                't' | 'v' => self.pad(if *b { b"true" } else { b"false" }),
                _ => self.bad_verb(verb, v),
            },
            Value::Int(i) | Value::Int64(i) => self.integer(*i as u64, true, verb, v),
            Value::Float(f) => self.float(*f, false, verb, v),
            Value::Num(n) => match *n {
                Num::F32(f) => self.float(f64::from(f), true, verb, v),
                Num::U64(u) | Num::Uint(u) => self.integer(u, false, verb, v),
                Num::U8(_) | Num::U16(_) | Num::U32(_) => self.integer(n.as_i128() as u64, false, verb, v),
                Num::I8(_) | Num::I16(_) | Num::I32(_) => self.integer(n.as_i128() as u64, true, verb, v),
            },
            Value::Complex(re, im) => self.complex(*re, *im, verb, v),
            Value::Str(s) => self.string(s, verb, v),
            Value::Func(_) => self.pointer(v, verb),
            Value::Map(_) | Value::List(_) | Value::Obj(_) if verb == 'w' => self.bad_verb(verb, v),
            Value::Map(_) | Value::List(_) | Value::Obj(_) if depth > MAX_DEPTH || self.out.len() > MOST_TEXT => {
                self.text("...");
            }
            Value::Map(m) => self.map(m, &m.ty().name(), verb, depth),
            Value::List(l) => self.list(l, verb, depth),
            Value::Obj(o) => self.object(o.as_ref(), v, verb, depth),
        }
    }

    fn integer(&mut self, u: u64, signed: bool, verb: char, v: &Value) {
        match verb {
            'v' if self.f.sharp_v && !signed => self.hex0x(u, true),
            'v' | 'd' => self.fmt_integer(u, 10, signed, verb, false),
            'b' => self.fmt_integer(u, 2, signed, verb, false),
            'o' | 'O' => self.fmt_integer(u, 8, signed, verb, false),
            'x' => self.fmt_integer(u, 16, signed, verb, false),
            'X' => self.fmt_integer(u, 16, signed, verb, true),
            'c' => self.fmt_c(u),
            'q' => self.fmt_qc(u),
            'U' => self.fmt_unicode(u),
            _ => self.bad_verb(verb, v),
        }
    }

    fn hex0x(&mut self, u: u64, leading: bool) {
        let sharp = std::mem::replace(&mut self.f.sharp, leading);
        self.fmt_integer(u, 16, false, 'v', false);
        self.f.sharp = sharp;
    }

    fn float(&mut self, x: f64, single: bool, verb: char, v: &Value) {
        match verb {
            'v' => self.fmt_float(x, single, b'g', -1),
            'b' | 'g' | 'G' | 'x' | 'X' => self.fmt_float(x, single, verb as u8, -1),
            'f' | 'e' | 'E' => self.fmt_float(x, single, verb as u8, 6),
            'F' => self.fmt_float(x, single, b'f', 6),
            _ => self.bad_verb(verb, v),
        }
    }

    fn complex(&mut self, re: f64, im: f64, verb: char, v: &Value) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(verb, v);
        }
        let plus = self.f.plus;
        self.out.push(b'(');
        self.float(re, false, verb, v);
        self.f.plus = true;
        self.float(im, false, verb, v);
        self.out.extend_from_slice(b"i)");
        self.f.plus = plus;
    }

    fn string(&mut self, s: &[u8], verb: char, v: &Value) {
        match verb {
            'v' if self.f.sharp_v => self.fmt_q(s),
            'v' | 's' => self.fmt_s(s),
            'x' => self.fmt_hex(s, false),
            'X' => self.fmt_hex(s, true),
            'q' => self.fmt_q(s),
            _ => self.bad_verb(verb, v),
        }
    }

    /// Go's `fmtBytes`: a `[]byte` operand that stands by itself.
    fn bytes(&mut self, l: &List, verb: char) {
        match verb {
            'v' if self.f.sharp_v => {
                self.text("[]byte");
                if l.is_nil() {
                    return self.text("(nil)");
                }
                self.sequence(l, b'{', b", ", b'}', |p, item| p.hex0x(byte(item), true));
            }
            'v' | 'd' => {
                self.sequence(l, b'[', b" ", b']', |p, item| p.fmt_integer(byte(item), 10, false, verb, false))
            }
            's' | 'x' | 'X' | 'q' => self.string(&raw_bytes(l), verb, &Value::Nil),
            _ => self.list(l, verb, 0),
        }
    }

    fn sequence(&mut self, l: &List, open: u8, sep: &[u8], close: u8, mut each: impl FnMut(&mut Self, &Value)) {
        self.out.push(open);
        for (i, item) in l.iter().enumerate() {
            if i > 0 {
                self.out.extend_from_slice(sep);
            }
            each(self, item);
        }
        self.out.push(close);
    }

    fn list(&mut self, l: &List, verb: char, depth: usize) {
        if matches!(verb, 's' | 'q' | 'x' | 'X') && l.elem().kind() == Kind::Uint8 {
            return self.string(&raw_bytes(l), verb, &Value::Nil);
        }
        if self.f.sharp_v {
            self.text(&l.ty().name());
            if l.is_nil() {
                return self.text("(nil)");
            }
            self.sequence(l, b'{', b", ", b'}', |p, item| p.print_value(item, verb, depth + 1));
        } else {
            self.sequence(l, b'[', b" ", b']', |p, item| p.print_value(item, verb, depth + 1));
        }
    }

    fn map(&mut self, m: &Map, type_name: &str, verb: char, depth: usize) {
        let go = self.f.sharp_v;
        if go {
            self.text(type_name);
            if m.is_nil() {
                return self.text("(nil)");
            }
            self.out.push(b'{');
        } else {
            self.text("map[");
        }
        for (i, (key, value)) in m.borrow().iter().enumerate() {
            if i > 0 {
                self.text(if go { ", " } else { " " });
            }
            match verb {
                'v' if !go && !self.f.width_given && !self.f.prec_given => self.out.extend_from_slice(key),
                _ => self.print_value(&Value::Str(key.clone()), verb, depth + 1),
            }
            self.out.push(b':');
            self.print_value(value, verb, depth + 1);
        }
        self.out.push(if go { b'}' } else { b']' });
    }

    fn object(&mut self, o: &dyn Object, v: &Value, verb: char, depth: usize) {
        if !self.erroring
            && !self.f.sharp_v
            && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
            && let Some(text) = o.string()
        {
            return self.string(&text, verb, v);
        }
        if self.f.sharp_v
            && !self.erroring
            && let Some(Ok(Value::Str(text))) = o.method("GoString").map(|m| m.invoke(&[]))
        {
            return self.fmt_s(&text);
        }
        let ty = o.ty();
        match ty.kind() {
            Kind::Ptr if depth > 0 => self.pointer(v, verb),
            Kind::Ptr => {
                self.out.push(b'&');
                let elem = ty.elem().unwrap_or(ty);
                match o.underlying() {
                    Some(Value::Map(m)) => self.map(&m, &elem.name(), verb, depth + 1),
                    Some(inner @ Value::List(_)) => self.print_value(&inner, verb, depth + 1),
                    _ => self.fields(o, &elem.name(), verb, depth + 1),
                }
            }
            Kind::Struct => self.fields(o, &ty.name(), verb, depth),
            _ if verb == 'v'
                && self.f.is_plain()
                && let Some(entries) = o.byte_entries() =>
            {
                self.byte_map(&entries)
            }
            _ => match o.underlying() {
                Some(Value::Map(m)) => self.map(&m, &ty.name(), verb, depth),
                Some(Value::Int(i) | Value::Int64(i)) => self.integer(i as u64, true, verb, v),
                Some(Value::Str(s)) => self.string(&s, verb, v),
                Some(Value::Obj(_)) | None => self.fields(o, &ty.name(), verb, depth),
                Some(inner) => self.print_value(&inner, verb, depth),
            },
        }
    }

    /// `map[name:[1 2 3]]`: some charts print all of `.Files`, megabytes of it.
    fn byte_map(&mut self, entries: &[(GoStr, Rc<[u8]>)]) {
        // three digits and a blank at most
        self.out.reserve(entries.iter().map(|(name, data)| name.len() + 4 + 4 * data.len()).sum());
        self.text("map[");
        for (i, (name, data)) in entries.iter().enumerate() {
            if i > 0 {
                self.out.push(b' ');
            }
            self.out.extend_from_slice(name);
            self.out.extend_from_slice(b":[");
            for (i, byte) in data.iter().enumerate() {
                if i > 0 {
                    self.out.push(b' ');
                }
                let digit = |n: u8| b'0' + n;
                match *byte {
                    b @ 0..10 => self.out.push(digit(b)),
                    b @ 10..100 => self.out.extend_from_slice(&[digit(b / 10), digit(b % 10)]),
                    b => self.out.extend_from_slice(&[digit(b / 100), digit(b / 10 % 10), digit(b % 10)]),
                }
            }
            self.out.push(b']');
        }
        self.out.push(b']');
    }

    fn fields(&mut self, o: &dyn Object, type_name: &str, verb: char, depth: usize) {
        let go = self.f.sharp_v;
        if go {
            self.text(type_name);
        }
        self.out.push(b'{');
        for (i, (name, value)) in o.fields().iter().enumerate() {
            if i > 0 {
                self.text(if go { ", " } else { " " });
            }
            if go || self.f.plus_v {
                self.text(name);
                self.out.push(b':');
            }
            self.print_value(value, verb, depth + 1);
        }
        self.out.push(b'}');
    }

    fn pointer(&mut self, v: &Value, verb: char) {
        let nil = match v {
            Value::Map(m) => m.is_nil(),
            Value::List(l) => l.is_nil(),
            Value::Func(_) => false,
            Value::Obj(o) if matches!(o.ty().kind(), Kind::Ptr | Kind::Map | Kind::Slice | Kind::Func) => false,
            _ => return self.bad_verb(verb, v),
        };
        let u = if nil { 0 } else { ADDRESS };
        match verb {
            'v' if self.f.sharp_v => {
                self.out.push(b'(');
                self.text(&v.type_name());
                self.text(")(");
                if nil {
                    self.text("nil")
                } else {
                    self.hex0x(u, true)
                }
                self.out.push(b')');
            }
            'v' if nil => self.pad(b"<nil>"),
            'v' | 'p' => self.hex0x(u, !self.f.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(u, false, verb, v),
            _ => self.bad_verb(verb, v),
        }
    }
}

fn byte(v: &Value) -> u64 {
    v.as_int().map_or(0, |i| i as u64)
}

/// The bytes of a `[]byte` value.
fn raw_bytes(l: &List) -> Vec<u8> {
    l.iter().map(|v| byte(v) as u8).collect()
}

#[cfg(test)]
mod tests;
