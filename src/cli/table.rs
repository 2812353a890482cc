//! Every command with its names, arguments and flags: one table that the parser, help, completion and docs read.
//!
//! The facts are those of Helm 4.2's command line; commands of pintle's own stand at the end.

use super::spec::{Args, Command as C, Flag as F, Ty};

/// Every command answers for itself with its help.
#[rustfmt::skip]
pub const HELP: F =
    F { name: "help", short: "h", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" };

/// Flags that every command takes.
#[rustfmt::skip]
pub const GLOBAL: &[F] = &[
    F { name: "add-dir-header", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "alsologtostderr", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "alsologtostderrthreshold", short: "", ty: Ty::Severity, kind: "severity", default: "0", no_opt: "", hidden: true, deprecated: "" },
    F { name: "burst-limit", short: "", ty: Ty::Int, kind: "int", default: "100", no_opt: "", hidden: false, deprecated: "" },
    F { name: "color", short: "", ty: Ty::String, kind: "string", default: "auto", no_opt: "", hidden: false, deprecated: "" },
    F { name: "colour", short: "", ty: Ty::String, kind: "string", default: "auto", no_opt: "", hidden: false, deprecated: "" },
    F { name: "content-cache", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.cache/helm/content", no_opt: "", hidden: false, deprecated: "" },
    F { name: "debug", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "kube-apiserver", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-as-group", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-as-user", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-context", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "kube-tls-server-name", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-token", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kubeconfig", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "legacy-stderr-threshold-behavior", short: "", ty: Ty::Bool, kind: "bool", default: "true", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "log-backtrace-at", short: "", ty: Ty::Trace, kind: "traceLocation", default: ":0", no_opt: "", hidden: true, deprecated: "" },
    F { name: "log-dir", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: true, deprecated: "" },
    F { name: "log-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: true, deprecated: "" },
    F { name: "log-file-max-size", short: "", ty: Ty::Uint, kind: "uint64", default: "1800", no_opt: "", hidden: true, deprecated: "" },
    F { name: "logtostderr", short: "", ty: Ty::Bool, kind: "bool", default: "true", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "namespace", short: "n", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "one-output", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "qps", short: "", ty: Ty::Float, kind: "float32", default: "0", no_opt: "", hidden: false, deprecated: "" },
    F { name: "registry-config", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.config/helm/registry/config.json", no_opt: "", hidden: false, deprecated: "" },
    F { name: "repository-cache", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.cache/helm/repository", no_opt: "", hidden: false, deprecated: "" },
    F { name: "repository-config", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.config/helm/repositories.yaml", no_opt: "", hidden: false, deprecated: "" },
    F { name: "skip-headers", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "skip-log-headers", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "" },
    F { name: "stderrthreshold", short: "", ty: Ty::Severity, kind: "severity", default: "2", no_opt: "", hidden: true, deprecated: "" },
    F { name: "v", short: "v", ty: Ty::Level, kind: "Level", default: "0", no_opt: "", hidden: true, deprecated: "" },
    F { name: "vmodule", short: "", ty: Ty::Modules, kind: "moduleSpec", default: "", no_opt: "", hidden: true, deprecated: "" },
];

#[rustfmt::skip]
const COMPLETION_BASH: &[F] = &[
    F { name: "no-descriptions", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const CREATE: &[F] = &[
    F { name: "chart-api-version", short: "", ty: Ty::String, kind: "string", default: "v2", no_opt: "", hidden: true, deprecated: "" },
    F { name: "starter", short: "p", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const DEPENDENCY_BUILD: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-refresh", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const DEPENDENCY_LIST: &[F] = &[
    F { name: "max-col-width", short: "", ty: Ty::Uint, kind: "uint", default: "80", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const DOCS: &[F] = &[
    F { name: "dir", short: "", ty: Ty::String, kind: "string", default: "./", no_opt: "", hidden: false, deprecated: "" },
    F { name: "generate-headers", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "type", short: "", ty: Ty::String, kind: "string", default: "markdown", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const GET_ALL: &[F] = &[
    F { name: "revision", short: "", ty: Ty::Int, kind: "int", default: "0", no_opt: "", hidden: false, deprecated: "" },
    F { name: "template", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const GET_HOOKS: &[F] = &[
    F { name: "revision", short: "", ty: Ty::Int, kind: "int", default: "0", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const GET_METADATA: &[F] = &[
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "revision", short: "", ty: Ty::Int, kind: "int", default: "0", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const GET_VALUES: &[F] = &[
    F { name: "all", short: "a", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "revision", short: "", ty: Ty::Int, kind: "int", default: "0", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const HISTORY: &[F] = &[
    F { name: "max", short: "", ty: Ty::Int, kind: "int", default: "256", no_opt: "", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const INSTALL: &[F] = &[
    F { name: "skip-preflight", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "report-dir", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "atomic", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --rollback-on-failure instead" },
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "create-namespace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "crds", short: "", ty: Ty::OneOf(&["skip", "create", "apply"]), kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "dependency-update", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "description", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "disable-openapi-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "dry-run", short: "", ty: Ty::String, kind: "string", default: "none", no_opt: "unset", hidden: false, deprecated: "" },
    F { name: "enable-dns", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --force-replace instead" },
    F { name: "force-conflicts", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force-replace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "generate-name", short: "g", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "hide-notes", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "hide-secret", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "labels", short: "l", ty: Ty::StringMap, kind: "stringToString", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "name-template", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "no-hooks", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "post-renderer", short: "", ty: Ty::String, kind: "postRendererString", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "post-renderer-args", short: "", ty: Ty::StringArray, kind: "postRendererArgsSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "render-subchart-notes", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "replace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "rollback-on-failure", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "server-side", short: "", ty: Ty::Bool, kind: "bool", default: "true", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "set", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-file", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-json", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-literal", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-string", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "skip-crds", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-schema-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "take-ownership", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "5m0s", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "values", short: "f", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "wait", short: "", ty: Ty::Wait, kind: "WaitStrategy", default: "hookOnly", no_opt: "watcher", hidden: false, deprecated: "" },
    F { name: "wait-for-jobs", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const LINT: &[F] = &[
    F { name: "kube-version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "quiet", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "set", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-file", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-json", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-literal", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-string", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "skip-schema-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "strict", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "values", short: "f", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "with-subcharts", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const LIST: &[F] = &[
    F { name: "all-namespaces", short: "A", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "date", short: "d", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "deployed", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "failed", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "filter", short: "f", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "max", short: "m", ty: Ty::Int, kind: "int", default: "256", no_opt: "", hidden: false, deprecated: "" },
    F { name: "no-headers", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "offset", short: "", ty: Ty::Int, kind: "int", default: "0", no_opt: "", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pending", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "reverse", short: "r", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "selector", short: "l", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "short", short: "q", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "superseded", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "time-format", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "uninstalled", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "uninstalling", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PACKAGE: &[F] = &[
    F { name: "app-version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "dependency-update", short: "u", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "destination", short: "d", ty: Ty::String, kind: "string", default: ".", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "passphrase-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "sign", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PLUGIN_INSTALL: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "true", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PLUGIN_LIST: &[F] = &[
    F { name: "type", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PLUGIN_PACKAGE: &[F] = &[
    F { name: "destination", short: "d", ty: Ty::String, kind: "string", default: ".", no_opt: "", hidden: false, deprecated: "" },
    F { name: "key", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "passphrase-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "sign", short: "", ty: Ty::Bool, kind: "bool", default: "true", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PLUGIN_VERIFY: &[F] = &[
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PULL: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "destination", short: "d", ty: Ty::String, kind: "string", default: ".", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "prov", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "untar", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "untardir", short: "", ty: Ty::String, kind: "string", default: ".", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const PUSH: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const REGISTRY_LOGIN: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "p", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password-stdin", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "u", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const REPO_ADD: &[F] = &[
    F { name: "allow-deprecated-repos", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "force-update", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password-stdin", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "2m0s", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const REPO_INDEX: &[F] = &[
    F { name: "json", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "merge", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "url", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const REPO_LIST: &[F] = &[
    F { name: "no-headers", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const REPO_UPDATE: &[F] = &[
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "2m0s", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const ROLLBACK: &[F] = &[
    F { name: "skip-preflight", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "report-dir", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cleanup-on-fail", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "dry-run", short: "", ty: Ty::String, kind: "string", default: "none", no_opt: "unset", hidden: false, deprecated: "" },
    F { name: "force", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --force-replace instead" },
    F { name: "force-conflicts", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force-replace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "history-max", short: "", ty: Ty::Int, kind: "int", default: "10", no_opt: "", hidden: false, deprecated: "" },
    F { name: "no-hooks", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "server-side", short: "", ty: Ty::String, kind: "string", default: "auto", no_opt: "", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "5m0s", no_opt: "", hidden: false, deprecated: "" },
    F { name: "wait", short: "", ty: Ty::Wait, kind: "WaitStrategy", default: "hookOnly", no_opt: "watcher", hidden: false, deprecated: "" },
    F { name: "wait-for-jobs", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const SEARCH_HUB: &[F] = &[
    F { name: "endpoint", short: "", ty: Ty::String, kind: "string", default: "https://hub.helm.sh", no_opt: "", hidden: false, deprecated: "" },
    F { name: "fail-on-no-result", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "list-repo-url", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "max-col-width", short: "", ty: Ty::Uint, kind: "uint", default: "50", no_opt: "", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const SEARCH_REPO: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "fail-on-no-result", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "max-col-width", short: "", ty: Ty::Uint, kind: "uint", default: "50", no_opt: "", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "regexp", short: "r", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "versions", short: "l", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const SHOW_VERSIONS: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const OUTDATED: &[F] = &[
    F { name: "all", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "all-namespaces", short: "A", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "fail-on-outdated", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "releases", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const SHOW_ALL: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const SHOW_VALUES: &[F] = &[
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "jsonpath", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const TEMPLATE: &[F] = &[
    F { name: "api-versions", short: "a", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "atomic", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --rollback-on-failure instead" },
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "create-namespace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "dependency-update", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "description", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "disable-openapi-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "dry-run", short: "", ty: Ty::String, kind: "string", default: "client", no_opt: "unset", hidden: false, deprecated: "" },
    F { name: "enable-dns", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --force-replace instead" },
    F { name: "force-conflicts", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force-replace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "generate-name", short: "g", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "hide-notes", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "this flag has no effect for 'helm template' and will be removed in Helm 5" },
    F { name: "include-crds", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "is-upgrade", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "kube-version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "labels", short: "l", ty: Ty::StringMap, kind: "stringToString", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "name-template", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "no-hooks", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "output-dir", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "post-renderer", short: "", ty: Ty::String, kind: "postRendererString", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "post-renderer-args", short: "", ty: Ty::StringArray, kind: "postRendererArgsSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "release-name", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "render-subchart-notes", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "this flag has no effect for 'helm template' and will be removed in Helm 5" },
    F { name: "replace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "rollback-on-failure", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "server-side", short: "", ty: Ty::Bool, kind: "bool", default: "true", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "set", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-file", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-json", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-literal", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-string", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "show-only", short: "s", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "show-source", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-crds", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-schema-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-tests", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "take-ownership", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "5m0s", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "validate", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use '--dry-run=server' instead" },
    F { name: "values", short: "f", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "wait", short: "", ty: Ty::Wait, kind: "WaitStrategy", default: "hookOnly", no_opt: "watcher", hidden: false, deprecated: "" },
    F { name: "wait-for-jobs", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const TEST: &[F] = &[
    F { name: "filter", short: "", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "logs", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "5m0s", no_opt: "", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const UNINSTALL: &[F] = &[
    F { name: "skip-preflight", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "cascade", short: "", ty: Ty::String, kind: "string", default: "background", no_opt: "", hidden: false, deprecated: "" },
    F { name: "description", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "dry-run", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "ignore-not-found", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "keep-history", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "no-hooks", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "5m0s", no_opt: "", hidden: false, deprecated: "" },
    F { name: "wait", short: "", ty: Ty::Wait, kind: "WaitStrategy", default: "hookOnly", no_opt: "watcher", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const UPGRADE: &[F] = &[
    F { name: "skip-preflight", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "report-dir", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "atomic", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --rollback-on-failure instead" },
    F { name: "ca-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cert-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "cleanup-on-fail", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "create-namespace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "crds", short: "", ty: Ty::OneOf(&["skip", "create", "apply"]), kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "dependency-update", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "description", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "devel", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "disable-openapi-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "dry-run", short: "", ty: Ty::String, kind: "string", default: "none", no_opt: "unset", hidden: false, deprecated: "" },
    F { name: "enable-dns", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: true, deprecated: "use --force-replace instead" },
    F { name: "force-conflicts", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "force-replace", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "hide-notes", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "hide-secret", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "history-max", short: "", ty: Ty::Int, kind: "int", default: "10", no_opt: "", hidden: false, deprecated: "" },
    F { name: "insecure-skip-tls-verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "install", short: "i", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "key-file", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "keyring", short: "", ty: Ty::String, kind: "string", default: "{{HOME}}/.gnupg/pubring.gpg", no_opt: "", hidden: false, deprecated: "" },
    F { name: "labels", short: "l", ty: Ty::StringMap, kind: "stringToString", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "no-hooks", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "output", short: "o", ty: Ty::Format, kind: "format", default: "table", no_opt: "", hidden: false, deprecated: "" },
    F { name: "pass-credentials", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "password", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "plain-http", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "post-renderer", short: "", ty: Ty::String, kind: "postRendererString", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "post-renderer-args", short: "", ty: Ty::StringArray, kind: "postRendererArgsSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "render-subchart-notes", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "repo", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "reset-then-reuse-values", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "reset-values", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "reuse-values", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "rollback-on-failure", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "server-side", short: "", ty: Ty::String, kind: "string", default: "auto", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-file", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-json", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-literal", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-string", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "skip-crds", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-schema-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "take-ownership", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "timeout", short: "", ty: Ty::Duration, kind: "duration", default: "5m0s", no_opt: "", hidden: false, deprecated: "" },
    F { name: "username", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "values", short: "f", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "verify", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
    F { name: "wait", short: "", ty: Ty::Wait, kind: "WaitStrategy", default: "hookOnly", no_opt: "watcher", hidden: false, deprecated: "" },
    F { name: "wait-for-jobs", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];
#[rustfmt::skip]
const VERSION: &[F] = &[
    F { name: "short", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "template", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];

#[rustfmt::skip]
const UNLOCK: &[F] = &[
    F { name: "force", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];

/// What every `diff` takes.
#[rustfmt::skip]
const DIFF: &[F] = &[
    F { name: "context", short: "C", ty: Ty::Int, kind: "int", default: "3", no_opt: "", hidden: false, deprecated: "" },
    F { name: "detailed-exitcode", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "show-secrets", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
];

/// What `diff upgrade` takes: how to make the upgrade that is looked at.
#[rustfmt::skip]
const DIFF_UPGRADE: &[F] = &[
    F { name: "context", short: "C", ty: Ty::Int, kind: "int", default: "3", no_opt: "", hidden: false, deprecated: "" },
    F { name: "detailed-exitcode", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "show-secrets", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "install", short: "i", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "reset-values", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "reuse-values", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "reset-then-reuse-values", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "skip-schema-validation", short: "", ty: Ty::Bool, kind: "bool", default: "false", no_opt: "true", hidden: false, deprecated: "" },
    F { name: "values", short: "f", ty: Ty::StringSlice, kind: "stringSlice", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-string", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-json", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-file", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "set-literal", short: "", ty: Ty::StringArray, kind: "stringArray", default: "[]", no_opt: "", hidden: false, deprecated: "" },
    F { name: "version", short: "", ty: Ty::String, kind: "string", default: "", no_opt: "", hidden: false, deprecated: "" },
];

/// All commands; a group stands before its members.
#[rustfmt::skip]
pub const COMMANDS: &[C] = &[
    C { path: "", usage: "[flags]", aliases: &[], args: Args::Any, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "completion", usage: "completion [flags]", aliases: &[], args: Args::None, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "completion bash", usage: "completion bash [flags]", aliases: &[], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: COMPLETION_BASH },
    C { path: "completion fish", usage: "completion fish [flags]", aliases: &[], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: COMPLETION_BASH },
    C { path: "completion nushell", usage: "completion nushell [flags]", aliases: &[], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: COMPLETION_BASH },
    C { path: "completion powershell", usage: "completion powershell [flags]", aliases: &[], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: COMPLETION_BASH },
    C { path: "completion zsh", usage: "completion zsh [flags]", aliases: &[], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: COMPLETION_BASH },
    C { path: "create", usage: "create NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: CREATE },
    C { path: "dependency", usage: "dependency update|build|list [flags]", aliases: &["dep", "dependencies"], args: Args::None, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "dependency build", usage: "dependency build CHART [flags]", aliases: &[], args: Args::AtMost(1), runnable: true, hidden: false, exclusive: &[], flags: DEPENDENCY_BUILD },
    C { path: "dependency list", usage: "dependency list CHART [flags]", aliases: &["ls"], args: Args::AtMost(1), runnable: true, hidden: false, exclusive: &[], flags: DEPENDENCY_LIST },
    C { path: "dependency update", usage: "dependency update CHART [flags]", aliases: &["up"], args: Args::AtMost(1), runnable: true, hidden: false, exclusive: &[], flags: DEPENDENCY_BUILD },
    C { path: "docs", usage: "docs [flags]", aliases: &[], args: Args::None, runnable: true, hidden: true, exclusive: &[], flags: DOCS },
    C { path: "env", usage: "env [flags]", aliases: &[], args: Args::AtMost(1), runnable: true, hidden: false, exclusive: &[], flags: &[] },
    C { path: "get", usage: "get [flags]", aliases: &[], args: Args::None, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "get all", usage: "get all RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_ALL },
    C { path: "get hooks", usage: "get hooks RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_HOOKS },
    C { path: "get manifest", usage: "get manifest RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_HOOKS },
    C { path: "get metadata", usage: "get metadata RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_METADATA },
    C { path: "get notes", usage: "get notes RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_HOOKS },
    C { path: "get values", usage: "get values RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_VALUES },
    C { path: "help", usage: "help [command] [flags]", aliases: &[], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: &[] },
    C { path: "history", usage: "history RELEASE_NAME [flags]", aliases: &["hist"], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: HISTORY },
    C { path: "install", usage: "install [NAME] [CHART] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &["force force-conflicts", "force-replace force-conflicts", "skip-crds crds"], flags: INSTALL },
    C { path: "lint", usage: "lint PATH [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: LINT },
    C { path: "list", usage: "list [flags]", aliases: &["ls"], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: LIST },
    C { path: "package", usage: "package [CHART_PATH] [...] [flags]", aliases: &[], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: PACKAGE },
    C { path: "plugin", usage: "plugin [flags]", aliases: &[], args: Args::Any, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "plugin install", usage: "plugin install [options] <path|url> [flags]", aliases: &["add"], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: PLUGIN_INSTALL },
    C { path: "plugin list", usage: "plugin list [flags]", aliases: &["ls"], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: PLUGIN_LIST },
    C { path: "plugin package", usage: "plugin package [PATH] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: PLUGIN_PACKAGE },
    C { path: "plugin uninstall", usage: "plugin uninstall <plugin>... [flags]", aliases: &["rm", "remove"], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: &[] },
    C { path: "plugin update", usage: "plugin update <plugin>... [flags]", aliases: &["up"], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: &[] },
    C { path: "plugin verify", usage: "plugin verify [PATH] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: PLUGIN_VERIFY },
    C { path: "pull", usage: "pull [chart URL | repo/chartname] [...] [flags]", aliases: &["fetch"], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: PULL },
    C { path: "push", usage: "push [chart] [remote] [flags]", aliases: &[], args: Args::AtLeast(2), runnable: true, hidden: false, exclusive: &[], flags: PUSH },
    C { path: "registry", usage: "registry [flags]", aliases: &[], args: Args::Any, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "registry login", usage: "registry login [host] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: REGISTRY_LOGIN },
    C { path: "registry logout", usage: "registry logout [host] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: &[] },
    C { path: "repo", usage: "repo add|remove|list|index|update [ARGS] [flags]", aliases: &[], args: Args::None, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "repo add", usage: "repo add [NAME] [URL] [flags]", aliases: &[], args: Args::Exact(2), runnable: true, hidden: false, exclusive: &[], flags: REPO_ADD },
    C { path: "repo index", usage: "repo index [DIR] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: REPO_INDEX },
    C { path: "repo list", usage: "repo list [flags]", aliases: &["ls"], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: REPO_LIST },
    C { path: "repo remove", usage: "repo remove [REPO1 [REPO2 ...]] [flags]", aliases: &["rm"], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: &[] },
    C { path: "repo update", usage: "repo update [REPO1 [REPO2 ...]] [flags]", aliases: &["up"], args: Args::AtLeast(0), runnable: true, hidden: false, exclusive: &[], flags: REPO_UPDATE },
    C { path: "rollback", usage: "rollback <RELEASE> [REVISION] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &["force force-conflicts", "force-replace force-conflicts"], flags: ROLLBACK },
    C { path: "search", usage: "search [keyword] [flags]", aliases: &[], args: Args::Any, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "search hub", usage: "search hub [KEYWORD] [flags]", aliases: &[], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: SEARCH_HUB },
    C { path: "search repo", usage: "search repo [keyword] [flags]", aliases: &[], args: Args::Any, runnable: true, hidden: false, exclusive: &[], flags: SEARCH_REPO },
    C { path: "show", usage: "show [flags]", aliases: &["inspect"], args: Args::None, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "show all", usage: "show all [CHART] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: SHOW_ALL },
    C { path: "show chart", usage: "show chart [CHART] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: SHOW_ALL },
    C { path: "show crds", usage: "show crds [CHART] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: SHOW_ALL },
    C { path: "show readme", usage: "show readme [CHART] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: SHOW_ALL },
    C { path: "show values", usage: "show values [CHART] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: SHOW_VALUES },
    C { path: "status", usage: "status RELEASE_NAME [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: GET_METADATA },
    C { path: "template", usage: "template [NAME] [CHART] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &["validate dry-run", "force force-conflicts", "force-replace force-conflicts"], flags: TEMPLATE },
    C { path: "test", usage: "test [RELEASE] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: TEST },
    C { path: "uninstall", usage: "uninstall RELEASE_NAME [...] [flags]", aliases: &["del", "delete", "un"], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: UNINSTALL },
    C { path: "upgrade", usage: "upgrade [RELEASE] [CHART] [flags]", aliases: &[], args: Args::Exact(2), runnable: true, hidden: false, exclusive: &["force force-conflicts", "force-replace force-conflicts", "skip-crds crds"], flags: UPGRADE },
    C { path: "verify", usage: "verify PATH [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: PLUGIN_VERIFY },
    C { path: "version", usage: "version [flags]", aliases: &[], args: Args::None, runnable: true, hidden: false, exclusive: &[], flags: VERSION },
    C { path: "diff", usage: "diff upgrade|revision|rollback|release [flags]", aliases: &[], args: Args::None, runnable: false, hidden: false, exclusive: &[], flags: &[] },
    C { path: "diff upgrade", usage: "diff upgrade RELEASE CHART [flags]", aliases: &[], args: Args::Exact(2), runnable: true, hidden: false, exclusive: &[], flags: DIFF_UPGRADE },
    C { path: "diff revision", usage: "diff revision RELEASE REVISION [REVISION] [flags]", aliases: &[], args: Args::AtLeast(2), runnable: true, hidden: false, exclusive: &[], flags: DIFF },
    C { path: "diff rollback", usage: "diff rollback RELEASE [REVISION] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: DIFF },
    C { path: "diff release", usage: "diff release RELEASE OTHER [flags]", aliases: &[], args: Args::Exact(2), runnable: true, hidden: false, exclusive: &[], flags: DIFF },
    C { path: "show versions", usage: "show versions [CHART] [flags]", aliases: &[], args: Args::Exact(1), runnable: true, hidden: false, exclusive: &[], flags: SHOW_VERSIONS },
    C { path: "outdated", usage: "outdated [CHART_PATH] [flags]", aliases: &[], args: Args::AtMost(1), runnable: true, hidden: false, exclusive: &[], flags: OUTDATED },
    C { path: "unlock", usage: "unlock RELEASE_NAME [...] [flags]", aliases: &[], args: Args::AtLeast(1), runnable: true, hidden: false, exclusive: &[], flags: UNLOCK },
];

/// Whether Helm has no such command.
pub fn is_own(c: &C) -> bool {
    matches!(c.path.split(' ').next(), Some("diff" | "unlock" | "outdated"))
        || matches!(c.path, "completion nushell" | "show versions")
}

/// Flags that Helm does not have, of commands that it has.
const OWN_FLAGS: &[&str] = &["crds", "report-dir", "show-source", "skip-preflight"];

/// Flags of `search repo` for what it finds in registries.
const OF_REGISTRIES: &[&str] =
    &["ca-file", "cert-file", "insecure-skip-tls-verify", "key-file", "password", "plain-http", "username"];

/// Whether Helm has no such flag on a command.
pub fn is_own_flag(c: &C, f: &F) -> bool {
    OWN_FLAGS.contains(&f.name) || (c.path == "search repo" && OF_REGISTRIES.contains(&f.name))
}
