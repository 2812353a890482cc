//! Go's `strconv`: number formatting and parsing, quoting.
//!
//! Everything here is by bytes: Go strings need not be UTF-8, and its errors quote what they were given.

mod float;
mod parse;
mod printable;
mod quote;

pub use float::{append_float, append_float32, format_float, format_float32};
pub use parse::{
    NumError, NumErrorKind, atoi, parse_bool, parse_float, parse_int, parse_int_clamped, parse_uint, parse_uint_clamped,
};
pub use quote::{
    append_quote, append_quote_rune, append_quote_to_ascii, can_backquote, is_print, quote, quote_bytes, quote_rune,
    quote_to_ascii, unquote, unquote_char,
};

/// Appends an integer in base 10, as `strconv.AppendInt`.
pub fn append_int(out: &mut Vec<u8>, n: i64) {
    let mut buf = [0u8; 20];
    let mut at = buf.len();
    let mut u = n.unsigned_abs();
    loop {
        at -= 1;
        buf[at] = b'0' + (u % 10) as u8;
        u /= 10;
        if u == 0 {
            break;
        }
    }
    if n < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&buf[at..]);
}
