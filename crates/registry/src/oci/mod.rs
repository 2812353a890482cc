//! Charts and plugins in OCI registries (Helm's `pkg/registry`): pushing, pulling, listing, logging in and out.
//!
//! A small client of its own over the same HTTP agent as everything else: charts need a handful of requests, one after
//! another.

mod chart;
mod credentials;
mod http;
mod plugin;
mod reference;
mod upload;

use std::path::Path;

use pintle_chart::log::{Level, LogSink, Record};
use pintle_go::semver::{Constraint, Version};

pub use chart::{Pulled, Pushed};
pub use reference::Reference;

use crate::{Getter, Request, Result, fail};
use http::{Call, Connection, SMALL};

/// What Helm says where a tag holds an underscore.
pub const UNDERSCORE: &str = "\nOCI artifact references (e.g. tags) do not support the plus sign (+). To support\n\
    storing semantic versions, Helm adopts the convention of changing plus (+) to\n\
    an underscore (_) in chart version tags when pushing to a registry and back to\n\
    a plus (+) when pulling from a registry.";

/// Whether a text is an address in a registry.
pub fn is_oci(text: &str) -> bool {
    text.starts_with("oci://")
}

/// A client of registries.
#[derive(Clone, Copy, Debug)]
pub struct Registry<'a> {
    /// The HTTP client.
    pub getter: &'a Getter,
    /// Credentials, certificates, and where credentials are kept.
    pub request: &'a Request,
}

impl<'a> Registry<'a> {
    /// A client that goes by a request's flags.
    pub fn new(getter: &'a Getter, request: &'a Request) -> Self {
        Registry { getter, request }
    }

