//! Creating, changing and deleting objects, in Helm's two ways: applied by the server, or by patches computed here.

use std::collections::HashSet;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Ask, Cluster};
use crate::kube::Result;
use crate::{CreateOptions, Error, Kube, Level, Object, Propagation, Resource, UpdateOptions, Updated, managed, merge};

/// Helm's field manager.
const MANAGER: &str = "helm";

/// client-go's `DefaultRetry`.
const RETRY_STEPS: usize = 5;
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// The path of the objects of a kind, in a namespace where they have one.
pub(crate) fn collection_path(r: &Resource) -> String {
    let mut path = if r.gvk.group.is_empty() {
        format!("/api/{}", r.gvk.version)
    } else {
        format!("/apis/{}/{}", r.gvk.group, r.gvk.version)
    };
    if r.namespaced {
        path.push_str("/namespaces/");
        path.push_str(&segment(&r.namespace));
    }
    path.push('/');
    path.push_str(&r.plural);
    path
}

/// The path of an object.
pub(crate) fn object_path(r: &Resource) -> Result<String> {
    if r.name.is_empty() {
        return Err(Error::text("resource name may not be empty"));
    }
    let problem = match r.name.as_str() {
        "." => Some("may not be '.'".to_owned()),
        ".." => Some("may not be '..'".to_owned()),
        name => name.chars().find(|c| matches!(c, '/' | '%')).map(|c| format!("may not contain '{c}'")),
    };
    if let Some(problem) = problem {
        return Err(Error::text(format!("invalid resource name {:?}: [{problem}]", r.name)));
    }
    Ok(format!("{}/{}", collection_path(r), segment(&r.name)))
}

/// A part of a path, escaped.
pub(crate) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// A value in a query, escaped.
pub(crate) fn query_value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

fn json_body(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| Error::text(e.to_string()))
}

fn with_body(method: Method, path: String, content_type: &'static str, body: &Value) -> Result<Ask<'static>> {
    Ok(Ask { method, path, accept: "application/json", content_type, body: json_body(body)? })
}

/// `ns/name group/version, Kind=kind`, as Helm names what it applies.
fn applied_name(r: &Resource) -> String {
    format!("{}/{} {}", r.namespace, r.name, r.gvk)
}

/// Runs until it succeeds, fails for good, or has failed five times.
fn retrying<T>(again: impl Fn(&Error) -> bool, mut step: impl FnMut() -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match step() {
            Err(e) if tries < RETRY_STEPS && again(&e) => {
                tries += 1;
                std::thread::sleep(RETRY_PAUSE);
            }
            other => return other,
        }
    }
}

/// A quota that changed under the request: worth another try.
fn is_quota_conflict(e: &Error) -> bool {
    let text = e.to_string();
    e.is_conflict()
        && text.contains("Operation cannot be fulfilled on resourcequotas")
        && text.contains("the object has been modified")
}

fn apply_ask(r: &Resource, force: bool) -> Result<Ask<'static>> {
    let path = format!("{}?fieldManager={MANAGER}&fieldValidation=Strict&force={force}", object_path(r)?);
    with_body(Method::PATCH, path, "application/apply-patch+yaml", &r.object.0)
}

fn apply_error(r: &Resource, e: Error) -> Error {
    match e.api() {
        Some(api) if api.code == 415 => Error::text(format!("server-side apply not available on the server: {e}")),
        _ if e.is_conflict() => e.context(format!("conflict occurred while applying object {}", applied_name(r))),
        _ => e.context(format!("server-side apply failed for object {}", applied_name(r))),
    }
}

fn post_ask(r: &Resource) -> Result<Ask<'static>> {
    let path = format!("{}?fieldManager={MANAGER}", collection_path(r));
    with_body(Method::POST, path, "application/json", &r.object.0)
}

