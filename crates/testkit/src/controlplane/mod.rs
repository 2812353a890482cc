//! A real Kubernetes control plane (API server, controllers, scheduler, a fake node) for tests, on loopback.
//!
//! It is one program, built from `tests/controlplane` on first use. Its stdin is a pipe that we hold: it ends when this
//! process ends, however that happens. A start takes about three seconds, so the tests of one binary share an instance
//! ([`ControlPlane::shared`]) and keep apart by namespaces ([`ControlPlane::namespace`]). Deleting a namespace takes
//! seconds, too; they are left behind, and go with the control plane.
//!
//! What the fake node makes of Pods is steered by annotations on them: `fake.node/outcome` (`run`, `succeed`, `fail`,
//! `unready`, `pending`, `crashloop`, `imagepull`), `fake.node/delay`, `fake.node/exit-code`, `fake.node/logs`.

mod binary;

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use binary::Binary;

/// Set to anything, it turns a skipped start into a failure of the test: for CI, where skipping would go unseen.
const REQUIRED: &str = "PINTLE_REQUIRE_CONTROLPLANE";

/// Why there is no control plane.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// This machine cannot build it; tests that need it are skipped. The text says what is missing.
    #[error("no control plane: {0}")]
    Skipped(String),
    /// The Go compiler failed with this output.
    #[error("the control plane could not be built:\n{0}")]
    Build(String),
    /// The program ended, or said something else, instead of becoming ready. It has told why on stderr.
    #[error("the control plane did not start: {0}")]
    Start(String),
    /// Reading sources, writing to the target folder or running a program failed.
    #[error(transparent)]
    Io(io::Error),
}

/// Why a request to the API server had no answer that could be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The pipe to the control plane broke.
    #[error("the control plane is gone: {0}")]
    Gone(#[from] io::Error),
    /// It answered something that is not a response, or could not make the request.
    #[error("{0}")]
    Failed(String),
    /// The API server refused; this is its status code and message.
    #[error("{method} {path}: {status} {message}")]
    Refused {
        /// Of the request.
        method: String,
        /// Of the request, with its query.
        path: String,
        /// The HTTP status.
        status: u16,
        /// The text of the API server's `Status` object.
        message: String,
    },
    /// The object did not come to the wanted state in time; this is the last state of it.
    #[error("{path} did not become as wanted: {last}")]
    TimedOut {
        /// Of the object.
        path: String,
        /// The last answer.
        last: Value,
    },
}

/// What a control plane is started with. See [`ControlPlane::builder`].
#[derive(Debug, Default, Clone)]
pub struct Builder {
    users: Vec<String>,
    audit_log: bool,
    proxy: bool,
}

impl Builder {
    /// Adds a user with a kubeconfig of their own ([`ControlPlane::user_kubeconfig`]). Outside the group
    /// `system:masters` they have no rights until a role is bound to them.
    #[must_use]
    pub fn user(mut self, name: &str, groups: &[&str]) -> Self {
        let groups = groups.join(",");
        self.users.push(if groups.is_empty() { name.to_owned() } else { format!("{name}={groups}") });
        self
    }

    /// Records the requests of users, for [`ControlPlane::audit_events`].
    #[must_use]
    pub const fn audit_log(mut self) -> Self {
        self.audit_log = true;
        self
    }

    /// Also serves the API over plain HTTP, as the admin, for a [proxy](crate::fault::Proxy) in between.
    #[must_use]
    pub const fn proxy(mut self) -> Self {
        self.proxy = true;
        self
    }

