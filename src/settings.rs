//! Settings of a run: environment variables and global flags, resolved once (Helm's `cli.EnvSettings`).

use std::path::{Path, PathBuf};

use pintle_go::strconv;

use crate::cli::Parsed;

/// Everything that a command may want to know about where it runs.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How the program was called: `helm` or `pintle`.
    pub program: String,
    /// `HELM_BIN`: the program as it was called.
    pub bin: String,
    env: Vec<(String, String)>,
    /// Global flags that were given.
    pub debug: bool,
    /// `--namespace`, or `HELM_NAMESPACE`; empty means the kubeconfig's.
    pub namespace: String,
    /// Folders.
    pub cache_home: PathBuf,
    /// Configuration.
    pub config_home: PathBuf,
    /// Data: plugins, starters.
    pub data_home: PathBuf,
    flags: Vec<(&'static str, String)>,
    /// `--kube-as-group`, each.
    groups: Vec<String>,
}

impl Settings {
    /// From the environment and the global flags.
    pub fn new(program: &str, bin: &str, env: Vec<(String, String)>, p: &Parsed) -> Self {
        let mut s = Settings { program: program.to_owned(), bin: bin.to_owned(), env, ..Settings::default() };
        let home = PathBuf::from(s.var("HOME"));
        let base = |own: &str, xdg: &str, fallback: &str| match (s.var(own), s.var(xdg)) {
            (own, _) if !own.is_empty() => PathBuf::from(own),
            (_, xdg) if !xdg.is_empty() => Path::new(xdg).join("helm"),
            _ => home.join(fallback).join("helm"),
        };
        let homes = (
            base("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache"),
            base("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config"),
            base("HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share"),
        );
        (s.cache_home, s.config_home, s.data_home) = homes;
        for f in crate::cli::table::GLOBAL {
            if p.changed(f.name) {
                s.flags.push((f.name, p.text(f.name)));
            }
        }
        s.groups = p.list("kube-as-group");
        s.debug = match s.flag("debug") {
            Some(_) => p.on("debug"),
            None => matches!(s.var("HELM_DEBUG"), "1" | "t" | "T" | "true" | "TRUE" | "True"),
        };
        s.namespace = s.value("namespace", "HELM_NAMESPACE", "");
        s
    }

    /// An environment variable, "" where it is not set.
    pub fn var(&self, name: &str) -> &str {
        self.env.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }

    /// All of the environment.
    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// A global flag, else its variable, else a default.
    pub fn value(&self, flag: &str, var: &str, default: &str) -> String {
        match (self.flag(flag), self.var(var)) {
            (Some(v), _) => v.to_owned(),
            (None, v) if !v.is_empty() => v.to_owned(),
            _ => default.to_owned(),
        }
    }

    /// A path below a home, or what flag or variable say; a variable that is set counts even if it is empty.
    fn path(&self, flag: &str, var: &str, default: PathBuf) -> String {
        let set = self.env.iter().find(|(k, _)| k == var).map(|(_, v)| v.as_str());
        match self.flag(flag).or(set) {
            Some(v) => v.to_owned(),
            None => default.to_string_lossy().into_owned(),
        }
    }

    /// `repositories.yaml`.
    pub fn repository_config(&self) -> String {
        self.path("repository-config", "HELM_REPOSITORY_CONFIG", self.config_home.join("repositories.yaml"))
    }
    /// Folder of index caches.
    pub fn repository_cache(&self) -> String {
        self.path("repository-cache", "HELM_REPOSITORY_CACHE", self.cache_home.join("repository"))
    }
    /// Folder of downloaded charts by digest.
    pub fn content_cache(&self) -> String {
        self.path("content-cache", "HELM_CONTENT_CACHE", self.cache_home.join("content"))
    }
    /// Credentials of registries.
    pub fn registry_config(&self) -> String {
        self.path("registry-config", "HELM_REGISTRY_CONFIG", self.config_home.join("registry/config.json"))
    }
    /// Folder of plugins.
    pub fn plugins(&self) -> String {
        self.path("", "HELM_PLUGINS", self.data_home.join("plugins"))
    }
    /// How many revisions are kept of a release.
    pub fn max_history(&self) -> i64 {
        self.var("HELM_MAX_HISTORY").parse().unwrap_or(10)
    }

    /// The namespace that rendering uses: given, or the kubeconfig context's, or `default`.
    pub fn effective_namespace(&self) -> String {
        if !self.namespace.is_empty() {
            return self.namespace.clone();
        }
        crate::kubeconfig::namespace(self).unwrap_or_else(|| "default".to_owned())
    }

    /// What `helm env` prints, sorted (`EnvSettings.EnvVars`).
    pub fn env_vars(&self) -> Vec<(&'static str, String)> {
        let bool_of = |flag: &str, var: &str| {
            let v = self.value(flag, var, "false");
            matches!(v.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True").to_string()
        };
        let number =
            |flag: &str, var: &str, default: i64| self.value(flag, var, "").parse().unwrap_or(default).to_string();
        let qps = strconv::parse_float(self.value("qps", "HELM_QPS", "0").as_bytes(), 32).unwrap_or(0.0);
        let groups = match self.groups.as_slice() {
            [] => self.var("HELM_KUBEASGROUPS").split(',').filter(|g| !g.is_empty()).collect::<Vec<_>>().join(","),
            // Helm reads its flags twice, and repeatable ones add up
            given => [given, given].concat().join(","),
        };
        let mut vars = vec![
            ("HELM_BIN", self.bin.clone()),
            ("HELM_BURST_LIMIT", number("burst-limit", "HELM_BURST_LIMIT", 100)),
            ("HELM_CACHE_HOME", self.cache_home.to_string_lossy().into_owned()),
            ("HELM_CONFIG_HOME", self.config_home.to_string_lossy().into_owned()),
            ("HELM_CONTENT_CACHE", self.content_cache()),
            ("HELM_DATA_HOME", self.data_home.to_string_lossy().into_owned()),
            ("HELM_DEBUG", self.debug.to_string()),
            ("HELM_KUBEAPISERVER", self.value("kube-apiserver", "HELM_KUBEAPISERVER", "")),
            ("HELM_KUBEASGROUPS", groups),
            ("HELM_KUBEASUSER", self.value("kube-as-user", "HELM_KUBEASUSER", "")),
            ("HELM_KUBECAFILE", self.value("kube-ca-file", "HELM_KUBECAFILE", "")),
            ("HELM_KUBECONTEXT", self.value("kube-context", "HELM_KUBECONTEXT", "")),
            (
                "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
                bool_of("kube-insecure-skip-tls-verify", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY"),
            ),
            ("HELM_KUBETLS_SERVER_NAME", self.value("kube-tls-server-name", "HELM_KUBETLS_SERVER_NAME", "")),
            ("HELM_KUBETOKEN", self.value("kube-token", "HELM_KUBETOKEN", "")),
            ("HELM_MAX_HISTORY", self.max_history().to_string()),
            ("HELM_NAMESPACE", self.effective_namespace()),
            ("HELM_PLUGINS", self.plugins()),
            ("HELM_QPS", strconv::format_float(qps, b'f', 2)),
            ("HELM_REGISTRY_CONFIG", self.registry_config()),
            ("HELM_REPOSITORY_CACHE", self.repository_cache()),
            ("HELM_REPOSITORY_CONFIG", self.repository_config()),
        ];
        if let Some(path) = self.flag("kubeconfig").filter(|p| !p.is_empty()) {
            vars.push(("KUBECONFIG", path.to_owned()));
        }
        vars.sort();
        vars
    }
}
