//! What actions and waits need of a cluster: the border between Helm's sequences and the client.
//!
//! The real client implements [`Kube`]; [`Offline`] stands for Helm's printing client (dry runs on the client,
//! `HELM_DRIVER=memory`), to which every manifest is empty and every request succeeds.

use pintle_release::Holder;
use serde_json::Value;

use crate::{Error, Gvk, Liveness, Missing, Need, Object};

/// What came of it.
pub type Result<T> = std::result::Result<T, Error>;

/// An object with the place that the server keeps it at (client-go's `resource.Info`).
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Plural name in paths, such as `deployments`.
    pub plural: String,
    /// Whether it lives in a namespace.
    pub namespaced: bool,
    /// Its namespace; empty for cluster-scoped ones.
    pub namespace: String,
    /// Its name; empty when only `metadata.generateName` is given.
    pub name: String,
    /// The object.
    pub object: Object,
}

impl Resource {
    /// Same group, kind, namespace and name (Helm's `isMatchingInfo`: the version does not count).
    pub fn is_same(&self, other: &Resource) -> bool {
        self.name == other.name
            && self.namespace == other.namespace
            && self.gvk.kind == other.gvk.kind
            && self.gvk.group == other.gvk.group
    }

    /// `ConfigMap "a" in namespace "b"`, as Helm's refusals name an object.
    pub fn describe(&self) -> String {
        format!("{} {:?} in namespace {:?}", self.gvk.kind, self.name, self.namespace)
    }
}

/// How objects are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateOptions {
    /// PATCH with apply instead of POST.
    pub server_side: bool,
    /// Take fields of other managers.
    pub force_conflicts: bool,
}

/// How objects are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpdateOptions {
    /// PATCH with apply instead of a patch computed here.
    pub server_side: bool,
    /// Take fields of other managers.
    pub force_conflicts: bool,
    /// PUT instead of PATCH.
    pub force_replace: bool,
    /// Three-way merge for custom resources too.
    pub three_way_for_unstructured: bool,
    /// First hand fields of the client-side manager over to apply.
    pub upgrade_field_manager: bool,
}

/// What an update did, also when it failed half-way.
#[derive(Debug, Default)]
pub struct Updated {
    /// Objects that were not there before.
    pub created: Vec<Resource>,
    /// Why it failed, if it did. Wrong options count too.
    pub error: Option<Error>,
}

/// What happens to what a deleted object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// Deleted after it.
    #[default]
    Background,
    /// Deleted before it.
    Foreground,
    /// Left alone.
    Orphan,
}

impl Propagation {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        }
    }
}

/// The server's version (`/version`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerVersion {
    /// `v1.36.3`
    pub git_version: String,
    /// `1`
    pub major: String,
    /// `36`
    pub minor: String,
}

/// Objects that the server tells of.
pub trait Watch {
    /// What changed: place among what is watched, and the object; none for one that is not there. Returns when something
    /// changed, at the latest after this time.
    fn next(&mut self, time: std::time::Duration) -> Vec<(usize, Option<Object>)>;

    /// Whether all that there is has been told, and changes will be.
    fn is_live(&self) -> bool;

    /// Whether something will not be told any more.
    fn has_ended(&self) -> bool;
}

/// A cluster, as actions see it.
pub trait Kube {
    /// Whether the server answers.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    fn reachable(&self) -> Result<()>;

    /// The documents of a manifest, without asking the server; empty ones are left out.
    ///
    /// # Errors
    /// Text that is no YAML.
    fn parse(&self, manifest: &str) -> Result<Vec<Object>>;

    /// Finds the places of objects, in their order; lists become their items. With `validate`, what is no object at
    /// all is refused as Helm's OpenAPI validation does.
    ///
    /// # Errors
    /// [`Error::NoMatch`].
    fn place(&self, objects: Vec<Object>, validate: bool) -> Result<Vec<Resource>>;

    /// As [`Kube::place`] for objects that an older revision made: kinds that moved to another version or group since are
    /// looked for there, and objects of kinds that are gone altogether come back second, since nothing of them is left.
    ///
    /// # Errors
    /// As [`Kube::place`], but for kinds that are gone.
    fn place_old(&self, objects: Vec<Object>) -> Result<(Vec<Resource>, Vec<Object>)> {
        Ok((self.place(objects, false)?, Vec::new()))
    }

    /// Objects of a manifest, with places.
    ///
    /// # Errors
    /// As [`Kube::parse`] and [`Kube::place`].
    fn build(&self, manifest: &str, validate: bool) -> Result<Vec<Resource>> {
        self.place(self.parse(manifest)?, validate)
    }

    /// The live object.
    ///
    /// # Errors
    /// `resource name may not be empty`, or what the server says.
    fn get(&self, resource: &Resource) -> Result<Object>;

    /// The live objects of several resources, asked for at once.
    fn get_all(&self, resources: &[&Resource]) -> Vec<Result<Object>> {
        resources.iter().map(|r| self.get(r)).collect()
    }

