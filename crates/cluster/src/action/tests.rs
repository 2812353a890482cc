//! A cluster in memory, and the actions tried on it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use pintle_release::{Hook, Labels, Memory, Status, Storage};
use serde_json::{Map, Value, json};

use super::install::InstallOptions;
use super::rollback::RollbackOptions;
use super::uninstall::UninstallOptions;
use super::upgrade::UpgradeOptions;
use super::*;
use crate::kube::Result as KubeResult;
use crate::{ApiError, CreateOptions, Gvk, Object, Propagation, UpdateOptions, Updated};

/// Objects by `Kind/name`; an object with `data.fail` is refused.
#[derive(Default)]
struct Fake {
    objects: RefCell<BTreeMap<String, Object>>,
    log: RefCell<Vec<String>>,
}

fn key(r: &Resource) -> String {
    format!("{}/{}", r.gvk.kind, r.name)
}

fn refusal(code: u16, reason: &str, message: String) -> Error {
    Error::Api(Box::new(ApiError { code, reason: reason.to_owned(), message, details: Value::Null, in_doubt: false }))
}

impl Fake {
    fn put(&self, r: &Resource) -> KubeResult<()> {
        self.log.borrow_mut().push(format!("put {}", key(r)));
        if r.object.0.pointer("/data/fail").is_some() {
            return Err(refusal(422, "Invalid", format!("{} is refused", r.name)));
        }
        self.objects.borrow_mut().insert(key(r), r.object.clone());
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        self.objects.borrow().keys().cloned().collect()
    }
}

impl Kube for Fake {
    fn reachable(&self) -> KubeResult<()> {
        Ok(())
    }
    fn parse(&self, manifest: &str) -> KubeResult<Vec<Object>> {
        let documents = crate::parse_yaml(manifest.as_bytes()).map_err(Error::Text)?;
        Ok(documents.into_iter().map(Object).collect())
    }
    fn place(&self, objects: Vec<Object>, _validate: bool) -> KubeResult<Vec<Resource>> {
        let place = |object: Object| Resource {
            gvk: object.gvk(),
            plural: String::new(),
            namespaced: true,
            namespace: "n".into(),
            name: object.name().to_owned(),
            object,
        };
        Ok(objects.into_iter().map(place).collect())
    }
    fn get(&self, r: &Resource) -> KubeResult<Object> {
        let found = self.objects.borrow().get(&key(r)).cloned();
        found.ok_or_else(|| refusal(404, "NotFound", format!("{} not found", r.name)))
    }
    fn create(&self, resources: &[Resource], _options: CreateOptions) -> KubeResult<()> {
        resources.iter().try_for_each(|r| self.put(r))
    }
    fn update(&self, originals: &[Resource], targets: &[Resource], _options: UpdateOptions) -> Updated {
        let mut done = Updated::default();
        for r in targets {
            if self.get(r).is_err() {
                done.created.push(r.clone());
            }
            if let Err(error) = self.put(r) {
                done.error = Some(error);
                return done;
            }
        }
        let gone: Vec<Resource> = originals.iter().filter(|o| !targets.iter().any(|t| t.is_same(o))).cloned().collect();
        self.delete(&gone, Propagation::Background);
        done
    }
    fn delete(&self, resources: &[Resource], _propagation: Propagation) -> Vec<Error> {
        for r in resources {
            self.log.borrow_mut().push(format!("delete {}", key(r)));
            self.objects.borrow_mut().remove(&key(r));
        }
        Vec::new()
    }
    fn list(&self, gvk: &Gvk, _namespace: &str, _labels: &str, fields: &str) -> KubeResult<Vec<Object>> {
        let name = fields.strip_prefix("metadata.name=").unwrap_or_default();
        Ok(self.objects.borrow().get(&format!("{}/{name}", gvk.kind)).cloned().into_iter().collect())
    }
    fn logs(&self, _namespace: &str, _pod: &str, _container: &str) -> KubeResult<Vec<u8>> {
        Ok(b"hello\n".to_vec())
    }
    fn get_table(&self, _resource: &Resource) -> KubeResult<Value> {
        Ok(Value::Null)
    }
    fn list_pods_table(&self, _namespace: &str, _labels: &str) -> KubeResult<Value> {
        Ok(Value::Null)
    }
    fn forget_discovery(&self) {}
    fn sleep(&self, _time: std::time::Duration) {}
}

