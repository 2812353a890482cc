//! What Go's standard library does that Helm's bytes depend on: kinded values with shared maps, `fmt` verbs,
//! `strconv`, the JSON encoder, time layouts, RE2 syntax and globs.
//!
//! Everything above this crate speaks in [`Value`]s. No I/O, no clock but what a caller passes in.

/// Longer texts are not made of values, where Go would go on until memory ends: maps that hold one map several times,
/// again and again, are small and have texts without end.
pub const MOST_TEXT: usize = 1 << 28;

pub mod collections;
pub mod func;
pub mod gostr;
pub mod types;
pub mod value;
pub mod value_path;

pub mod fmt;
pub mod glob;
pub mod html;
pub mod json;
pub mod jsonpath;
pub mod path;
pub mod regexp;
pub mod semver;
pub mod strconv;
pub mod text;
pub mod time;
pub mod utf8;

pub use collections::{List, Map};
pub use func::{Func, FuncError, FuncImpl};
pub use gostr::GoStr;
pub use types::{Kind, NamedType, Type, no_methods};
pub use value::{FuncResult, Num, Object, Value};
pub use value_path::{Step, ValuePath};