/// A patch computed here from what was, what shall be, and what is; none when there is nothing to change.
fn patch_ask(original: &Object, target: &Resource, live: &Object, three_way: bool) -> Result<Option<Ask<'static>>> {
    let (old, new, gvk) = (&original.0, &target.object.0, &target.gvk);
    let failed = |e: String| Error::text(format!("failed to create patch: {e}"));
    let (patch, content_type) = if merge::is_typed(&gvk.group, &gvk.version, &gvk.kind) {
        let patch =
            merge::three_way_strategic_patch(&gvk.kind, old, new, &live.0).map_err(|e| failed(e.to_string()))?;
        (patch, "application/strategic-merge-patch+json")
    } else if three_way {
        let patch = merge::three_way_json_merge_patch(old, new, &live.0).map_err(|e| failed(e.to_string()))?;
        (patch, "application/merge-patch+json")
    } else {
        (merge::json_merge_patch(old, new), "application/merge-patch+json")
    };
    if patch.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(None);
    }
    let path = format!("{}?fieldManager={MANAGER}", object_path(target)?);
    with_body(Method::PATCH, path, content_type, &patch).map(Some)
}

/// A refused patch; what could not even be made has its words already.
fn patch_error(target: &Resource, e: Error) -> Error {
    match e {
        Error::Text(_) => e,
        e => e.context(format!("cannot patch {:?} with kind {}", target.name, target.gvk.kind)),
    }
}

/// Whether two of them are the same object.
fn has_twins(batch: &[Resource]) -> bool {
    let mut seen = HashSet::new();
    batch.iter().any(|r| r.name.is_empty() || !seen.insert((&r.namespace, &r.name)))
}

impl Cluster {
    pub(crate) fn get_object(&self, r: &Resource) -> Result<Object> {
        self.send(&Ask::get(object_path(r)?))?.json().map(Object)
    }

    /// Whether the user wants to stop, or somebody else works on the release now.
    fn must_stop(&self) -> Option<Error> {
        if self.has_lost() {
            return Some(Error::TakenOver);
        }
        self.events().cancelled().then_some(Error::Cancelled)
    }

    fn apply(&self, r: &Resource, force: bool) -> Result<()> {
        retrying(is_quota_conflict, || self.send(&apply_ask(r, force)?).map(drop)).map_err(|e| apply_error(r, e))
    }

    fn post(&self, r: &Resource) -> Result<()> {
        let result = retrying(Error::is_conflict, || self.send(&post_ask(r)?).map(drop));
        self.or_made_here(r, result)
    }

    /// Creates objects at once.
    fn post_batch(&self, batch: &[Resource], errors: &mut Vec<Error>) {
        let asks: Vec<Result<Ask<'_>>> = batch.iter().map(post_ask).collect();
        for (r, answer) in batch.iter().zip(self.send_good(asks)) {
            let result = match answer {
                Err(e) if e.is_conflict() => self.post(r),
                other => self.or_made_here(r, other.map(drop)),
            };
            errors.extend(result.err());
        }
    }

    /// Sends what could be made; answers in order, with the reason where there was nothing to send.
    fn send_good(&self, asks: Vec<Result<Ask<'_>>>) -> Vec<Result<Answer>> {
        let good: Vec<Ask<'_>> = asks.iter().filter_map(|a| a.as_ref().ok().cloned()).collect();
        let mut answers = self.send_all(&good).into_iter();
        let answer =
            |ask: Result<Ask<'_>>| ask.and_then(|_| answers.next().unwrap_or_else(|| Err(Error::text("no answer"))));
        asks.into_iter().map(answer).collect()
    }

    /// An object that is there already, since an earlier try of ours was carried out after all, is no failure.
    fn or_made_here(&self, r: &Resource, result: Result<()>) -> Result<()> {
        match result {
            Err(e) if e.is_already_exists() && e.is_in_doubt() && self.is_made_here(r) => Ok(()),
            other => other,
        }
    }

    /// Whether the object in the cluster is the one that an earlier try of ours created.
    fn is_made_here(&self, r: &Resource) -> bool {
        let Ok(live) = self.get_object(r) else { return false };
        let same = |field: &str| {
            let sent = r.object.0.pointer(field).and_then(Value::as_object);
            sent.into_iter().flatten().all(|(key, value)| live.0.pointer(field).and_then(|l| l.get(key)) == Some(value))
        };
        let managers = live.0.pointer("/metadata/managedFields").and_then(Value::as_array);
        let ours = |m: &Value| m.get("manager").and_then(Value::as_str) == Some(MANAGER);
        managers.is_some_and(|m| m.iter().any(ours)) && same("/metadata/labels") && same("/metadata/annotations")
    }

