//! What a user may do, asked before anything is done: one review of all rules of a namespace, and only for what no rule
//! allows a question of its own, since a server may have more ways of allowing than it can list.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use crate::client::{Ask, Cluster};
use crate::{Error, Resource};

/// Something that will be done to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// `create`, `patch`, `delete` ...
    pub verb: &'static str,
    /// API group; empty for the core.
    pub group: String,
    /// API version, for the question of its own.
    pub version: String,
    /// Plural name of the kind.
    pub plural: String,
    /// Namespace; empty for what lives in none.
    pub namespace: String,
    /// Name of the object.
    pub name: String,
    /// Helm's words before the server's refusal, when it would fail of this.
    pub context: String,
}

impl Need {
    /// To do something to an object.
    pub fn of(verb: &'static str, r: &Resource, context: impl Into<String>) -> Need {
        Need {
            verb,
            group: r.gvk.group.clone(),
            version: r.gvk.version.clone(),
            plural: r.plural.clone(),
            namespace: if r.namespaced { r.namespace.clone() } else { String::new() },
            name: r.name.clone(),
            context: context.into(),
        }
    }

    /// What counts for a right: two objects of one kind in one namespace need the same.
    fn right(&self) -> (&str, &str, &str, &str) {
        (self.verb, &self.group, &self.plural, &self.namespace)
    }

    /// `verb plural.group in namespace "ns"`, for people.
    pub fn describe(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        let place = if self.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in namespace {:?}", self.namespace)
        };
        format!("{} {}{group} {place}", self.verb, self.plural)
    }

    /// The server's text when it refuses.
    pub fn refusal(&self, user: &str) -> String {
        let group = &self.group;
        let dot = if group.is_empty() { "" } else { "." };
        // a new object has no name yet
        let name = if self.verb == "create" { String::new() } else { format!(" {:?}", self.name) };
        let place = if self.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {:?}", self.namespace)
        };
        format!(
            "{plural}{dot}{group}{name} is forbidden: User {user:?} cannot {} resource {plural:?} in API group {group:?} {place}",
            self.verb,
            plural = self.plural
        )
    }
}

/// What a user may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The needs that are not met, one of each right, in the order they were asked for.
    pub needs: Vec<Need>,
    /// The user's name as the server knows it; empty when it does not tell.
    pub user: String,
}

/// Whether one of the rules of a `SelfSubjectRulesReview` allows something. Rules of a namespace say more than counts for
/// what lives in none, which is no harm: the server has the last word.
fn allows(rules: &Value, need: &Need) -> bool {
    let has = |rule: &Value, key: &str, wanted: &str| {
        let entries = rule.get(key).and_then(Value::as_array).into_iter().flatten();
        entries.filter_map(Value::as_str).any(|e| e == "*" || e == wanted)
    };
    let named = |rule: &Value| match rule.get("resourceNames").and_then(Value::as_array) {
        Some(names) if !names.is_empty() => need.verb != "create" && names.iter().any(|n| n == need.name.as_str()),
        _ => true,
    };
    let rules = rules.pointer("/status/resourceRules").and_then(Value::as_array);
    rules.into_iter().flatten().any(|rule| {
        has(rule, "verbs", need.verb)
            && has(rule, "apiGroups", &need.group)
            && has(rule, "resources", &need.plural)
            && named(rule)
    })
}

fn review(kind: &str, group: &str, spec: &Value) -> Ask<'static> {
    let mut body = json!({"kind": kind, "apiVersion": format!("{group}/v1")});
    if !spec.is_null() {
        body["spec"] = spec.clone();
    }
    Ask {
        method: Method::POST,
        path: format!("/apis/{group}/v1/{}s", kind.to_lowercase()),
        accept: "application/json",
        content_type: "application/json",
        body: body.to_string().into_bytes(),
    }
}

const AUTHORIZATION: &str = "authorization.k8s.io";