    /// Builds the program where needed, starts it, and waits until the cluster can be used.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(self) -> Result<ControlPlane, StartError> {
        let binary = Binary::locate()?;
        binary.build()?;
        let dir = new_folder().map_err(StartError::Io)?;
        let mut command = Command::new(binary.path());
        // The program removes its folder: we may be killed, and the shared instance is never dropped.
        command.arg("--remove").arg("--dir").arg(&dir);
        if self.audit_log {
            command.arg("--audit-log").arg(dir.join("audit.log"));
        }
        if self.proxy {
            command.arg("--proxy");
        }
        for user in &self.users {
            command.args(["--user", user]);
        }
        // Its stderr is ours: it says something there only when it fails.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(StartError::Io)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(StartError::Start("it has no pipes".into()));
        };
        let mut pipe = Pipe { input: Some(input), output: BufReader::new(output) };
        let mut line = String::new();
        pipe.output.read_line(&mut line).map_err(StartError::Io)?;
        let ready: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
        let text = |key: &str| ready.get(key).and_then(Value::as_str).map(str::to_owned);
        let (Some(url), Some(kubeconfig)) = (text("url"), text("kubeconfig")) else {
            drop(pipe);
            let status = child.wait().map_err(StartError::Io)?;
            return Err(StartError::Start(format!("{status}, after writing {line:?}")));
        };
        Ok(ControlPlane {
            child,
            pipe: Mutex::new(pipe),
            url,
            proxy_url: text("proxy"),
            kubeconfig: kubeconfig.into(),
            namespaces: AtomicU32::new(0),
            dir,
        })
    }
}

/// A running control plane. It ends when this value is dropped, or with the process.
#[derive(Debug)]
pub struct ControlPlane {
    child: Child,
    pipe: Mutex<Pipe>,
    url: String,
    proxy_url: Option<String>,
    kubeconfig: PathBuf,
    namespaces: AtomicU32,
    dir: PathBuf,
}

