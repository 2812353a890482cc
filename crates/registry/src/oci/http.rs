//! Requests to a registry: credentials where they are asked for, tokens, redirects, repetition.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::credentials::{self, Credential};
use crate::failure::reason;
use crate::getter::is_http;
use crate::{Address, Getter, Request, Result, fail, quote};

/// How often a request is repeated that found the server busy.
const REPEATS: u32 = 5;
/// The longest pause that is made by itself, and the longest that a server may ask for.
const PAUSE: Duration = Duration::from_secs(3);
const ASKED_PAUSE: Duration = Duration::from_secs(30);
/// The most that a manifest, a list of tags or a token may be, in bytes (ORAS: 4 MiB).
pub(super) const SMALL: u64 = 4 << 20;

/// A request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Call<'a> {
    pub method: &'static str,
    pub accept: &'a str,
    pub content_type: &'a str,
    /// `FIRST-LAST`, where the body is a part; both count.
    pub range: &'a str,
    pub body: Option<&'a [u8]>,
    /// The most that is taken of the answer, in bytes.
    pub limit: u64,
    /// `repository:NAME:ACTIONS`, empty outside a repository.
    pub scope: &'a str,
}

/// What came back.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Method and address of the last request, as errors name them.
    pub what: String,
    /// Headers by name in small letters.
    headers: HashMap<String, String>,
}

impl Answer {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The error that an answer tells (ORAS's `errcode.ErrorResponse`).
    pub fn error<T>(&self) -> Result<T> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let list = body.get("errors").and_then(Value::as_array);
        let texts: Vec<String> = list.into_iter().flatten().map(one_error).collect();
        let words = if texts.is_empty() {
            let known = ureq::http::StatusCode::from_u16(self.status).ok();
            known.and_then(|s| s.canonical_reason()).unwrap_or_default().to_owned()
        } else {
            texts.join("; ")
        };
        fail(format!("{}: response status code {}: {words}", self.what, self.status))
    }
}

fn one_error(error: &Value) -> String {
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let code = text("code").replace('_', " ").to_lowercase();
    match (text("message"), error.get("detail")) {
        ("", _) => code,
        (message, None | Some(Value::Null)) => format!("{code}: {message}"),
        (message, Some(detail)) => format!("{code}: {message}: {}", go_text(detail)),
    }
}

/// JSON as Go's `%v` prints what it decodes to.
fn go_text(v: &Value) -> String {
    match v {
        Value::Null => "<nil>".to_owned(),
        Value::String(s) => s.clone(),
        Value::Array(a) => format!("[{}]", a.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(m) => {
            let mut all: Vec<_> = m.iter().map(|(k, v)| format!("{k}:{}", go_text(v))).collect();
            all.sort();
            format!("map[{}]", all.join(" "))
        }
        other => other.to_string(),
    }
}

/// A connection to one registry.
pub(super) struct Connection<'a> {
    getter: &'a Getter,
    request: &'a Request,
    agent: ureq::Agent,
    /// The registry's own address.
    home: Address,
    registry: String,
    credential: RefCell<Option<Credential>>,
    /// `Authorization` by scope; what basic authentication needs lies under "".
    granted: RefCell<HashMap<String, String>>,
}

impl<'a> Connection<'a> {
    pub fn new(getter: &'a Getter, request: &'a Request, registry: &str) -> Result<Self> {
        let host = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
        let scheme = if request.plain_http { "http" } else { "https" };
        let agent = getter.registry_agent(request)?;
        let home = Address::parse(&format!("{scheme}://{host}"))?;
        let given = !request.username.is_empty() && !request.password.is_empty();
        let credential = given.then(|| Credential {
            username: request.username.clone(),
            password: request.password.clone(),
            ..Credential::default()
        });
        let (credential, granted) = (RefCell::new(credential), RefCell::default());
        Ok(Connection { getter, request, agent, home, registry: registry.to_owned(), credential, granted })
    }

    /// Goes by the request's credentials alone, whatever is kept and however little they say.
    pub fn with_given_credentials(self) -> Self {
        let r = self.request;
        let given = Credential { username: r.username.clone(), password: r.password.clone(), ..Credential::default() };
        self.credential.replace(Some(given));
        self
    }

