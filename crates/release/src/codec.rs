//! A record as it is stored: base64 of gzip of JSON (Helm's `pkg/storage/driver/util.go`).

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};

use crate::{Release, json};

/// The most that a record may unpack to: a record is at most 1 MiB packed, so what is above this is hostile.
const MAX_UNPACKED: u64 = 512 << 20;

/// Why a stored record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not base64.
    #[error("illegal base64 data: {0}")]
    Base64(#[from] base64::DecodeError),
    /// Not the gzip stream that its first bytes promise, or too large.
    #[error("gzip: {0}")]
    Gzip(#[from] std::io::Error),
    /// Not the JSON of a release.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

/// The stored text of a release.
///
/// # Errors
/// Only what serialising or packing refuses; neither happens with records made here.
pub fn encode(release: &Release) -> Result<String, CodecError> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    gz.write_all(&json::to_vec(release)?)?;
    Ok(STANDARD.encode(gz.finish()?))
}

/// The JSON inside a stored text.
///
/// # Errors
/// Not base64, or a broken gzip stream. Text without gzip's magic is taken as it is, as records of old had none.
pub fn decode_bytes(stored: &str) -> Result<Vec<u8>, CodecError> {
    let packed = match STANDARD.decode(stored) {
        // Go's decoder skips line breaks
        Err(_) if stored.contains(['\n', '\r']) => STANDARD.decode(stored.replace(['\n', '\r'], ""))?,
        other => other?,
    };
    if packed.len() > 3 && packed.starts_with(&[0x1f, 0x8b, 0x08]) {
        let mut json = Vec::with_capacity(packed.len() * 4);
        let read = GzDecoder::new(packed.as_slice()).take(MAX_UNPACKED).read_to_end(&mut json)?;
        if read as u64 == MAX_UNPACKED {
            return Err(std::io::Error::other("record too large").into());
        }
        return Ok(json);
    }
    Ok(packed)
}

/// The release of a stored text; its labels are empty.
///
/// # Errors
/// As [`decode_bytes`], or JSON that is no release.
pub fn decode(stored: &str) -> Result<Release, CodecError> {
    let mut release: Release = serde_json::from_slice(&decode_bytes(stored)?)?;
    add_schema_time(&mut release.chart);
    Ok(release)
}

/// Helm 4's chart has one field more than Helm 3's, which it writes even when zero, after the schema.
fn add_schema_time(chart: &mut serde_json::Value) {
    let Some(fields) = chart.as_object_mut() else { return };
    if fields.contains_key("schemamodtime") {
        return;
    }
    let at = fields.keys().position(|k| k == "schema").map_or(fields.len(), |i| i + 1);
    fields.shift_insert(at, "schemamodtime".to_owned(), "0001-01-01T00:00:00Z".into());
}
