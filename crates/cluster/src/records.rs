//! Records as Secrets or ConfigMaps of a real cluster.

use http::Method;
use pintle_release::{ObjectError, ObjectKind, RecordObjects};
use serde_json::Value;

use crate::Error;
use crate::apply::segment;
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

    fn send(&self, method: Method, path: String, body: Option<&Value>) -> Result<Value, ObjectError> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|e| ObjectError::Other(e.to_string()))?;
        let ask = Ask {
            method,
            path,
            accept: "application/json",
            content_type: if body.is_some() { "application/json" } else { "" },
            body: body.unwrap_or_default(),
        };
        self.cluster.send(&ask).and_then(|a| a.json()).map_err(|e| object_error(&e))
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
        self.send(Method::GET, self.object(name), None)
    }

    fn list(&self, label_selector: &str) -> Result<Vec<Value>, ObjectError> {
        self.cluster.list_path(&self.path, label_selector, "").map_err(|e| object_error(&e))
    }

    fn create(&self, object: &Value) -> Result<(), ObjectError> {
        self.send(Method::POST, self.path.clone(), Some(object)).map(drop)
    }

    fn update(&self, name: &str, object: &Value) -> Result<(), ObjectError> {
        self.send(Method::PUT, self.object(name), Some(object)).map(drop)
    }

    fn delete(&self, name: &str) -> Result<(), ObjectError> {
        self.send(Method::DELETE, self.object(name), None).map(drop)
    }
}
