//! Private keys: made, read from PEM, written as Go writes them, and used for signing.

use ed25519_dalek::Signer as _;
use num_bigint_dig::BigUint;
use num_bigint_dig::prime::probably_prime;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use pintle_go::FuncError;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256, Sha384};

use super::der::{self, Reader, bit_string, integer, sequence, tlv};
use super::{pem, prime};
use crate::sources;

const RSA_OID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const EC_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384_OID: &[u8] = &[0x2b, 0x81, 4, 0, 34];
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const ED25519_OID: &[u8] = &[0x2b, 0x65, 0x70];

/// The system's random bytes, for the crates that want a generator.
pub(super) struct SystemRandom;

impl rsa::rand_core::RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        let mut buf = [0; 4];
        self.fill_bytes(&mut buf);
        u32::from_le_bytes(buf)
    }
    fn next_u64(&mut self) -> u64 {
        let mut buf = [0; 8];
        self.fill_bytes(&mut buf);
        u64::from_le_bytes(buf)
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        // the trait has no way to fail here: a machine without randomness must not make keys
        if let Err(e) = sources::fill(dest) {
            panic!("no random bytes from the operating system: {e}");
        }
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}
impl rsa::rand_core::CryptoRng for SystemRandom {}

/// A private key of a kind that Sprig makes or takes.
pub(super) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    Ed25519(ed25519_dalek::SigningKey),
    /// Only ever printed: x509 cannot sign with it.
    Dsa(Dsa),
}

/// DSA's numbers.
pub(super) struct Dsa {
    p: BigUint,
    q: BigUint,
    g: BigUint,
    y: BigUint,
    x: BigUint,
}

/// `genPrivateKey`: the PEM, or a message in its place.
pub(super) fn generate_text(kind: &[u8]) -> Result<Vec<u8>, FuncError> {
    let key = match kind {
        b"" | b"rsa" => PrivateKey::rsa(4096)?,
        b"dsa" => PrivateKey::Dsa(generate_dsa()?),
        b"ecdsa" => PrivateKey::P256(p256::SecretKey::random(&mut SystemRandom)),
        b"ed25519" => {
            let mut seed = [0; 32];
            sources::fill(&mut seed)?;
            PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
        }
        kind => return Ok([b"Unknown type ", kind].concat()),
    };
    Ok(key.to_pem())
}

fn random_number(bits: usize) -> Result<BigUint, FuncError> {
    let mut buf = vec![0; bits / 8];
    sources::fill(&mut buf)?;
    Ok(BigUint::from_bytes_be(&buf))
}

/// `dsa.GenerateParameters` for L2048N256, and a key.
fn generate_dsa() -> Result<Dsa, FuncError> {
    let one = BigUint::from(1u8);
    let top = |bits: usize| BigUint::from(1u8) << (bits - 1);
    let (p, q) = 'found: loop {
        let q = random_number(256)? | top(256) | &one;
        if !probably_prime(&q, 20) {
            continue;
        }
        for _ in 0..4 * 2048 {
            let candidate = random_number(2048)? | top(2048);
            let p = &candidate - (&candidate % &q) + &one;
            if p.bits() == 2048 && probably_prime(&p, 20) {
                break 'found (p, q);
            }
        }
    };
    let power = (&p - &one) / &q;
    let mut h = BigUint::from(2u8);
    let g = loop {
        let g = h.modpow(&power, &p);
        if g != one {
            break g;
        }
        h += &one;
    };
    let x = loop {
        let x = random_number(256)?;
        if x >= one && x < q {
            break x;
        }
    };
    let y = g.modpow(&x, &p);
    Ok(Dsa { p, q, g, y, x })
}

impl PrivateKey {
    pub(super) fn rsa(bits: usize) -> Result<PrivateKey, FuncError> {
        let exponent = BigUint::from(65537u32);
        let key = match prime::pair(bits)? {
            Some((p, q)) => RsaPrivateKey::from_p_q(p, q, exponent),
            None => RsaPrivateKey::new_with_exp(&mut SystemRandom, bits, &exponent),
        };
        key.map(|k| PrivateKey::Rsa(Box::new(k))).map_err(|e| format!("error generating rsa key: {e}").into())
    }

