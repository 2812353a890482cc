//! The drivers that keep records as Secrets or ConfigMaps of the release's namespace.
//!
//! Only the JSON of the objects is made here; who speaks to the server implements [`RecordObjects`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::driver::stored_labels;
use crate::summary::{Packed, Summaries, Wanted};
use crate::{
    CodecError, Driver, Holder, Labels, OBJECT_LIMIT, ObjectError, Release, Status, StorageError, TooLarge, codec,
    labels, room,
};

/// Objects of one kind in one namespace (or in all, for listing).
pub trait RecordObjects {
    /// One object.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`] or what the server says.
    fn get(&self, name: &str) -> Result<Value, ObjectError>;
    /// Objects whose labels match.
    ///
    /// # Errors
    /// What the server says.
    fn list(&self, label_selector: &str) -> Result<Vec<Value>, ObjectError>;
    /// The record in every object whose labels match, one by one; none for an object that holds none.
    ///
    /// # Errors
    /// What the server says; some objects may have been given then.
    fn each(&self, label_selector: &str, record: &mut dyn FnMut(Option<Packed>)) -> Result<(), ObjectError>;
    /// A new object.
    ///
    /// # Errors
    /// [`ObjectError::AlreadyExists`] or what the server says.
    fn create(&self, object: &Value) -> Result<(), ObjectError>;
    /// Replaces the object of the same name.
    ///
    /// # Errors
    /// What the server says.
    fn update(&self, name: &str, object: &Value) -> Result<(), ObjectError>;
    /// Removes an object.
    ///
    /// # Errors
    /// What the server says.
    fn delete(&self, name: &str) -> Result<(), ObjectError>;
    /// This process, as the holder of records that are under way; none when it does not tell.
    fn holder(&self) -> Option<Holder> {
        None
    }
}

/// What records are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// `HELM_DRIVER` empty, `secret` or `secrets`.
    Secret,
    /// `HELM_DRIVER` `configmap` or `configmaps`.
    ConfigMap,
}

/// Records as objects.
#[derive(Debug)]
pub struct ObjectDriver<O> {
    kind: ObjectKind,
    objects: O,
}

/// Why an object holds no release that can be read.
fn codec_error(context: String) -> impl FnOnce(CodecError) -> StorageError {
    move |source| StorageError::Codec { context, source }
}

impl<O: RecordObjects> ObjectDriver<O> {
    /// A driver over the objects of one kind.
    pub fn new(kind: ObjectKind, objects: O) -> Self {
        ObjectDriver { kind, objects }
    }

    /// Helm's Secrets driver says what it tried, its ConfigMaps driver only logs it.
    fn context(&self, text: impl FnOnce() -> String) -> String {
        match self.kind {
            ObjectKind::Secret => text(),
            ObjectKind::ConfigMap => String::new(),
        }
    }

    fn store_error(&self, text: impl FnOnce() -> String) -> impl FnOnce(ObjectError) -> StorageError {
        let context = self.context(text);
        move |source| StorageError::Store { context, source }
    }

    fn object(&self, key: &str, release: &Release, labels: &Labels) -> Result<Value, CodecError> {
        let body = codec::encode(release)?;
        let labels: Map<String, Value> = labels.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
        let mut metadata = json!({"name": key, "labels": labels});
        if release.info.status.is_pending() || release.info.status == Status::UNINSTALLING {
            // somebody else's stays as it is
            if let Some(holder) = release.holder.clone().or_else(|| self.objects.holder()) {
                metadata["annotations"] = holder.annotations().into();
            }
        }
        if let Some(other) = &release.holder {
            // over somebody else's record only if it is still what we saw
            metadata["resourceVersion"] = other.resource_version.as_str().into();
        }
        Ok(match self.kind {
            ObjectKind::Secret => json!({
                "kind": "Secret",
                "apiVersion": "v1",
                "metadata": metadata,
                "data": {"release": STANDARD.encode(body)},
                "type": "helm.sh/release.v1",
            }),
            ObjectKind::ConfigMap => json!({
                "kind": "ConfigMap",
                "apiVersion": "v1",
                "metadata": metadata,
                "data": {"release": body},
            }),
        })
    }

    fn read_all(items: &[Value]) -> Vec<Release> {
        items.iter().filter_map(|item| decode_object(item).ok()).collect()
    }
}

/// The release in a Secret or ConfigMap, with all labels of the object.
///
/// # Errors
/// Data that is missing, not base64, not gzip or not a release.
pub fn decode_object(object: &Value) -> Result<Release, CodecError> {
    let data = object.pointer("/data/release").and_then(Value::as_str).unwrap_or_default();
    let mut release = match object.get("kind").and_then(Value::as_str) {
        Some("ConfigMap") => codec::decode(data)?,
        Some("Secret") => from_secret(data)?,
        // items of a list carry no kind: ConfigMaps hold one layer of base64, whose first bytes are gzip's
        _ if data.starts_with("H4sI") => codec::decode(data)?,
        _ => from_secret(data)?,
    };
    release.labels = object
        .pointer("/metadata/labels")
        .and_then(Value::as_object)
        .map(|l| l.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect())
        .unwrap_or_default();
    release.holder = Holder::of_object(object);
    Ok(release)
}

