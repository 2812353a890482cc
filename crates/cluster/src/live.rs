//! The real cluster as [`Kube`], and `lookup`.

use std::time::Duration;

use pintle_release::Holder;
use serde_json::{Value, json};

use crate::apply::{collection_path, object_path, query_value, segment};
use crate::client::{Answer, Ask, Cluster};
use crate::kube::{Result, Watch};
use crate::watch::Watching;
use crate::{
    CreateOptions, Error, Gvk, Kube, Level, Liveness, Missing, Need, Object, Propagation, Resource, UpdateOptions,
    Updated, build,
};

/// The server's table of objects, with the objects in it.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,\
                     application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// Objects asked for in one piece of a list.
const PAGE: u32 = 500;

impl Cluster {
    /// A kind's place without an object.
    fn resource(&self, gvk: &Gvk, namespace: &str, name: &str) -> Result<Resource> {
        let mapping = self.mapping(gvk)?.ok_or_else(|| no_kind(gvk))?;
        Ok(Resource {
            gvk: gvk.clone(),
            plural: mapping.plural,
            namespaced: mapping.namespaced,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            object: Object(Value::Null),
        })
    }

    /// All objects of a path, piece by piece.
    pub(crate) fn list_path(&self, path: &str, labels: &str, fields: &str) -> Result<Vec<Value>> {
        let mut query = Vec::new();
        if !labels.is_empty() {
            query.push(format!("labelSelector={}", query_value(labels)));
        }
        if !fields.is_empty() {
            query.push(format!("fieldSelector={}", query_value(fields)));
        }
        let mut all = Vec::new();
        let mut next = String::new();
        loop {
            let mut query = query.clone();
            query.push(format!("limit={PAGE}"));
            if !next.is_empty() {
                query.push(format!("continue={}", query_value(&next)));
            }
            let mut page = self.send(&Ask::get(format!("{path}?{}", query.join("&"))))?.json()?;
            if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
                all.extend(items);
            }
            match page.pointer("/metadata/continue").and_then(Value::as_str) {
                Some(more) if !more.is_empty() => more.clone_into(&mut next),
                _ => return Ok(all),
            }
        }
    }

    /// What the template function `lookup` gives: an object, a list when `name` is empty, an empty map when there is
    /// nothing.
    ///
    /// # Errors
    /// A kind that the server does not have, or what the server says.
    pub fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value> {
        let gvk = Gvk::new(api_version, kind);
        let Some(mapping) = self.mapping(&gvk)? else {
            if self.has_api_version(&gvk)? {
                // Helm asks for a resource without a name, which is not found
                return Ok(json!({}));
            }
            let why = "the server could not find the requested resource";
            let shown = gvk.to_string();
            let events = self.events();
            events.log(
                Level::Error,
                "unable to retrieve resource list",
                &[("GroupVersion", api_version), ("error", why)],
            );
            events.log(Level::Error, "unable to get apiresource", &[("groupVersionKind", &shown), ("error", why)]);
            return Err(Error::text(format!("unable to get apiresource from unstructured: {shown}: {why}")));
        };
        let r = Resource {
            gvk,
            plural: mapping.plural,
            // without a namespace all are looked through
            namespaced: mapping.namespaced && !namespace.is_empty(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            object: Object(Value::Null),
        };
        let path = if name.is_empty() { collection_path(&r) } else { object_path(&r)? };
        match self.send(&Ask::get(path)) {
            Ok(answer) => answer.json(),
            Err(e) if e.is_not_found() => Ok(json!({})),
            Err(e) => Err(e),
        }
    }
}

/// Who may not list is told the name that the list was narrowed to; Helm lists without one, so its text has none.
fn without_name(error: Error, name: &str) -> Error {
    match error {
        Error::Api(mut api) if api.code == 403 => {
            api.message = api.message.replacen(&format!(" {name:?} is forbidden"), " is forbidden", 1);
            Error::Api(api)
        }
        other => other,
    }
}

fn no_kind(gvk: &Gvk) -> Error {
    Error::text(format!("no matches for kind {:?} in version {:?}", gvk.kind, gvk.api_version()))
}

/// An item of a list of built-in kinds names neither its kind nor its version.
fn with_kind(mut item: Value, gvk: &Gvk) -> Object {
    if let Some(fields) = item.as_object_mut() {
        fields.entry("kind").or_insert_with(|| gvk.kind.as_str().into());
        fields.entry("apiVersion").or_insert_with(|| gvk.api_version().into());
    }
    Object(item)
}

impl Kube for Cluster {
    fn reachable(&self) -> Result<()> {
        self.server_version().map(drop).map_err(|e| Error::Unreachable(Box::new(e)))
    }

