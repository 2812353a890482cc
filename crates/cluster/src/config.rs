//! Where the cluster is and who asks: kubeconfig files, flags, the service account of a Pod (client-go's rules).

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::kube::config::{Config, KubeConfigOptions, Kubeconfig};
use serde_json::{Map, Value, json};

/// Reads a YAML stream: one value a document, empty documents left out. The texts of its errors are go-yaml's.
pub type ParseFn = fn(&[u8]) -> Result<Vec<Value>, String>;

/// What flags and environment say about the connection.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Reader for kubeconfig files and manifests.
    pub parse: ParseFn,
    /// `--kubeconfig`: this file alone, which must be there.
    pub kubeconfig: Option<PathBuf>,
    /// Files that are read and merged when no file is named: those of `KUBECONFIG`, else `~/.kube/config`. Those that
    /// are missing are passed over.
    pub search: Vec<PathBuf>,
    /// `--kube-context`
    pub context: Option<String>,
    /// `--namespace`
    pub namespace: Option<String>,
    /// `--kube-apiserver`
    pub api_server: Option<String>,
    /// `--kube-token`
    pub token: Option<String>,
    /// `--kube-ca-file`
    pub ca_file: Option<PathBuf>,
    /// `--kube-tls-server-name`
    pub tls_server_name: Option<String>,
    /// `--kube-insecure-skip-tls-verify`
    pub insecure_skip_tls_verify: bool,
    /// `--kube-as-user`
    pub as_user: Option<String>,
    /// `--kube-as-group`
    pub as_groups: Vec<String>,
    /// First word of the user agent, which names the manager of records.
    pub user_agent: String,
    /// How long a request may be repeated that the server, or the way to it, failed.
    pub patience: Duration,
    /// `--qps`: requests a second in the long run; 0 for no limit.
    pub qps: f64,
    /// `--burst-limit`: requests at once before `qps` counts.
    pub burst: u32,
    /// Whether rights are asked for before anything is done; `--skip-preflight` says no.
    pub preflight: bool,
}

impl ConnectOptions {
    /// Nothing but the reader: the files of `KUBECONFIG` or the home directory.
    pub fn new(parse: ParseFn) -> Self {
        let search = match std::env::var_os("KUBECONFIG") {
            Some(list) if !list.is_empty() => {
                std::env::split_paths(&list).filter(|p| !p.as_os_str().is_empty()).collect()
            }
            _ => std::env::var_os("HOME").map(|h| Path::new(&h).join(".kube").join("config")).into_iter().collect(),
        };
        ConnectOptions {
            parse,
            kubeconfig: None,
            search,
            context: None,
            namespace: None,
            api_server: None,
            token: None,
            ca_file: None,
            tls_server_name: None,
            insecure_skip_tls_verify: false,
            as_user: None,
            as_groups: Vec::new(),
            user_agent: "Helm/4.2.4".to_owned(),
            patience: Duration::from_secs(30),
            qps: 0.0,
            burst: 100,
            preflight: false,
        }
    }
}

/// The merged files as JSON: `clusters`, `users`, `contexts`, `current-context`.
#[derive(Debug, Default)]
pub(crate) struct Merged(Map<String, Value>);

/// Reads the files.
///
/// # Errors
/// client-go's texts, without a prefix.
pub(crate) fn read(options: &ConnectOptions) -> Result<Merged, String> {
    let mut merged = Merged::default();
    let explicit = options.kubeconfig.as_deref();
    let files: Vec<&Path> = match explicit {
        Some(file) => vec![file],
        None => options.search.iter().map(PathBuf::as_path).collect(),
    };
    for file in files {
        let bytes = match std::fs::read(file) {
            Ok(b) => b,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && explicit.is_none() => continue,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(format!("stat {}: no such file or directory", file.display()));
            }
            Err(e) => return Err(format!("error loading config file {:?}: {e}", file.display().to_string())),
        };
        let shown = file.display().to_string();
        let documents = (options.parse)(&bytes).map_err(|e| format!("error loading config file {shown:?}: {e}"))?;
        if let Some(Value::Object(config)) = documents.into_iter().next() {
            merged.add(config, file.parent().unwrap_or(Path::new("")));
        }
    }
    Ok(merged)
}

impl Merged {
    /// Takes in a file; what is there already stays.
    fn add(&mut self, config: Map<String, Value>, dir: &Path) {
        for (key, value) in config {
            match (key.as_str(), value) {
                ("clusters" | "users" | "contexts", Value::Array(entries)) => {
                    let list = self.0.entry(key).or_insert_with(|| json!([]));
                    let Some(list) = list.as_array_mut() else { continue };
                    for mut entry in entries {
                        if list.iter().any(|have| have.get("name") == entry.get("name")) {
                            continue;
                        }
                        resolve_paths(&mut entry, dir);
                        list.push(entry);
                    }
                }
                (_, Value::Null) => {}
                ("current-context", Value::String(s)) if s.is_empty() => {}
                (_, value) => {
                    self.0.entry(key).or_insert(value);
                }
            }
        }
    }

    /// Whether no file named a cluster.
    pub(crate) fn is_empty(&self) -> bool {
        let none = |key| self.0.get(key).and_then(Value::as_array).is_none_or(Vec::is_empty);
        none("clusters") && none("contexts")
    }

    fn current_context<'a>(&'a self, options: &'a ConnectOptions) -> Option<&'a str> {
        options.context.as_deref().or_else(|| self.0.get("current-context").and_then(Value::as_str))
    }

    fn named(&self, list: &str, name: &str) -> Option<&Value> {
        self.0.get(list)?.as_array()?.iter().find(|e| e.get("name").and_then(Value::as_str) == Some(name))
    }

