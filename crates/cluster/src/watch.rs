//! Watches: the server tells of changes, instead of being asked again and again.
//!
//! One watch for the objects of one kind in one namespace. It begins with what there is (`sendInitialEvents`), so nothing
//! has to be listed before. Servers that cannot do so, users who may not watch and proxies that keep answers back are
//! found out by there being no end of the beginning; whoever waits asks then.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::FutureExt;
use futures_util::stream::{self, LocalBoxStream, SelectAll, StreamExt};
use futures_util::{AsyncBufReadExt, TryStreamExt};
use serde::Deserialize;
use serde_json::Value;

use crate::apply::{collection_path, query_value};
use crate::client::Cluster;
use crate::{Object, Resource, kube};

/// How long the server is asked to go on.
const SECONDS: u32 = 3600;

/// Objects of a cluster, watched.
pub(crate) struct Watching<'c> {
    cluster: &'c Cluster,
    groups: Vec<Group>,
    streams: SelectAll<LocalBoxStream<'static, (usize, Seen)>>,
    /// Whether one of the watches has ended.
    ended: bool,
}

/// Objects of one kind in one namespace.
#[derive(Default)]
struct Group {
    /// Names, and their places in what is watched.
    names: BTreeMap<String, Vec<usize>>,
    /// Those that were seen so far; the rest is not there once all that is there was shown.
    seen: Vec<String>,
    live: bool,
}

/// What a watch tells.
#[derive(Debug, PartialEq)]
enum Seen {
    There(Value),
    Gone(String),
    /// All that there was at first has been shown.
    All,
    Ended,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    object: Value,
}

/// A line of a watch; nothing for what is of no interest.
fn read(line: &str) -> Option<Seen> {
    let Ok(Event { kind, object }) = serde_json::from_str(line) else { return Some(Seen::Ended) };
    match kind.as_str() {
        "ADDED" | "MODIFIED" => Some(Seen::There(object)),
        "DELETED" => Some(Seen::Gone(name(&object))),
        "BOOKMARK" => {
            let end = object.pointer("/metadata/annotations/k8s.io~1initial-events-end");
            (end.and_then(Value::as_str) == Some("true")).then_some(Seen::All)
        }
        _ => Some(Seen::Ended),
    }
}

fn name(object: &Value) -> String {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl<'c> Watching<'c> {
    /// Begins to watch; none when the cluster cannot be connected to.
    pub(crate) fn new(cluster: &'c Cluster, resources: &[&Resource]) -> Option<Self> {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for (place, r) in resources.iter().enumerate() {
            let group = groups.entry(collection_path(r)).or_default();
            group.names.entry(r.name.clone()).or_default().push(place);
        }
        let client = cluster.client().ok()?;
        let mut streams = SelectAll::new();
        for (at, (path, group)) in groups.iter().enumerate() {
            let mut path = format!(
                "{path}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds={SECONDS}"
            );
            if let (1, Some(name)) = (group.names.len(), group.names.keys().next()) {
                path.push_str(&format!("&fieldSelector={}", query_value(&format!("metadata.name={name}"))));
            }
            let request = http::Request::get(path).header("accept", "application/json").body(Vec::new()).ok()?;
            let client = client.clone();
            let lines = async move { client.request_stream(request).await.map(|body| Box::pin(body).lines()) };
            let seen = lines
                .into_stream()
                .map_err(drop)
                .map_ok(|lines| lines.map_err(drop))
                .try_flatten()
                .filter_map(async |line| line.map_or(Some(Seen::Ended), |line| read(&line)))
                .chain(stream::iter([Seen::Ended]));
            streams.push(seen.map(move |seen| (at, seen)).boxed_local());
        }
        Some(Watching { cluster, groups: groups.into_values().collect(), streams, ended: false })
    }

    fn take_in(&mut self, at: usize, seen: Seen, changes: &mut Vec<(usize, Option<Object>)>) {
        let Some(group) = self.groups.get_mut(at) else { return };
        match seen {
            Seen::There(object) => {
                let name = name(&object);
                let Some(places) = group.names.get(&name) else { return };
                changes.extend(places.iter().map(|place| (*place, Some(Object(object.clone())))));
                if !group.live {
                    group.seen.push(name);
                }
            }
            Seen::Gone(name) => {
                changes.extend(group.names.get(&name).into_iter().flatten().map(|place| (*place, None)));
            }
            Seen::All => {
                group.live = true;
                let missing = group.names.iter().filter(|(name, _)| !group.seen.contains(name));
                changes.extend(missing.flat_map(|(_, places)| places).map(|place| (*place, None)));
                group.seen = Vec::new();
            }
            Seen::Ended => self.ended = true,
        }
    }
}

impl kube::Watch for Watching<'_> {
    fn next(&mut self, time: Duration) -> Vec<(usize, Option<Object>)> {
        let streams = &mut self.streams;
        let arrived = self.cluster.block_on(async {
            let mut arrived: Vec<_> = tokio::time::timeout(time, streams.next()).await.into_iter().flatten().collect();
            while let Some(Some(more)) = streams.next().now_or_never() {
                arrived.push(more);
            }
            arrived
        });
        let mut changes = Vec::new();
        for (at, seen) in arrived {
            self.take_in(at, seen, &mut changes);
        }
        changes
    }

    fn is_live(&self) -> bool {
        !self.ended && self.groups.iter().all(|g| g.live)
    }

    fn has_ended(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines() {
        let object = json!({"metadata": {"name": "a"}});
        let line = |kind: &str, object: &Value| json!({"type": kind, "object": object}).to_string();
        assert_eq!(read(&line("ADDED", &object)), Some(Seen::There(object.clone())));
        assert_eq!(read(&line("DELETED", &object)), Some(Seen::Gone("a".to_owned())));
        assert_eq!(read(&line("BOOKMARK", &object)), None);
        let end = json!({"metadata": {"annotations": {"k8s.io/initial-events-end": "true"}}});
        assert_eq!(read(&line("BOOKMARK", &end)), Some(Seen::All));
        assert_eq!(read(&line("ERROR", &json!({"code": 410}))), Some(Seen::Ended));
        assert_eq!(read("{"), Some(Seen::Ended));
    }
}
