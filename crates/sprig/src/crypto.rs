//! Digests, passwords, random text, AES, keys and certificates. Nothing here costs anything until it is called.

mod cert;
mod der;
mod keys;
mod montgomery;
mod pem;
mod prime;

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use blowfish::Blowfish;
use hmac::{Hmac, Mac};
use pintle_go::{Func, FuncError, FuncResult, Type, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::args::{int, list, text};
use crate::encoding::{base64_decode, base64_encode, corrupt};
use crate::sources;

const S: Type = Type::String;
const I: Type = Type::Int;
const LIST: Type = Type::LIST;
const CERT: Type = cert::Certificate::TYPE;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("sha1sum", &[S], S, |a| Ok(hex(&Sha1::digest(text(a, 0))))),
    Func::plain("sha256sum", &[S], S, |a| Ok(hex(&Sha256::digest(text(a, 0))))),
    Func::plain("sha512sum", &[S], S, |a| Ok(hex(&Sha512::digest(text(a, 0))))),
    Func::plain("adler32sum", &[S], S, |a| Ok(adler32(text(a, 0)).to_string().into())),
    Func::plain("bcrypt", &[S], S, |a| Ok(bcrypt(text(a, 0))?.into())),
    Func::plain("htpasswd", &[S, S], S, htpasswd),
    Func::plain("derivePassword", &[Type::Uint32, S, S, S, S], S, derive_password),
    Func::plain("encryptAES", &[S, S], S, encrypt_aes),
    Func::plain("decryptAES", &[S, S], S, decrypt_aes),
    Func::plain("randAlphaNum", &[I], S, |a| random(ALPHANUMERIC, a)),
    Func::plain("randAlpha", &[I], S, |a| random(ALPHANUMERIC.get(10..).unwrap_or_default(), a)),
    Func::plain("randNumeric", &[I], S, |a| random(ALPHANUMERIC.get(..10).unwrap_or_default(), a)),
    Func::plain("randAscii", &[I], S, |a| random(&PRINTABLE, a)),
    Func::plain("randBytes", &[I], S, rand_bytes),
    Func::plain("uuidv4", &[], S, |_| uuid_v4()),
    Func::plain("genPrivateKey", &[S], S, |a| Ok(Value::str(keys::generate_text(text(a, 0))?))),
    Func::plain("buildCustomCert", &[S, S], CERT, |a| cert::custom(text(a, 0), text(a, 1))),
    Func::plain("genCA", &[S, I], CERT, |a| cert::authority(text(a, 0), int(a, 1), None)),
    Func::plain("genCAWithKey", &[S, I, S], CERT, |a| cert::authority(text(a, 0), int(a, 1), Some(text(a, 2)))),
    Func::plain("genSelfSignedCert", &[S, LIST, LIST, I], CERT, |a| cert::self_signed(&request(a), None)),
    Func::plain("genSelfSignedCertWithKey", &[S, LIST, LIST, I, S], CERT, |a| {
        cert::self_signed(&request(a), Some(text(a, 4)))
    }),
    Func::plain("genSignedCert", &[S, LIST, LIST, I, CERT], CERT, |a| cert::signed(&request(a), a.get(4), None)),
    Func::plain("genSignedCertWithKey", &[S, LIST, LIST, I, CERT, S], CERT, |a| {
        cert::signed(&request(a), a.get(4), Some(text(a, 5)))
    }),
];

/// The arguments that all certificates share.
fn request(args: &[Value]) -> cert::Request<'_> {
    let items = |i: usize| args.get(i).and_then(|v| list(v, "").ok()).map_or(&[][..], |l| l.items());
    cert::Request { name: text(args, 0), ips: items(1), dns: items(2), days: int(args, 3) }
}

fn hex(bytes: &[u8]) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or(b'0');
    Value::str(bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect::<Vec<u8>>())
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for chunk in data.chunks(5552) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    b << 16 | a
}

/// More random characters than this are refused, where Go would die of memory.
const MOST_RANDOM: i64 = 1 << 28;
const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// From the blank to `~`.
const PRINTABLE: [u8; 95] = {
    let mut all = [0; 95];
    let mut i = 0;
    while i < all.len() {
        all[i] = b' ' + i as u8;
        i += 1;
    }
    all
};

/// goutils' `CryptoRandom`; Sprig swallows its error about negative counts.
fn random(alphabet: &[u8], args: &[Value]) -> FuncResult {
    match int(args, 0) {
        n if n > MOST_RANDOM => Err("runtime error: makeslice: len out of range".into()),
        n => Ok(Value::str(sources::pick(alphabet, usize::try_from(n).unwrap_or(0))?)),
    }
}