    /// Creates objects: those of one kind that follow each other at once, as Helm does.
    pub(crate) fn create_all(&self, resources: &[Resource], options: CreateOptions) -> Result<()> {
        if !options.server_side && options.force_conflicts {
            return Err(Error::text(
                "invalid client create option(s): forceConflicts enabled when serverSideApply disabled",
            ));
        }
        if resources.is_empty() {
            return Err(Error::text("no objects visited"));
        }
        let mut errors = Vec::new();
        for batch in resources.chunk_by(|a, b| a.gvk.kind == b.gvk.kind) {
            if let Some(stop) = self.must_stop() {
                errors.push(stop);
                break;
            }
            if options.server_side {
                self.apply_batch(batch, options.force_conflicts, &mut errors);
            } else if has_twins(batch) {
                // one at a time; Helm's last one gets its turn first, which tells who wins a name that is there twice
                let (last, others) = batch.split_last().map_or((None, batch), |(last, others)| (Some(last), others));
                errors.extend(last.into_iter().chain(others).filter_map(|r| self.post(r).err()));
            } else {
                self.post_batch(batch, &mut errors);
            }
        }
        self.forget_if_definitions(resources);
        Error::join(errors, "\n").map_or(Ok(()), Err)
    }

    fn apply_batch(&self, batch: &[Resource], force: bool, errors: &mut Vec<Error>) {
        let asks: Vec<Result<Ask<'_>>> = batch.iter().map(|r| apply_ask(r, force)).collect();
        for (r, answer) in batch.iter().zip(self.send_good(asks)) {
            match answer {
                Err(e) if is_quota_conflict(&e) => errors.extend(self.apply(r, force).err()),
                Err(e) => errors.push(apply_error(r, e)),
                Ok(_) => {}
            }
        }
    }

    /// New kinds make what is known of the server stale.
    fn forget_if_definitions(&self, resources: &[Resource]) {
        if resources.iter().any(|r| r.gvk.kind == "CustomResourceDefinition" || r.gvk.kind == "APIService") {
            self.forget_discovery();
        }
    }

    /// Makes the cluster hold `targets` (Helm's `Client.Update`).
    pub(crate) fn update_all(&self, originals: &[Resource], targets: &[Resource], options: UpdateOptions) -> Updated {
        let mut done = Updated::default();
        done.error = self.try_update(originals, targets, options, &mut done.created).err();
        self.forget_if_definitions(targets);
        done
    }

    fn try_update(
        &self,
        originals: &[Resource],
        targets: &[Resource],
        options: UpdateOptions,
        created: &mut Vec<Resource>,
    ) -> Result<()> {
        check_options(options)?;
        let mut errors = Vec::new();
        let live = self.get_all(&targets.iter().collect::<Vec<_>>());
        let mut asked: Vec<(&Resource, Result<Object>)> = targets.iter().zip(live).collect();
        // a replacement, and a change of the way of applying, takes more than one request for each object
        if !(options.force_replace || options.server_side && options.upgrade_field_manager) {
            self.change_batches(originals, &mut asked, options, &mut errors);
        }
        for (target, live) in asked {
            if let Some(stop) = self.must_stop() {
                return Err(stop);
            }
            let live = match live {
                Ok(live) => live,
                Err(e) if e.is_not_found() => {
                    created.push(target.clone());
                    let result = if options.server_side {
                        self.apply(target, options.force_conflicts)
                    } else {
                        self.post(target)
                    };
                    result.map_err(|e| e.context("failed to create resource"))?;
                    continue;
                }
                Err(e) => return Err(e.context("could not get information about the resource")),
            };
            let original = self.original(originals, target);
            let baseline = Resource { object: live.clone(), ..target.clone() };
            let original = original.unwrap_or(&baseline);
            errors.extend(self.change(original, target, &live, options).err());
        }
        if !errors.is_empty() {
            return Error::join(errors, " && ").map_or(Ok(()), Err);
        }
        for gone in originals.iter().filter(|o| !targets.iter().any(|t| t.is_same(o))) {
            errors.extend(self.prune(gone).err());
        }
        Error::join(errors, " && ").map_or(Ok(()), Err)
    }

