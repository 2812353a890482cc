//! What a cluster can do, as templates see it under `.Capabilities`.

use std::any::Any;
use std::rc::Rc;

use pintle_go::strconv::quote;
use pintle_go::{Func, GoStr, Kind, List, NamedType, Object, Type, Value, no_methods};

use crate::types::VERSION_SET;

/// The API versions that Helm knows without a cluster: those of client-go 1.36's scheme, in its order of preference.
pub const DEFAULT_API_VERSIONS: [&str; 55] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// A Kubernetes version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// In full, as the cluster says it: `v1.33.4-gke.1245000`.
    pub version: String,
    /// Without suffixes, for comparing: `v1.33.4`; may be empty.
    pub normalized: String,
    /// Major number, as text.
    pub major: String,
    /// Minor number, as text.
    pub minor: String,
}

/// How a Helm was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildInfo {
    /// `v4.2.4`
    pub version: String,
    /// Commit, where known.
    pub git_commit: String,
    /// State of the tree, where known.
    pub git_tree_state: String,
    /// Version of Go.
    pub go_version: String,
    /// Version of Kubernetes that the client is made for.
    pub kube_client_version: String,
}

/// A cluster's version and API versions, and the Helm that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Kubernetes' version.
    pub kube_version: KubeVersion,
    /// `group/version` and `group/version/Kind` that can be used.
    pub api_versions: Vec<String>,
    /// The Helm that we stand for.
    pub helm_version: BuildInfo,
}

impl Default for BuildInfo {
    /// The release of Helm that we stand in for: what `version` tells tools, and `.Capabilities.HelmVersion` charts.
    fn default() -> Self {
        BuildInfo {
            version: "v4.2.4".to_owned(),
            git_commit: "3900f434fd3ef2b84065dc04508df48f288dba00".to_owned(),
            git_tree_state: "clean".to_owned(),
            ..BuildInfo::untagged()
        }
    }
}

impl BuildInfo {
    /// The same Helm built by hand, which knows neither its tag nor its commit.
    pub fn untagged() -> Self {
        BuildInfo {
            version: "v4.2".to_owned(),
            git_commit: String::new(),
            git_tree_state: String::new(),
            go_version: "go1.26.8".to_owned(),
            kube_client_version: "v1.36".to_owned(),
        }
    }

    /// `helm version --short`: the version with the commit's first digits.
    pub fn short(&self) -> String {
        match self.git_commit.get(..7) {
            Some(commit) => format!("{}+g{commit}", self.version),
            None => self.version.clone(),
        }
    }
}

impl Default for KubeVersion {
    /// The version of Helm 4.2's client: what is assumed without a cluster.
    fn default() -> Self {
        KubeVersion {
            version: "v1.36.0".to_owned(),
            normalized: "v1.36.0".to_owned(),
            major: "1".to_owned(),
            minor: "36".to_owned(),
        }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Capabilities {
            kube_version: KubeVersion::default(),
            api_versions: DEFAULT_API_VERSIONS.iter().map(|v| (*v).to_owned()).collect(),
            helm_version: BuildInfo::default(),
        }
    }
}

impl KubeVersion {
    /// Reads a version as `--kube-version` takes it: at least two numbers, anything after them.
    ///
    /// # Errors
    /// The text of apimachinery's `ParseGeneric`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let whole = quote(text.as_bytes());
        let unparsable = || format!("could not parse {whole} as version");
        let trimmed = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let rest = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let mut end = 0;
        for (i, part) in rest.split('.').enumerate() {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                break;
            }
            end += digits + usize::from(i > 0);
            if digits < part.len() {
                break;
            }
        }
        // a text that goes on after a line's end does not match
        let (numbers, extra) = rest.split_at_checked(end).ok_or_else(unparsable)?;
        if numbers.is_empty() || extra.contains('\n') {
            return Err(unparsable());
        }
        let parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() < 2 {
            return Err(format!("illegal version string {whole}"));
        }
        let mut values = Vec::with_capacity(parts.len());
        for (i, part) in parts.iter().enumerate() {
            if i == 0 && part.starts_with('0') && *part != "0" {
                return Err(format!("illegal zero-prefixed version component {} in {whole}", quote(part.as_bytes())));
            }
            values.push(part.parse::<u64>().map_err(|_| {
                let part = quote(part.as_bytes());
                format!(
                    "illegal non-numeric version component {part} in {whole}: strconv.ParseUint: parsing {part}: value out of range"
                )
            })?);
        }
        let texts: Vec<String> = values.iter().map(u64::to_string).collect();
        let version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        Ok(KubeVersion {
            version,
            normalized: format!("v{}", texts.join(".")),
            major: texts[0].clone(),
            minor: texts[1].clone(),
        })
    }

    /// The version to compare and print: normalized where known.
    pub fn text(&self) -> &str {
        if self.normalized.is_empty() { &self.version } else { &self.normalized }
    }
}

impl std::fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

