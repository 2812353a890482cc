//! The driver that keeps records in PostgreSQL (`HELM_DRIVER=sql`), in Helm's own tables (`pkg/storage/driver/sql.go`).
//!
//! Custom labels lie in a table beside the records; Helm's own labels are columns. As in Helm, labels are only found
//! for the namespace that the driver looks at, and a record that cannot be read is skipped in lists.

mod lock;
mod options;
mod setup;
mod tls;

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error as _;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::driver::identity_labels;
use crate::{Driver, Holder, Labels, Release, StorageError, codec, labels};

/// Why the database could not be used, with the texts of Helm's client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SqlError(String);

impl SqlError {
    fn text(text: impl Into<String>) -> Self {
        SqlError(text.into())
    }
}

impl From<postgres::Error> for SqlError {
    fn from(e: postgres::Error) -> Self {
        if let Some(db) = e.as_db_error() {
            return SqlError(format!("pq: {} ({})", db.message(), db.code().code()));
        }
        match e.source() {
            Some(source) => SqlError(format!("pq: {source}")),
            None => SqlError(format!("pq: {e}")),
        }
    }
}

impl From<SqlError> for StorageError {
    fn from(e: SqlError) -> Self {
        StorageError::Other(e.0)
    }
}

/// The driver. It holds one connection.
pub struct Sql {
    client: RefCell<Client>,
    /// Namespace that is looked at; empty means all (for listing). Writing a record moves it, as in Helm.
    namespace: RefCell<String>,
    lock: lock::Lock,
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql").field("namespace", &self.namespace.borrow()).finish_non_exhaustive()
    }
}

impl Sql {
    /// Connects by a connection string and the `PG*` variables of `env`, and makes Helm's tables where they are missing.
    ///
    /// # Errors
    /// A connection string that cannot be read, a server that does not answer or refuses.
    pub fn connect(
        text: &str,
        env: &dyn Fn(&str) -> Option<String>,
        namespace: impl Into<String>,
    ) -> Result<Self, SqlError> {
        let settings = options::read(text, env)?;
        let setting = |key: &str| settings.get(key).map(String::as_str).filter(|v| !v.is_empty());
        let host = setting("host").unwrap_or("localhost");
        let port = setting("port").and_then(|p| p.parse().ok()).unwrap_or(5432);
        let user = setting("user").map(str::to_owned).or_else(|| env("USER")).unwrap_or_else(|| "postgres".to_owned());
        let database = setting("dbname").unwrap_or(&user);
        let mut config = Config::new();
        config.host(host).port(port).user(&user).dbname(database);
        if let Some(address) = setting("hostaddr").and_then(|a| a.parse().ok()) {
            config.hostaddr(address);
        }
        let password = setting("password").map(str::to_owned).or_else(|| {
            let file = setting("passfile").map(str::to_owned).or_else(|| Some(env("HOME")? + "/.pgpass"))?;
            let file = std::fs::read_to_string(file).ok()?;
            options::password_of(&file, [host, &port.to_string(), database, &user])
        });
        if let Some(password) = password {
            config.password(password);
        }
        if let Some(seconds) = setting("connect_timeout").and_then(|s| s.parse().ok()).filter(|s| *s > 0) {
            config.connect_timeout(Duration::from_secs(seconds));
        }
        if let Some(name) = setting("application_name").or_else(|| setting("fallback_application_name")) {
            config.application_name(name);
        }
        config.options(&run_time_options(&settings));
        let local = host.starts_with('/');
        config.ssl_mode(match setting("sslmode") {
            _ if local => SslMode::Disable,
            Some("disable") => SslMode::Disable,
            Some("allow" | "prefer") => SslMode::Prefer,
            _ => SslMode::Require,
        });
        let mut client = config
            .connect(MakeRustlsConnect::new(tls::config(&settings)?))
            .map_err(|e| connect_error(e, host, port))?;
        setup::ensure(&mut client)?;
        let (client, namespace) = (RefCell::new(client), RefCell::new(namespace.into()));
        Ok(Sql { client, namespace, lock: lock::Lock::default() })
    }

    /// Says who writes records that are under way, and holds their releases while this lives.
    #[must_use]
    pub fn held_by(mut self, holder: Holder) -> Self {
        self.lock = lock::Lock::of(holder);
        self
    }

    /// Who works on a release that is under way.
    fn holder_of(&self, key: &str, release: &Release) -> Result<Option<Holder>, SqlError> {
        if !lock::is_under_way(release) {
            return Ok(None);
        }
        self.lock.holder_of(&mut self.client.borrow_mut(), &release.namespace, key, &release.name)
    }

