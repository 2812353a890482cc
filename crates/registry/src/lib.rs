//! What chart repositories stand on: addresses as Go reads them, fetching over HTTP(S), indexes, and the
//! repositories that were added.
//!
//! Nothing here prints.

mod address;
mod agents;
mod brief;
mod directory;
mod download;
mod failure;
mod files;
mod getter;
mod index;
pub mod oci;
mod repos;
pub mod search;

pub use address::{Address, equal, join, resolve_reference};
pub use agents::Agents;
pub use brief::brief_file;
pub use download::{ARCHIVES, Downloaded, Downloader, Provenance, address_in, fetch_index, find_in_repository};
pub use getter::{Getter, Request, Schemes};
pub use index::{ChartVersion, IndexFile};
pub use repos::{Entry, Repositories, charts_file, index_file};

/// What went wrong; `Display` is Helm's text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Any failure with its text.
    #[error("{0}")]
    Text(String),
    /// A file that is not there, with the text of the system.
    #[error("{0}")]
    NotFound(String),
    /// An answer other than 200.
    #[error("failed to fetch {url} : {code} {words}")]
    Status {
        /// What was asked for, before redirects.
        url: String,
        /// The status.
        code: u16,
        /// What the status is called; empty where it has no name.
        words: &'static str,
    },
}

/// What a function here gives.
pub type Result<T> = std::result::Result<T, Error>;

impl From<String> for Error {
    fn from(text: String) -> Self {
        Error::Text(text)
    }
}

/// A [`Error::Text`].
fn fail<T>(text: impl Into<String>) -> Result<T> {
    Err(Error::Text(text.into()))
}

/// SHA-256 in hexadecimal digits.
pub fn digest(data: &[u8]) -> String {
    files::digest(data)
}

/// Writes a file whole or not at all, readable for all; folders on the way are made.
///
/// # Errors
/// What the system says.
pub fn write_file(path: &std::path::Path, data: &[u8]) -> Result<()> {
    files::write(path, data, 0o644)
}

/// A text in quotation marks (Go's `%q`).
fn quote(text: &str) -> String {
    pintle_go::strconv::quote(text.as_bytes())
}
