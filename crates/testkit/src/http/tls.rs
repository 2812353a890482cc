//! Certificates for HTTPS servers of tests and for their clients, made on the spot.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// A certificate authority for one test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// If there is no randomness to be had.
    pub fn new() -> io::Result<Self> {
        let mut params = CertificateParams::new([]).map_err(io::Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let pem = params.self_signed(&key).map_err(io::Error::other)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// A key with a certificate for these names, for this use.
    fn sign(&self, names: &[&str], usage: ExtendedKeyUsagePurpose) -> io::Result<(Certificate, KeyPair)> {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok((certificate, key))
    }

    /// Settings for a server at `127.0.0.1` or `localhost`. With `clients`, it only takes clients that have a
    /// certificate of this authority.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn server(&self, clients: bool) -> io::Result<Arc<ServerConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = self.sign(&["localhost", "127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth)?;
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).map_err(io::Error::other)?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = if clients {
            let mut roots = RootCertStore::empty();
            let root = CertificateDer::from_pem_slice(self.pem.as_bytes()).map_err(io::Error::other)?;
            roots.add(root).map_err(io::Error::other)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(io::Error::other)?)
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![certificate.der().clone()];
        builder.with_single_cert(chain, key).map(Arc::new).map_err(io::Error::other)
    }

    /// Writes `ca.crt`, and `client.crt` with `client.key` for a client, into the folder, and gives the three paths.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write_files(&self, folder: &Path) -> io::Result<[PathBuf; 3]> {
        let (certificate, key) = self.sign(&["client"], ExtendedKeyUsagePurpose::ClientAuth)?;
        let paths = ["ca.crt", "client.crt", "client.key"].map(|name| folder.join(name));
        for (path, text) in paths.iter().zip([self.pem.clone(), certificate.pem(), key.serialize_pem()]) {
            std::fs::write(path, text)?;
        }
        Ok(paths)
    }
}