impl Cluster {
    /// The needs that the server will refuse; none when it will refuse nothing, or does not tell.
    pub(crate) fn missing_rights(&self, needs: &[Need]) -> Option<Missing> {
        let fallback = needs.iter().map(|n| n.namespace.as_str()).find(|n| !n.is_empty()).unwrap_or("default");
        let place = |need: &Need| if need.namespace.is_empty() { fallback } else { &need.namespace }.to_owned();
        let mut rules: BTreeMap<String, Value> = needs.iter().map(|n| (place(n), Value::Null)).collect();
        let asks: Vec<Ask<'_>> =
            rules.keys().map(|ns| review("SelfSubjectRulesReview", AUTHORIZATION, &json!({"namespace": ns}))).collect();
        for (slot, answer) in rules.values_mut().zip(self.send_all(&asks)) {
            *slot = answer.and_then(|a| a.json()).ok()?;
        }
        let mut doubtful: Vec<&Need> = Vec::new();
        for need in needs {
            let allowed = rules.get(&place(need)).is_some_and(|rules| allows(rules, need));
            if !allowed && !doubtful.iter().any(|d| d.right() == need.right()) {
                doubtful.push(need);
            }
        }
        let asks: Vec<Ask<'_>> = doubtful.iter().map(|need| own_question(need)).collect();
        let answers = if asks.is_empty() { Vec::new() } else { self.send_all(&asks) };
        let refused = |answer: Result<_, Error>| {
            let answer: Option<Value> = answer.and_then(|a: crate::client::Answer| a.json()).ok();
            answer.is_some_and(|a| a.pointer("/status/allowed").and_then(Value::as_bool) == Some(false))
        };
        let needs: Vec<Need> =
            doubtful.into_iter().zip(answers).filter_map(|(need, a)| refused(a).then(|| need.clone())).collect();
        if needs.is_empty() {
            return None;
        }
        let who = self.send(&review("SelfSubjectReview", "authentication.k8s.io", &Value::Null));
        let who = who.and_then(|a| a.json()).unwrap_or_default();
        let user = who.pointer("/status/userInfo/username").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Missing { needs, user })
    }
}

/// Whether this one thing is allowed.
fn own_question(need: &Need) -> Ask<'static> {
    let attributes = json!({
        "namespace": need.namespace,
        "verb": need.verb,
        "group": need.group,
        "version": need.version,
        "resource": need.plural,
        "name": if need.verb == "create" { "" } else { need.name.as_str() },
    });
    review("SelfSubjectAccessReview", AUTHORIZATION, &json!({"resourceAttributes": attributes}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(verb: &'static str, group: &str, plural: &str) -> Need {
        let text = str::to_owned;
        Need {
            verb,
            group: text(group),
            version: text("v1"),
            plural: text(plural),
            namespace: text("n"),
            name: text("a"),
            context: String::new(),
        }
    }

    #[test]
    fn rules() {
        let rules = json!({"status": {"resourceRules": [
            {"verbs": ["get", "create"], "apiGroups": [""], "resources": ["secrets"]},
            {"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*"]},
            {"verbs": ["create", "patch"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["a"]},
        ]}});
        for (verb, group, plural, wanted) in [
            ("create", "", "secrets", true),
            ("update", "", "secrets", false),
            ("delete", "apps", "deployments", true),
            ("patch", "", "configmaps", true),
            ("create", "", "configmaps", false),
            ("create", "batch", "secrets", false),
        ] {
            assert_eq!(allows(&rules, &need(verb, group, plural)), wanted, "{verb} {plural}.{group}");
        }
        let other = Need { name: "b".to_owned(), ..need("patch", "", "configmaps") };
        assert!(!allows(&rules, &other));
        assert!(!allows(&Value::Null, &other));
    }

    #[test]
    fn told_as_the_server_tells() {
        let told = need("patch", "apps", "deployments").refusal("jane");
        let server = r#"deployments.apps "a" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "n""#;
        assert_eq!(told, server);
        let cluster = Need { namespace: String::new(), ..need("create", "", "namespaces") };
        let server = r#"namespaces is forbidden: User "" cannot create resource "namespaces" in API group "" at the cluster scope"#;
        assert_eq!(cluster.refusal(""), server);
        assert_eq!(cluster.describe(), "create namespaces at the cluster scope");
        assert_eq!(need("delete", "apps", "deployments").describe(), "delete deployments.apps in namespace \"n\"");
    }
}