    fn connect(&self, registry: &str) -> Result<Connection<'a>> {
        Connection::new(self.getter, self.request, registry)
    }

    /// Tries credentials and keeps them (`Client.Login`).
    ///
    /// # Errors
    /// Hosts that are none, registries that refuse.
    pub fn login(&self, host: &str, log: &dyn LogSink) -> Result<()> {
        if let Some((suggested, _)) = host.split_once('/') {
            let attrs = [("host", host.to_owned()), ("suggested", suggested.to_owned())];
            let msg = "registry login currently only supports registry hostname, not a repository path";
            log.log(&Record { level: Level::Warn, msg, attrs: &attrs });
        }
        reference::check_registry(host)?;
        let refused = |e: crate::Error| crate::Error::Text(format!("authenticating to {}: {e}", crate::quote(host)));
        let connection = self.connect(host)?.with_given_credentials();
        let call = Call { method: "GET", limit: SMALL, ..Call::default() };
        let answer = connection.send(&connection.at("/v2/"), call).map_err(refused)?;
        match answer.status {
            200 => {}
            404 => return Err(refused(crate::Error::Text("not found".to_owned()))),
            _ => return answer.error().map_err(refused),
        }
        credentials::put(&self.request.registry_config, host, &self.request.username, &self.request.password)
    }

    /// Tags that are versions, `+` for `_`, the highest first (`Client.Tags`).
    ///
    /// # Errors
    /// What the registry says.
    pub fn tags(&self, reference: &str) -> Result<Vec<String>> {
        let r = Reference::parse(reference)?;
        let connection = self.connect(&r.registry)?;
        let scope = format!("repository:{}:pull", r.repository);
        let mut url = connection.at(&format!("/v2/{}/tags/list", r.repository));
        let mut versions: Vec<Version> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while seen.insert(url.clone()) {
            let call = Call { method: "GET", limit: SMALL, scope: &scope, ..Call::default() };
            let answer = connection.send(&url, call)?;
            if answer.status != 200 {
                return answer.error();
            }
            let page: serde_json::Value = serde_json::from_slice(&answer.body)
                .or_else(|e| fail(format!("{}: failed to decode response: {e}", answer.what)))?;
            let tags = page.get("tags").and_then(|t| t.as_array()).into_iter().flatten().filter_map(|t| t.as_str());
            versions.extend(tags.filter_map(|t| Version::strict(t.replace('_', "+")).ok()));
            match answer.header("link").and_then(next_page) {
                Some(next) => {
                    let base = crate::Address::parse(&url)?;
                    url = crate::getter::resolve_from(&base, next)?;
                    if !base.same_server(&crate::Address::parse(&url)?) {
                        return fail(format!("{}: the next page lies on another server: {next}", answer.what));
                    }
                }
                None => break,
            }
        }
        versions.sort_by(|a, b| b.compare(a));
        Ok(versions.iter().map(ToString::to_string).collect())
    }

    /// What a reference and a version mean together (`Client.ValidateReference`): a reference with a tag or a digest.
    ///
    /// # Errors
    /// References and versions that do not fit each other, versions that are not there.
    pub fn resolve(&self, reference: &str, version: &str) -> Result<Reference> {
        let mut r = Reference::parse(reference)?;
        let version = if version.is_empty() {
            // the tag of a version with a `+`
            r.tag.replace('_', "+")
        } else {
            if !r.tag.is_empty() && r.tag != version.replace('+', "_") {
                return fail(format!("chart reference and version mismatch: {version} is not {}", r.tag));
            }
            version.to_owned()
        };
        if !r.digest.is_empty() {
            if !version.is_empty() {
                let tagged = Reference { tag: version.replace('+', "_"), digest: String::new(), ..r.clone() };
                if let Ok(found) = self.digest(&tagged)
                    && found != r.digest
                {
                    return fail(format!("chart reference digest mismatch: {found} is not {}", r.digest));
                }
                r.tag.clear();
            }
            return Ok(r);
        }
        let tag = if Version::new(version.as_str()).is_ok() {
            version
        } else {
            let tags = self.tags(&format!("{}/{}", r.registry, r.repository))?;
            if tags.is_empty() {
                return fail(format!("unable to locate any tags in provided repository: {reference}"));
            }
            matching(&tags, &version)?
        };
        r.tag = tag.replace('+', "_");
        Ok(r)
    }

    fn digest(&self, r: &Reference) -> Result<String> {
        let connection = self.connect(&r.registry)?;
        let scope = format!("repository:{}:pull", r.repository);
        let url = connection.at(&format!("/v2/{}/manifests/{}", r.repository, r.wanted()));
        let call = Call { method: "GET", accept: chart::MANIFESTS, limit: SMALL, scope: &scope, ..Call::default() };
        let answer = connection.send(&url, call)?;
        if answer.status != 200 {
            return answer.error();
        }
        Ok(format!("sha256:{}", crate::files::digest(&answer.body)))
    }
}

/// Forgets a registry's credentials (`Client.Logout`).
///
/// # Errors
/// Files that cannot be written, helpers that fail.
pub fn logout(file: &Path, host: &str) -> Result<()> {
    credentials::delete(file, host)
}

/// The tag that a version or a constraint means (`GetTagMatchingVersionOrConstraint`).
fn matching(tags: &[String], version: &str) -> Result<String> {
    if let Some(tag) = tags.iter().find(|t| *t == version) {
        return Ok(tag.clone());
    }
    let wanted = if version.is_empty() { "*" } else { version };
    let constraint = Constraint::new(wanted).or_else(|e| fail(e.to_string()))?;
    let fits = |t: &&String| Version::new(t.as_str()).is_ok_and(|v| constraint.check(&v));
    match tags.iter().find(fits) {
        Some(tag) => Ok(tag.clone()),
        None => fail(format!("could not locate a version matching provided version string {version}")),
    }
}

/// The address in `Link: <...>; rel="next"`.
fn next_page(link: &str) -> Option<&str> {
    link.split(',').find_map(|part| {
        let (address, rest) = part.trim().strip_prefix('<')?.split_once('>')?;
        rest.contains("rel=\"next\"").then_some(address)
    })
}
