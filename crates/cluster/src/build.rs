//! From the text of a manifest to objects with places, as kubectl's resource builder does it.

use serde_json::Value;

use crate::client::Cluster;
use crate::kube::Result;
use crate::{Error, Gvk, Object, Resource};

/// Objects of a manifest's documents.
pub(crate) fn parse(cluster: &Cluster, manifest: &str) -> Result<Vec<Object>> {
    let documents = (cluster.options().parse)(manifest.as_bytes())
        .map_err(|e| Error::text(format!("error parsing : error converting YAML to JSON: {e}")))?;
    Ok(documents.into_iter().filter(|d| !d.is_null()).map(Object).collect())
}

/// Places of objects, lists taken apart. Errors of several objects are shown together, as Go's aggregate.
pub(crate) fn place(cluster: &Cluster, objects: Vec<Object>, validate: bool) -> Result<Vec<Resource>> {
    let mut found = Vec::with_capacity(objects.len());
    let mut errors = Vec::new();
    for object in objects {
        place_one(cluster, object, validate, &mut found, &mut errors)?;
    }
    match errors.len() {
        0 => Ok(found),
        1 => Err(errors.remove(0)),
        _ => {
            let mut texts: Vec<String> = Vec::new();
            for text in errors.iter().map(ToString::to_string) {
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            if texts.len() == 1 { Err(errors.remove(0)) } else { Err(Error::text(format!("[{}]", texts.join(", ")))) }
        }
    }
}

/// Places of the objects of an older revision, and those whose kind is gone (see [`crate::Kube::place_old`]).
pub(crate) fn place_old(cluster: &Cluster, objects: Vec<Object>) -> Result<(Vec<Resource>, Vec<Object>)> {
    let (mut found, mut gone) = (Vec::with_capacity(objects.len()), Vec::new());
    for object in objects {
        match place(cluster, vec![object.clone()], false) {
            Ok(placed) => found.extend(placed),
            Err(Error::NoMatch { .. }) => match cluster.moved(&object.gvk())? {
                Some(now) => {
                    let mut object = object;
                    if let Some(fields) = object.0.as_object_mut() {
                        fields.insert("apiVersion".to_owned(), now.api_version().into());
                    }
                    found.extend(place(cluster, vec![object], false)?);
                }
                None => gone.push(object),
            },
            Err(error) => return Err(error),
        }
    }
    Ok((found, gone))
}

fn place_one(
    cluster: &Cluster,
    object: Object,
    validate: bool,
    found: &mut Vec<Resource>,
    errors: &mut Vec<Error>,
) -> Result<()> {
    if let Some(problem) = shape_problem(&object, validate) {
        errors.push(problem);
        return Ok(());
    }
    if object.kind().ends_with("List") && object.0.get("items").is_some_and(Value::is_array) {
        let mut object = object;
        let items = object.0.get_mut("items").map(Value::take).unwrap_or_default();
        let Value::Array(items) = items else { return Ok(()) };
        for item in items {
            place_one(cluster, Object(item), validate, found, errors)?;
        }
        return Ok(());
    }
    let gvk = object.gvk();
    let Some(mapping) = cluster.mapping(&gvk)? else {
        errors.push(no_match(&object, &gvk));
        return Ok(());
    };
    let mut object = object;
    let mut namespace = object.namespace().to_owned();
    if mapping.namespaced && namespace.is_empty() {
        namespace = cluster.namespace().to_owned();
        object.set_metadata("namespace", namespace.as_str());
    }
    found.push(Resource {
        gvk,
        plural: mapping.plural,
        namespaced: mapping.namespaced,
        namespace,
        name: object.name().to_owned(),
        object,
    });
    Ok(())
}

fn no_match(object: &Object, gvk: &Gvk) -> Error {
    Error::NoMatch {
        name: object.name().to_owned(),
        namespace: object.namespace().to_owned(),
        kind: gvk.kind.clone(),
        version: gvk.api_version(),
    }
}

/// What keeps a document from being an object: the words of validation, or of the decoder without it.
fn shape_problem(object: &Object, validate: bool) -> Option<Error> {
    let (no_version, no_kind) = (object.api_version().is_empty(), object.kind().is_empty());
    if !no_version && !no_kind {
        return None;
    }
    if validate {
        let what = match (no_version, no_kind) {
            (true, true) => "[apiVersion not set, kind not set]",
            (true, false) => "apiVersion not set",
            _ => "kind not set",
        };
        return Some(Error::text(format!("error validating \"\": error validating data: {what}")));
    }
    let missing = if no_kind { "Kind" } else { "apiVersion" };
    let json = pintle_release::json::to_string(&object.0).unwrap_or_default();
    Some(Error::text(format!("unable to decode \"\": Object '{missing}' is missing in '{json}'")))
}