/// The two ends that we hold. Requests are lines on the one, their answers lines on the other.
#[derive(Debug)]
struct Pipe {
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Makes a new folder among the temporary ones.
fn new_folder() -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("pintle-controlplane-{}-{n}", std::process::id()));
    match std::fs::remove_dir_all(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

impl ControlPlane {
    /// Starts one with nothing special about it.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Starts one with further users, an audit log or a plain HTTP address.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The one that the tests of this binary share, started by the first to ask. It has an audit log, a plain HTTP
    /// address, and a user `restricted` without rights.
    ///
    /// # Errors
    /// See [`StartError`]; every caller gets the same.
    pub fn shared() -> Result<&'static Self, &'static StartError> {
        static SHARED: OnceLock<Result<ControlPlane, StartError>> = OnceLock::new();
        SHARED.get_or_init(|| Self::builder().audit_log().proxy().user("restricted", &[]).start()).as_ref()
    }

    /// [`shared`](Self::shared) for the first line of a test: `let Some(cp) = ControlPlane::shared_or_skip() else { return };`
    ///
    /// # Panics
    /// On every error but [`StartError::Skipped`], and on that as well where `PINTLE_REQUIRE_CONTROLPLANE` is set.
    #[must_use]
    #[allow(clippy::print_stderr, reason = "a skipped test has no other way to say so")]
    pub fn shared_or_skip() -> Option<&'static Self> {
        match Self::shared() {
            Ok(cp) => Some(cp),
            Err(e @ StartError::Skipped(_)) if std::env::var_os(REQUIRED).is_none() => {
                eprintln!("skipped: {e}");
                None
            }
            Err(e) => panic!("{e}"),
        }
    }

    /// The admin's kubeconfig.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The kubeconfig of a user that the control plane was started with.
    #[must_use]
    pub fn user_kubeconfig(&self, name: &str) -> PathBuf {
        self.dir.join(format!("kubeconfig-{name}"))
    }

    /// Its folder, with logs and certificates. Tests may put files of their own there.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The API server's address, `https://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the API over plain HTTP, if one was asked for.
    #[must_use]
    pub fn proxy_url(&self) -> Option<&str> {
        self.proxy_url.as_deref()
    }

    /// Sets what a program needs to use this cluster and no other: `KUBECONFIG`, and a home of its own, for clients
    /// keep what they know of a server by its port, which may have been another cluster's before.
    pub fn set_env(&self, command: &mut Command) {
        let home = self.dir.join("home");
        let cache = home.join("kube-cache");
        command.env("KUBECONFIG", &self.kubeconfig).env("HOME", home).env("KUBECACHEDIR", cache);
    }

    /// Makes a request to the API server as an admin, outside the audit log. Gives the status and the answer, which is
    /// a string where it is no JSON. A patch needs [`request_as`](Self::request_as).
    ///
    /// # Errors
    /// If no answer came. A status above 299 is an answer.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), RequestError> {
        self.request_as(method, path, "application/json", body)
    }

    /// [`request`](Self::request) with a content type, such as `application/merge-patch+json` or
    /// `application/apply-patch+yaml` (then with `?fieldManager=NAME` in the path).
    ///
    /// # Errors
    /// If no answer came. A status above 299 is an answer.
    pub fn request_as(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), RequestError> {
        let mut request = json!({"method": method, "path": path});
        if let (Some(body), Value::Object(map)) = (body, &mut request) {
            map.insert("type".into(), content_type.into());
            map.insert("body".into(), body.clone());
        }
        let mut line = String::new();
        {
            let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(input) = &mut pipe.input else {
                return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
            };
            input.write_all(format!("{request}\n").as_bytes())?;
            if pipe.output.read_line(&mut line)? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        }
        let mut answer: Value = serde_json::from_str(&line)
            .map_err(|e| RequestError::Failed(format!("the control plane said {line:?}: {e}")))?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            return Err(RequestError::Failed(error.to_owned()));
        }
        let status = answer.get("status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok()).unwrap_or(0);
        Ok((status, answer.get_mut("body").map(Value::take).unwrap_or_default()))
    }

    /// [`request`](Self::request) where only success will do.
    ///
    /// # Errors
    /// [`RequestError::Refused`] for a status above 299.
    pub fn expect(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, RequestError> {
        let (status, answer) = self.request(method, path, body)?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let message = answer.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
        Err(RequestError::Refused { method: method.to_owned(), path: path.to_owned(), status, message })
    }

    /// Asks for an object again and again until it is as wanted. The status goes first: 404 while there is none.
    ///
    /// # Errors
    /// [`RequestError::TimedOut`] if it is not in time.
    pub fn wait_for(
        &self,
        path: &str,
        timeout: Duration,
        wanted: impl Fn(u16, &Value) -> bool,
    ) -> Result<Value, RequestError> {
        let end = Instant::now() + timeout;
        loop {
            let (status, object) = self.request("GET", path, None)?;
            if wanted(status, &object) {
                return Ok(object);
            }
            if Instant::now() > end {
                return Err(RequestError::TimedOut { path: path.to_owned(), last: object });
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// Makes a new namespace whose name begins with the prefix, ready for Pods, and gives its name.
    ///
    /// # Errors
    /// If the API server refuses the name, or is gone.
    pub fn namespace(&self, prefix: &str) -> Result<String, RequestError> {
        let name = format!("{prefix}-{}", self.namespaces.fetch_add(1, Ordering::Relaxed));
        self.expect("POST", "/api/v1/namespaces", Some(&json!({"metadata": {"name": name}})))?;
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        self.wait_for(&account, Duration::from_secs(30), |status, _| status == 200)?;
        Ok(name)
    }

    /// What users have asked the API server for so far, as audit events (`verb`, `requestURI`, `user`, `objectRef`,
    /// `stage`, …). Empty without an audit log. A watch has two events, when it begins and when it ends.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn audit_events(&self) -> io::Result<Vec<Value>> {
        let text = match std::fs::read_to_string(self.dir.join("audit.log")) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        // The last line may be half written.
        Ok(text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect())
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        // It ends by itself when its input does.
        self.pipe.get_mut().unwrap_or_else(PoisonError::into_inner).input = None;
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