    /// Sprig's `parsePrivateKeyPEM`.
    pub(super) fn from_pem(text: &[u8]) -> Result<PrivateKey, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        let der = block.der.as_slice();
        match block.kind.strip_suffix("PRIVATE KEY") {
            Some("") => parse_pkcs8(der).ok_or_else(|| format!("decoding PEM as PKCS#8: {MALFORMED}")),
            Some("RSA ") => parse_pkcs1(der).ok_or_else(|| format!("parsing RSA private key from PEM: {MALFORMED}")),
            Some("EC ") => parse_sec1(der, None).ok_or_else(|| format!("parsing EC private key from PEM: {MALFORMED}")),
            Some("DSA ") => parse_dsa(der).ok_or_else(|| format!("parsing DSA private key from PEM: {MALFORMED}")),
            Some(kind) if kind.ends_with(' ') => Err(format!("invalid private key type {}", block.kind)),
            _ => Err(format!("no private key data in PEM block of type {}", block.kind)),
        }
    }

    /// Sprig's `pemBlockForKey`: the old forms for RSA, EC and DSA, PKCS#8 for others.
    pub(super) fn to_pem(&self) -> Vec<u8> {
        match self {
            PrivateKey::Rsa(k) => pem::encode("RSA PRIVATE KEY", &pkcs1(k)),
            PrivateKey::P256(k) => pem::encode("EC PRIVATE KEY", &sec1(&k.to_bytes(), P256_OID, &self.public_bits())),
            PrivateKey::P384(k) => pem::encode("EC PRIVATE KEY", &sec1(&k.to_bytes(), P384_OID, &self.public_bits())),
            PrivateKey::Ed25519(k) => {
                let seed = tlv(der::OCTET_STRING, &tlv(der::OCTET_STRING, &k.to_bytes()));
                pem::encode("PRIVATE KEY", &sequence(&[&integer(&[0]), &algorithm(&[ED25519_OID], false), &seed]))
            }
            PrivateKey::Dsa(k) => {
                let n = |n: &BigUint| integer(&n.to_bytes_be());
                let der = sequence(&[&integer(&[0]), &n(&k.p), &n(&k.q), &n(&k.g), &n(&k.y), &n(&k.x)]);
                pem::encode("DSA PRIVATE KEY", &der)
            }
        }
    }

    /// What stands in the bit string of a SubjectPublicKeyInfo.
    pub(super) fn public_bits(&self) -> Vec<u8> {
        match self {
            PrivateKey::Rsa(k) => sequence(&[&integer(&k.n().to_bytes_be()), &integer(&k.e().to_bytes_be())]),
            PrivateKey::P256(k) => p256::EncodedPoint::from(k.public_key()).as_bytes().to_vec(),
            PrivateKey::P384(k) => p384::EncodedPoint::from(k.public_key()).as_bytes().to_vec(),
            PrivateKey::Ed25519(k) => k.verifying_key().to_bytes().to_vec(),
            PrivateKey::Dsa(_) => Vec::new(),
        }
    }

    /// SubjectPublicKeyInfo.
    pub(super) fn public_info(&self) -> Vec<u8> {
        let algorithm = match self {
            PrivateKey::Rsa(_) => algorithm(&[RSA_OID], true),
            PrivateKey::P256(_) => algorithm(&[EC_OID, P256_OID], false),
            PrivateKey::P384(_) => algorithm(&[EC_OID, P384_OID], false),
            PrivateKey::Ed25519(_) | PrivateKey::Dsa(_) => algorithm(&[ED25519_OID], false),
        };
        sequence(&[&algorithm, &bit_string(&self.public_bits())])
    }

    /// The AlgorithmIdentifier of its signatures; `None` for a key that cannot sign certificates.
    pub(super) fn signature_algorithm(&self) -> Option<Vec<u8>> {
        Some(match self {
            PrivateKey::Rsa(_) => algorithm(&[SHA256_WITH_RSA], true),
            PrivateKey::P256(_) => algorithm(&[ECDSA_SHA256], false),
            PrivateKey::P384(_) => algorithm(&[ECDSA_SHA384], false),
            PrivateKey::Ed25519(_) => algorithm(&[ED25519_OID], false),
            PrivateKey::Dsa(_) => return None,
        })
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            PrivateKey::Rsa(k) => {
                // DigestInfo for SHA-256
                let sha256 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
                let digest = tlv(der::OCTET_STRING, &Sha256::digest(message));
                let info = sequence(&[&algorithm(&[&sha256], true), &digest]);
                k.sign(Pkcs1v15Sign::new_unprefixed(), &info).map_err(|e| e.to_string())
            }
            PrivateKey::P256(k) => {
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from(k)
                    .sign_prehash(&Sha256::digest(message))
                    .map_err(|e| e.to_string())?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            PrivateKey::P384(k) => {
                let signature: p384::ecdsa::Signature = p384::ecdsa::SigningKey::from(k)
                    .sign_prehash(&Sha384::digest(message))
                    .map_err(|e| e.to_string())?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            PrivateKey::Ed25519(k) => Ok(k.sign(message).to_bytes().to_vec()),
            PrivateKey::Dsa(_) => Err(NO_SIGNER.into()),
        }
    }
}

const MALFORMED: &str = "asn1: structure error: malformed private key";
/// What Go says of a key that cannot sign.
pub(super) const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

