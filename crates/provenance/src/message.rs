//! The clear-signed text: metadata, a line of three dots, digests of files.

use pgp::composed::{ArmorOptions, CleartextSignedMessage};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails as _, KeyId, Timestamp};
use pintle_go::{Map, Value};
use sha2::Digest as _;

use crate::keyring::{Key, Keyring, Part, Signer, not_ended};
use crate::{Error, Result};

/// What stands between the metadata and the digests: YAML's end of a document, since its beginning would read as OpenPGP.
const BETWEEN: &str = "\n...\n";
const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// An archive that is what was signed.
#[derive(Debug)]
pub struct Verification<'a> {
    /// Who signed it.
    pub signed_by: &'a Key,
    /// `sha256:` and the archive's digest.
    pub hash: String,
}

/// Signs an archive: the text of its provenance file (`Signatory.ClearSign`). `name` is the archive's file name, and
/// `metadata` the chart's, as YAML.
///
/// # Errors
/// Keys that cannot sign.
pub fn sign(signer: &Signer<'_>, archive: &[u8], name: &str, metadata: &[u8]) -> Result<String> {
    let files = Map::from_pairs(vec![(name.into(), Value::from(digest(archive)))]);
    let sums = Map::from_pairs(vec![("files".into(), Value::Map(files))]);
    let sums = pintle_yaml::write(&Value::Map(sums)).map_err(|e| Error::Yaml(e.to_string()))?;
    let text = format!("{}{BETWEEN}{}", String::from_utf8_lossy(metadata), String::from_utf8_lossy(&sums));
    // blanks at the end of a line are no part of what is signed
    let text: Vec<&str> = text.split('\n').map(|l| l.trim_end_matches([' ', '\t', '\r'])).collect();

    let failed = |e: pgp::errors::Error| Error::Signing(e.to_string());
    let key = &signer.key.primary_key;
    let mut config = SignatureConfig::v4(SignatureType::Text, key.algorithm(), HashAlgorithm::Sha512);
    let regular = |data| Subpacket::regular(data).map_err(failed);
    config.hashed_subpackets = vec![
        regular(SubpacketData::SignatureCreationTime(Timestamp::now()))?,
        regular(SubpacketData::IssuerKeyId(key.legacy_key_id()))?,
        regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
    ];
    let armor = ArmorOptions { headers: None, include_checksum: true };
    let mut signed = CleartextSignedMessage::new(&text.join("\n"), config, key, &signer.password)
        .and_then(|m| m.to_armored_string(armor))
        .map_err(failed)?;
    signed.truncate(signed.trim_end().len()); // as Go ends it
    Ok(signed)
}

/// A provenance file that was read, its signature not checked yet.
#[derive(Debug)]
pub struct Message {
    /// What was signed, its lines ended as OpenPGP ends them.
    text: String,
    signatures: Vec<Signature>,
}

impl Message {
    /// Reads the first clear-signed text of a file.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(provenance: &[u8]) -> Result<Message> {
        let text = std::str::from_utf8(provenance).map_err(|_| Error::NoSignature)?;
        let start = if text.starts_with(BEGIN) { Some(0) } else { text.find(&format!("\n{BEGIN}")).map(|i| i + 1) };
        let text = start.and_then(|i| text.get(i..)).ok_or(Error::NoSignature)?;
        let text = text.find(END).and_then(|i| text.get(..i + END.len())).ok_or(Error::NoSignature)?;
        let (message, _) = CleartextSignedMessage::from_string(text).map_err(|_| Error::NoSignature)?;
        Ok(Message { text: message.signed_text(), signatures: message.signatures().to_vec() })
    }

    /// The digests of files that the text lists, by the files' names (`ParseMessageBlock`).
    ///
    /// # Errors
    /// A text without them.
    pub fn sums(&self) -> Result<Vec<(String, String)>> {
        let plain = self.text.replace("\r\n", "\n");
        let part = plain.split(BETWEEN).nth(1).ok_or(Error::OnePart)?;
        let read = pintle_yaml::read(part.as_bytes()).map_err(|e| Error::Yaml(e.to_string()))?;
        let files = read.as_map().and_then(|m| m.get_str("files")?.as_map());
        let pairs = files.map(|m| m.entries()).unwrap_or_default();
        let text = |s: &pintle_go::GoStr| s.to_str_lossy().into_owned();
        Ok(pairs.iter().filter_map(|(k, v)| Some((text(k), text(v.as_str()?)))).collect())
    }
}

/// Holds an archive against its provenance file (`Signatory.Verify`). `name` is the archive's name there.
///
/// # Errors
/// Whatever does not fit: signature, key, name, digest.
pub fn verify<'a>(ring: &'a Keyring, archive: &[u8], provenance: &[u8], name: &str) -> Result<Verification<'a>> {
    let message = Message::parse(provenance)?;
    let signed_by = signer(ring, &message.signatures, message.text.as_bytes())?;
    let listed = message.sums()?.into_iter().find(|(file, _)| file == name);
    let (_, signed) = listed.ok_or_else(|| Error::NotNamed(name.to_owned()))?;
    let hash = digest(archive);
    if signed != hash {
        return Err(Error::Changed { name: name.to_owned(), signed, found: hash });
    }
    Ok(Verification { signed_by, hash })
}

