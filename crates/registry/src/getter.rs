//! Fetching: `http` and `https`, charts of registries, and whatever schemes plugins add. Credentials go to the server
//! they are for, and follow no redirect elsewhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

use crate::oci::Registry;
use crate::{Address, Error, Result, fail, files, quote};

/// Redirects that are followed, as in Go.
const REDIRECTS: usize = 10;
/// The most that is taken of one answer, in bytes: an index or an archive larger than this is an attack.
const MOST: u64 = 512 << 20;

/// How things are fetched, apart from their address.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The repository that the credentials are for.
    pub repository: String,
    /// User name; credentials are sent only with both name and password.
    pub username: String,
    /// Password.
    pub password: String,
    /// Whether other servers get the credentials, too.
    pub pass_credentials_all: bool,
    /// Client certificate, a PEM file.
    pub cert_file: String,
    /// Its key, a PEM file.
    pub key_file: String,
    /// Authorities to trust instead of the system's, a PEM file.
    pub ca_file: String,
    /// Whether any certificate will do.
    pub insecure_skip_tls_verify: bool,
    /// Whether registries speak plain HTTP.
    pub plain_http: bool,
    /// Where credentials of registries are kept (`--registry-config`).
    pub registry_config: PathBuf,
    /// What `Accept` says; empty leaves it to the client.
    pub accept: &'static str,
}

/// Fetches addresses of schemes that are not built in (Helm's getter plugins).
pub trait Schemes: std::fmt::Debug + Send + Sync {
    /// Whether a scheme (in small letters) is one of them.
    fn knows(&self, scheme: &str) -> bool;

    /// The body at an address of such a scheme.
    ///
    /// # Errors
    /// Helm's text.
    fn get(&self, address: &str, request: &Request) -> std::result::Result<Vec<u8>, String>;
}

/// The client.
#[derive(Clone, Debug, Default)]
pub struct Getter {
    /// `User-Agent`.
    pub user_agent: String,
    /// For a whole fetch; `None` waits for ever.
    pub timeout: Option<Duration>,
    /// What else can be fetched than `http`, `https` and `oci`.
    pub more: Option<Arc<dyn Schemes>>,
}

