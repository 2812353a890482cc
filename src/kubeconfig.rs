//! What the command line itself needs of a kubeconfig: the namespace of a context, and names to complete.

use pintle_go::Value;

use crate::settings::Settings;

/// The kubeconfig files in force. Files that cannot be read count as empty.
fn files(s: &Settings) -> Vec<Value> {
    let list = match s.value("kubeconfig", "", "") {
        given if !given.is_empty() => given,
        _ if !s.var("KUBECONFIG").is_empty() => s.var("KUBECONFIG").to_owned(),
        _ => format!("{}/.kube/config", s.var("HOME")),
    };
    list.split(':').filter(|p| !p.is_empty()).filter_map(|p| pintle_yaml::read(&std::fs::read(p).ok()?).ok()).collect()
}

fn text(v: &Value, key: &str) -> Option<String> {
    v.as_map().and_then(|m| m.get_str(key)).and_then(|v| v.as_str().map(ToString::to_string)).filter(|s| !s.is_empty())
}

/// The names of all contexts, each with its cluster.
pub fn contexts(s: &Settings) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for config in files(s) {
        let Some(list) = config.as_map().and_then(|m| m.get_str("contexts")) else { continue };
        for entry in list.as_list().into_iter().flat_map(|l| l.items().to_vec()) {
            let cluster = entry.as_map().and_then(|m| m.get_str("context")).and_then(|c| text(&c, "cluster"));
            if let Some(name) = text(&entry, "name").filter(|n| found.iter().all(|(f, _)| f != n)) {
                found.push((name, cluster.unwrap_or_default()));
            }
        }
    }
    found
}

/// The namespace of the chosen context, if a kubeconfig says one.
pub fn namespace(s: &Settings) -> Option<String> {
    let configs = files(s);
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
