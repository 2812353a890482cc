//! Connection strings of `HELM_DRIVER_SQL_CONNECTION_STRING`, as Helm's PostgreSQL client (lib/pq) reads them: an
//! address (`postgres://user:pw@host:port/db?key=value`) or libpq's `key=value` pairs, over the `PG*` variables.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::SqlError;

/// Settings by their libpq names.
pub(super) type Settings = BTreeMap<String, String>;

/// Variables of the environment and the settings that they preset.
const VARIABLES: [(&str, &str); 14] = [
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
];

/// The settings of a connection string over those of the environment.
pub(super) fn read(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Settings, SqlError> {
    let mut settings: Settings =
        VARIABLES.iter().filter_map(|(var, key)| Some(((*key).to_owned(), env(var)?))).collect();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        read_url(text, &mut settings)?;
    } else {
        read_pairs(text, &mut settings)?;
    }
    if let Some(port) = settings.get("port")
        && port.parse::<u16>().is_err()
    {
        let why = if port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() {
            "value out of range"
        } else {
            "invalid syntax"
        };
        return Err(SqlError::text(format!(
            "pq: wrong value for \"port\": strconv.ParseUint: parsing {port:?}: {why}"
        )));
    }
    let mode = settings.entry("sslmode".to_owned()).or_insert_with(|| "require".to_owned());
    if !["disable", "allow", "prefer", "require", "verify-full", "verify-ca"].contains(&mode.as_str()) {
        return Err(SqlError::text(format!(
            "pq: wrong value for \"sslmode\": {mode:?} is not supported; supported values are disable, allow, prefer, \
             require, verify-full, or verify-ca"
        )));
    }
    Ok(settings)
}

fn read_url(text: &str, settings: &mut Settings) -> Result<(), SqlError> {
    let url = url::Url::parse(text).map_err(|e| SqlError::text(format!("parse {text:?}: {e}")))?;
    let plain = |s: &str| percent_decode_str(s).decode_utf8_lossy().into_owned();
    let mut set = |key: &str, value: String| {
        if !value.is_empty() {
            settings.insert(key.to_owned(), value);
        }
    };
    set("user", plain(url.username()));
    set("password", plain(url.password().unwrap_or_default()));
    let host = url.host_str().unwrap_or_default();
    set("host", plain(host.trim_start_matches('[').trim_end_matches(']')));
    set("port", url.port().map(|p| p.to_string()).unwrap_or_default());
    set("dbname", plain(url.path().trim_start_matches('/')));
    for (key, value) in url.query_pairs() {
        set(&key, value.into_owned());
    }
    Ok(())
}

/// `key = value` pairs: blanks part them, quotes hold blanks, a backslash takes the next character as it is.
fn read_pairs(text: &str, settings: &mut Settings) -> Result<(), SqlError> {
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.peek().is_none() {
            return Ok(());
        }
        let mut key = String::new();
        while let Some(c) = rest.next_if(|c| !c.is_whitespace() && *c != '=') {
            key.push(c);
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.next() != Some('=') {
            return Err(SqlError::text(format!("missing \"=\" after {key:?} in connection info string")));
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = rest.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match rest.next() {
                Some('\'') if quoted => break,
                Some('\\') => match rest.next() {
                    Some(c) => value.push(c),
                    None => return Err(SqlError::text("missing character after backslash")),
                },
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => {
                    return Err(SqlError::text("unterminated quoted string literal in connection string"));
                }
                None => break,
            }
        }
        settings.insert(key, value);
    }
}

/// The password of a password file (libpq's `.pgpass`: `host:port:database:user:password`, `*` for any).
pub(super) fn password_of(file: &str, wanted: [&str; 4]) -> Option<String> {
    file.lines().filter(|l| !l.starts_with('#')).find_map(|line| {
        let mut fields = vec![String::new()];
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            if c == ':' && fields.len() < 5 {
                fields.push(String::new());
            } else if let Some(field) = fields.last_mut() {
                field.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
        }
        let [who @ .., password] = fields.as_slice() else { return None };
        let fits = who.len() == 4 && who.iter().zip(wanted).all(|(have, want)| have == "*" || have == want);
        fits.then(|| password.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<String, String> {
        let env = |name: &str| (name == "PGUSER").then(|| "me".to_owned());
        let all = read(text, &env).map_err(|e| e.to_string())?;
        Ok(all.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn addresses_and_pairs_say_the_same() {
        let same = "dbname=d host=h password=p w port=1 sslmode=disable user=u";
        assert_eq!(settings("postgres://u:p%20w@h:1/d?sslmode=disable").as_deref(), Ok(same));
        assert_eq!(settings("user=u password='p w' host = h port=1 dbname=d sslmode=disable").as_deref(), Ok(same));
        assert_eq!(settings("").as_deref(), Ok("sslmode=require user=me"));
        assert_eq!(
            settings("postgresql:///d?host=/run/pg").as_deref(),
            Ok("dbname=d host=/run/pg sslmode=require user=me")
        );
    }

    #[test]
    fn errors_have_the_clients_texts() {
        let cases = [
            ("gargl", "missing \"=\" after \"gargl\" in connection info string"),
            ("host='a", "unterminated quoted string literal in connection string"),
            ("host=a\\", "missing character after backslash"),
            ("port=99999", "pq: wrong value for \"port\": strconv.ParseUint: parsing \"99999\": value out of range"),
            (
                "sslmode=bogus",
                "pq: wrong value for \"sslmode\": \"bogus\" is not supported; supported values are disable, allow, \
                 prefer, require, verify-full, or verify-ca",
            ),
        ];
        for (text, error) in cases {
            assert_eq!(settings(text).expect_err(text), error);
        }
    }

    #[test]
    fn a_password_file_is_looked_through() {
        let file = "# h:1:d:u:no\nother:*:*:*:no\nh:*:d:u:a\\:b\n";
        assert_eq!(password_of(file, ["h", "1", "d", "u"]).as_deref(), Some("a:b"));
        assert_eq!(password_of(file, ["h", "1", "x", "u"]), None);
    }
}