    /// An address below the registry's own.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.home)
    }

    /// Sends a request, with what the registry asks for to allow it.
    pub fn send(&self, url: &str, call: Call<'_>) -> Result<Answer> {
        let at = Address::parse(url)?;
        let first = self.allowed(&at, call.scope);
        let answer = self.follow(at.clone(), call, first)?;
        if answer.status != 401 || !self.home.same_server(&at) {
            return Ok(answer);
        }
        let Some(challenge) = answer.header("www-authenticate").map(str::to_owned) else { return Ok(answer) };
        let told = |e: crate::Error| crate::Error::Text(format!("{}: {e}", answer.what));
        let authorization = self.authorize(&challenge, call.scope).map_err(told)?;
        match authorization {
            Some(a) => self.follow(at, call, Some(a)),
            None => Ok(answer),
        }
    }

    fn allowed(&self, at: &Address, scope: &str) -> Option<String> {
        let granted = self.granted.borrow();
        self.home.same_server(at).then(|| granted.get(scope).or_else(|| granted.get("basic")).cloned()).flatten()
    }

    fn follow(&self, mut at: Address, call: Call<'_>, authorization: Option<String>) -> Result<Answer> {
        for _ in 0..=10 {
            // credentials stay with the registry
            let header = authorization.as_deref().filter(|_| self.home.same_server(&at));
            let answer = self.patiently(&at, call, header)?;
            let target = answer.header("location").map(str::to_owned);
            match (answer.status, target) {
                (301 | 302 | 303 | 307 | 308, Some(target)) if matches!(call.method, "GET" | "HEAD") => {
                    let next = Address::parse(&crate::getter::resolve_from(&at, &target)?)?;
                    let down = at.scheme == "https" && next.scheme != "https";
                    if !is_http(&next.scheme) || down {
                        return fail(format!(
                            "{}: redirected to {}, which is not followed",
                            answer.what,
                            quote(&target)
                        ));
                    }
                    at = next;
                }
                _ => return Ok(answer),
            }
        }
        fail(format!("{} {}: stopped after 10 redirects", title(call.method), quote(&at.to_string())))
    }

    /// Sends; where the server is busy or breaks off, again a little later.
    fn patiently(&self, at: &Address, call: Call<'_>, authorization: Option<&str>) -> Result<Answer> {
        let mut wait = Duration::from_millis(250);
        let mut left = REPEATS;
        loop {
            match self.once(at, call, authorization) {
                Ok(a) if left > 0 && matches!(a.status, 408 | 429 | 500 | 502..) => {
                    let told = a.header("retry-after").and_then(|s| s.parse().ok()).map(Duration::from_secs);
                    std::thread::sleep(told.map_or(wait.min(PAUSE), |t| t.min(ASKED_PAUSE)));
                }
                done => return done,
            }
            left -= 1;
            wait *= 2;
        }
    }

    fn once(&self, at: &Address, call: Call<'_>, authorization: Option<&str>) -> Result<Answer> {
        let url = at.to_string();
        let mut request = ureq::http::Request::builder().method(call.method).uri(&url);
        request = request.header("User-Agent", &self.getter.user_agent);
        let headers = [
            ("Accept", call.accept),
            ("Content-Type", call.content_type),
            ("Content-Range", call.range),
            ("Authorization", authorization.unwrap_or("")),
        ];
        for (name, value) in headers {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let bad = |e: ureq::http::Error| crate::Error::Text(e.to_string());
        let sent = match call.body {
            Some(body) => self.agent.run(request.body(body).map_err(bad)?),
            None => self.agent.run(request.body(()).map_err(bad)?),
        };
        let went_wrong =
            |e: &ureq::Error| crate::Error::Text(format!("{} {}: {}", title(call.method), quote(&url), reason(e, at)));
        let mut answer = sent.map_err(|e| went_wrong(&e))?;
        let headers = answer.headers().iter();
        let headers = headers.filter_map(|(k, v)| Some((k.as_str().to_owned(), v.to_str().ok()?.to_owned()))).collect();
        let status = answer.status().as_u16();
        let limit = if status < 300 { call.limit } else { SMALL };
        let body = answer.body_mut().with_config().limit(limit).read_to_vec().map_err(|e| went_wrong(&e))?;
        Ok(Answer { status, body, what: format!("{} {}", call.method, quote(&url)), headers })
    }

    fn credential(&self) -> Result<Credential> {
        if let Some(known) = self.credential.borrow().as_ref() {
            return Ok(known.clone());
        }
        let found = credentials::find(&self.request.registry_config, &self.registry)?;
        *self.credential.borrow_mut() = Some(found.clone());
        Ok(found)
    }

    /// What to send after a challenge; `None` where it is of no known kind.
    fn authorize(&self, challenge: &str, scope: &str) -> Result<Option<String>> {
        let (scheme, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
        let (key, value) = if scheme.eq_ignore_ascii_case("basic") {
            let c = self.credential()?;
            if c.is_empty() {
                return fail("basic credential not found");
            }
            if c.username.is_empty() || c.password.is_empty() {
                return fail("missing username or password for basic auth");
            }
            ("basic", basic(&c))
        } else if scheme.eq_ignore_ascii_case("bearer") {
            (scope, format!("Bearer {}", self.token(&parameters(rest), scope)?))
        } else {
            return Ok(None);
        };
        self.granted.borrow_mut().insert(key.to_owned(), value.clone());
        Ok(Some(value))
    }

    /// Fetches a token (Docker's token authentication).
    fn token(&self, asked: &HashMap<String, String>, scope: &str) -> Result<String> {
        let c = self.credential()?;
        if !c.access_token.is_empty() {
            return Ok(c.access_token);
        }
        let text = |key: &str| asked.get(key).map_or("", String::as_str);
        let realm = Address::parse(text("realm"))?;
        if !is_http(&realm.scheme) || (self.home.scheme == "https" && realm.scheme != "https") {
            return fail(format!("the registry names {} for its tokens, which is not asked", quote(text("realm"))));
        }
        let mut fields = vec![("service", text("service"))];
        let wanted = if scope.is_empty() { text("scope") } else { scope };
        if !wanted.is_empty() {
            fields.push(("scope", wanted));
        }
        let answer = if c.refresh_token.is_empty() {
            let mut at = realm;
            let query = form(&fields);
            at.query = Some(match at.query {
                Some(q) if !q.is_empty() => format!("{q}&{query}"),
                _ => query,
            });
            let call = Call { method: "GET", limit: SMALL, ..Call::default() };
            let known = !c.username.is_empty() || !c.password.is_empty();
            self.patiently(&at, call, known.then(|| basic(&c)).as_deref())?
        } else {
            fields.extend([
                ("grant_type", "refresh_token"),
                ("client_id", "pintle"),
                ("refresh_token", c.refresh_token.as_str()),
            ]);
            let body = form(&fields);
            let call = Call {
                method: "POST",
                content_type: "application/x-www-form-urlencoded",
                body: Some(body.as_bytes()),
                limit: SMALL,
                ..Call::default()
            };
            self.patiently(&realm, call, None)?
        };
        if answer.status != 200 {
            return answer.error();
        }
        let body: Value = serde_json::from_slice(&answer.body).or_else(|e| fail(format!("{}: {e}", answer.what)))?;
        let token = ["access_token", "token"].into_iter().find_map(|k| body.get(k)?.as_str().filter(|t| !t.is_empty()));
        token.map_or_else(|| fail(format!("{}: empty token returned", answer.what)), |t| Ok(t.to_owned()))
    }
}

fn basic(c: &Credential) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", c.username, c.password)))
}