    /// Creates objects, those of one kind at once.
    ///
    /// # Errors
    /// All failures, joined by a line break.
    fn create(&self, resources: &[Resource], options: CreateOptions) -> Result<()>;

    /// Makes the cluster hold `targets`: creates, changes, and deletes what only `originals` have.
    fn update(&self, originals: &[Resource], targets: &[Resource], options: UpdateOptions) -> Updated;

    /// Deletes objects; those that are gone count as deleted. Gives all failures.
    fn delete(&self, resources: &[Resource], propagation: Propagation) -> Vec<Error>;

    /// Objects of a kind in a namespace by selectors (`labelSelector=…`, `fieldSelector=…`; empty for none).
    ///
    /// # Errors
    /// What the server says.
    fn list(&self, gvk: &Gvk, namespace: &str, label_selector: &str, field_selector: &str) -> Result<Vec<Object>>;

    /// The live objects of several resources as a watch would find them (right `list`, not `get`); `None` for those
    /// that are not there.
    fn find_all(&self, resources: &[&Resource]) -> Vec<Result<Option<Object>>> {
        let one = |r: &&Resource| {
            let found = self.list(&r.gvk, &r.namespace, "", &format!("metadata.name={}", r.name))?;
            Ok(found.into_iter().next())
        };
        resources.iter().map(one).collect()
    }

    /// Begins to watch objects; none where that cannot be done.
    fn watch(&self, _resources: &[&Resource]) -> Option<Box<dyn Watch + '_>> {
        None
    }

    /// Logs of a container, whole.
    ///
    /// # Errors
    /// What the server says.
    fn logs(&self, namespace: &str, pod: &str, container: &str) -> Result<Vec<u8>>;

    /// The live resource as the server's table (`as=Table`), for `status`.
    ///
    /// # Errors
    /// As [`Kube::get`].
    fn get_table(&self, resource: &Resource) -> Result<Value>;

    /// As [`Kube::list`] of Pods, as one list object, whole as the server gives it.
    ///
    /// # Errors
    /// What the server says.
    fn list_pods(&self, namespace: &str, label_selector: &str) -> Result<Value> {
        let items = self.list(&Gvk::new("v1", "Pod"), namespace, label_selector, "")?;
        let items: Vec<Value> = items.into_iter().map(|o| o.0).collect();
        Ok(serde_json::json!({"apiVersion": "v1", "items": items, "kind": "PodList", "metadata": {}}))
    }

    /// As [`Kube::list`] of Pods, as the server's table.
    ///
    /// # Errors
    /// What the server says.
    fn list_pods_table(&self, namespace: &str, label_selector: &str) -> Result<Value>;

    /// Forgets what is known of the server's kinds, since there are new ones.
    fn forget_discovery(&self);

    /// Waits a moment (tests need not).
    fn sleep(&self, time: std::time::Duration) {
        std::thread::sleep(time);
    }

    /// Whether what will be needed is asked for beforehand.
    fn checks_rights(&self) -> bool {
        false
    }

    /// What of all this the server will refuse; none when it will refuse nothing, or does not tell.
    fn missing_rights(&self, _needs: &[Need]) -> Option<Missing> {
        None
    }

    /// Whether who holds a record still works.
    fn liveness(&self, _holder: &Holder) -> Liveness {
        Liveness::Alive
    }

    /// Whether another process took over the record that this one held: time to stop.
    fn has_lost(&self) -> bool {
        false
    }
}

/// Helm's printing client: builds nothing, sends nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl Kube for Offline {
    fn reachable(&self) -> Result<()> {
        Ok(())
    }
    fn parse(&self, _manifest: &str) -> Result<Vec<Object>> {
        Ok(Vec::new())
    }
    fn place(&self, _objects: Vec<Object>, _validate: bool) -> Result<Vec<Resource>> {
        Ok(Vec::new())
    }
    fn get(&self, _resource: &Resource) -> Result<Object> {
        Err(Error::text("the server could not find the requested resource"))
    }
    fn create(&self, _resources: &[Resource], _options: CreateOptions) -> Result<()> {
        Ok(())
    }
    fn update(&self, _originals: &[Resource], _targets: &[Resource], _options: UpdateOptions) -> Updated {
        Updated::default()
    }
    fn delete(&self, _resources: &[Resource], _propagation: Propagation) -> Vec<Error> {
        Vec::new()
    }
    fn list(&self, _gvk: &Gvk, _namespace: &str, _labels: &str, _fields: &str) -> Result<Vec<Object>> {
        Ok(Vec::new())
    }
    fn logs(&self, _namespace: &str, _pod: &str, _container: &str) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn get_table(&self, _resource: &Resource) -> Result<Value> {
        Ok(Value::Null)
    }
    fn list_pods_table(&self, _namespace: &str, _labels: &str) -> Result<Value> {
        Ok(Value::Null)
    }
    fn forget_discovery(&self) {}
}
