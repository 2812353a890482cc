//! The order in which objects are removed.

use pintle_release::KindOrder;

use crate::Object;

/// Sorts the documents of a manifest for removal. Helm names them `manifest-0`, `manifest-1`, ... and sorts these names as
/// text before it sorts by kind, so the tenth stands before the second of its kind.
pub fn sort_for_uninstall(objects: Vec<Object>) -> Vec<Object> {
    let mut named: Vec<(String, Object)> =
        objects.into_iter().enumerate().map(|(i, o)| (format!("manifest-{i}"), o)).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    named.sort_by(|a, b| KindOrder::Uninstall.key(a.1.kind()).cmp(&KindOrder::Uninstall.key(b.1.kind())));
    named.into_iter().map(|(_, object)| object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn removal() {
        let objects = ["ConfigMap", "Widget", "Service", "Apple", "ConfigMap"]
            .iter()
            .enumerate()
            .map(|(i, kind)| Object(json!({"kind": kind, "metadata": {"name": i.to_string()}})))
            .collect();
        let sorted = sort_for_uninstall(objects);
        let names: Vec<_> = sorted.iter().map(|o| format!("{}{}", o.kind(), o.name())).collect();
        assert_eq!(names, ["Service2", "ConfigMap0", "ConfigMap4", "Apple3", "Widget1"]);
    }
}