/// A method as Go's client names it in errors.
fn title(method: &str) -> String {
    let mut out = method.to_ascii_lowercase();
    if let Some(first) = out.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    out
}

/// The parameters of a challenge: `key="value",...`.
fn parameters(text: &str) -> HashMap<String, String> {
    let mut out = HashMap::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches([' ', ',', '\t']).to_ascii_lowercase();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        out.insert(key, value.trim().to_owned());
        rest = next;
    }
    out
}

fn form(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect()
    };
    fields.iter().map(|(k, v)| format!("{k}={}", escape(v))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let p = parameters(r#"realm="https://a/token",service="r, s",scope="repository:a:pull,push",x=y"#);
        assert_eq!(p["realm"], "https://a/token");
        assert_eq!(p["service"], "r, s");
        assert_eq!(p["scope"], "repository:a:pull,push");
        assert_eq!(p["x"], "y");
        assert_eq!(form(&[("scope", "a:b,c")]), "scope=a%3Ab%2Cc");
    }

    #[test]
    fn errors_read_as_in_go() {
        let body = br#"{"errors":[{"code":"NAME_UNKNOWN","message":"no such","detail":{"name":"a/b"}}]}"#;
        let a = Answer { status: 404, body: body.to_vec(), what: "GET \"u\"".into(), ..Answer::default() };
        let text = a.error::<()>().unwrap_err().to_string();
        assert_eq!(text, "GET \"u\": response status code 404: name unknown: no such: map[name:a/b]");
        let a = Answer { status: 502, body: b"<html>".to_vec(), what: "GET \"u\"".into(), ..Answer::default() };
        assert_eq!(a.error::<()>().unwrap_err().to_string(), "GET \"u\": response status code 502: Bad Gateway");
    }
}
