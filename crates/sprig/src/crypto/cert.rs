//! Certificates as Go's `x509.CreateCertificate` builds them from Sprig's template.

use std::any::Any;
use std::net::IpAddr;
use std::rc::Rc;

use pintle_go::{FuncError, FuncResult, GoStr, Kind, NamedType, Object, Type, Value, fmt, no_methods, strconv};
use sha2::{Digest, Sha256};

use super::der::{self, Reader, bit_string, integer, sequence, tlv};
use super::keys::{NO_SIGNER, PrivateKey};
use super::pem;
use crate::encoding::base64_decode;
use crate::sources;

/// Sprig's `certificate`: a struct with two strings.
#[derive(Debug)]
pub(super) struct Certificate {
    cert: GoStr,
    key: GoStr,
}

static CERTIFICATE: NamedType =
    NamedType { name: "sprig.certificate", kind: Kind::Struct, underlying: None, methods: no_methods };

impl Certificate {
    pub(super) const TYPE: Type = Type::Named(&CERTIFICATE);

    fn value(cert: impl Into<GoStr>, key: impl Into<GoStr>) -> Value {
        Value::Obj(Rc::new(Certificate { cert: cert.into(), key: key.into() }))
    }
}

impl Object for Certificate {
    fn ty(&self) -> Type {
        Certificate::TYPE
    }
    fn field(&self, name: &str) -> Option<(Value, Type)> {
        match name {
            "Cert" => Some((self.cert.clone().into(), Type::String)),
            "Key" => Some((self.key.clone().into(), Type::String)),
            _ => None,
        }
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.cert.clone().into()), ("Key", self.key.clone().into())]
    }
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Certificate>().is_some_and(|o| o.cert == self.cert && o.key == self.key)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What the functions share.
pub(super) struct Request<'a> {
    pub(super) name: &'a [u8],
    pub(super) ips: &'a [Value],
    pub(super) dns: &'a [Value],
    pub(super) days: i64,
}

/// `buildCustomCert`: checks both, and gives them back.
pub(super) fn custom(cert: &[u8], key: &[u8]) -> FuncResult {
    let cert = base64_decode(cert).map_err(|_| "unable to decode base64 certificate")?;
    let key = base64_decode(key).map_err(|_| "unable to decode base64 private key")?;
    let block = pem::decode(&cert).ok_or("unable to decode certificate")?;
    Parent::parse(&block.der).ok_or("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")?;
    PrivateKey::from_pem(&key).map_err(|e| format!("error parsing private key: {e}"))?;
    Ok(Certificate::value(cert, key))
}

fn key_or_new(pem: Option<&[u8]>) -> Result<PrivateKey, FuncError> {
    match pem {
        Some(pem) => PrivateKey::from_pem(pem).map_err(|e| format!("parsing private key: {e}").into()),
        None => PrivateKey::rsa(2048),
    }
}

/// `genCA`
pub(super) fn authority(name: &[u8], days: i64, key: Option<&[u8]>) -> FuncResult {
    let key = key_or_new(key)?;
    let template = Template::new(&Request { name, ips: &[], dns: &[], days }, true)?;
    template.issue(&key, &key, None)
}

/// `genSelfSignedCert`
pub(super) fn self_signed(request: &Request<'_>, key: Option<&[u8]>) -> FuncResult {
    // the key comes first in Sprig, but a wrong name must not cost its making
    let template = if key.is_none() { Some(Template::new(request, false)?) } else { None };
    let key = key_or_new(key)?;
    let template = template.map_or_else(|| Template::new(request, false), Ok)?;
    template.issue(&key, &key, None)
}

/// `genSignedCert`
pub(super) fn signed(request: &Request<'_>, ca: Option<&Value>, key: Option<&[u8]>) -> FuncResult {
    let given_key = key.map(|k| key_or_new(Some(k))).transpose()?;
    let ca = match ca {
        Some(Value::Obj(o)) => o.as_any().downcast_ref::<Certificate>(),
        _ => None,
    }
    .ok_or("unable to decode certificate")?;
    let block = pem::decode(&ca.cert).ok_or("unable to decode certificate")?;
    let parent = Parent::parse(&block.der)
        .ok_or("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate")?;
    let signer = PrivateKey::from_pem(&ca.key).map_err(|e| format!("error parsing private key: {e}"))?;
    let template = Template::new(request, false)?;
    let key = given_key.map_or_else(|| PrivateKey::rsa(2048), Ok)?;
    template.issue(&key, &signer, Some(&parent))
}

/// What a signer's certificate tells.
struct Parent<'a> {
    subject: &'a [u8],
    public_info: &'a [u8],
    key_id: Option<&'a [u8]>,
}

