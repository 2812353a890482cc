//! Credentials of registries: Docker's `config.json` format, Helm's own file first and Docker's after it, and the
//! credential helpers that they name.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::{Result, fail, files};

/// What is known of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// A refresh token that stands for both.
    pub refresh_token: String,
    /// A token that is sent as it is.
    pub access_token: String,
}

impl Credential {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Credential::default()
    }
}

/// One `config.json`.
struct File {
    path: PathBuf,
    content: Map<String, Value>,
}

impl File {
    fn read(path: &Path) -> Result<File> {
        let content = match std::fs::read(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Map::new(),
            Err(e) => return Err(files::os("open", path, &e)),
            Ok(data) => match serde_json::from_slice(&data) {
                Ok(Value::Object(m)) => m,
                Ok(_) => return fail(format!("failed to decode config file at {}: not an object", path.display())),
                Err(e) => return fail(format!("failed to decode config file at {}: {e}", path.display())),
            },
        };
        Ok(File { path: path.to_owned(), content })
    }

    /// The helper program's suffix for a registry.
    fn helper(&self, registry: &str) -> Option<String> {
        let own = self.content.get("credHelpers").and_then(|h| h.get(registry));
        own.or_else(|| self.content.get("credsStore"))
            .and_then(Value::as_str)
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
    }

    fn get(&self, registry: &str) -> Result<Credential> {
        if let Some(helper) = self.helper(registry) {
            return ask(&helper, registry);
        }
        let auths = self.content.get("auths").and_then(Value::as_object);
        let Some(entry) = auths.and_then(|a| {
            // old files name addresses where newer ones name hosts
            a.get(registry).or_else(|| a.iter().find(|(k, _)| host_of(k) == registry).map(|(_, v)| v))
        }) else {
            return Ok(Credential::default());
        };
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut found = Credential {
            username: text("username"),
            password: text("password"),
            refresh_token: text("identitytoken"),
            access_token: text("registrytoken"),
        };
        let auth = text("auth");
        if !auth.is_empty() {
            let bad = || crate::Error::Text("failed to decode auth field: invalid credential format".to_owned());
            let pair = STANDARD.decode(auth).ok().and_then(|b| String::from_utf8(b).ok()).ok_or_else(bad)?;
            let (user, password) = pair.split_once(':').ok_or_else(bad)?;
            (found.username, found.password) = (user.to_owned(), password.trim_end_matches('\0').to_owned());
        }
        Ok(found)
    }

    fn save(&self) -> Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        if let Some(dir) = self.path.parent() {
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
            made.map_err(|e| files::os("mkdir", dir, &e))?;
        }
        let mut out = Vec::new();
        let form = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        let mut writer = serde_json::Serializer::with_formatter(&mut out, form);
        serde::Serialize::serialize(&self.content, &mut writer).or_else(|e| fail(e.to_string()))?;
        files::write(&self.path, &out, 0o600)
    }
}

fn host_of(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    key.split('/').next().unwrap_or(key)
}

/// Runs `docker-credential-HELPER ACTION` with a text on its standard input.
fn run(helper: &str, action: &str, input: &str) -> Result<Vec<u8>> {
    if helper.contains(['/', '\\']) {
        return fail(format!("credential helper {helper:?} is not a name"));
    }
    let program = format!("docker-credential-{helper}");
    let spawned = Command::new(&program).arg(action).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let told = |e: std::io::Error| crate::Error::Text(format!("failed to run {program}: {e}"));
    let mut child = spawned.map_err(told)?;
    if let Some(mut pipe) = child.stdin.take() {
        // a helper that does not read is told by its exit code
        let _ = pipe.write_all(input.as_bytes());
    }
    let done = child.wait_with_output().map_err(told)?;
    if done.status.success() { Ok(done.stdout) } else { fail(String::from_utf8_lossy(&done.stdout).trim().to_owned()) }
}

fn ask(helper: &str, registry: &str) -> Result<Credential> {
    let data = match run(helper, "get", registry) {
        Err(e) if e.to_string().contains("credentials not found") => return Ok(Credential::default()),
        data => data?,
    };
    let answer: Value = serde_json::from_slice(&data).or_else(|e| fail(e.to_string()))?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (username, secret) = (text("Username"), text("Secret"));
    if username == "<token>" {
        return Ok(Credential { refresh_token: secret, ..Credential::default() });
    }
    Ok(Credential { username, password: secret, ..Credential::default() })
}

/// The name under which a registry's credentials are kept.
pub(super) fn server(registry: &str) -> &str {
    match registry {
        "docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/",
        r => r,
    }
}

/// Docker's own file.
fn docker() -> Option<PathBuf> {
    let dir = std::env::var_os("DOCKER_CONFIG").filter(|v| !v.is_empty()).map(PathBuf::from);
    let dir = dir.or_else(|| std::env::var_os("HOME").map(|h| Path::new(&h).join(".docker")));
    dir.map(|d| d.join("config.json"))
}

/// The credentials for a registry; empty where there are none.
///
/// # Errors
/// Files that cannot be read, helpers that fail.
pub(super) fn find(file: &Path, registry: &str) -> Result<Credential> {
    let key = server(registry);
    for path in [Some(file.to_owned()), docker()].into_iter().flatten() {
        let found = File::read(&path)?.get(key)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Credential::default())
}

/// Keeps credentials for a registry in Helm's file, or with the helper it names.
///
/// # Errors
/// Files that cannot be written, helpers that fail.
pub(super) fn put(file: &Path, registry: &str, username: &str, password: &str) -> Result<()> {
    let mut at = File::read(file)?;
    let key = server(registry);
    if let Some(helper) = at.helper(key) {
        let secret = json!({ "ServerURL": key, "Username": username, "Secret": password });
        return run(&helper, "store", &secret.to_string()).map(drop);
    }
    if username.contains(':') {
        return fail("colons(:) are not allowed in username: bad credential format");
    }
    let auths = at.content.entry("auths").or_insert_with(|| json!({}));
    let Value::Object(auths) = auths else { return fail("failed to decode config file: auths is not an object") };
    auths.insert(key.to_owned(), json!({ "auth": STANDARD.encode(format!("{username}:{password}")) }));
    at.save()
}

/// Forgets the credentials for a registry; forgetting what is not known is no error.
///
/// # Errors
/// As [`put`].
pub(super) fn delete(file: &Path, registry: &str) -> Result<()> {
    let mut at = File::read(file)?;
    let key = server(registry);
    if let Some(helper) = at.helper(key) {
        return run(&helper, "erase", key).map(drop);
    }
    let removed = at.content.get_mut("auths").and_then(Value::as_object_mut).and_then(|a| a.shift_remove(key));
    if removed.is_some() { at.save() } else { Ok(()) }
}
