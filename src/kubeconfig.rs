//! The one thing that offline commands need of a kubeconfig: the namespace of its context.

use pintle_go::Value;

use crate::settings::Settings;

/// The namespace of the chosen context, if a kubeconfig says one. Files that cannot be read count as empty.
pub fn namespace(s: &Settings) -> Option<String> {
    let list = match s.value("kubeconfig", "", "") {
        given if !given.is_empty() => given,
        _ if !s.var("KUBECONFIG").is_empty() => s.var("KUBECONFIG").to_owned(),
        _ => format!("{}/.kube/config", s.var("HOME")),
    };
    let configs: Vec<Value> = list
        .split(':')
        .filter(|p| !p.is_empty())
        .filter_map(|p| pintle_yaml::read(&std::fs::read(p).ok()?).ok())
        .collect();
    let text = |v: &Value, key: &str| {
        v.as_map()
            .and_then(|m| m.get_str(key))
            .and_then(|v| v.as_str().map(ToString::to_string))
            .filter(|s| !s.is_empty())
    };
    let context = match s.value("kube-context", "HELM_KUBECONTEXT", "") {
        given if !given.is_empty() => given,
        _ => configs.iter().find_map(|c| text(c, "current-context"))?,
    };
    configs.iter().find_map(|c| {
        let contexts = c.as_map()?.get_str("contexts")?;
        let entry = contexts.as_list()?.iter().find(|e| text(e, "name").as_deref() == Some(&context))?.clone();
        text(&entry.as_map()?.get_str("context")?, "namespace")
    })
}
