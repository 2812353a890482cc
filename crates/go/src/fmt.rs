//! Go's `fmt`: `Sprint`, `Sprintln`, `Sprintf` over [`Value`]s.

use crate::{GoStr, Value};

/// `fmt.Sprint`: a space only between operands when neither is a string.
pub fn sprint(args: &[Value]) -> GoStr {
    let _ = args;
    GoStr::EMPTY
}

/// `fmt.Sprintln`.
pub fn sprintln(args: &[Value]) -> GoStr {
    let _ = args;
    GoStr::EMPTY
}

/// `fmt.Sprintf`.
pub fn sprintf(format: &[u8], args: &[Value]) -> GoStr {
    let _ = (format, args);
    GoStr::EMPTY
}

/// Appends what `%v` (and so `fmt.Fprint` of one operand) writes for a value: the form of `{{ . }}` in a template.
pub fn write_value(out: &mut Vec<u8>, v: &Value) {
    let _ = (out, v);
}
