//! Whose objects these are (pkg/action/validate.go).

use serde_json::Value;

use crate::{Error, Kube, Object, Resource};

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const HELM: &str = "Helm";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// Marks objects as the release's own.
pub(crate) fn mark(resources: &mut [Resource], name: &str, namespace: &str) {
    for resource in resources {
        for map in ["labels", "annotations"] {
            clean_strings(&mut resource.object.0, map);
        }
        resource.object.set_label(MANAGED_BY, HELM);
        resource.object.set_annotation(RELEASE_NAME, name);
        resource.object.set_annotation(RELEASE_NAMESPACE, namespace);
    }
}

/// Labels and annotations as client-go reads them before it writes them back: null becomes `""`, and a map with anything
/// else that is no string is lost as a whole.
fn clean_strings(object: &mut Value, map: &str) {
    let Some(slot) = object.get_mut("metadata").and_then(|m| m.get_mut(map)) else { return };
    let Some(entries) = slot.as_object_mut() else { return };
    if entries.values().any(|v| !v.is_string() && !v.is_null()) {
        entries.clear();
    }
    for value in entries.values_mut().filter(|v| v.is_null()) {
        *value = Value::from("");
    }
}

/// Of these objects, those that are there already. Without `take`, they must carry the release's marks.
pub(crate) fn existing(
    kube: &dyn Kube,
    resources: &[Resource],
    name: &str,
    namespace: &str,
    take: bool,
) -> Result<Vec<Resource>, Error> {
    let named = |r: &&Resource| !r.name.is_empty() || r.object.generate_name().is_empty();
    let asked: Vec<&Resource> = resources.iter().filter(named).collect();
    // Helm looks at one object after another, so a wrong one only counts when all before it were fine.
    let wrong = asked.iter().position(|r| !r.name.is_empty() && !r.object.generate_name().is_empty());
    let asked = &asked[..wrong.unwrap_or(asked.len())];
    let mut found = Vec::new();
    for (resource, live) in asked.iter().zip(kube.get_all(asked)) {
        let live = match live {
            Ok(live) => live,
            Err(error) if error.is_not_found() => continue,
            Err(error) => {
                let what = resource.describe();
                return Err(error.context(format!("could not get information about the resource {what}")));
            }
        };
        if !take && let Err(reason) = check(&live, name, namespace) {
            return Err(Error::text(format!(
                "{} exists and cannot be imported into the current release: {reason}",
                resource.describe()
            )));
        }
        found.push((*resource).clone());
    }
    if wrong.is_some() {
        return Err(Error::text("metadata.name and metadata.generateName cannot both be set"));
    }
    Ok(found)
}

/// Whether a live object carries the release's marks.
pub(crate) fn belongs_to(live: &Object, name: &str, namespace: &str) -> bool {
    check(live, name, namespace).is_ok()
}

fn check(live: &Object, name: &str, namespace: &str) -> Result<(), String> {
    let wanted = [
        ("label", live.label(MANAGED_BY), MANAGED_BY, HELM),
        ("annotation", live.annotation(RELEASE_NAME), RELEASE_NAME, name),
        ("annotation", live.annotation(RELEASE_NAMESPACE), RELEASE_NAMESPACE, namespace),
    ];
    let problems: Vec<String> = wanted
        .iter()
        .filter_map(|(what, actual, key, value)| match actual {
            None => Some(format!("{what} validation error: missing key {key:?}: must be set to {value:?}")),
            Some(actual) if actual != value => {
                Some(format!("{what} validation error: key {key:?} must equal {value:?}: current value is {actual:?}"))
            }
            Some(_) => None,
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(format!("invalid ownership metadata; {}", problems.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn maps_of_strings() {
        let mut o = json!({"metadata": {"labels": {"a": null, "b": "c"}, "annotations": {"n": 1, "s": "t"}}});
        clean_strings(&mut o, "labels");
        clean_strings(&mut o, "annotations");
        assert_eq!(o, json!({"metadata": {"labels": {"a": "", "b": "c"}, "annotations": {}}}));
    }

    #[test]
    fn refusals() {
        let foreign = Object(json!({"metadata": {"annotations": {"meta.helm.sh/release-name": "b"}}}));
        assert_eq!(
            check(&foreign, "a", "n").unwrap_err(),
            "invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \"Helm\"; \
             annotation validation error: key \"meta.helm.sh/release-name\" must equal \"a\": current value is \"b\"; \
             annotation validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \"n\""
        );
    }
}