fn from_secret(data: &str) -> Result<Release, CodecError> {
    let inner = STANDARD.decode(data)?;
    codec::decode(&String::from_utf8_lossy(&inner))
}

/// `key=value,...` as Kubernetes' label sets print: sorted by key.
pub fn label_selector(labels: &[(&str, &str)]) -> String {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    let parts: Vec<String> = sorted.iter().map(|(k, v)| format!("{k}={v}")).collect();
    parts.join(",")
}

impl<O: RecordObjects> Driver for ObjectDriver<O> {
    fn name(&self) -> &'static str {
        match self.kind {
            ObjectKind::Secret => "Secret",
            ObjectKind::ConfigMap => "ConfigMap",
        }
    }

    fn get(&self, key: &str) -> Result<Release, StorageError> {
        let object = match self.objects.get(key) {
            Ok(o) => o,
            Err(ObjectError::NotFound(_)) => return Err(StorageError::NotFound),
            Err(e) => return Err(self.store_error(|| format!("get: failed to get {key:?}: "))(e)),
        };
        let mut release = decode_object(&object)
            .map_err(codec_error(self.context(|| format!("get: failed to decode data {key:?}: "))))?;
        release.labels = labels::without_system(&release.labels);
        Ok(release)
    }

    fn list(&self) -> Result<Vec<Release>, StorageError> {
        let items =
            self.objects.list("owner=helm").map_err(self.store_error(|| "list: failed to list: ".to_owned()))?;
        Ok(Self::read_all(&items))
    }

    fn summaries(&self, wanted: &Wanted<'_>) -> Result<Vec<Release>, StorageError> {
        let mut summaries = Summaries::new(wanted);
        let told = self.objects.each("owner=helm", &mut |record| summaries.add(record));
        let (releases, failed) = summaries.finish();
        // a list that broke off, or a newest revision that cannot be read: all of them, with all there is to read
        if told.is_err() || failed > 0 { self.list() } else { Ok(releases) }
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        match self.objects.delete(key) {
            Err(ObjectError::NotFound(_)) => Err(StorageError::NotFound),
            other => other.map_err(self.store_error(String::new)),
        }
    }

    fn query(&self, labels: &[(&str, &str)]) -> Result<Vec<Release>, StorageError> {
        for (_, value) in labels {
            let problems = labels::value_problems(value);
            if !problems.is_empty() {
                return Err(StorageError::LabelValue { value: (*value).to_owned(), problems: problems.join("; ") });
            }
        }
        let items = self
            .objects
            .list(&label_selector(labels))
            .map_err(self.store_error(|| "query: failed to query with labels: ".to_owned()))?;
        if items.is_empty() {
            return Err(StorageError::NotFound);
        }
        Ok(Self::read_all(&items))
    }

    fn create(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let object = self
            .object(key, release, &stored_labels(release, "createdAt"))
            .map_err(codec_error(self.context(|| format!("create: failed to encode release {:?}: ", release.name))))?;
        match self.objects.create(&object) {
            Ok(()) => Ok(()),
            Err(ObjectError::AlreadyExists(_)) => Err(StorageError::Exists),
            Err(e) => Err(self.store_error(|| "create: failed to create: ".to_owned())(e)),
        }
    }

    fn check_room(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let room = room::beyond(release, OBJECT_LIMIT)
            .map_err(codec_error(self.context(|| format!("create: failed to encode release {:?}: ", release.name))))?;
        let Some(room) = room else { return Ok(()) };
        let field = match self.kind {
            ObjectKind::Secret => "data",
            ObjectKind::ConfigMap => "[]",
        };
        let context = self.context(|| "create: failed to create: ".to_owned());
        let key = key.to_owned();
        let too_large = TooLarge { context, kind: self.name(), key, field, limit: OBJECT_LIMIT, room };
        Err(StorageError::TooLarge(Box::new(too_large)))
    }

    fn update(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let object = self
            .object(key, release, &stored_labels(release, "modifiedAt"))
            .map_err(codec_error(self.context(|| format!("update: failed to encode release {:?}: ", release.name))))?;
        self.objects.update(key, &object).map_err(self.store_error(|| "update: failed to update: ".to_owned()))
    }

    fn delete(&self, key: &str) -> Result<Release, StorageError> {
        let release = self.get(key)?;
        self.objects.delete(key).map_err(self.store_error(String::new))?;
        Ok(release)
    }
}
