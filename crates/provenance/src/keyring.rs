//! Keyrings: binary OpenPGP packets, as gpg exports them and as GnuPG 1 kept them (pubring.gpg, secring.gpg).

use pgp::composed::{PublicOrSecret, SignedPublicKey, SignedPublicSubKey, SignedSecretKey};
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails as _, KeyId, Password, SignedUser, Tag, Timestamp};

use crate::{Error, Result};

/// A key with its owner's names.
#[derive(Debug)]
pub struct Key {
    /// The public half.
    pub(crate) public: SignedPublicKey,
    secret: Option<SignedSecretKey>,
}

/// A name of a key that the key itself signed.
struct Identity<'a> {
    user: &'a SignedUser,
    /// The newest signature for it: the key's flags and its end are told there.
    newest: &'a Signature,
    /// Whether it was taken back.
    revoked: bool,
}

impl Identity<'_> {
    /// What Go's OpenPGP library takes as the main identity: not taken back, marked so, newest.
    fn rank(&self) -> (bool, bool, Option<Timestamp>) {
        (!self.revoked, self.newest.is_primary(), self.newest.created())
    }
}

impl Key {
    fn identities(&self) -> impl Iterator<Item = Identity<'_>> {
        self.public.details.users.iter().filter_map(|user| self.identity(user))
    }

    fn identity<'a>(&self, user: &'a SignedUser) -> Option<Identity<'a>> {
        let key = &self.public.primary_key;
        let own = |s: &&Signature| s.verify_certification(key, Tag::UserId, &user.id).is_ok();
        let (ends, begins): (Vec<_>, Vec<_>) = user.signatures.iter().filter(own).partition(|s| is_revocation(s));
        let newest = begins.into_iter().max_by_key(|s| s.created())?;
        Some(Identity { user, newest, revoked: !ends.is_empty() })
    }

    /// The names that the key itself signed: `USER_NAME (COMMENT) <EMAIL>`.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.identities().map(|i| name(i.user))
    }

    /// The fingerprint, in capital hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.public.fingerprint().as_bytes().iter().map(|b| format!("{b:02X}")).collect()
    }

    /// The secret half, ready for signing. `passphrase` is asked only for a locked key, with the key's name.
    ///
    /// # Errors
    /// A key without its secret half, what `passphrase` says, a passphrase that does not fit.
    pub fn unlock<E: From<Error>>(
        &self,
        passphrase: impl FnOnce(&str) -> std::result::Result<Vec<u8>, E>,
    ) -> std::result::Result<Signer<'_>, E> {
        let secret = self.secret.as_ref().ok_or(Error::NotPrivate)?;
        let mut password = Password::empty();
        if secret.primary_key.secret_params().is_encrypted() {
            let name = self.names().find(|n| !n.is_empty()).unwrap_or_else(|| "Unknown".to_owned());
            let text = passphrase(&name)?;
            password = Password::from(text.as_slice());
        }
        match secret.primary_key.unlock(&password, |_, _| Ok(())) {
            Ok(Ok(())) => Ok(Signer { key: secret, password }),
            _ => Err(Error::WrongPassphrase.into()),
        }
    }

    /// The part of the key that bears an id, if it may sign.
    pub(crate) fn part(&self, id: &KeyId) -> Option<Part<'_>> {
        let key = &self.public.primary_key;
        if key.legacy_key_id() == *id {
            let signature = match self.identities().max_by_key(Identity::rank) {
                Some(i) => i.newest,
                None => self.direct_signature()?,
            };
            return signature.key_flags().sign().then_some(Part { key: self, signature, sub: None });
        }
        let sub = self.public.public_subkeys.iter().find(|s| s.legacy_key_id() == *id)?;
        sub.verify_bindings(key).ok()?;
        let bindings = sub.signatures.iter().filter(|s| s.typ() == Some(SignatureType::SubkeyBinding));
        let signature = bindings.max_by_key(|s| s.created())?;
        signature.key_flags().sign().then_some(Part { key: self, signature, sub: Some(sub) })
    }

    /// Keys of later versions are described by a signature of their own instead of by names.
    fn direct_signature(&self) -> Option<&Signature> {
        let key = &self.public.primary_key;
        let own = self.public.details.direct_signatures.iter().filter(|s| s.verify_key(key).is_ok());
        own.max_by_key(|s| s.created())
    }

    /// Whether the key, all in all, could still sign.
    fn check(&self) -> Result<()> {
        let key = &self.public.primary_key;
        let main = self.identities().max_by_key(Identity::rank);
        let taken_back = self.public.details.revocation_signatures.iter().any(|s| s.verify_key(key).is_ok());
        if taken_back || main.as_ref().is_some_and(|i| i.revoked) {
            return Err(Error::Revoked);
        }
        match main.map(|i| i.newest).or_else(|| self.direct_signature()) {
            Some(own) => in_force(own, key.created_at()),
            None => Ok(()),
        }
    }
}

/// A key, or a subkey of it, that may sign.
pub(crate) struct Part<'a> {
    pub(crate) key: &'a Key,
    /// What tells its flags and its end.
    signature: &'a Signature,
    sub: Option<&'a SignedPublicSubKey>,
}