/// Whether a scheme is one that is spoken over HTTP.
pub(crate) fn is_http(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

impl Getter {
    /// Whether there is a getter for a scheme.
    pub fn knows(&self, scheme: &str) -> bool {
        is_http(scheme) || scheme == "oci" || self.more.as_ref().is_some_and(|m| m.knows(scheme))
    }

    /// Fetches.
    ///
    /// # Errors
    /// Go's texts for connections that fail, and answers other than 200.
    pub fn get(&self, address: &str, request: &Request) -> Result<Vec<u8>> {
        let first = Address::parse(address)?;
        let scheme = first.scheme.as_str();
        if scheme == "oci" {
            return self.get_from_registry(address, request);
        }
        if !is_http(scheme) {
            return match self.more.as_ref().filter(|m| m.knows(scheme)) {
                Some(more) => more.get(address, request).or_else(fail),
                None => fail(format!("scheme {} not supported", quote(scheme))),
            };
        }
        let home = Address::parse(&request.repository).or_else(|e| fail(format!("unable to parse getter URL: {e}")))?;
        let agent = self.agent(request)?;
        let mut at = first;
        for _ in 0..=REDIRECTS {
            let url = at.to_string();
            let mut call = agent.get(&url).header("User-Agent", &self.user_agent);
            if !request.accept.is_empty() {
                call = call.header("Accept", request.accept);
            }
            let both = !request.username.is_empty() && !request.password.is_empty();
            if both && (request.pass_credentials_all || home.same_server(&at)) {
                let pair = format!("{}:{}", request.username, request.password);
                let pair = base64::engine::general_purpose::STANDARD.encode(pair);
                call = call.header("Authorization", format!("Basic {pair}"));
            }
            let mut answer = call.call().or_else(|e| fail(format!("Get {}: {}", quote(&url), reason(&e, &at))))?;
            let status = answer.status();
            let target = answer.headers().get("location").and_then(|l| l.to_str().ok()).map(str::to_owned);
            if let (301 | 302 | 303 | 307 | 308, Some(target)) = (status.as_u16(), target) {
                at = Address::parse(&resolve_from(&at, &target)?)?;
                if !is_http(&at.scheme) {
                    return fail(format!("Get {}: unsupported protocol scheme {}", quote(&target), quote(&at.scheme)));
                }
                continue;
            }
            if status.as_u16() != 200 {
                let words = status.canonical_reason().unwrap_or_default();
                return Err(Error::Status { url: address.to_owned(), code: status.as_u16(), words });
            }
            let body = answer.body_mut().with_config().limit(MOST).read_to_vec();
            return body.or_else(|e| fail(reason(&e, &at)));
        }
        fail(format!("Get {}: stopped after {REDIRECTS} redirects", quote(&at.to_string())))
    }

    /// A chart of a registry, or its provenance file where the address ends in `.prov` (`OCIGetter.Get`).
    fn get_from_registry(&self, address: &str, request: &Request) -> Result<Vec<u8>> {
        let registry = Registry::new(self, request);
        let (reference, provenance) = match address.strip_suffix(".prov") {
            Some(reference) => (reference, true),
            None => (address, false),
        };
        let place = registry.resolve(reference, "")?;
        let pulled = registry.pull(&place, provenance, &pintle_chart::log::Discard)?;
        Ok(if provenance { pulled.provenance } else { pulled.chart })
    }

    pub(crate) fn agent(&self, r: &Request) -> Result<ureq::Agent> {
        let mut tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::PlatformVerifier)
            .disable_verification(r.insecure_skip_tls_verify);
        let bad = |why: String| fail(format!("can't create TLS config for client: {why}"));
        let read = |file: &str| files::read(Path::new(file));
        if !r.cert_file.is_empty() && !r.key_file.is_empty() {
            let pair = read(&r.cert_file).and_then(|c| Ok((c, read(&r.key_file)?)));
            let (cert, key) = match pair {
                Ok(p) => p,
                Err(e) => return bad(format!("failed to load cert and key: {e}")),
            };
            let certs: Vec<Certificate<'static>> = pem(&cert);
            match (certs.is_empty(), PrivateKey::from_pem(&key)) {
                (false, Ok(key)) => tls = tls.client_cert(Some(ClientCert::new_with_certs(&certs, key))),
                (true, _) => return bad("tls: failed to find any PEM data in certificate input".to_owned()),
                _ => return bad("tls: failed to find any PEM data in key input".to_owned()),
            }
        }
        if !r.ca_file.is_empty() {
            let text = match read(&r.ca_file) {
                Ok(t) => t,
                Err(e) => return bad(format!("can't read CA file: {} : {e}", quote(&r.ca_file))),
            };
            let certs = pem(&text);
            if certs.is_empty() {
                return bad("failed to append certificates from pem block".to_owned());
            }
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certs)));
        }
        let config = ureq::Agent::config_builder()
            .tls_config(tls.build())
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(self.timeout.filter(|t| !t.is_zero()));
        Ok(config.build().new_agent())
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

/// Where a redirect leads.
pub(crate) fn resolve_from(at: &Address, target: &str) -> Result<String> {
    let mut base = at.clone();
    base.path.truncate(base.path.rfind('/').map_or(0, |i| i + 1));
    let query = Address::parse(target)?.query;
    base.query = query;
    crate::resolve_reference(&base.to_string(), target)
}

/// A failed connection in Go's words.
pub(crate) fn reason(e: &ureq::Error, at: &Address) -> String {
    use std::io::ErrorKind as K;
    let host = at.authority();
    let port = if at.scheme == "https" { "443" } else { "80" };
    let with_port =
        if host.rsplit(']').next().unwrap_or(host).contains(':') { host.to_owned() } else { format!("{host}:{port}") };
    match e {
        ureq::Error::Io(e) => match e.kind() {
            K::ConnectionRefused => format!("dial tcp {with_port}: connect: connection refused"),
            K::UnexpectedEof => "EOF".to_owned(),
            _ => e.to_string(),
        },
        ureq::Error::HostNotFound => {
            let name = host.split(':').next().unwrap_or(host);
            format!("dial tcp: lookup {name}: no such host")
        }
        ureq::Error::Timeout(_) => {
            "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned()
        }
        e => e.to_string(),
    }
}