fn rand_bytes(args: &[Value]) -> FuncResult {
    let count = int(args, 0);
    if !(0..=MOST_RANDOM).contains(&count) {
        return Err("runtime error: makeslice: len out of range".into());
    }
    let mut buf = vec![0; count as usize];
    sources::fill(&mut buf)?;
    Ok(base64_encode(&buf).into())
}

fn uuid_v4() -> FuncResult {
    let mut b = [0u8; 16];
    sources::fill(&mut b)?;
    let n = u128::from_be_bytes(b);
    let n = n & !(0xf << 76) | (4 << 76); // version
    let n = n & !(3 << 62) | (2 << 62); // variant
    let h = format!("{n:032x}");
    let part = |from: usize, to: usize| h.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)).into())
}

fn htpasswd(args: &[Value]) -> FuncResult {
    let (user, password) = (text(args, 0), text(args, 1));
    if user.contains(&b':') {
        return Ok(Value::str([b"invalid username: ", user].concat()));
    }
    Ok(Value::str([user, b":", bcrypt(password)?.as_bytes()].concat()))
}

/// `bcrypt.GenerateFromPassword` at its default cost of 10; an error's text in its place, as Sprig has it.
fn bcrypt(password: &[u8]) -> Result<String, FuncError> {
    const COST: u32 = 10;
    if password.len() > 72 {
        return Ok("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".into());
    }
    let mut salt = [0; 16];
    sources::fill(&mut salt)?;
    let hash = bcrypt_hash(password, &salt, COST);
    let encoded = |data: &[u8]| bcrypt_base64(data);
    Ok(format!("$2a${COST:02}${}{}", encoded(&salt), encoded(&hash)))
}

/// The 23 bytes that bcrypt keeps of its hash.
fn bcrypt_hash(password: &[u8], salt: &[u8; 16], cost: u32) -> [u8; 23] {
    let key = [password, b"\0"].concat();
    let mut state = Blowfish::bc_init_state();
    state.salted_expand_key(salt, &key);
    for _ in 0..1u32 << cost {
        state.bc_expand_key(&key);
        state.bc_expand_key(salt);
    }
    let mut out = [0; 23];
    let blocks = b"OrpheanBeholderScryDoubt".chunks_exact(8);
    for (block, target) in blocks.zip(out.chunks_mut(8)) {
        let word = |b: &[u8]| b.iter().fold(0u32, |n, b| n << 8 | u32::from(*b));
        let (left, right) = block.split_at(4);
        let mut pair = [word(left), word(right)];
        for _ in 0..64 {
            pair = state.bc_encrypt(pair);
        }
        let bytes = (u64::from(pair[0]) << 32 | u64::from(pair[1])).to_be_bytes();
        for (t, b) in target.iter_mut().zip(bytes) {
            *t = b;
        }
    }
    out
}

/// bcrypt's own base64: another alphabet, no padding.
fn bcrypt_base64(data: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut out = String::new();
    for chunk in data.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            let index = n >> (18 - 6 * i) & 63;
            out.push(ALPHABET.get(index as usize).copied().unwrap_or(b'.') as char);
        }
    }
    out
}

/// The templates of Master Password, by kind. Each letter stands for a class of characters.
fn password_templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn password_class(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The Master Password algorithm: `derivePassword COUNTER KIND PASSWORD USER SITE`.
fn derive_password(args: &[Value]) -> FuncResult {
    const SEED: &[u8] = b"com.lyndir.masterpassword";
    let counter = int(args, 0) as u32;
    let (kind, password, user, site) = (text(args, 1), text(args, 2), text(args, 3), text(args, 4));
    let Some(templates) = password_templates(kind) else {
        return Ok(Value::str([b"cannot find password template ", kind].concat()));
    };
    let failed = |e: &dyn std::fmt::Display| FuncError::new(format!("failed to derive password: {e}"));
    let length = |s: &[u8]| (s.len() as u32).to_be_bytes();
    let salt = [SEED, &length(user), user].concat();
    let mut key = [0; 64];
    let params = scrypt::Params::new(15, 8, 2, 64).map_err(|e| failed(&e))?;
    scrypt::scrypt(password, &salt, &params, &mut key).map_err(|e| failed(&e))?;

    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).map_err(|e| failed(&e))?;
    for part in [SEED, &length(site), site, &counter.to_be_bytes()] {
        mac.update(part);
    }
    let seed = mac.finalize().into_bytes();
    let mut seed = seed.iter().map(|b| usize::from(*b));
    let template = templates.get(seed.next().unwrap_or_default() % templates.len()).copied().unwrap_or_default();
    let pick = |(letter, n): (u8, usize)| {
        let class = password_class(letter);
        class.get(n % class.len()).copied().unwrap_or_default()
    };
    Ok(Value::str(template.bytes().zip(seed).map(pick).collect::<Vec<u8>>()))
}