#[derive(Default)]
struct Lines(RefCell<Vec<String>>);

impl Events for Lines {
    fn log(&self, level: Level, message: &str, attributes: &[(&str, &str)]) {
        if level > Level::Debug {
            let attributes: Vec<String> = attributes.iter().map(|(k, v)| format!(" {k}={v}")).collect();
            self.0.borrow_mut().push(format!("{level:?} {message}{}", attributes.concat()));
        }
    }
    fn hook_output(&self, _namespace: &str, pod: &str, container: &str, text: &[u8]) {
        self.0.borrow_mut().push(format!("{pod} {container} {}", String::from_utf8_lossy(text).trim_end()));
    }
}

struct World {
    kube: Fake,
    events: Lines,
    storage: Storage<'static>,
}

impl World {
    fn new() -> World {
        World { kube: Fake::default(), events: Lines::default(), storage: Storage::new(Memory::new("n")) }
    }

    fn with<T>(&mut self, f: impl FnOnce(&mut Context<'_, '_>) -> T) -> T {
        f(&mut Context { storage: &mut self.storage, kube: &self.kube, events: &self.events })
    }

    fn states(&self) -> Vec<String> {
        let mut history = self.storage.history("a").unwrap_or_default();
        history.sort_by_key(|r| r.version);
        history.iter().map(|r| format!("{} {} {}", r.version, r.info.status.as_str(), r.info.description)).collect()
    }

    fn install(&mut self, rendered: Rendered, change: impl FnOnce(&mut InstallOptions)) -> Result<Release, Failed> {
        let mut options = InstallOptions {
            name: "a".into(),
            namespace: "n".into(),
            server_side: true,
            force_conflicts: false,
            force_replace: false,
            take_ownership: false,
            create_namespace: false,
            dry_run: DryRun::None,
            hide_secret: false,
            disable_hooks: false,
            replace: false,
            waiting: waiting(),
            description: String::new(),
            rollback_on_failure: false,
            crds: Default::default(),
            disable_openapi_validation: false,
            labels: Labels::new(),
            is_upgrade: false,
        };
        change(&mut options);
        self.with(|ctx| {
            install::preflight(ctx, &mut options)?;
            install::run(ctx, &options, rendered)
        })
    }

    fn upgrade(&mut self, rendered: Rendered, change: impl FnOnce(&mut UpgradeOptions)) -> Result<Release, Failed> {
        let mut options = UpgradeOptions {
            server_side: ServerSide::Auto,
            force_conflicts: false,
            force_replace: false,
            take_ownership: false,
            dry_run: DryRun::None,
            hide_secret: false,
            disable_hooks: false,
            waiting: waiting(),
            description: String::new(),
            rollback_on_failure: false,
            cleanup_on_fail: false,
            max_history: 10,
            disable_openapi_validation: false,
            labels: Labels::new(),
        };
        change(&mut options);
        self.with(|ctx| {
            let prepared = upgrade::prepare(ctx, &options, "a")?;
            upgrade::run(ctx, &options, prepared, rendered)
        })
    }
}

fn waiting() -> Waiting {
    Waiting { strategy: WaitStrategy::HookOnly, jobs: false, timeout: Some(std::time::Duration::ZERO) }
}

fn config_map(name: &str, extra: Value) -> String {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": extra});
    format!("---\n# Source: c/templates/x.yaml\n{object}\n")
}

fn rendered(manifest: impl Into<String>) -> Rendered {
    Rendered { manifest: manifest.into(), chart: json!({"metadata": {"name": "c"}}), ..Rendered::default() }
}

fn hook(name: &str, event: &str, weight: i64, data: Value) -> Hook {
    Hook {
        name: name.into(),
        kind: "ConfigMap".into(),
        path: "c/templates/h.yaml".into(),
        manifest: config_map(name, data),
        events: vec![event.into()],
        weight,
        ..Hook::default()
    }
}

#[test]
fn an_install_marks_objects_and_writes_its_record() {
    let mut world = World::new();
    let release = world.install(rendered(config_map("x", json!({}))), |_| {}).expect("installed");
    assert_eq!((release.version, release.apply_method.as_str()), (1, "ssa"));
    assert_eq!(world.states(), ["1 deployed Install complete"]);
    let objects = world.kube.objects.borrow();
    let object = objects.get("ConfigMap/x").expect("there");
    assert_eq!(object.label("app.kubernetes.io/managed-by"), Some("Helm"));
    assert_eq!(object.annotation("meta.helm.sh/release-name"), Some("a"));
    drop(objects);
    let error = world.install(rendered(String::new()), |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "release name check failed: cannot reuse a name that is still in use");
}