const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];

impl<'a> Parent<'a> {
    fn parse(der: &'a [u8]) -> Option<Self> {
        let mut tbs = Reader(der).sequence()?.sequence()?;
        tbs.expect(0xa0); // version
        tbs.integer()?;
        tbs.sequence()?; // algorithm
        tbs.sequence()?; // issuer
        tbs.sequence()?; // validity
        let (_, _, subject) = tbs.next()?;
        let (_, _, public_info) = tbs.next()?;
        let mut key_id = None;
        while let Some((tag, content, _)) = tbs.next() {
            if tag == 0xa3 {
                key_id = find_key_id(content);
            }
        }
        Some(Parent { subject, public_info, key_id })
    }
}

fn find_key_id(extensions: &[u8]) -> Option<&[u8]> {
    let mut all = Reader(extensions).sequence()?;
    while let Some(mut one) = all.sequence() {
        if one.expect(der::OID)? == SUBJECT_KEY_ID {
            return Reader(one.expect(der::OCTET_STRING)?).expect(der::OCTET_STRING);
        }
    }
    None
}

/// The certificate to be, as Sprig's `getBaseCertTemplate` fills it.
struct Template {
    subject: Vec<u8>,
    serial: [u8; 16],
    validity: Vec<u8>,
    names: Vec<u8>,
    ca: bool,
}

impl Template {
    fn new(request: &Request<'_>, ca: bool) -> Result<Template, FuncError> {
        let shown = |v: &Value| fmt::sprint(std::slice::from_ref(v)).to_string();
        let mut ips = Vec::new();
        for v in request.ips {
            let text = v.as_str().ok_or_else(|| format!("error parsing ip: {} is not a string", shown(v)))?;
            let ip = text.to_str().and_then(|s| s.parse::<IpAddr>().ok());
            ips.push(ip.ok_or_else(|| [b"error parsing ip: ", text.as_bytes()].concat())?);
        }
        let mut names = Vec::new();
        let mut bad_name = None;
        for v in request.dns {
            let not_text = || format!("error processing alternate dns name: {} is not a string", shown(v));
            let text = v.as_str().ok_or_else(not_text)?;
            if !text.is_ascii() && bad_name.is_none() {
                bad_name = Some(strconv::quote(text));
            }
            names.extend(tlv(0x82, text));
        }
        if let Some(quoted) = bad_name {
            return Err(format!("error creating certificate: x509: {quoted} cannot be encoded as an IA5String").into());
        }
        for ip in ips {
            names.extend(match ip.to_canonical() {
                IpAddr::V4(ip) => tlv(0x87, &ip.octets()),
                IpAddr::V6(ip) => tlv(0x87, &ip.octets()),
            });
        }
        let (now, nanos) = sources::now();
        // Go counts a duration in nanoseconds, which wrap after 292 years
        let span = (86_400 * 1_000_000_000i64).wrapping_mul(request.days);
        let end = now + (i64::from(nanos) + span).div_euclid(1_000_000_000);
        let mut serial = [0; 16];
        sources::fill(&mut serial)?;
        Ok(Template { subject: name(request.name)?, serial, validity: sequence(&[&time(now), &time(end)]), names, ca })
    }

    /// Sprig's `getCertAndKey`.
    fn issue(&self, key: &PrivateKey, signer: &PrivateKey, parent: Option<&Parent<'_>>) -> FuncResult {
        let failed = |e: &str| FuncError::new(format!("error creating certificate: {e}"));
        let algorithm = signer.signature_algorithm().ok_or_else(|| failed(NO_SIGNER))?;
        let info = key.public_info();
        if parent.is_some_and(|p| p.public_info != signer.public_info()) {
            return Err(failed("x509: provided PrivateKey doesn't match parent's PublicKey"));
        }
        let issuer = parent.map_or(self.subject.as_slice(), |p| p.subject);
        let tbs = sequence(&[
            &tlv(0xa0, &integer(&[2])),
            &integer(&self.serial),
            &algorithm,
            issuer,
            &self.validity,
            &self.subject,
            &info,
            &tlv(0xa3, &self.extensions(key, parent.filter(|p| p.subject != self.subject))),
        ]);
        let signature = signer.sign(&tbs).map_err(|e| failed(&e))?;
        let cert = sequence(&[&tbs, &algorithm, &bit_string(&signature)]);
        Ok(Certificate::value(pem::encode("CERTIFICATE", &cert), key.to_pem()))
    }