/// AES-256 over the password cut or padded to its key length.
fn cipher(password: &[u8]) -> aes::Aes256 {
    let mut key = [0; 32];
    for (k, b) in key.iter_mut().zip(password) {
        *k = *b;
    }
    aes::Aes256::new(&GenericArray::from(key))
}

type Block = [u8; 16];

fn blocks(data: &[u8]) -> impl Iterator<Item = Block> + '_ {
    data.chunks_exact(16).filter_map(|c| Block::try_from(c).ok())
}

fn xor(a: Block, b: Block) -> Block {
    (u128::from_ne_bytes(a) ^ u128::from_ne_bytes(b)).to_ne_bytes()
}

/// CBC with a random first block and PKCS#7 padding, in base64.
fn encrypt_aes(args: &[Value]) -> FuncResult {
    let (password, plain) = (text(args, 0), text(args, 1));
    if plain.is_empty() {
        return Ok("".into());
    }
    let cipher = cipher(password);
    let mut previous: Block = [0; 16];
    sources::fill(&mut previous)?;
    let padding = 16 - plain.len() % 16;
    let mut padded = plain.to_vec();
    padded.extend(std::iter::repeat_n(padding as u8, padding));
    let mut out = previous.to_vec();
    for block in blocks(&padded) {
        let mut b = GenericArray::from(xor(block, previous));
        cipher.encrypt_block(&mut b);
        previous = b.into();
        out.extend_from_slice(&previous);
    }
    Ok(base64_encode(&out).into())
}

/// The reverse. What is no such text fails with the words of Go's run-time checks.
fn decrypt_aes(args: &[Value]) -> FuncResult {
    let (password, coded) = (text(args, 0), text(args, 1));
    if coded.is_empty() {
        return Ok("".into());
    }
    let data = base64_decode(coded).map_err(|at| corrupt(at, 64))?;
    if data.len() < 16 {
        let capacity = coded.len() / 4 * 3;
        return Err(if capacity < 16 {
            format!("runtime error: slice bounds out of range [:16] with capacity {capacity}")
        } else {
            format!("runtime error: slice bounds out of range [16:{}]", data.len())
        }
        .into());
    }
    let (first, rest) = data.split_at(16);
    if rest.len() % 16 != 0 {
        return Err("crypto/cipher: input not full blocks".into());
    }
    let cipher = cipher(password);
    let mut previous = Block::try_from(first).unwrap_or_default();
    let mut out = Vec::with_capacity(rest.len());
    for block in blocks(rest) {
        let mut b = GenericArray::from(block);
        cipher.decrypt_block(&mut b);
        out.extend_from_slice(&xor(b.into(), previous));
        previous = block;
    }
    let Some(&padding) = out.last() else { return Err("runtime error: index out of range [-1]".into()) };
    match out.len().checked_sub(usize::from(padding)) {
        Some(len) => {
            out.truncate(len);
            Ok(Value::str(out))
        }
        None => {
            let end = out.len() as i64 - i64::from(padding);
            Err(format!("runtime error: slice bounds out of range [:{end}]").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests() {
        assert_eq!(adler32(b"abc"), 38600999);
        assert_eq!(hex(&Sha1::digest(b"abc")).as_str().unwrap(), &"a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn bcrypt_vector() {
        // from the published test vectors of bcrypt: the salt is 16 bytes of base64 "DCq7YPn5Rq63x1Lad4cll."
        let salt = [0x14, 0x4b, 0x3d, 0x69, 0x1a, 0x7b, 0x4e, 0xcf, 0x39, 0xcf, 0x73, 0x5c, 0x7f, 0xa7, 0xa7, 0x9c];
        assert_eq!(bcrypt_base64(&salt), "DCq7YPn5Rq63x1Lad4cll.");
        assert_eq!(bcrypt_base64(&bcrypt_hash(b"", &salt, 6)), "TV4S6ytwfsfvkgY8jIucDrjc8deX1s.");
    }

    #[test]
    fn aes_both_ways() {
        for plain in ["x", "sixteen byte str", "a longer text that takes three blocks"] {
            let coded = encrypt_aes(&["pw".into(), plain.into()]).unwrap();
            assert_eq!(decrypt_aes(&["pw".into(), coded]).unwrap().as_str().unwrap(), &plain);
        }
        let e = decrypt_aes(&["pw".into(), "YWJj".into()]).unwrap_err().to_string();
        assert_eq!(e, "runtime error: slice bounds out of range [:16] with capacity 3");
    }

    #[test]
    fn random_shapes() {
        let id = uuid_v4().unwrap().as_str().unwrap().to_string();
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'));
        let text = random(ALPHANUMERIC, &[Value::Int(40)]).unwrap();
        assert!(text.as_str().unwrap().iter().all(u8::is_ascii_alphanumeric));
        assert!(random(ALPHANUMERIC, &[Value::Int(-1)]).unwrap().as_str().unwrap().is_empty());
    }
}