    /// What an object was in the revision before; tells when it was not in it at all.
    fn original<'r>(&self, originals: &'r [Resource], target: &Resource) -> Option<&'r Resource> {
        let original = originals.iter().find(|o| o.is_same(target));
        if original.is_none() {
            self.events().log(
                Level::Warn,
                "resource exists on cluster but not in original release, using cluster state as baseline",
                &[("namespace", &target.namespace), ("name", &target.name), ("kind", &target.gvk.kind)],
            );
        }
        original
    }

    /// Changes the objects that are there, those of one kind that follow each other at once, as long as all objects up to
    /// them are there; what is left is for the caller, one after another, as Helm has it.
    fn change_batches(
        &self,
        originals: &[Resource],
        asked: &mut Vec<(&Resource, Result<Object>)>,
        options: UpdateOptions,
        errors: &mut Vec<Error>,
    ) {
        let there = asked.iter().take_while(|(_, live)| live.is_ok()).count();
        let there: Vec<(&Resource, Object)> =
            asked.drain(..there).filter_map(|(target, live)| Some((target, live.ok()?))).collect();
        for batch in there.chunk_by(|(a, _), (b, _)| a.gvk.kind == b.gvk.kind) {
            if let Some(stop) = self.must_stop() {
                errors.push(stop);
                return;
            }
            let (mut asks, mut changed) = (Vec::new(), Vec::new());
            for (target, live) in batch {
                let original = self.original(originals, target);
                let ask = if options.server_side {
                    apply_ask(target, options.force_conflicts).map(Some)
                } else {
                    let original = original.map_or(live, |o| &o.object);
                    patch_ask(original, target, live, options.three_way_for_unstructured)
                };
                // what is as it should be already needs no request
                if let Some(ask) = ask.transpose() {
                    asks.push(ask);
                    changed.push(*target);
                }
            }
            for (target, answer) in changed.into_iter().zip(self.send_good(asks)) {
                let told = |e| if options.server_side { apply_error(target, e) } else { patch_error(target, e) };
                errors.extend(answer.err().map(told));
            }
        }
    }

    fn change(&self, original: &Resource, target: &Resource, live: &Object, options: UpdateOptions) -> Result<()> {
        if options.force_replace {
            return self.replace(target);
        }
        if options.server_side {
            if options.upgrade_field_manager {
                self.take_over_fields(original)?;
            }
            // no retries for quotas here, as in Helm
            return self
                .send(&apply_ask(target, options.force_conflicts)?)
                .map(drop)
                .map_err(|e| apply_error(target, e));
        }
        match patch_ask(&original.object, target, live, options.three_way_for_unstructured)? {
            Some(ask) => self.send(&ask).map(drop).map_err(|e| patch_error(target, e)),
            None => Ok(()),
        }
    }

    /// Deletes what the release no longer has, unless the live object says to keep it.
    fn prune(&self, gone: &Resource) -> Result<()> {
        let Ok(live) = self.get_object(gone) else { return Ok(()) };
        if live.annotation("helm.sh/resource-policy") == Some("keep") {
            return Ok(());
        }
        match self.delete_one(gone, Propagation::Background) {
            Err(e) if !e.is_not_found() => Err(e.context(format!(
                "failed to delete resource namespace={}, name={}, kind={}",
                gone.namespace, gone.name, gone.gvk.kind
            ))),
            _ => Ok(()),
        }
    }

    fn delete_one(&self, r: &Resource, propagation: Propagation) -> Result<()> {
        let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation.as_str()});
        let ask = with_body(Method::DELETE, object_path(r)?, "application/json", &options)?;
        retrying(Error::is_conflict, || self.send(&ask).map(drop))
    }

    /// Deletes objects, those of one kind that follow each other at once; gives all failures.
    pub(crate) fn delete_all(&self, resources: &[Resource], propagation: Propagation) -> Vec<Error> {
        if resources.is_empty() {
            return vec![Error::text("object not found, skipping delete: no objects visited")];
        }
        let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation.as_str()});
        let mut errors = Vec::new();
        for batch in resources.chunk_by(|a, b| a.gvk.kind == b.gvk.kind) {
            let mut asks = Vec::with_capacity(batch.len());
            let mut asked = Vec::with_capacity(batch.len());
            for r in batch {
                match object_path(r).and_then(|p| with_body(Method::DELETE, p, "application/json", &options)) {
                    Ok(ask) => {
                        asks.push(ask);
                        asked.push(r);
                    }
                    Err(e) => errors.push(e),
                }
            }
            for (r, answer) in asked.into_iter().zip(self.send_all(&asks)) {
                let result = match answer {
                    Err(e) if e.is_conflict() => self.delete_one(r, propagation),
                    other => other.map(drop),
                };
                errors.extend(result.err().filter(|e| !e.is_not_found()));
            }
        }
        errors
    }

    /// PUT over the live object, whatever its version.
    fn replace(&self, target: &Resource) -> Result<()> {
        let context = |e: Error| e.context("failed to replace object");
        let path = format!("{}?fieldManager={MANAGER}&fieldValidation=Strict", object_path(target)?);
        // a conflict with ourselves: the answer to the first try was lost
        let again = |e: &Error| e.is_conflict() && e.is_in_doubt();
        retrying(again, || {
            let live = self.get_object(target)?;
            let mut object = target.object.clone();
            object.set_metadata("resourceVersion", live.resource_version());
            self.send(&with_body(Method::PUT, path.clone(), "application/json", &object.0)?).map(drop)
        })
        .map_err(context)
    }

    /// Hands the fields of the client-side manager `helm` over to apply, so that apply may drop them.
    fn take_over_fields(&self, original: &Resource) -> Result<()> {
        let name = applied_name(original);
        retrying(
            |e| matches!(e, Error::Api(_)) && e.is_conflict(),
            || {
                let live = self.get_object(original).map_err(|e| e.context(format!("failed to get object {name}")))?;
                let Some(patch) = managed::upgrade_managed_fields_patch(&live.0, MANAGER) else { return Ok(()) };
                let path = format!("{}?fieldManager={MANAGER}&fieldValidation=Strict", object_path(original)?);
                let ask = with_body(Method::PATCH, path, "application/json-patch+json", &patch)?;
                self.send(&ask).map(drop).map_err(|e| {
                    if e.is_conflict() {
                        return e;
                    }
                    e.context(format!("failed to patch object to upgrade CSA field manager {name}"))
                })
            },
        )
    }

    /// Answers of GETs at once.
    pub(crate) fn get_many(&self, resources: &[&Resource]) -> Vec<Result<Answer>> {
        let paths: Vec<Result<String>> = resources.iter().map(|r| object_path(r)).collect();
        let asks: Vec<Ask<'_>> = paths.iter().filter_map(|p| p.as_ref().ok()).map(Ask::get).collect();
        let mut answers = self.send_all(&asks).into_iter();
        paths
            .into_iter()
            .map(|path| path.and_then(|_| answers.next().unwrap_or_else(|| Err(Error::text("no answer")))))
            .collect()
    }
}

/// Options that exclude each other, with Helm's texts.
fn check_options(o: UpdateOptions) -> Result<()> {
    let problem = if !o.server_side && o.force_conflicts {
        "invalid client update option(s): forceConflicts enabled when serverSideApply disabled"
    } else if o.three_way_for_unstructured && o.server_side {
        "invalid operation: cannot use three-way merge for unstructured and server-side apply together"
    } else if o.force_conflicts && o.force_replace {
        "invalid operation: cannot use force conflicts and force replace together"
    } else if o.server_side && o.force_replace {
        "invalid operation: cannot use server-side apply and force replace together"
    } else {
        return Ok(());
    };
    Err(Error::text(problem))
}
