//! TLS to PostgreSQL by libpq's `sslmode`: encrypted only, with a known authority, or with the right name as well.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::SqlError;
use super::options::Settings;

/// The client's side of TLS for these settings.
pub(super) fn config(settings: &Settings) -> Result<ClientConfig, SqlError> {
    let setting = |key: &str| settings.get(key).map_or("", String::as_str);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let authority = setting("sslrootcert");
    // as libpq: an authority that is named is asked, whatever the mode
    let chain = matches!(setting("sslmode"), "verify-ca" | "verify-full") || !authority.is_empty();
    let verifier = Verifier {
        provider: provider.clone(),
        chain: if chain { Some(chain_verifier(authority, provider.clone())?) } else { None },
        name: setting("sslmode") == "verify-full",
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let (cert, key) = (setting("sslcert"), setting("sslkey"));
    if cert.is_empty() {
        return Ok(builder.with_no_client_auth());
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|e| SqlError::text(format!("pq: {key}: {e}")))?;
    builder.with_client_auth_cert(certificates(cert)?, key).map_err(tls_error)
}

fn tls_error(e: Error) -> SqlError {
    SqlError::text(format!("tls: {e}"))
}

fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, SqlError> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    all.map_err(|e| SqlError::text(format!("pq: {path}: {e}")))
}

/// Trust in the authorities of a file, or in those of the machine.
fn chain_verifier(file: &str, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, SqlError> {
    let mut roots = RootCertStore::empty();
    let known = match file {
        "" | "system" => rustls_native_certs::load_native_certs().certs,
        file => certificates(file)?,
    };
    roots.add_parsable_certificates(known);
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|e| SqlError::text(format!("pq: {e}")))
}

#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Nothing: any certificate will do (`sslmode=require`).
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// Whether it must name the host, too (`sslmode=verify-full`).
    name: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end, between, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