impl Part<'_> {
    /// Whether this part made a signature of the text.
    ///
    /// # Errors
    /// Another text or another key.
    pub(crate) fn verify(&self, signature: &Signature, text: &[u8]) -> Result<()> {
        let (result, algorithm) = match self.sub {
            Some(sub) => (signature.verify(&sub.key, text), sub.algorithm()),
            None => {
                let key = &self.key.public.primary_key;
                (signature.verify(key, text), key.algorithm())
            }
        };
        result.map_err(|_| Error::Invalid(named(algorithm)))
    }

    /// Whether this part could sign today.
    ///
    /// # Errors
    /// Withdrawn or ended keys.
    pub(crate) fn check(&self) -> Result<()> {
        let Some(sub) = self.sub else { return self.key.check() };
        if sub.signatures.iter().any(|s| s.typ() == Some(SignatureType::SubkeyRevocation)) {
            return Err(Error::Revoked);
        }
        self.key.check()?;
        in_force(self.signature, sub.created_at())
    }
}

fn is_revocation(s: &Signature) -> bool {
    s.typ() == Some(SignatureType::CertRevocation)
}

fn name(user: &SignedUser) -> String {
    String::from_utf8_lossy(user.id.id()).into_owned()
}

/// An algorithm's name in Go's OpenPGP library.
fn named(algorithm: PublicKeyAlgorithm) -> &'static str {
    match algorithm {
        PublicKeyAlgorithm::RSA | PublicKeyAlgorithm::RSASign => "RSA",
        PublicKeyAlgorithm::DSA => "DSA",
        PublicKeyAlgorithm::ECDSA => "ECDSA",
        PublicKeyAlgorithm::EdDSALegacy => "EdDSA",
        PublicKeyAlgorithm::Ed25519 => "Ed25519",
        _ => "ed448",
    }
}

/// Whether a key that was made at `made` has not ended by what its own signature says, nor that signature.
fn in_force(own: &Signature, made: Timestamp) -> Result<()> {
    if ended(made, own.key_expiration_time()) {
        return Err(Error::KeyExpired);
    }
    not_ended(own)
}

/// Whether a signature has begun and not ended.
pub(crate) fn not_ended(signature: &Signature) -> Result<()> {
    match signature.created() {
        Some(made) if ended(made, signature.signature_expiration_time()) => Err(Error::SignatureExpired),
        _ => Ok(()),
    }
}

/// Whether now is outside of the time that begins at `from`; a life of no seconds has no end.
fn ended(from: Timestamp, life: Option<pgp::types::Duration>) -> bool {
    let (from, now) = (u64::from(from.as_secs()), u64::from(Timestamp::now().as_secs()));
    let life = life.map_or(0, |l| u64::from(l.as_secs()));
    from > now || (life != 0 && from + life < now)
}

/// A secret key that is unlocked.
pub struct Signer<'a> {
    pub(crate) key: &'a SignedSecretKey,
    pub(crate) password: Password,
}

/// The keys of a keyring, in its order.
#[derive(Debug, Default)]
pub struct Keyring {
    /// The keys.
    pub keys: Vec<Key>,
}

impl Keyring {
    /// Reads a keyring. Keys that cannot be read are passed over, unless there is no other.
    ///
    /// # Errors
    /// Bytes that hold no key.
    pub fn parse(data: &[u8]) -> Result<Keyring> {
        let mut ring = Keyring::default();
        let Some(first) = data.first() else { return Ok(ring) };
        if first & 0x80 == 0 {
            return Err(Error::Malformed("tag byte does not have MSB set".to_owned()));
        }
        let malformed = |e: pgp::errors::Error| Error::Malformed(e.to_string());
        let mut problem = None;
        for key in PublicOrSecret::from_bytes_many(data).map_err(malformed)? {
            match key {
                Ok(PublicOrSecret::Public(public)) => ring.keys.push(Key { public, secret: None }),
                Ok(PublicOrSecret::Secret(secret)) => {
                    ring.keys.push(Key { public: secret.to_public_key(), secret: Some(secret) });
                }
                Err(e) => problem = Some(malformed(e)),
            }
        }
        match problem {
            Some(e) if ring.keys.is_empty() => Err(e),
            _ => Ok(ring),
        }
    }

    /// The key that bears a name, or the last of which it is a part (`NewFromKeyring`).
    ///
    /// # Errors
    /// No such key, or several names of which it is a part and none that it is.
    pub fn find(&self, id: &str) -> Result<&Key> {
        if id.is_empty() {
            return Err(Error::NoKey);
        }
        let (mut candidate, mut vague) = (None, false);
        for key in &self.keys {
            // whether a name is the key's own is asked only of those that fit
            let fitting = key.public.details.users.iter().filter(|u| name(u).contains(id));
            for user in fitting.filter(|u| key.identity(u).is_some()) {
                if name(user) == id {
                    return Ok(key);
                }
                vague |= candidate.is_some();
                candidate = Some(key);
            }
        }
        if vague {
            return Err(Error::Vague(id.to_owned()));
        }
        candidate.ok_or(Error::NoKey)
    }
}
