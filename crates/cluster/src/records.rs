//! Records as Secrets or ConfigMaps of a real cluster.

use http::Method;
use pintle_release::{HOLDER, Holder, ObjectError, ObjectKind, Packed, RecordObjects};
use serde_json::Value;

use crate::apply::{query_value, segment};
use crate::client::{Ask, Cluster};
use crate::{Error, items, proto};

/// The Secrets or ConfigMaps of a namespace; of all namespaces when it is empty (for listing).
#[derive(Debug)]
pub struct ClusterObjects<'a> {
    cluster: &'a Cluster,
    kind: ObjectKind,
    path: String,
}

/// Long lists come in protobuf from a server that has it.
const ACCEPT_LIST: &str = "application/vnd.kubernetes.protobuf,application/json;q=0.9";

/// What a list comes in.
enum Lists {
    Unknown,
    Json(items::Items),
    Protobuf(proto::Items),
}

impl<'a> ClusterObjects<'a> {
    /// Objects of one kind.
    pub fn new(cluster: &'a Cluster, kind: ObjectKind, namespace: &str) -> Self {
        let plural = match kind {
            ObjectKind::Secret => "secrets",
            ObjectKind::ConfigMap => "configmaps",
        };
        let path = if namespace.is_empty() {
            format!("/api/v1/{plural}")
        } else {
            format!("/api/v1/namespaces/{}/{plural}", segment(namespace))
        };
        ClusterObjects { cluster, kind, path }
    }

    fn send(&self, method: Method, path: String, body: Option<&Value>) -> Result<Value, Error> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|e| Error::text(e.to_string()))?;
        let ask = Ask {
            method,
            path,
            accept: "application/json",
            content_type: if body.is_some() { "application/json" } else { "" },
            body: body.unwrap_or_default(),
        };
        self.cluster.send(&ask).and_then(|a| a.json())
    }

    /// Gives signs of life for a record that is ours and under way, and none for others.
    fn hold(&self, name: &str, object: &Value) {
        let path = self.object(name);
        let identity = object.pointer("/metadata/annotations").and_then(|a| a.get(HOLDER)?.as_str());
        match identity {
            // a version means that it is somebody else's
            Some(identity) if object.pointer("/metadata/resourceVersion").is_none() => {
                self.cluster.hold(&path, identity);
            }
            _ => self.cluster.let_go(&path),
        }
    }

    /// Whether the server has this very record, which an earlier try of ours then created.
    fn is_stored(&self, name: &str, object: &Value) -> bool {
        let live = self.send(Method::GET, self.object(name), None);
        live.is_ok_and(|live| live.pointer("/data/release") == object.pointer("/data/release"))
    }

    fn object(&self, name: &str) -> String {
        format!("{}/{}", self.path, segment(name))
    }
}

fn object_error(e: &Error) -> ObjectError {
    let text = e.to_string();
    if e.is_not_found() {
        ObjectError::NotFound(text)
    } else if e.is_already_exists() {
        ObjectError::AlreadyExists(text)
    } else {
        ObjectError::Other(text)
    }
}

impl RecordObjects for ClusterObjects<'_> {
    fn get(&self, name: &str) -> Result<Value, ObjectError> {
        self.send(Method::GET, self.object(name), None).map_err(|e| object_error(&e))
    }

    fn list(&self, label_selector: &str) -> Result<Vec<Value>, ObjectError> {
        self.cluster.list_path(&self.path, label_selector, "").map_err(|e| object_error(&e))
    }

    fn each(&self, label_selector: &str, record: &mut dyn FnMut(Option<Packed>)) -> Result<(), ObjectError> {
        let path = format!("{}?labelSelector={}", self.path, query_value(label_selector));
        let mut lists = Lists::Unknown;
        let mut take = |piece: &[u8]| {
            if matches!(lists, Lists::Unknown) {
                lists = if piece.starts_with(b"{") {
                    Lists::Json(items::Items::default())
                } else {
                    Lists::Protobuf(proto::Items::default())
                };
            }
            match &mut lists {
                Lists::Json(items) => items.feed(piece, |object| record(Packed::from_json(self.kind, object))),
                Lists::Protobuf(items) => items.feed(piece, &mut *record).map_err(|e| Error::text(e.to_string()))?,
                Lists::Unknown => {}
            }
            Ok(())
        };
        self.cluster.stream(&path, ACCEPT_LIST, &mut take).map_err(|e| object_error(&e))?;
        let is_complete = match lists {
            Lists::Json(items) => items.is_complete(),
            Lists::Protobuf(items) => items.is_complete(),
            Lists::Unknown => false,
        };
        if is_complete { Ok(()) } else { Err(ObjectError::Other("unexpected EOF".to_owned())) }
    }

    fn create(&self, object: &Value) -> Result<(), ObjectError> {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let created = self.send(Method::POST, self.path.clone(), Some(object));
        if let Err(e) = created
            && !(e.is_already_exists() && e.is_in_doubt() && self.is_stored(name, object))
        {
            return Err(object_error(&e));
        }
        self.hold(name, object);
        Ok(())
    }

    fn update(&self, name: &str, object: &Value) -> Result<(), ObjectError> {
        if self.cluster.has_lost() {
            return Err(ObjectError::Other(Error::TakenOver.to_string()));
        }
        self.send(Method::PUT, self.object(name), Some(object)).map_err(|e| object_error(&e))?;
        self.hold(name, object);
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), ObjectError> {
        self.cluster.let_go(&self.object(name));
        self.send(Method::DELETE, self.object(name), None).map(drop).map_err(|e| object_error(&e))
    }

    fn holder(&self) -> Option<Holder> {
        Some(self.cluster.holder())
    }
}