#[test]
fn foreign_objects_are_refused_or_taken() {
    let mut world = World::new();
    world.kube.objects.borrow_mut().insert("ConfigMap/x".into(), Object(json!({"metadata": {"name": "x"}})));
    let error = world.install(rendered(config_map("x", json!({}))), |_| {}).unwrap_err().to_string();
    assert!(
        error.starts_with("unable to continue with install: ConfigMap \"x\" in namespace \"n\" exists and"),
        "{error}"
    );
    assert!(world.states().is_empty());
    world.install(rendered(config_map("x", json!({}))), |o| o.take_ownership = true).expect("taken");
}

#[test]
fn a_dry_run_changes_nothing() {
    let mut world = World::new();
    let dry = world.install(rendered(config_map("x", json!({}))), |o| o.dry_run = DryRun::Server).expect("tried");
    assert_eq!(dry.info.description, "Dry run complete");
    assert_eq!(dry.info.status, Status::PENDING_INSTALL);
    assert!(world.states().is_empty() && world.kube.log.borrow().is_empty());
}

#[test]
fn a_failed_install_is_recorded_or_undone() {
    let mut world = World::new();
    let bad = || rendered(config_map("x", json!({"fail": "1"})));
    assert_eq!(world.install(bad(), |_| {}).unwrap_err().to_string(), "x is refused");
    assert_eq!(world.states(), ["1 failed Release \"a\" failed: x is refused"]);
    let mut world = World::new();
    let error = world.install(bad(), |o| o.rollback_on_failure = true).unwrap_err().to_string();
    assert_eq!(error, "release a failed, and has been uninstalled due to rollback-on-failure being set: x is refused");
    assert!(world.states().is_empty());
}

#[test]
fn hooks_run_by_weight_and_a_failed_one_stops_the_install() {
    let mut world = World::new();
    let mut chart = rendered(config_map("x", json!({})));
    chart.hooks = vec![hook("late", "pre-install", 5, json!({})), hook("early", "pre-install", -1, json!({}))];
    let release = world.install(chart, |_| {}).expect("installed");
    assert_eq!(
        *world.kube.log.borrow(),
        [
            "delete ConfigMap/early",
            "put ConfigMap/early",
            "delete ConfigMap/late",
            "put ConfigMap/late",
            "put ConfigMap/x"
        ]
    );
    assert_eq!(release.hooks[0].last_run.phase, "Succeeded");
    assert_eq!(release.hooks[0].delete_policies, ["before-hook-creation"]);
    let mut world = World::new();
    let mut chart = rendered(config_map("x", json!({})));
    chart.hooks = vec![hook("h", "pre-install", 0, json!({"fail": "1"}))];
    let error = world.install(chart, |_| {}).unwrap_err().to_string();
    assert_eq!(error, "failed pre-install: warning: Hook pre-install c/templates/h.yaml failed: h is refused");
    assert!(world.kube.names().is_empty());
}

#[test]
fn an_upgrade_prunes_and_keeps_history() {
    let mut world = World::new();
    let two = config_map("x", json!({})) + &config_map("y", json!({}));
    world.install(rendered(two), |o| o.labels = Labels::from([("team".into(), "t".into())])).expect("installed");
    let upgraded = world
        .upgrade(rendered(config_map("x", json!({"k": "v"}))), |o| {
            o.labels = Labels::from([("team".into(), "null".into()), ("new".into(), "1".into())]);
        })
        .expect("upgraded");
    assert_eq!(upgraded.labels, Labels::from([("new".into(), "1".into())]));
    assert_eq!(world.states(), ["1 superseded Install complete", "2 deployed Upgrade complete"]);
    assert_eq!(world.kube.names(), ["ConfigMap/x"]);
}

