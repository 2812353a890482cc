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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, StreamOwned};

    use super::*;
    use crate::http::{Response, Running, Server};

    /// What the server answers to a client that trusts the authority, and shows a certificate of it or none.
    fn ask(server: &Running, files: &[PathBuf; 3], certificate: bool) -> io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&files[0]).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = if certificate {
            let chain = vec![CertificateDer::from_pem_file(&files[1]).unwrap()];
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(&files[2]).unwrap()).unwrap()
        } else {
            builder.with_no_client_auth()
        };
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(session, TcpStream::connect(server.authority())?);
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(String::from_utf8_lossy(&status).into_owned())
    }

    #[test]
    fn serves_https_and_asks_for_certificates() {
        let folder = std::env::temp_dir().join(format!("pintle-testkit-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let authority = Authority::new().unwrap();
        let files = authority.write_files(&folder).unwrap();
        let start = |clients| {
            let config = authority.server(clients).unwrap();
            Server::new(|_| Response::new(200, "in")).tls(config).start().unwrap()
        };
        let (open, closed) = (start(false), start(true));
        assert!(open.url("/x").starts_with("https://127.0.0.1:"));
        assert_eq!(ask(&open, &files, false).unwrap(), "HTTP/1.1 200");
        assert_eq!(ask(&closed, &files, true).unwrap(), "HTTP/1.1 200");
        assert!(ask(&closed, &files, false).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
