//! What kinds the server has, and where: aggregated discovery, with the older form for older servers.

use std::rc::Rc;

use serde_json::Value;

use crate::client::{Ask, Cluster};
use crate::{Error, Gvk, ServerVersion, builtin};

/// All groups in the server's order of preference.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    versions: Vec<GroupVersion>,
}

#[derive(Debug)]
struct GroupVersion {
    group: String,
    version: String,
    resources: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    kind: String,
    plural: String,
    namespaced: bool,
    /// Kinds of subresources (`Scale` ...).
    subkinds: Vec<String>,
}

/// Where the objects of a kind are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Plural name in paths.
    pub plural: String,
    /// Whether they live in namespaces.
    pub namespaced: bool,
}

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

fn text<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(v: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    v.get(key).and_then(Value::as_array).into_iter().flatten()
}

impl Discovery {
    /// Takes in an `APIGroupDiscoveryList`.
    fn add_aggregated(&mut self, document: &Value) {
        for group in list(document, "items") {
            let name = group.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            for version in list(group, "versions") {
                let resources = list(version, "resources").map(|r| Kind {
                    kind: r.pointer("/responseKind/kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
                    plural: text(r, "resource").to_owned(),
                    namespaced: text(r, "scope") == "Namespaced",
                    subkinds: list(r, "subresources")
                        .filter_map(|s| s.pointer("/responseKind/kind")?.as_str().map(str::to_owned))
                        .collect(),
                });
                self.versions.push(GroupVersion {
                    group: name.to_owned(),
                    version: text(version, "version").to_owned(),
                    resources: resources.collect(),
                });
            }
        }
    }

    /// Takes in an `APIResourceList` of the older form.
    fn add_resources(&mut self, group: &str, version: &str, document: &Value) {
        let mut resources: Vec<Kind> = Vec::new();
        for r in list(document, "resources") {
            let (name, kind) = (text(r, "name"), text(r, "kind").to_owned());
            match name.split_once('/') {
                None => resources.push(Kind {
                    kind,
                    plural: name.to_owned(),
                    namespaced: r.get("namespaced").and_then(Value::as_bool).unwrap_or_default(),
                    subkinds: Vec::new(),
                }),
                Some((parent, _)) => {
                    if let Some(parent) = resources.iter_mut().find(|k| k.plural == parent) {
                        parent.subkinds.push(kind);
                    }
                }
            }
        }
        self.versions.push(GroupVersion { group: group.to_owned(), version: version.to_owned(), resources });
    }

    /// Where objects of a kind are.
    pub(crate) fn mapping(&self, gvk: &Gvk) -> Option<Mapping> {
        let version = self.versions.iter().find(|v| v.group == gvk.group && v.version == gvk.version)?;
        let kind = version.resources.iter().find(|k| k.kind == gvk.kind)?;
        Some(Mapping { plural: kind.plural.clone(), namespaced: kind.namespaced })
    }

    /// The version (or other group) in which the server has a kind that it no longer has where it was.
    fn moved(&self, gvk: &Gvk) -> Option<Gvk> {
        // extensions/v1beta1 was split up among these
        let groups: &[&str] = match gvk.group.as_str() {
            "extensions" => &["apps", "networking.k8s.io", "policy"],
            group => &[group],
        };
        let has =
            |v: &&GroupVersion| groups.contains(&v.group.as_str()) && v.resources.iter().any(|k| k.kind == gvk.kind);
        let found = self.versions.iter().find(has)?;
        Some(Gvk { group: found.group.clone(), version: found.version.clone(), kind: gvk.kind.clone() })
    }

    fn has_version(&self, gvk: &Gvk) -> bool {
        self.versions.iter().any(|v| v.group == gvk.group && v.version == gvk.version)
    }

    /// `group/version` of each, then `group/version/Kind` of each kind, as `.Capabilities.APIVersions` has them.
    fn api_versions(&self) -> Vec<String> {
        let mut out = Vec::new();
        let prefix = |v: &GroupVersion| {
            if v.group.is_empty() { v.version.clone() } else { format!("{}/{}", v.group, v.version) }
        };
        out.extend(self.versions.iter().map(prefix));
        for v in &self.versions {
            let at = prefix(v);
            let kinds = v.resources.iter().flat_map(|k| std::iter::once(&k.kind).chain(&k.subkinds));
            out.extend(kinds.map(|kind| format!("{at}/{kind}")));
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

impl Cluster {
    /// What the server has, asked once.
    pub(crate) fn discover(&self) -> Result<Rc<Discovery>, Error> {
        if let Some(known) = self.discovery.borrow().as_ref() {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(self.ask_discovery()?);
        *self.discovery.borrow_mut() = Some(Rc::clone(&found));
        Ok(found)
    }

    fn ask_discovery(&self) -> Result<Discovery, Error> {
        let ask = |path: &str| Ask { accept: AGGREGATED, ..Ask::get(path) };
        let mut found = Discovery::default();
        for answer in self.send_all(&[ask("/api"), ask("/apis")]) {
            let document = answer?.json()?;
            match text(&document, "kind") {
                "APIGroupDiscoveryList" => found.add_aggregated(&document),
                "APIVersions" => {
                    let versions: Vec<_> =
                        list(&document, "versions").filter_map(Value::as_str).map(|v| ("", v.to_owned())).collect();
                    self.ask_versions(&mut found, &versions);
                }
                _ => {
                    let versions: Vec<_> = list(&document, "groups")
                        .flat_map(|g| list(g, "versions").map(|v| (text(g, "name"), text(v, "version").to_owned())))
                        .collect();
                    self.ask_versions(&mut found, &versions);
                }
            }
        }
        Ok(found)
    }

    /// The older form: one request a version; those that fail are left out, as client-go does.
    fn ask_versions(&self, found: &mut Discovery, versions: &[(&str, String)]) {
        let path = |(group, version): &(&str, String)| {
            if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") }
        };
        let asks: Vec<Ask<'_>> = versions.iter().map(|v| Ask::get(path(v))).collect();
        for ((group, version), answer) in versions.iter().zip(self.send_all(&asks)) {
            if let Ok(document) = answer.and_then(|a| a.json()) {
                found.add_resources(group, version, &document);
            }
        }
    }

    /// Where objects of a kind are; asks once more when it is not known, since it may be new.
    ///
    /// # Errors
    /// What the server says about discovery; `None` when there is no such kind.
    pub fn mapping(&self, gvk: &Gvk) -> Result<Option<Mapping>, Error> {
        let fresh = self.discovery.borrow().is_none();
        if fresh && let Some(known) = builtin::mapping(gvk) {
            return Ok(Some(known));
        }
        let found = self.discover()?.mapping(gvk);
        if found.is_some() || fresh {
            return Ok(found);
        }
        *self.discovery.borrow_mut() = None;
        Ok(self.discover()?.mapping(gvk))
    }

    /// Where a kind is now that the server no longer has in the version (or group) of `gvk`.
    pub(crate) fn moved(&self, gvk: &Gvk) -> Result<Option<Gvk>, Error> {
        Ok(self.discover()?.moved(gvk))
    }

    /// Whether the server has this group and version at all.
    ///
    /// # Errors
    /// What the server says about discovery.
    pub fn has_api_version(&self, gvk: &Gvk) -> Result<bool, Error> {
        Ok(self.discover()?.has_version(gvk))
    }

    /// The server's version, asked once.
    ///
    /// # Errors
    /// What the server says.
    pub fn server_version(&self) -> Result<ServerVersion, Error> {
        if let Some(known) = self.version.borrow().as_ref() {
            return Ok(known.clone());
        }
        let document = self.send(&Ask::get("/version"))?.json()?;
        let part = |key: &str| text(&document, key).to_owned();
        let version = ServerVersion { git_version: part("gitVersion"), major: part("major"), minor: part("minor") };
        *self.version.borrow_mut() = Some(version.clone());
        Ok(version)
    }

    /// Versions and kinds for `.Capabilities.APIVersions`, sorted.
    ///
    /// # Errors
    /// What the server says.
    pub fn api_versions(&self) -> Result<Vec<String>, Error> {
        Ok(self.discover()?.api_versions())
    }
}
