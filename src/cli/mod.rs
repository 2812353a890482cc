//! What was typed: the table of commands, and the parser that reads an argument list by it.
//!
//! Tools call `helm` with all habits of Go's pflag and cobra (`--wait=watcher`, `--debug=false`, flags between
//! arguments, their error texts), so the parser is our own and follows pflag; see docs/DESIGN.md.

pub mod about;
pub mod docs;
pub mod help;
pub mod lenient;
pub mod parse;
pub mod spec;
pub mod table;
pub mod value;

pub use parse::{Outcome, Parsed, parse};
pub use spec::{Args, Command, Flag, Ty};