    fn rows(&self, sql: &str, values: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, SqlError> {
        Ok(self.client.borrow_mut().query_typed(sql, values)?)
    }

    /// Custom labels of the records of the namespace, by key; of one record only where `key` is given.
    fn custom_labels(&self, key: Option<&str>) -> Result<HashMap<String, Labels>, SqlError> {
        let mut sql = "SELECT releaseKey, key, value FROM custom_labels_v1 WHERE releaseNamespace = $1".to_owned();
        let namespace = self.namespace.borrow();
        let mut values: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&*namespace, Type::VARCHAR)];
        if let Some(key) = &key {
            sql.push_str(" AND releaseKey = $2");
            values.push((key, Type::VARCHAR));
        }
        let mut found: HashMap<String, Labels> = HashMap::new();
        for row in self.rows(&sql, &values)? {
            let (owner, label, value): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if !labels::is_system(&label) {
                found.entry(owner).or_default().insert(label, value);
            }
        }
        Ok(found)
    }

    /// Records by conditions (` AND column = $n` each) over the namespace, without labels of Helm.
    fn select(&self, mut conditions: Vec<(String, String)>) -> Result<Vec<Release>, StorageError> {
        let namespace = self.namespace.borrow().clone();
        if !namespace.is_empty() {
            conditions.push(("namespace".to_owned(), namespace));
        }
        let mut sql = "SELECT key, body FROM releases_v1".to_owned();
        let mut values: Vec<(&(dyn ToSql + Sync), Type)> = Vec::new();
        for (n, (column, value)) in conditions.iter().enumerate() {
            let word = if n == 0 { "WHERE" } else { "AND" };
            // numbers are compared by their spelling, since labels are texts
            let cast = if matches!(column.as_str(), "version" | "createdAt" | "modifiedAt") { "::text" } else { "" };
            sql.push_str(&format!(" {word} {column}{cast} = ${}", n + 1));
            values.push((value, Type::TEXT));
        }
        let rows = self.rows(&sql, &values)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut labels = self.custom_labels(None)?;
        let mut releases = Vec::with_capacity(rows.len());
        for row in rows {
            let key: String = row.try_get(0).map_err(SqlError::from)?;
            let body: &str = row.try_get(1).map_err(SqlError::from)?;
            let Ok(mut release) = codec::decode(body) else { continue };
            release.labels = labels.remove(&key).unwrap_or_default();
            release.holder = self.holder_of(&key, &release)?;
            releases.push(release);
        }
        Ok(releases)
    }

    /// Looks at the namespace of a release that is written.
    fn enter(&self, release: &Release) -> String {
        let namespace = if release.namespace.is_empty() { "default" } else { &release.namespace };
        namespace.clone_into(&mut self.namespace.borrow_mut());
        namespace.to_owned()
    }
}

/// Settings that are for the server's session, as options of the connection.
fn run_time_options(settings: &options::Settings) -> String {
    const FOR_THE_CLIENT: [&str; 20] = [
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "passfile",
        "application_name",
        "fallback_application_name",
        "sslmode",
        "sslcert",
        "sslkey",
        "sslrootcert",
        "sslsni",
        "sslinline",
        "sslnegotiation",
        "connect_timeout",
        "client_encoding",
        "datestyle",
        "binary_parameters",
    ];
    let mut text = settings.get("options").cloned().unwrap_or_default();
    for (key, value) in settings.iter().filter(|(k, _)| *k != "options" && !FOR_THE_CLIENT.contains(&k.as_str())) {
        text.push_str(&format!(" -c {key}={}", value.replace('\\', "\\\\").replace(' ', "\\ ")));
    }
    text
}

/// Why no connection came about, as Go's dialer says it.
fn connect_error(e: postgres::Error, host: &str, port: u16) -> SqlError {
    let Some(io) = e.source().and_then(|s| s.downcast_ref::<std::io::Error>()) else { return e.into() };
    let why = match io.kind() {
        std::io::ErrorKind::ConnectionRefused => "connect: connection refused".to_owned(),
        std::io::ErrorKind::NotFound => "connect: no such file or directory".to_owned(),
        std::io::ErrorKind::TimedOut => "i/o timeout".to_owned(),
        _ => io.to_string(),
    };
    match host {
        path if path.starts_with('/') => SqlError(format!("dial unix {path}/.s.PGSQL.{port}: {why}")),
        "localhost" => SqlError(format!("dial tcp 127.0.0.1:{port}: {why}")),
        host if why.starts_with("failed to lookup address") => {
            SqlError(format!("dial tcp: lookup {host}: no such host"))
        }
        host => SqlError(format!("dial tcp {host}:{port}: {why}")),
    }
}

fn unix_now() -> i32 {
    i32::try_from(jiff::Timestamp::now().as_second()).unwrap_or(i32::MAX)
}

fn encode(release: &Release) -> Result<String, StorageError> {
    codec::encode(release).map_err(|source| StorageError::Codec { context: String::new(), source })
}

fn decode(body: &str) -> Result<Release, StorageError> {
    codec::decode(body).map_err(|source| StorageError::Codec { context: String::new(), source })
}

impl Drop for Sql {
    fn drop(&mut self) {
        self.lock.let_go(self.client.get_mut());
    }
}