    /// The namespace of the current context.
    pub(crate) fn namespace(&self, options: &ConnectOptions) -> Option<String> {
        let context = self.named("contexts", self.current_context(options)?)?;
        let namespace = context.pointer("/context/namespace")?.as_str()?;
        (!namespace.is_empty()).then(|| namespace.to_owned())
    }

    /// The entry of a list, made when it is not there.
    fn entry(&mut self, list: &str, name: &str, field: &str) -> Option<&mut Map<String, Value>> {
        let entries = self.0.entry(list.to_owned()).or_insert_with(|| json!([])).as_array_mut()?;
        let at = match entries.iter().position(|e| e.get("name").and_then(Value::as_str) == Some(name)) {
            Some(at) => at,
            None => {
                entries.push(json!({"name": name, field: {}}));
                entries.len() - 1
            }
        };
        let body = entries.get_mut(at)?.as_object_mut()?.entry(field.to_owned()).or_insert_with(|| json!({}));
        if body.is_null() {
            *body = json!({});
        }
        body.as_object_mut()
    }

    /// Puts the flags into the entries that the context names.
    fn apply_flags(&mut self, options: &ConnectOptions, context: &str) {
        let part = |field: &str| {
            let entry = self.named("contexts", context);
            entry.and_then(|c| c.pointer(&format!("/context/{field}"))?.as_str()).unwrap_or_default().to_owned()
        };
        let (cluster, user) = (part("cluster"), part("user"));
        if let Some(body) = self.entry("clusters", &cluster, "cluster") {
            let mut set = |key: &str, value: Value| body.insert(key.to_owned(), value);
            if let Some(server) = &options.api_server {
                set("server", Value::from(server.as_str()));
            }
            if let Some(file) = &options.ca_file {
                set("certificate-authority", Value::from(file.display().to_string()));
                set("certificate-authority-data", Value::Null);
            }
            if let Some(name) = &options.tls_server_name {
                set("tls-server-name", Value::from(name.as_str()));
            }
            if options.insecure_skip_tls_verify {
                set("insecure-skip-tls-verify", Value::from(true));
                set("certificate-authority", Value::Null);
                set("certificate-authority-data", Value::Null);
            }
        }
        if let Some(body) = self.entry("users", &user, "user") {
            let mut set = |key: &str, value: Value| body.insert(key.to_owned(), value);
            if let Some(token) = &options.token {
                set("token", Value::from(token.as_str()));
                set("tokenFile", Value::Null);
            }
            if let Some(user) = &options.as_user {
                set("as", Value::from(user.as_str()));
            }
            if !options.as_groups.is_empty() {
                set("as-groups", Value::from(options.as_groups.clone()));
            }
        }
    }
}

/// The namespace of the Pod that this runs in, if it runs in one.
pub(crate) fn pod_namespace() -> Option<String> {
    std::env::var_os("KUBERNETES_SERVICE_HOST")?;
    let named = std::env::var("POD_NAMESPACE").ok().filter(|n| !n.is_empty());
    let mounted = || std::fs::read_to_string("/var/run/secrets/kubernetes.io/serviceaccount/namespace").ok();
    named.or_else(|| mounted().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()))
}

/// Paths in a file are relative to its directory.
fn resolve_paths(entry: &mut Value, dir: &Path) {
    let mut fix = |pointer: &str| {
        if let Some(Value::String(path)) = entry.pointer_mut(pointer)
            && !path.is_empty()
            && Path::new(path.as_str()).is_relative()
        {
            *path = dir.join(path.as_str()).display().to_string();
        }
    };
    fix("/cluster/certificate-authority");
    fix("/user/client-certificate");
    fix("/user/client-key");
    fix("/user/tokenFile");
    // a command without a slash is looked up in PATH
    if let Some(Value::String(command)) = entry.pointer_mut("/user/exec/command")
        && command.contains('/')
        && Path::new(command.as_str()).is_relative()
    {
        *command = dir.join(command.as_str()).display().to_string();
    }
}

/// The configuration of the client.
///
/// # Errors
/// client-go's texts, without a prefix.
pub(crate) async fn client_config(mut merged: Merged, options: &ConnectOptions) -> Result<Config, String> {
    let current = merged.current_context(options).map(str::to_owned);
    if let Some(name) = &options.context
        && merged.named("contexts", name).is_none()
    {
        return Err(format!("context {name:?} does not exist"));
    }
    let mut config = if merged.is_empty() && options.api_server.is_none() {
        match Config::incluster() {
            Ok(config) if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() => config,
            _ => Config::new(http::Uri::from_static("http://localhost:8080")),
        }
    } else {
        let context = current.unwrap_or_default();
        merged.apply_flags(options, &context);
        if merged.named("contexts", &context).is_none()
            && let Some(body) = merged.entry("contexts", &context, "context")
        {
            body.insert("cluster".to_owned(), "".into());
            body.insert("user".to_owned(), "".into());
        }
        let kubeconfig: Kubeconfig =
            serde_json::from_value(Value::Object(merged.0)).map_err(|e| format!("invalid configuration: {e}"))?;
        let choice = KubeConfigOptions { context: Some(context), ..KubeConfigOptions::default() };
        Config::from_custom_kubeconfig(kubeconfig, &choice).await.map_err(|e| format!("invalid configuration: {e}"))?
    };
    if let Ok(agent) = http::HeaderValue::from_str(&options.user_agent) {
        config.headers.push((http::header::USER_AGENT, agent));
    }
    config.read_timeout = None;
    // retries are the client's own, which follow Retry-After as client-go does
    config.default_retry = false;
    Ok(config)
}
