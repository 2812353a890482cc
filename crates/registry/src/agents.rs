//! One HTTP agent for each set of certificates: connections are kept open, so that what comes from one server costs
//! one handshake.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

use crate::{Request, Result, fail, files, quote};

/// Connections to one server that may wait for their next request.
const IDLE: usize = 16;
/// How long a registry may take to be reached and to begin its answer; what it sends may take longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// What makes agents differ.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    cert_file: String,
    key_file: String,
    ca_file: String,
    insecure: bool,
    /// For a whole exchange; `None` bounds its parts alone.
    timeout: Option<Duration>,
}

/// The agents that were made; copies share them.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    made: Arc<Mutex<HashMap<Key, ureq::Agent>>>,
}

impl Agents {
    /// The agent for a request's certificates. `timeout` is for a whole exchange; without one, a server must begin to
    /// answer in time, but may send for as long as it takes.
    ///
    /// # Errors
    /// Helm's texts for certificates and keys that cannot be used.
    pub(crate) fn get(&self, r: &Request, timeout: Option<Duration>) -> Result<ureq::Agent> {
        let key = Key {
            cert_file: r.cert_file.clone(),
            key_file: r.key_file.clone(),
            ca_file: r.ca_file.clone(),
            insecure: r.insecure_skip_tls_verify,
            timeout,
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = made.get(&key) {
            return Ok(agent.clone());
        }
        let agent = make(r, timeout)?;
        made.insert(key, agent.clone());
        Ok(agent)
    }
}

fn make(r: &Request, timeout: Option<Duration>) -> Result<ureq::Agent> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .disable_verification(r.insecure_skip_tls_verify);
    let bad = |why: String| fail(format!("can't create TLS config for client: {why}"));
    if !r.cert_file.is_empty() && !r.key_file.is_empty() {
        match client_cert(&r.cert_file, &r.key_file, &provider) {
            Ok(cert) => tls = tls.client_cert(Some(cert)),
            Err(e) => return bad(format!("failed to load cert and key: {e}")),
        }
    }
    if !r.ca_file.is_empty() {
        let text = match files::read(Path::new(&r.ca_file)) {
            Ok(t) => t,
            Err(e) => return bad(format!("can't read CA file: {} : {e}", quote(&r.ca_file))),
        };
        let certs = pem(&text);
        if certs.is_empty() {
            return bad("failed to append certificates from pem block".to_owned());
        }
        tls = tls.root_certs(RootCerts::Specific(Arc::new(certs)));
    }
    let whole = timeout.filter(|t| !t.is_zero());
    let config = ureq::Agent::config_builder()
        .tls_config(tls.unversioned_rustls_crypto_provider(provider).build())
        .max_redirects(0)
        .max_idle_connections(IDLE)
        .max_idle_connections_per_host(IDLE)
        .http_status_as_error(false)
        .timeout_global(whole)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(if whole.is_some() { None } else { Some(PATIENCE) });
    Ok(config.build().new_agent())
}

/// A client's certificate and the key that belongs to it (`tls.LoadX509KeyPair`).
fn client_cert(cert: &str, key: &str, provider: &CryptoProvider) -> Result<ClientCert> {
    let certs = files::read(Path::new(cert))?;
    let key = files::read(Path::new(key))?;
    let certs = pem(&certs);
    if certs.is_empty() {
        return fail("tls: failed to find any PEM data in certificate input");
    }
    let Ok(parsed) = PrivateKey::from_pem(&key) else {
        return fail("tls: failed to find any PEM data in key input");
    };
    // the agent takes for granted that they fit
    let chain = certs.iter().map(|c| c.der().to_vec().into()).collect();
    let fits = rustls::pki_types::pem::PemObject::from_pem_slice(&key)
        .or(Err(rustls::Error::General("tls: failed to parse private key".to_owned())))
        .and_then(|der| rustls::sign::CertifiedKey::from_der(chain, der, provider));
    match fits {
        Ok(_) => Ok(ClientCert::new_with_certs(&certs, parsed)),
        Err(rustls::Error::InconsistentKeys(_)) => fail("tls: private key does not match public key"),
        Err(rustls::Error::General(text)) => fail(text),
        Err(e) => fail(format!("tls: {e}")),
    }
}

fn pem(text: &[u8]) -> Vec<Certificate<'static>> {
    ureq::tls::parse_pem(text)
        .filter_map(|item| match item {
            Ok(ureq::tls::PemItem::Certificate(c)) => Some(c),
            _ => None,
        })
        .collect()
}
