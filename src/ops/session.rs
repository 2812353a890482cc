//! A cluster and its records, opened for one command by the global flags and `HELM_DRIVER`.

use std::rc::Rc;
use std::sync::Arc;

use pintle_chart::capabilities::{Capabilities, KubeVersion};
use pintle_cluster::action::crds::CrdPolicy;
use pintle_cluster::action::{Context as Actions, DryRun, Waiting};
use pintle_cluster::{Cluster, ClusterObjects, ConnectOptions, Kube, Offline, Timeout, WaitStrategy, parse_yaml};
use pintle_go::{Value, json};
use pintle_release::{Memory, ObjectDriver, ObjectKind, Sql, Storage};
use pintle_render::Lookup;

use crate::Context;
use crate::error::CliError;
use crate::ops::stop;
use crate::output::events::Terminal;

/// A cluster, if the command has one.
pub struct Session {
    /// The connection; nothing with the memory driver.
    pub cluster: Option<Rc<Cluster>>,
    events: Rc<Terminal>,
    /// Namespace of the release.
    pub namespace: String,
}

impl Session {
    /// Prepares the connection; nothing is asked of the cluster yet.
    ///
    /// # Errors
    /// A runtime that cannot start.
    pub fn open(cx: &Context<'_>) -> Result<Session, CliError> {
        let s = &cx.settings;
        let operation = cx.args.command.map_or("", |c| c.path);
        // only what writes has something to record when it is stopped
        let writes = ["install", "upgrade", "rollback", "uninstall", "test"].contains(&operation);
        let stop = if writes { stop::listen() } else { Arc::default() };
        let report = Some(cx.args.text("report-dir")).filter(|d| !d.is_empty()).map(|dir| {
            let release = cx.args.args.first().map_or("release", String::as_str);
            std::path::Path::new(&dir).join(format!("{release}-{operation}.txt"))
        });
        let events = Rc::new(Terminal::new(s.debug, stop).telling_more(s.program != "helm", report));
        let namespace = s.effective_namespace();
        if s.var("HELM_DRIVER") == "memory" && !s.var("HELM_MEMORY_DRIVER_DATA").is_empty() {
            return Ok(Session { cluster: None, events, namespace });
        }
        let given = |flag: &str, var: &str| Some(s.value(flag, var, "")).filter(|v| !v.is_empty());
        let mut o = ConnectOptions::new(parse_yaml);
        o.kubeconfig = given("kubeconfig", "").map(Into::into);
        o.context = given("kube-context", "HELM_KUBECONTEXT");
        o.namespace = Some(s.namespace.clone()).filter(|n| !n.is_empty());
        o.api_server = given("kube-apiserver", "HELM_KUBEAPISERVER");
        o.token = given("kube-token", "HELM_KUBETOKEN");
        o.ca_file = given("kube-ca-file", "HELM_KUBECAFILE").map(Into::into);
        o.tls_server_name = given("kube-tls-server-name", "HELM_KUBETLS_SERVER_NAME");
        o.insecure_skip_tls_verify =
            given("kube-insecure-skip-tls-verify", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY").as_deref() == Some("true");
        o.as_user = given("kube-as-user", "HELM_KUBEASUSER");
        o.as_groups = match cx.args.list("kube-as-group") {
            flags if !flags.is_empty() => flags,
            _ => s.var("HELM_KUBEASGROUPS").split(',').filter(|g| !g.is_empty()).map(str::to_owned).collect(),
        };
        o.qps = s.value("qps", "HELM_QPS", "").parse().unwrap_or(0.0);
        o.burst = s.value("burst-limit", "HELM_BURST_LIMIT", "").parse().unwrap_or(100);
        o.preflight = s.program != "helm" && !cx.args.on("skip-preflight");
        if !cx.args.text("timeout").is_empty() {
            o.patience = timeout(cx).filter(|t| !t.is_zero()).unwrap_or(o.patience);
        }
        let cluster = Cluster::new(o).map_err(|e| e.to_string())?;
        cluster.set_operation(operation);
        cluster.set_events(events.clone());
        Ok(Session { cluster: Some(Rc::new(cluster)), events, namespace })
    }

    /// Runs something with records of a namespace (empty: of all) at hand.
    ///
    /// # Errors
    /// What `f` says, and a driver that is not known.
    pub fn with<R>(
        &self,
        cx: &Context<'_>,
        namespace: &str,
        f: impl FnOnce(&mut Actions<'_, '_>) -> Result<R, CliError>,
    ) -> Result<R, CliError> {
        let offline = Offline;
        let kube: &dyn Kube = match &self.cluster {
            Some(c) => &**c,
            None => &offline,
        };
        let mut storage = match (cx.settings.var("HELM_DRIVER"), self.cluster.as_deref()) {
            ("memory", _) => Storage::new(self.memory(cx, namespace)?),
            ("" | "secret" | "secrets", Some(c)) => Storage::new(ObjectDriver::new(
                ObjectKind::Secret,
                ClusterObjects::new(c, ObjectKind::Secret, namespace),
            )),
            ("configmap" | "configmaps", Some(c)) => Storage::new(ObjectDriver::new(
                ObjectKind::ConfigMap,
                ClusterObjects::new(c, ObjectKind::ConfigMap, namespace),
            )),
            ("sql", _) => {
                let env = |name: &str| Some(cx.settings.var(name).to_owned()).filter(|v| !v.is_empty());
                match Sql::connect(cx.settings.var("HELM_DRIVER_SQL_CONNECTION_STRING"), &env, namespace) {
                    Ok(sql) => Storage::new(match &self.cluster {
                        Some(c) => sql.held_by(c.holder()),
                        None => sql,
                    }),
                    Err(e) => return Err(fatal(cx, &format!("unable to instantiate SQL driver: {e}"))),
                }
            }
            (other, _) => return Err(fatal(cx, &format!("unknown driver {other:?}"))),
        };
        let events: &dyn pintle_cluster::Events = &*self.events;
        storage.set_log(|message, attributes| events.log(pintle_cluster::Level::Debug, message, attributes));
        let mut actions = Actions { storage: &mut storage, kube, events: &*self.events };
        let result = f(&mut actions);
        if let Some(cluster) = &self.cluster {
            cluster.let_go_all();
        }
        result
    }

    /// Whether the user asked to stop.
    pub fn was_stopped(&self) -> bool {
        self.events.was_stopped()
    }

    /// The memory driver with the releases of `HELM_MEMORY_DRIVER_DATA`.
    fn memory(&self, cx: &Context<'_>, namespace: &str) -> Result<Memory, CliError> {
        let memory = Memory::new(namespace);
        for path in cx.settings.var("HELM_MEMORY_DRIVER_DATA").split(':').filter(|p| !p.is_empty()) {
            let data = std::fs::read(path).map_err(|e| {
                format!("Unable to read memory driver data {}", pintle_chart::os_error("open", path.as_ref(), &e))
            })?;
            let text =
                pintle_yaml::to_json(&data).map_err(|e| format!("Unable to unmarshal memory driver data: {e}"))?;
            let releases: serde_json::Value = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
            for r in releases.as_array().into_iter().flatten() {
                let name = r.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
                let revision = r.get("version").and_then(serde_json::Value::as_i64).unwrap_or_default();
                cx.out.debug_record("creating release", &[("key", pintle_release::key(name, revision))]);
            }
            memory.load(releases).map_err(|e| e.to_string())?;
        }
        memory.set_namespace(namespace);
        Ok(memory)
    }

    /// What the cluster can do; Helm's defaults where there is none.
    ///
    /// # Errors
    /// A cluster that does not answer.
    pub fn capabilities(&self) -> Result<Capabilities, CliError> {
        let mut caps = Capabilities::default();
        if let Some(c) = &self.cluster {
            let v = c.server_version().map_err(|e| format!("could not get server version from Kubernetes: {e}"))?;
            let normalized = KubeVersion::parse(&v.git_version).map(|k| k.normalized).unwrap_or_default();
            caps.kube_version = KubeVersion { version: v.git_version, normalized, major: v.major, minor: v.minor };
            caps.api_versions =
                c.api_versions().map_err(|e| format!("could not get apiVersions from Kubernetes: {e}"))?;
        }
        Ok(caps)
    }

    /// `lookup` in this cluster.
    pub fn lookup(&self) -> Option<Rc<dyn Lookup>> {
        let cluster = self.cluster.clone()?;
        Some(Rc::new(ClusterLookup(cluster)))
    }
}

/// Go's `log.Fatal`: a record and nothing more.
fn fatal(cx: &Context<'_>, text: &str) -> CliError {
    cx.out.note(format!("level=INFO msg={}", pintle_go::strconv::quote(text.as_bytes())));
    CliError::code(1)
}

struct ClusterLookup(Rc<Cluster>);

impl Lookup for ClusterLookup {
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String> {
        let found = self.0.lookup(api_version, kind, namespace, name).map_err(|e| e.to_string())?;
        let text = serde_json::to_vec(&found).map_err(|e| e.to_string())?;
        // client-go keeps whole numbers of live objects as int64
        json::decode_numbers(&text, json::Numbers::Int64).map_err(|e| e.0)
    }
}

/// `--dry-run` of a command that changes the cluster (`cmdGetDryRunFlagStrategy`).
///
/// # Errors
/// A value that is none of the known ones.
pub fn dry_run(cx: &Context<'_>) -> Result<DryRun, CliError> {
    dry_run_flag(cx, false)
}

/// `--dry-run` of `template`, which never changes a cluster, so that `none` and `false` mean nothing there.
///
/// # Errors
/// A value that is none of the known ones.
pub fn dry_run_of_template(cx: &Context<'_>) -> Result<DryRun, CliError> {
    let dry = dry_run_flag(cx, true)?;
    // the old way to ask for the server
    Ok(if cx.args.on("validate") { DryRun::Server } else { dry })
}

fn dry_run_flag(cx: &Context<'_>, always_dry: bool) -> Result<DryRun, CliError> {
    let v = cx.args.text("dry-run");
    let not_dry = || {
        if always_dry {
            let text = format!("invalid dry-run value ({v:?}). Must be \"server\" or \"client\"");
            return Err(CliError::new(text));
        }
        Ok(DryRun::None)
    };
    let truth = match v.as_str() {
        "none" => return not_dry(),
        "client" => return Ok(DryRun::Client),
        "server" => return Ok(DryRun::Server),
        "unset" => {
            cx.out.note("level=WARN msg=\"--dry-run is deprecated and should be replaced with '--dry-run=client'\"");
            return Ok(DryRun::Client);
        }
        "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
        "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
        _ => {
            return Err(CliError::new(format!(
                "invalid dry-run value ({v:?}). Must be \"none\", \"server\", or \"client\""
            )));
        }
    };
    if !truth {
        not_dry()?;
    }
    let (result, word) = if truth { (DryRun::Client, "client") } else { (DryRun::None, "none") };
    cx.out.note(format!(
        "level=WARN msg=\"boolean '--dry-run={v}' flag is deprecated and must be replaced with '--dry-run={word}'\""
    ));
    Ok(result)
}

/// `--crds` and `--skip-crds`; the parser has refused other values.
pub fn crds(cx: &Context<'_>) -> CrdPolicy {
    if cx.args.on("skip-crds") {
        return CrdPolicy::Skip;
    }
    CrdPolicy::from_flag(&cx.args.text("crds")).unwrap_or_default()
}

/// `--wait`, `--wait-for-jobs` and `--timeout`.
pub fn waiting(cx: &Context<'_>) -> Waiting {
    let strategy = match cx.args.text("wait").as_str() {
        "watcher" => WaitStrategy::Watcher,
        "legacy" => WaitStrategy::Legacy,
        "true" => {
            cx.out.note(
                "level=WARN msg=\"--wait=true is deprecated (boolean value) and can be replaced with --wait=watcher\"",
            );
            WaitStrategy::Watcher
        }
        "false" => {
            cx.out.note("level=WARN msg=\"--wait=false is deprecated (boolean value) and can be replaced with --wait=hookOnly\"");
            WaitStrategy::HookOnly
        }
        _ => WaitStrategy::HookOnly,
    };
    Waiting { strategy, jobs: cx.args.on("wait-for-jobs"), timeout: timeout(cx) }
}

/// `--timeout`; a negative one means no limit.
pub fn timeout(cx: &Context<'_>) -> Timeout {
    let nanos = pintle_go::time::Duration::parse(cx.args.text("timeout").as_bytes()).map_or(300_000_000_000, |d| d.0);
    u64::try_from(nanos).ok().map(std::time::Duration::from_nanos)
}