fn algorithm(oids: &[&[u8]], null: bool) -> Vec<u8> {
    let mut parts: Vec<u8> = oids.iter().flat_map(|o| tlv(der::OID, o)).collect();
    if null {
        parts.extend_from_slice(der::NULL);
    }
    tlv(der::SEQUENCE, &parts)
}

fn pkcs1(k: &RsaPrivateKey) -> Vec<u8> {
    let n = |n: &BigUint| integer(&n.to_bytes_be());
    let one = BigUint::from(1u8);
    let zero = BigUint::default();
    let [p, q] = [k.primes().first().unwrap_or(&zero), k.primes().get(1).unwrap_or(&zero)];
    let exponent = |prime: &BigUint| if *prime > one { k.d() % (prime - &one) } else { zero.clone() };
    // q⁻¹ mod p, by Fermat: p is prime
    let inverse = if *p > one { q.modpow(&(p - BigUint::from(2u8)), p) } else { zero.clone() };
    sequence(&[
        &integer(&[0]),
        &n(k.n()),
        &n(k.e()),
        &n(k.d()),
        &n(p),
        &n(q),
        &n(&exponent(p)),
        &n(&exponent(q)),
        &n(&inverse),
    ])
}

fn sec1(secret: &[u8], curve: &[u8], public: &[u8]) -> Vec<u8> {
    sequence(&[
        &integer(&[1]),
        &tlv(der::OCTET_STRING, secret),
        &tlv(0xa0, &tlv(der::OID, curve)),
        &tlv(0xa1, &bit_string(public)),
    ])
}

fn parse_pkcs1(der: &[u8]) -> Option<PrivateKey> {
    let mut r = Reader(der).sequence()?;
    r.integer()?;
    let mut n = || r.integer().map(BigUint::from_bytes_be);
    let (modulus, e, d, p, q) = (n()?, n()?, n()?, n()?, n()?);
    let key = RsaPrivateKey::from_components(modulus, e, d, vec![p, q]).ok()?;
    Some(PrivateKey::Rsa(Box::new(key)))
}

fn parse_sec1(der: &[u8], curve: Option<&[u8]>) -> Option<PrivateKey> {
    let mut r = Reader(der).sequence()?;
    r.integer()?;
    let secret = r.expect(der::OCTET_STRING)?;
    let named = r.expect(0xa0).and_then(|c| Reader(c).expect(der::OID));
    match named.or(curve)? {
        P256_OID => p256::SecretKey::from_slice(&padded(secret, 32)?).ok().map(PrivateKey::P256),
        P384_OID => p384::SecretKey::from_slice(&padded(secret, 48)?).ok().map(PrivateKey::P384),
        _ => None,
    }
}

/// A secret in as many bytes as its curve has.
fn padded(secret: &[u8], len: usize) -> Option<Vec<u8>> {
    let skip = secret.iter().take_while(|b| **b == 0).count();
    let digits = secret.get(skip..)?;
    let mut out = vec![0; len.checked_sub(digits.len())?];
    out.extend_from_slice(digits);
    Some(out)
}

fn parse_dsa(der: &[u8]) -> Option<PrivateKey> {
    let mut r = Reader(der).sequence()?;
    r.integer()?;
    let mut n = || r.integer().map(BigUint::from_bytes_be);
    Some(PrivateKey::Dsa(Dsa { p: n()?, q: n()?, g: n()?, y: n()?, x: n()? }))
}

fn parse_pkcs8(der: &[u8]) -> Option<PrivateKey> {
    let mut r = Reader(der).sequence()?;
    r.integer()?;
    let mut algorithm = r.sequence()?;
    let kind = algorithm.expect(der::OID)?;
    let key = r.expect(der::OCTET_STRING)?;
    match kind {
        RSA_OID => parse_pkcs1(key),
        EC_OID => parse_sec1(key, algorithm.expect(der::OID)),
        ED25519_OID => {
            let seed = Reader(key).expect(der::OCTET_STRING)?.try_into().ok()?;
            Some(PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_both_ways() {
        for kind in ["ecdsa", "ed25519"] {
            let text = generate_text(kind.as_bytes()).unwrap();
            let key = PrivateKey::from_pem(&text).unwrap();
            assert_eq!(key.to_pem(), text);
            assert!(key.sign(b"x").is_ok());
        }
        let rsa = PrivateKey::rsa(1024).unwrap();
        let again = PrivateKey::from_pem(&rsa.to_pem()).unwrap();
        assert_eq!(again.to_pem(), rsa.to_pem());
        assert_eq!(again.sign(b"x").unwrap(), rsa.sign(b"x").unwrap());
        assert_eq!(generate_text(b"x").unwrap(), b"Unknown type x");
    }
}
