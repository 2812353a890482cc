//! Failed connections in the words of Go's client, which tools and people look for.

use std::io::ErrorKind;

use rustls::{AlertDescription as Alert, CertificateError as Bad, InvalidMessage};

use crate::Address;

/// Why a request got no answer, as Go's client says it.
pub(crate) fn reason(e: &ureq::Error, at: &Address) -> String {
    let host = at.authority();
    let port = if at.scheme == "https" { "443" } else { "80" };
    let with_port =
        if host.rsplit(']').next().unwrap_or(host).contains(':') { host.to_owned() } else { format!("{host}:{port}") };
    let name = host.split(':').next().unwrap_or(host);
    let unknown = || format!("dial tcp: lookup {name}: no such host");
    match e {
        ureq::Error::Io(e) => {
            if let Some(tls) = e.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                return tls_reason(tls);
            }
            match e.kind() {
                ErrorKind::ConnectionRefused => format!("dial tcp {with_port}: connect: connection refused"),
                ErrorKind::UnexpectedEof => "EOF".to_owned(),
                ErrorKind::ConnectionReset => "read: connection reset by peer".to_owned(),
                _ if e.to_string().contains("failed to lookup address") => unknown(),
                _ => e.to_string(),
            }
        }
        ureq::Error::Rustls(tls) => tls_reason(tls),
        ureq::Error::HostNotFound => unknown(),
        ureq::Error::Timeout(_) => {
            "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned()
        }
        e => e.to_string(),
    }
}

fn tls_reason(e: &rustls::Error) -> String {
    let unverified = |why: &str| format!("tls: failed to verify certificate: x509: {why}");
    match e {
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "http: server gave HTTP response to HTTPS client".to_owned()
        }
        rustls::Error::InvalidMessage(_) => "tls: first record does not look like a TLS handshake".to_owned(),
        rustls::Error::AlertReceived(alert) => format!("remote error: tls: {}", alert_text(*alert)),
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::UnknownIssuer => unverified("certificate signed by unknown authority"),
            Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                unverified("certificate has expired or is not yet valid")
            }
            Bad::NotValidForNameContext { expected, presented } => {
                unverified(&wrong_name(&expected.to_str(), presented))
            }
            Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => {
                unverified("certificate specifies an incompatible key usage")
            }
            // a certificate that signed itself and may not sign others is what Go knows no authority for
            Bad::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
                unverified("certificate signed by unknown authority")
            }
            bad => unverified(&bad.to_string()),
        },
        e => format!("tls: {e}"),
    }
}

/// Go's `x509.HostnameError`; `presented` are names as rustls shows them: `DnsName("a")`, `IpAddress(::1)`.
fn wrong_name(expected: &str, presented: &[String]) -> String {
    let inner = |kind: &str| -> Vec<&str> {
        let names = presented.iter().filter_map(|p| p.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')'));
        names.map(|n| n.trim_matches('"')).collect()
    };
    let is_address = expected.parse::<std::net::IpAddr>().is_ok();
    let names = inner(if is_address { "IpAddress" } else { "DnsName" });
    match (names.is_empty(), is_address) {
        (true, true) => {
            format!("cannot validate certificate for {expected} because it doesn't contain any IP SANs")
        }
        (true, false) => format!("certificate is not valid for any names, but wanted to match {expected}"),
        (false, _) => format!("certificate is valid for {}, not {expected}", names.join(", ")),
    }
}

/// What Go calls an alert.
fn alert_text(alert: Alert) -> String {
    let text = match alert {
        Alert::UnexpectedMessage => "unexpected message",
        Alert::HandshakeFailure => "handshake failure",
        Alert::BadCertificate => "bad certificate",
        Alert::UnsupportedCertificate => "unsupported certificate",
        Alert::CertificateRevoked => "revoked certificate",
        Alert::CertificateExpired => "expired certificate",
        Alert::CertificateUnknown => "unknown certificate",
        Alert::UnknownCA => "unknown certificate authority",
        Alert::AccessDenied => "access denied",
        Alert::DecryptError => "error decrypting message",
        Alert::ProtocolVersion => "protocol version not supported",
        Alert::InternalError => "internal error",
        Alert::UnrecognisedName => "unrecognized name",
        Alert::CertificateRequired => "certificate required",
        other => return format!("{other:?}"),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_of_other_names_are_told_as_in_go() {
        let presented = ["DnsName(\"a.example\")".to_owned(), "DnsName(\"b\")".to_owned()];
        assert_eq!(wrong_name("c", &presented), "certificate is valid for a.example, b, not c");
        assert_eq!(
            wrong_name("127.0.0.1", &presented),
            "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"
        );
        assert_eq!(
            wrong_name("10.0.0.1", &["IpAddress(127.0.0.1)".to_owned()]),
            "certificate is valid for 127.0.0.1, not 10.0.0.1"
        );
        assert_eq!(wrong_name("c", &[]), "certificate is not valid for any names, but wanted to match c");
    }

    #[test]
    fn failures_of_tls_are_told_as_in_go() {
        let wrap = |e: rustls::Error| {
            let io = std::io::Error::new(ErrorKind::InvalidData, e);
            reason(&ureq::Error::Io(io), &Address::default())
        };
        let plain = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
        assert_eq!(wrap(plain), "http: server gave HTTP response to HTTPS client");
        assert_eq!(
            wrap(rustls::Error::InvalidCertificate(Bad::UnknownIssuer)),
            "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        );
        assert_eq!(wrap(rustls::Error::AlertReceived(Alert::BadCertificate)), "remote error: tls: bad certificate");
    }
}