impl Capabilities {
    /// The value that templates get: `*common.Capabilities`.
    pub fn to_value(&self) -> Value {
        let versions = self.api_versions.iter().map(|v| text(v)).collect();
        Value::Obj(Rc::new(Struct {
            ty: Type::Ptr(&CAPABILITIES),
            fields: vec![
                ("KubeVersion", Value::Obj(Rc::new(KubeVersionObject(self.kube_version.clone())))),
                ("APIVersions", Value::List(List::named(Type::Named(&VERSION_SET), versions))),
                ("HelmVersion", self.helm_version.to_value()),
            ],
            json: Vec::new(),
        }))
    }
}

impl BuildInfo {
    /// The value that templates get: `version.BuildInfo`.
    pub fn to_value(&self) -> Value {
        let mut json = vec![("version", text(&self.version))];
        let optional = [
            ("git_commit", &self.git_commit),
            ("git_tree_state", &self.git_tree_state),
            ("go_version", &self.go_version),
        ];
        json.extend(optional.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k, text(v))));
        json.push(("kube_client_version", text(&self.kube_client_version)));
        Value::Obj(Rc::new(Struct {
            ty: Type::Named(&BUILD_INFO),
            fields: vec![
                ("Version", text(&self.version)),
                ("GitCommit", text(&self.git_commit)),
                ("GitTreeState", text(&self.git_tree_state)),
                ("GoVersion", text(&self.go_version)),
                ("KubeClientVersion", text(&self.kube_client_version)),
            ],
            json,
        }))
    }
}

fn text(s: &str) -> Value {
    Value::str(s)
}

const fn struct_type(name: &'static str) -> NamedType {
    NamedType { name, kind: Kind::Struct, underlying: None, methods: no_methods }
}

static CAPABILITIES: Type = Type::Named(&CAPABILITIES_STRUCT);
static CAPABILITIES_STRUCT: NamedType = struct_type("common.Capabilities");
static KUBE_VERSION: NamedType = struct_type("common.KubeVersion");
static BUILD_INFO: NamedType = struct_type("version.BuildInfo");

/// A Go struct with exported fields alone, and without methods.
#[derive(Debug)]
struct Struct {
    ty: Type,
    fields: Vec<(&'static str, Value)>,
    /// The fields under their JSON names where these differ.
    json: Vec<(&'static str, Value)>,
}

impl Object for Struct {
    fn ty(&self) -> Type {
        self.ty
    }
    fn field(&self, name: &str) -> Option<(Value, Type)> {
        let v = &self.fields.iter().find(|(n, _)| *n == name)?.1;
        Some((v.clone(), v.ty()?))
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }
    fn to_json(&self) -> Option<Value> {
        if self.json.is_empty() {
            return None;
        }
        Some(Value::Obj(Rc::new(Struct { ty: self.ty, fields: self.json.clone(), json: Vec::new() })))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `common.KubeVersion`. Its methods hang on the pointer: a template reaches them because the field is addressable,
/// `printf` does not and shows the fields.
#[derive(Debug)]
struct KubeVersionObject(KubeVersion);

impl Object for KubeVersionObject {
    fn ty(&self) -> Type {
        Type::Named(&KUBE_VERSION)
    }
    fn method(&self, name: &str) -> Option<Rc<Func>> {
        let (name, result) = match name {
            "String" => ("String", self.0.text()),
            "GitVersion" => ("GitVersion", self.0.version.as_str()),
            _ => return None,
        };
        let result = GoStr::from(result);
        Some(Rc::new(Func::bound(name, &[], false, Type::String, move |_| Ok(Value::Str(result.clone())))))
    }
    fn field(&self, name: &str) -> Option<(Value, Type)> {
        let v = match name {
            "Version" => &self.0.version,
            "Major" => &self.0.major,
            "Minor" => &self.0.minor,
            _ => return None,
        };
        Some((text(v), Type::String))
    }
    fn addressed_string(&self) -> Option<GoStr> {
        Some(self.0.text().into())
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", text(&self.0.version)),
            ("normalizedVersion", text(&self.0.normalized)),
            ("Major", text(&self.0.major)),
            ("Minor", text(&self.0.minor)),
        ]
    }
    fn to_json(&self) -> Option<Value> {
        Some(Value::Obj(Rc::new(Struct {
            ty: self.ty(),
            fields: self.fields().into_iter().filter(|(n, _)| *n != "normalizedVersion").collect(),
            json: Vec::new(),
        })))
    }
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|o| o.0 == self.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_kubernetes_reads_them() {
        let v = KubeVersion::parse("1.33.4-gke.1").unwrap();
        assert_eq!((v.version.as_str(), v.normalized.as_str(), v.minor.as_str()), ("v1.33.4-gke.1", "v1.33.4", "33"));
        assert_eq!(KubeVersion::parse("1.28+").unwrap().normalized, "v1.28");
        assert_eq!(KubeVersion::parse("1").unwrap_err(), "illegal version string \"1\"");
        assert_eq!(KubeVersion::parse("x").unwrap_err(), "could not parse \"x\" as version");
        assert!(KubeVersion::parse("01.2").is_err());
    }
}
