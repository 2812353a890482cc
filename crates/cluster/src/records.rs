//! Records as Secrets or ConfigMaps of a real cluster.

use http::Method;
use pintle_release::{HOLDER, Holder, ObjectError, ObjectKind, RecordObjects};
use serde_json::Value;

use crate::Error;
use crate::apply::{query_value, segment};
use crate::client::{Ask, Cluster};

/// The Secrets or ConfigMaps of a namespace; of all namespaces when it is empty (for listing).
#[derive(Debug)]
pub struct ClusterObjects<'a> {
    cluster: &'a Cluster,
    path: String,
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
        ClusterObjects { cluster, path }
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

    fn each(&self, label_selector: &str, object: &mut dyn FnMut(&[u8])) -> Result<(), ObjectError> {
        let path = format!("{}?labelSelector={}", self.path, query_value(label_selector));
        self.cluster.stream_items(&path, object).map_err(|e| object_error(&e))
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