    fn parse(&self, manifest: &str) -> Result<Vec<Object>> {
        build::parse(self, manifest)
    }

    fn place(&self, objects: Vec<Object>, validate: bool) -> Result<Vec<Resource>> {
        build::place(self, objects, validate)
    }

    fn place_old(&self, objects: Vec<Object>) -> Result<(Vec<Resource>, Vec<Object>)> {
        build::place_old(self, objects)
    }

    fn get(&self, resource: &Resource) -> Result<Object> {
        self.get_object(resource)
    }

    fn get_all(&self, resources: &[&Resource]) -> Vec<Result<Object>> {
        self.get_many(resources).into_iter().map(|a| a.and_then(|a| a.json()).map(Object)).collect()
    }

    fn create(&self, resources: &[Resource], options: CreateOptions) -> Result<()> {
        self.create_all(resources, options)
    }

    fn update(&self, originals: &[Resource], targets: &[Resource], options: UpdateOptions) -> Updated {
        self.update_all(originals, targets, options)
    }

    fn delete(&self, resources: &[Resource], propagation: Propagation) -> Vec<Error> {
        self.delete_all(resources, propagation)
    }

    fn list(&self, gvk: &Gvk, namespace: &str, label_selector: &str, field_selector: &str) -> Result<Vec<Object>> {
        let mut r = self.resource(gvk, namespace, "")?;
        r.namespaced &= !namespace.is_empty();
        let items = self.list_path(&collection_path(&r), label_selector, field_selector)?;
        Ok(items.into_iter().map(|item| with_kind(item, gvk)).collect())
    }

    fn find_all(&self, resources: &[&Resource]) -> Vec<Result<Option<Object>>> {
        let path = |r: &&Resource| {
            let selector = query_value(&format!("metadata.name={}", r.name));
            format!("{}?fieldSelector={selector}&limit=1", collection_path(r))
        };
        let asks: Vec<Ask<'_>> = resources.iter().map(|r| Ask::get(path(r))).collect();
        let first = |(r, answer): (&&Resource, Result<Answer>)| {
            let mut list = answer.map_err(|e| without_name(e, &r.name))?.json()?;
            let item = list.pointer_mut("/items/0").map(Value::take);
            Ok(item.map(|item| with_kind(item, &r.gvk)))
        };
        resources.iter().zip(self.send_all(&asks)).map(first).collect()
    }

    fn watch(&self, resources: &[&Resource]) -> Option<Box<dyn Watch + '_>> {
        Some(Box::new(Watching::new(self, resources)?))
    }

    fn logs(&self, namespace: &str, pod: &str, container: &str) -> Result<Vec<u8>> {
        let path = format!(
            "/api/v1/namespaces/{}/pods/{}/log?container={}",
            segment(namespace),
            segment(pod),
            query_value(container)
        );
        let ask = Ask { accept: "*/*", ..Ask::get(path) };
        Ok(self.send(&ask)?.body)
    }

    fn get_table(&self, resource: &Resource) -> Result<Value> {
        let path = format!("{}?includeObject=Object", object_path(resource)?);
        self.send(&Ask { accept: TABLE, ..Ask::get(path) })?.json()
    }

    fn list_pods(&self, namespace: &str, label_selector: &str) -> Result<Value> {
        let path =
            format!("/api/v1/namespaces/{}/pods?labelSelector={}", segment(namespace), query_value(label_selector));
        let mut list = self.send(&Ask::get(path))?.json()?;
        for item in list.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
            *item = with_kind(item.take(), &Gvk::new("v1", "Pod")).0;
        }
        Ok(list)
    }

    fn list_pods_table(&self, namespace: &str, label_selector: &str) -> Result<Value> {
        let path = format!(
            "/api/v1/namespaces/{}/pods?includeObject=Object&labelSelector={}&limit={PAGE}",
            segment(namespace),
            query_value(label_selector)
        );
        self.send(&Ask { accept: TABLE, ..Ask::get(path) })?.json()
    }

    fn forget_discovery(&self) {
        *self.discovery.borrow_mut() = None;
    }

    fn sleep(&self, time: Duration) {
        // a timer can only be made inside the runtime
        self.block_on(async { tokio::time::sleep(time).await });
    }

    fn checks_rights(&self) -> bool {
        self.options().preflight && !self.rights_known.get()
    }

    fn missing_rights(&self, needs: &[Need]) -> Option<Missing> {
        // what follows within the same command, such as undoing it, goes on with what there is
        self.rights_known.set(true);
        Cluster::missing_rights(self, needs)
    }

    fn liveness(&self, holder: &Holder) -> Liveness {
        Cluster::liveness(self, holder)
    }

    fn has_lost(&self) -> bool {
        Cluster::has_lost(self)
    }
}
