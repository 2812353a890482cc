//! Helm's plugins: finding, describing, running and installing them (Helm's `internal/plugin`).
//!
//! A plugin is a folder with a `plugin.yaml`. It adds a command, fetches addresses of its own schemes, or rewrites
//! manifests. This crate reads both forms of the description, runs plugins as programs with the environment that
//! they rely on, and puts them into the plugins folder from wherever they come. WebAssembly plugins are read and
//! listed, and refused when they are to run.
//!
//! Nothing is printed here: what Helm logs goes to a [`pintle_chart::log::LogSink`]; the programs themselves inherit
//! the streams of the process where Helm hands them on.

mod archive;
mod command;
pub mod completion;
mod decode;
mod find;
mod git;
pub mod install;
mod metadata;
mod run;
pub mod signing;

pub use archive::{metadata_of, pack};
pub use command::{Env, PlatformCommand};
pub use find::{Query, find, find_one, load, load_all};
pub use metadata::{Cli, Config, FILE, Metadata, ProtocolCommand, Runtime, Subprocess, printable, read};
pub use run::{Fetch, RunError, look_up};

use std::path::PathBuf;

/// A plugin on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Plugin {
    /// Its folder, as the plugins folder was written: perhaps relative.
    pub dir: PathBuf,
    /// Its description.
    pub metadata: Metadata,
}

/// A plugin that cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No `plugin.yaml`, or not readable.
    #[error("failed to read plugin at {path}: {why}", path = quoted(path), why = pintle_chart::os_error("open", path, source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A `plugin.yaml` that is refused.
    #[error("failed to load plugin {dir}: {why}", dir = quoted(dir))]
    Refused {
        /// The plugin's folder.
        dir: PathBuf,
        /// Helm's text.
        why: String,
    },
    /// What is wrong in a `plugin.yaml`, without its place.
    #[error("{0}")]
    Invalid(String),
    /// Two plugins of one folder with the same name.
    #[error("two plugins claim the name {name} at {first} and {second}", name = pintle_go::strconv::quote(name.as_bytes()), first = quoted(first), second = quoted(second))]
    Duplicate {
        /// The name.
        name: String,
        /// Who had it.
        first: PathBuf,
        /// Who wants it, too.
        second: PathBuf,
    },
    /// No plugin of that name and type.
    #[error("plugin: {{Name:{name} Type:{kind}}} not found")]
    NotFound {
        /// The name.
        name: String,
        /// The type.
        kind: String,
    },
}

fn quoted(path: &std::path::Path) -> String {
    pintle_go::strconv::quote(path.to_string_lossy().as_bytes())
}