    /// In Go's order: key usage, extended usage, constraints, key ids, names.
    fn extensions(&self, key: &PrivateKey, issuer: Option<&Parent<'_>>) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |id: u8, critical: bool, value: &[u8]| {
            let critical = if critical { der::TRUE } else { &[] };
            all.extend(sequence(&[&tlv(der::OID, &[0x55, 0x1d, id]), critical, &tlv(der::OCTET_STRING, value)]));
        };
        // digital signature and key encipherment, and for an authority: certificate signing
        add(15, true, if self.ca { &[3, 2, 2, 0xa4] } else { &[3, 2, 5, 0xa0] });
        // server and client authentication
        let usage = |n: u8| tlv(der::OID, &[0x2b, 6, 1, 5, 5, 7, 3, n]);
        add(37, false, &sequence(&[&usage(1), &usage(2)]));
        add(19, true, &sequence(&[if self.ca { der::TRUE } else { &[] }]));
        if self.ca {
            let hash = Sha256::digest(key.public_bits());
            add(14, false, &tlv(der::OCTET_STRING, hash.get(..20).unwrap_or_default()));
        }
        if let Some(id) = issuer.and_then(|p| p.key_id).filter(|id| !id.is_empty()) {
            add(35, false, &sequence(&[&tlv(0x80, id)]));
        }
        if !self.names.is_empty() {
            let no_subject = self.subject == sequence(&[]);
            add(17, no_subject, &tlv(der::SEQUENCE, &self.names));
        }
        tlv(der::SEQUENCE, &all)
    }
}

/// A Name with a common name alone; empty if that is.
fn name(cn: &[u8]) -> Result<Vec<u8>, FuncError> {
    if cn.is_empty() {
        return Ok(sequence(&[]));
    }
    let printable = cn.iter().all(|b| b.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(b));
    if !printable && std::str::from_utf8(cn).is_err() {
        return Err("error creating certificate: asn1: string not valid UTF-8".into());
    }
    let tag = if printable { der::PRINTABLE_STRING } else { der::UTF8_STRING };
    let attribute = sequence(&[&tlv(der::OID, &[0x55, 4, 3]), &tlv(tag, cn)]);
    Ok(sequence(&[&tlv(der::SET, &attribute)]))
}

/// UTCTime within 1950–2049, else GeneralizedTime.
fn time(unix: i64) -> Vec<u8> {
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    // civil date from days since 1970 (Howard Hinnant's algorithm)
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    let clock = format!("{month:02}{day:02}{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60);
    if (1950..2050).contains(&year) {
        tlv(der::UTC_TIME, format!("{:02}{clock}", year % 100).as_bytes())
    } else {
        tlv(der::GENERALIZED_TIME, format!("{year:04}{clock}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::generate_text;

    fn parts(v: &Value) -> (GoStr, GoStr) {
        let Value::Obj(o) = v else { panic!("a certificate") };
        let c = o.as_any().downcast_ref::<Certificate>().unwrap();
        (c.cert.clone(), c.key.clone())
    }

    #[test]
    fn chain() {
        let key = generate_text(b"ecdsa").unwrap();
        let ca = authority(b"my-ca", 365, Some(&key)).unwrap();
        let request = Request { name: b"cn", ips: &["10.0.0.1".into()], dns: &["a.example".into()], days: 10 };
        let leaf = signed(&request, Some(&ca), Some(&key)).unwrap();
        let (cert, _) = parts(&leaf);
        let der = pem::decode(&cert).unwrap().der;
        let parent = Parent::parse(&der).unwrap();
        assert_eq!(parent.subject, name(b"cn").unwrap());
        // the authority's key id is named, and can be read back
        assert_eq!(find_key_id(&[]), None);
        let (ca_cert, ca_key) = parts(&ca);
        let ca_der = pem::decode(&ca_cert).unwrap().der;
        assert_eq!(Parent::parse(&ca_der).unwrap().key_id.map(<[u8]>::len), Some(20));
        assert_eq!(ca_key.as_bytes(), key);
    }

    #[test]
    fn wrong_names() {
        let e = |ips: &[Value], dns: &[Value]| {
            self_signed(&Request { name: b"cn", ips, dns, days: 1 }, None).unwrap_err().to_string()
        };
        assert_eq!(e(&["bad ip".into()], &[]), "error parsing ip: bad ip");
        assert!(e(&[], &[Value::Int(1)]).starts_with("error processing alternate dns name: "));
    }

    #[test]
    fn times() {
        assert_eq!(time(0), tlv(der::UTC_TIME, b"700101000000Z"));
        assert_eq!(time(4_102_444_800), tlv(der::GENERALIZED_TIME, b"21000101000000Z"));
    }
}