/// Who made the first signature that is by a key of the ring (`openpgp.CheckDetachedSignature`).
fn signer<'a>(ring: &'a Keyring, signatures: &[Signature], text: &[u8]) -> Result<&'a Key> {
    for signature in signatures {
        let ids: Vec<KeyId> = match signature.issuer_key_id().as_slice() {
            [] => signature.issuer_fingerprint().into_iter().filter_map(last_eight).collect(),
            ids => ids.iter().copied().copied().collect(),
        };
        let parts: Vec<Part<'_>> = ring.keys.iter().flat_map(|k| ids.iter().filter_map(|id| k.part(id))).collect();
        if parts.is_empty() {
            continue;
        }
        if let Some(weak @ (HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160)) = signature.hash_alg()
        {
            return Err(Error::Weak(weak.to_string()));
        }
        let mut why = Error::Unknown;
        for part in parts {
            match part.verify(signature, text) {
                Ok(()) => {
                    part.check()?;
                    not_ended(signature)?;
                    return Ok(part.key);
                }
                Err(e) => why = e,
            }
        }
        return Err(why);
    }
    Err(Error::Unknown)
}

/// A key's id from the fingerprint of a version 4 key.
fn last_eight(fingerprint: &pgp::types::Fingerprint) -> Option<KeyId> {
    let bytes = fingerprint.as_bytes();
    let last: [u8; 8] = bytes.get(bytes.len().checked_sub(8)?..)?.try_into().ok()?;
    Some(KeyId::from(last))
}

/// `sha256:HEX` of an archive.
pub fn digest(archive: &[u8]) -> String {
    sha2::Sha256::digest(archive).iter().fold("sha256:".to_owned(), |out, b| format!("{out}{b:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // made by gpg: a key, and its signature of a text that names the digest of `archive`
    const KEY: &[u8] = include_bytes!("../testdata/public.gpg");
    const SIGNED: &str = include_str!("../testdata/app.prov");

    fn told(archive: &str, signed: &str, name: &str) -> String {
        let ring = Keyring::parse(KEY).expect("a keyring");
        match verify(&ring, archive.as_bytes(), signed.as_bytes(), name) {
            Ok(found) => found.signed_by.names().collect(),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn what_was_signed_is_known_again() {
        let who = "Pintle Test <test@example.com>";
        assert_eq!(told("archive", SIGNED, "app-1.0.0.tgz"), who);
        // text around the message is no part of it, nor are blanks at the ends of its lines
        assert_eq!(told("archive", &format!("before\n{SIGNED}after\n"), "app-1.0.0.tgz"), who);
        assert_eq!(told("archive", &SIGNED.replace("name: app\n", "name: app  \r\n"), "app-1.0.0.tgz"), who);
    }

    #[test]
    fn everything_else_is_refused() {
        let name = "app-1.0.0.tgz";
        assert_eq!(
            told("archive", SIGNED, "other.tgz"),
            "provenance does not contain a SHA for a file named \"other.tgz\""
        );
        let changed = told("another", SIGNED, name);
        assert!(changed.starts_with("sha256 sum does not match for app-1.0.0.tgz: \"sha256:"), "{changed}");
        for (from, to) in [("name: app", "name: App"), ("- - https", "- - http"), ("sha256:", "sha256:0")] {
            let bad = told("archive", &SIGNED.replacen(from, to, 1), name);
            assert_eq!(bad, "openpgp: invalid signature: EdDSA verification failure", "{from}");
        }
        for bad in ["", "text", &SIGNED.replace("-----END", "-----NO"), &SIGNED.replace("Hash:", "Comment:")] {
            assert_eq!(told("archive", bad, name), "signature block not found");
        }
    }

    #[test]
    fn keyrings_that_are_none_are_refused() {
        assert!(Keyring::parse(b"").expect("an empty one").keys.is_empty());
        let armored = Keyring::parse(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n").expect_err("armour");
        assert_eq!(armored.to_string(), "openpgp: invalid data: tag byte does not have MSB set");
        for end in 1..KEY.len() {
            let cut = KEY.get(..end).unwrap_or_default();
            // part of a key is no key that signs
            let verified = Keyring::parse(cut).and_then(|r| verify(&r, b"archive", SIGNED.as_bytes(), "x").map(|_| ()));
            assert!(verified.is_err(), "{end}");
        }
    }

    #[test]
    fn keys_are_found_by_a_part_of_their_name() {
        let ring = Keyring::parse(KEY).expect("a keyring");
        assert_eq!(ring.find("test@example").expect("a key").fingerprint().len(), 40);
        assert!(matches!(ring.find("nobody"), Err(Error::NoKey)));
        assert!(matches!(ring.find(""), Err(Error::NoKey)));
        let key = ring.find("Pintle").expect("a key");
        let locked = key.unlock(|_| Err::<Vec<u8>, Error>(Error::NoKey)).map(|_| ());
        assert!(matches!(locked, Err(Error::NotPrivate)));
    }
}
