//! What chart repositories stand on: addresses as Go reads them, and fetching over HTTP(S).
//!
//! Nothing here prints.

mod address;
mod files;
mod getter;

pub use address::{Address, equal, join, resolve_reference};
pub use getter::{Getter, Request};

/// What went wrong; `Display` is Helm's text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Any failure with its text.
    #[error("{0}")]
    Text(String),
    /// A file that is not there, with the text of the system.
    #[error("{0}")]
    NotFound(String),
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

/// A text in quotation marks (Go's `%q`).
fn quote(text: &str) -> String {
    pintle_go::strconv::quote(text.as_bytes())
}
