//! Fetching: `http` and `https`, charts of registries, and whatever schemes plugins add. Credentials go to the server
//! they are for, and follow no redirect elsewhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;

use crate::agents::Agents;
use crate::failure::reason;
use crate::oci::Registry;
use crate::{Address, Error, Result, fail, quote};

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

/// The client. Copies share their connections.
#[derive(Clone, Debug, Default)]
pub struct Getter {
    /// `User-Agent`.
    pub user_agent: String,
    /// For a whole fetch from a repository; `None` waits for ever.
    pub timeout: Option<Duration>,
    /// What else can be fetched than `http`, `https` and `oci`.
    pub more: Option<Arc<dyn Schemes>>,
    /// Open connections; [`Default`] begins with none.
    pub agents: Agents,
}

/// Whether a scheme is one that is spoken over HTTP.
pub(crate) fn is_http(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

impl Getter {
    /// The agent for registries: what they send and take may be large, so that only their silence is bounded.
    pub(crate) fn registry_agent(&self, request: &Request) -> Result<ureq::Agent> {
        self.agents.get(request, None)
    }

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
        let agent = self.agents.get(request, self.timeout)?;
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
}

/// Where a redirect leads.
pub(crate) fn resolve_from(at: &Address, target: &str) -> Result<String> {
    let mut base = at.clone();
    base.path.truncate(base.path.rfind('/').map_or(0, |i| i + 1));
    let query = Address::parse(target)?.query;
    base.query = query;
    crate::resolve_reference(&base.to_string(), target)
}