#[test]
fn a_failed_upgrade_leaves_the_old_revision_deployed() {
    let mut world = World::new();
    world.install(rendered(config_map("x", json!({}))), |_| {}).expect("installed");
    let bad = || rendered(config_map("new", json!({})) + &config_map("z", json!({"fail": "1"})));
    let error = world.upgrade(bad(), |o| o.cleanup_on_fail = true).unwrap_err();
    assert_eq!(error.to_string(), "z is refused");
    assert_eq!(world.states(), ["1 deployed Install complete", "2 failed Upgrade \"a\" failed: z is refused"]);
    assert_eq!(*world.events.0.borrow(), ["Warn upgrade failed name=a error=z is refused"]);
    assert_eq!(world.kube.names(), ["ConfigMap/x"]);
    let error = world.upgrade(bad(), |o| o.rollback_on_failure = true).unwrap_err().to_string();
    assert_eq!(error, "release a failed, and has been rolled back due to rollback-on-failure being set: z is refused");
    assert_eq!(world.states().last().map(String::as_str), Some("4 deployed Rollback to 1"));
}

#[test]
fn pending_and_missing_releases_cannot_be_upgraded() {
    let mut world = World::new();
    assert_eq!(world.upgrade(rendered(""), |_| {}).unwrap_err().to_string(), "\"a\" has no deployed releases");
    world.install(rendered(config_map("x", json!({}))), |_| {}).expect("installed");
    let mut last = world.storage.last("a").expect("there");
    last.info.status = Status::PENDING_UPGRADE;
    world.storage.update(&last).expect("saved");
    assert_eq!(
        world.upgrade(rendered(""), |_| {}).unwrap_err().to_string(),
        "another operation (install/upgrade/rollback) is in progress"
    );
}

#[test]
fn a_rollback_makes_a_new_revision() {
    let mut world = World::new();
    world.install(rendered(config_map("x", json!({"v": "1"}))), |_| {}).expect("installed");
    let none = world.with(|ctx| rollback::run(ctx, &RollbackOptions::default(), "a"));
    assert_eq!(none.unwrap_err().to_string(), "release has no 0 version");
    world.upgrade(rendered(config_map("x", json!({"v": "2"}))), |_| {}).expect("upgraded");
    world.with(|ctx| rollback::run(ctx, &RollbackOptions::default(), "a")).expect("rolled back");
    assert_eq!(
        world.states(),
        ["1 superseded Install complete", "2 superseded Upgrade complete", "3 deployed Rollback to 1"]
    );
    let objects = world.kube.objects.borrow();
    assert_eq!(objects.get("ConfigMap/x").map(|o| &o.0["data"]["v"]), Some(&json!("1")));
}

#[test]
fn an_uninstall_keeps_what_it_is_told_to_keep() {
    let mut world = World::new();
    let kept =
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/resource-policy: \" Keep\"}}\n";
    world.install(rendered(config_map("x", json!({})) + kept), |_| {}).expect("installed");
    let history = UninstallOptions { keep_history: true, ..UninstallOptions::default() };
    let done = world.with(|ctx| uninstall::run(ctx, &history, "a")).expect("removed").expect("there");
    assert_eq!(done.info, "These resources were kept due to the resource policy:\n[Secret] s\n");
    assert_eq!(world.kube.names(), ["Secret/s"]);
    assert_eq!(world.states(), ["1 uninstalled Uninstallation complete"]);
    let again = world.with(|ctx| uninstall::run(ctx, &history, "a")).unwrap_err().to_string();
    assert_eq!(again, "the release named \"a\" is already deleted");
    world.with(|ctx| uninstall::run(ctx, &UninstallOptions::default(), "a")).expect("purged");
    let gone = world.with(|ctx| uninstall::run(ctx, &UninstallOptions::default(), "a")).unwrap_err().to_string();
    assert_eq!(gone, "uninstall: Release not loaded: a: release: not found");
}

#[test]
fn tests_are_filtered_and_saved() {
    let mut world = World::new();
    let mut chart = rendered("");
    chart.hooks = vec![hook("one", "test", 0, json!({})), hook("two", "test", 0, json!({}))];
    chart.config = Map::new();
    world.install(chart, |_| {}).expect("installed");
    let options = test::TestOptions { include: vec!["two".into()], ..test::TestOptions::default() };
    let run = world.with(|ctx| test::run(ctx, &options, "a")).expect("ran");
    assert!(run.error.is_none());
    let phases: Vec<_> = run.release.hooks.iter().map(|h| (h.name.as_str(), h.last_run.phase.as_str())).collect();
    assert_eq!(phases, [("one", ""), ("two", "Succeeded")]);
    assert_eq!(world.storage.last("a").expect("there").hooks, run.release.hooks);
}