impl Driver for Sql {
    fn name(&self) -> &'static str {
        "SQL"
    }

    fn get(&self, key: &str) -> Result<Release, StorageError> {
        let namespace = self.namespace.borrow().clone();
        let sql = "SELECT body FROM releases_v1 WHERE key = $1 AND namespace = $2";
        let row = self
            .rows(sql, &[(&key, Type::VARCHAR), (&namespace, Type::VARCHAR)])
            .ok()
            .and_then(|r| r.into_iter().next());
        // as in Helm, a question that fails has no answer either
        let row = row.ok_or(StorageError::NotFound)?;
        let mut release = decode(row.try_get(0).map_err(SqlError::from)?)?;
        release.labels = self.custom_labels(Some(key))?.remove(key).unwrap_or_default();
        release.holder = self.holder_of(key, &release)?;
        Ok(release)
    }

    fn list(&self) -> Result<Vec<Release>, StorageError> {
        let mut releases = self.select(vec![("owner".to_owned(), "helm".to_owned())])?;
        for release in &mut releases {
            release.labels.extend(identity_labels(release));
        }
        Ok(releases)
    }

    fn query(&self, wanted: &[(&str, &str)]) -> Result<Vec<Release>, StorageError> {
        if let Some((unknown, _)) = wanted.iter().find(|(k, _)| !labels::is_system(k)) {
            return Err(StorageError::Other(format!("unknown label {unknown}")));
        }
        let found = self.select(wanted.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())?;
        if found.is_empty() { Err(StorageError::NotFound) } else { Ok(found) }
    }

    fn create(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let namespace = self.enter(release);
        let body = encode(release)?;
        let (version, status) = (i32::try_from(release.version).unwrap_or(i32::MAX), release.info.status.as_str());
        self.lock.before(&mut self.client.borrow_mut(), &namespace, key, release)?;
        let write = || -> Result<(), postgres::Error> {
            let mut client = self.client.borrow_mut();
            let mut transaction = client.transaction()?;
            transaction.query_typed(
                "INSERT INTO releases_v1 (key,type,body,name,namespace,version,status,owner,createdAt) \
                 VALUES ($1,'helm.sh/release.v1',$2,$3,$4,$5,$6,'helm',$7)",
                &[
                    (&key, Type::VARCHAR),
                    (&body, Type::TEXT),
                    (&release.name, Type::VARCHAR),
                    (&namespace, Type::VARCHAR),
                    (&version, Type::INT4),
                    (&status, Type::TEXT),
                    (&unix_now(), Type::INT4),
                ],
            )?;
            for (label, value) in labels::without_system(&release.labels) {
                transaction.query_typed(
                    "INSERT INTO custom_labels_v1 (releaseKey,releaseNamespace,key,value) VALUES ($1,$2,$3,$4)",
                    &[
                        (&key, Type::VARCHAR),
                        (&namespace, Type::VARCHAR),
                        (&label, Type::VARCHAR),
                        (&value, Type::VARCHAR),
                    ],
                )?;
            }
            transaction.commit()
        };
        write().map_err(SqlError::from)?;
        Ok(self.lock.after(&mut self.client.borrow_mut(), &namespace, key, release)?)
    }

    fn update(&self, key: &str, release: &Release) -> Result<(), StorageError> {
        let namespace = self.enter(release);
        let body = encode(release)?;
        let (version, status) = (i32::try_from(release.version).unwrap_or(i32::MAX), release.info.status.as_str());
        self.lock.before(&mut self.client.borrow_mut(), &namespace, key, release)?;
        self.rows(
            "UPDATE releases_v1 SET body = $1, name = $2, version = $3, status = $4, owner = 'helm', modifiedAt = $5 \
             WHERE key = $6 AND namespace = $7",
            &[
                (&body, Type::TEXT),
                (&release.name, Type::VARCHAR),
                (&version, Type::INT4),
                (&status, Type::TEXT),
                (&unix_now(), Type::INT4),
                (&key, Type::VARCHAR),
                (&namespace, Type::VARCHAR),
            ],
        )?;
        Ok(self.lock.after(&mut self.client.borrow_mut(), &namespace, key, release)?)
    }

    fn delete(&self, key: &str) -> Result<Release, StorageError> {
        let release = self.get(key)?;
        let namespace = self.namespace.borrow().clone();
        let write = || -> Result<(), postgres::Error> {
            let mut client = self.client.borrow_mut();
            let mut transaction = client.transaction()?;
            let place: [(&(dyn ToSql + Sync), Type); 2] = [(&key, Type::VARCHAR), (&namespace, Type::VARCHAR)];
            transaction.query_typed("DELETE FROM releases_v1 WHERE key = $1 AND namespace = $2", &place)?;
            transaction
                .query_typed("DELETE FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2", &place)?;
            transaction.commit()
        };
        write().map_err(SqlError::from)?;
        Ok(release)
    }
}
