//! Provenance files: a chart's metadata and the digest of its archive, clear-signed with OpenPGP (Helm's
//! `pkg/provenance`). What is signed here verifies with Helm and gpg, and the other way round.
//!
//! Nothing here prints or reads files: keyrings, archives and provenance files come as bytes.

mod keyring;
mod message;

pub use keyring::{Key, Keyring, Signer};
pub use message::{Message, Verification, digest, sign, verify};

/// What went wrong; `Display` is Helm's text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key of the keyring bears the name that was asked for.
    #[error("private key not found")]
    NoKey,
    /// The key is there without its secret half.
    #[error("provided key is not a private key. Try providing a keyring with secret keys")]
    NotPrivate,
    /// The name is part of several keys' names.
    #[error("more than one key contain the id {}", pintle_go::strconv::quote(.0.as_bytes()))]
    Vague(String),
    /// The passphrase is another's.
    #[error("openpgp: invalid data: private key checksum failure")]
    WrongPassphrase,
    /// Bytes that are no OpenPGP data.
    #[error("openpgp: invalid data: {0}")]
    Malformed(String),
    /// The file holds no clear-signed message.
    #[error("signature block not found")]
    NoSignature,
    /// No key of the keyring made the signature.
    #[error("openpgp: signature made by unknown entity")]
    Unknown,
    /// The text is not what was signed; the algorithm of the key.
    #[error("openpgp: invalid signature: {0} verification failure")]
    Invalid(&'static str),
    /// The signature names a digest that is too weak to trust.
    #[error("openpgp: weak algorithms are rejected: {0}")]
    Weak(String),
    /// The key was withdrawn.
    #[error("openpgp: signature made by revoked key")]
    Revoked,
    /// The key's time is over.
    #[error("openpgp: key expired")]
    KeyExpired,
    /// The signature's time is over.
    #[error("openpgp: signature expired")]
    SignatureExpired,
    /// The signed text lacks one of its two parts.
    #[error("message block must have at least two parts")]
    OnePart,
    /// The signed text is no YAML.
    #[error("{0}")]
    Yaml(String),
    /// The archive is not among the signed files.
    #[error("provenance does not contain a SHA for a file named {}", pintle_go::strconv::quote(.0.as_bytes()))]
    NotNamed(String),
    /// The archive was changed after it was signed.
    #[error(
        "sha256 sum does not match for {name}: {} != {}",
        pintle_go::strconv::quote(.signed.as_bytes()),
        pintle_go::strconv::quote(.found.as_bytes())
    )]
    Changed {
        /// The archive's name.
        name: String,
        /// The digest that was signed.
        signed: String,
        /// The archive's digest.
        found: String,
    },
    /// Signing failed.
    #[error("failed to either sign or armor message block: {0}")]
    Signing(String),
}

/// What a function here gives.
pub type Result<T> = std::result::Result<T, Error>;
