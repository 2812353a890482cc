//! A PostgreSQL server on loopback, in a folder of its own, for tests of what keeps records in a database.
//!
//! The server refuses to run as root, so root starts it as the user `postgres`, which Debian's package makes. A shell
//! stands between: it ends the server and removes the folder when the test binary is gone, however it went.

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Makes the data folder, runs the server until standard input closes, removes all.
const SCRIPT: &str = "set -e; dir=$1; port=$2; bin=$3
trap 'rm -rf \"$dir\"' EXIT
\"$bin/initdb\" -D \"$dir/data\" -U postgres -A trust --no-sync >\"$dir/initdb.log\" 2>&1
\"$bin/postgres\" -D \"$dir/data\" -p \"$port\" -c listen_addresses=127.0.0.1 -c unix_socket_directories=\"$dir\" \\
  -c fsync=off -c log_destination=stderr >\"$dir/server.log\" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server || true";

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    bin: PathBuf,
    /// Its standard input is what keeps the server running.
    _shell: Child,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// It is not installed, or there is no user to run it as.
    #[error("PostgreSQL: {0}")]
    Missing(String),
    /// It is there, but does not start.
    #[error("PostgreSQL does not start: {0}")]
    Failed(String),
}

impl From<io::Error> for PostgresError {
    fn from(e: io::Error) -> Self {
        PostgresError::Failed(e.to_string())
    }
}

impl Postgres {
    /// Starts a server with an empty cluster of databases.
    ///
    /// # Errors
    /// See [`PostgresError`].
    pub fn start() -> Result<Self, PostgresError> {
        let bin = programs().ok_or_else(|| PostgresError::Missing("initdb is not installed".to_owned()))?;
        let dir = std::env::temp_dir().join(format!("pintle-pg-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        // a port that is free now
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&dir).status()?;
            if !owned.success() {
                return Err(PostgresError::Missing("root may not run it, and there is no user postgres".to_owned()));
            }
            let mut c = Command::new("setpriv");
            c.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"]);
            c
        } else {
            Command::new("sh")
        };
        let shell = command
            .args(["-c", SCRIPT, "postgres"])
            .arg(&dir)
            .arg(port.to_string())
            .arg(&bin)
            .current_dir(&dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Postgres { port, bin, _shell: shell };
        let start = Instant::now();
        loop {
            match server.psql("postgres", "select 1") {
                Ok(_) => return Ok(server),
                Err(e) if start.elapsed() > PATIENCE => return Err(e),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// The one that the tests of this binary share; says why where there is none.
    ///
    /// # Panics
    /// Where it is installed and does not start.
    #[must_use]
    #[allow(clippy::print_stderr, reason = "a skipped test has no other way to say so")]
    pub fn shared_or_skip() -> Option<&'static Self> {
        static SHARED: OnceLock<Result<Postgres, PostgresError>> = OnceLock::new();
        match SHARED.get_or_init(Self::start) {
            Ok(server) => Some(server),
            Err(e @ PostgresError::Missing(_)) => {
                eprintln!("skipped: {e}");
                None
            }
            Err(e) => panic!("{e}"),
        }
    }

    /// A connection string to a database of this name, which is made where it is missing.
    ///
    /// # Errors
    /// What the server says.
    pub fn database(&self, name: &str) -> Result<String, PostgresError> {
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if self.psql("postgres", &format!("select 1 from pg_database where datname = '{name}'"))?.is_empty() {
            self.psql("postgres", &format!("create database {name}"))?;
        }
        Ok(format!("postgresql://postgres@127.0.0.1:{}/{name}?sslmode=disable", self.port))
    }

    /// The answer to a query, one row a line, columns parted by `|`; `database` is a name or a connection string.
    ///
    /// # Errors
    /// What the server says.
    pub fn psql(&self, database: &str, query: &str) -> Result<String, PostgresError> {
        let target = if database.contains("://") {
            database.to_owned()
        } else {
            format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
        };
        let out = Command::new(self.bin.join("psql")).args(["-XAtq", "-d", &target, "-c", query]).output()?;
        if out.status.success() {
            Ok(String::from_utf8_lossy(&out.stdout).trim_end().to_owned())
        } else {
            Err(PostgresError::Failed(String::from_utf8_lossy(&out.stderr).trim().to_owned()))
        }
    }
}

/// The folder with `initdb`, `postgres` and `psql`: the newest of Debian's, or that of the path.
fn programs() -> Option<PathBuf> {
    let whole = |dir: &Path| ["initdb", "postgres", "psql"].iter().all(|p| dir.join(p).exists());
    let mut debian: Vec<PathBuf> =
        std::fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|e| e.path().join("bin")).collect();
    debian.sort();
    debian.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.into_iter().chain(std::env::split_paths(&path)).find(|dir| whole(dir))
}

/// Whether this process is root's.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}
