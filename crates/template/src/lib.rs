//! Go's `text/template`, whole: lexer, parser, executor, with its error texts.
//!
//! Text → tokens ([`lex`]) → trees ([`parse`]) → output ([`exec`]). Trees know their functions already (names are
//! resolved while parsing) and share their text; a [`TemplateSet`] holds them by name and is cheap to clone, which
//! `tpl` needs for every call.
//!
//! ```
//! use std::rc::Rc;
//! use pintle_go::{Map, Value};
//! use pintle_template::{FuncMap, MissingKey, TemplateSet};
//!
//! let mut set = TemplateSet::new(Rc::new(FuncMap::new()), MissingKey::Zero);
//! set.parse("t", b"Hello {{ .name }}!".as_slice()).unwrap();
//! let data = Map::new();
//! data.set("name", Value::str("world"));
//! let mut out = Vec::new();
//! set.execute("t", &Value::Map(data), &mut out).unwrap();
//! assert_eq!(out, b"Hello world!");
//! ```

mod builtins;
mod exec;
mod lex;
mod node;
mod parse;
mod rv;
mod set;
pub mod trace;

pub use builtins::{escape_html, escape_js, escape_query};
pub use exec::ExecError;
pub use parse::ParseError;
pub use set::{FuncMap, MissingKey, Template, TemplateSet};
pub use trace::Recorder;
