//! The connection: requests in, JSON out, with client-go's retries and error texts.

use std::cell::{OnceCell, RefCell};
use std::error::Error as StdError;
use std::time::Duration;

use ::kube::Client;
use ::kube::client::Body;
use futures_util::stream::{self, StreamExt};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

use crate::config::{self, ConnectOptions};
use crate::discovery::Discovery;
use crate::{ApiError, Error, Events, Silent};

/// How often a request is tried again when the server asks for it with `Retry-After`.
const MAX_RETRIES: u32 = 10;

/// Requests that are under way at once: enough to hide the way to the server, few enough not to flood it.
const MAX_AT_ONCE: usize = 16;

/// A cluster, connected to when it is first needed.
pub struct Cluster {
    options: ConnectOptions,
    runtime: tokio::runtime::Runtime,
    /// What the configuration became: the client and the server's address, or why not.
    connection: OnceCell<Result<Connection, String>>,
    namespace: OnceCell<String>,
    pub(crate) discovery: RefCell<Option<std::rc::Rc<Discovery>>>,
    events: RefCell<std::rc::Rc<dyn Events>>,
}

#[derive(Clone)]
struct Connection {
    client: Client,
    /// `https://host:port`, for error texts.
    server: String,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub accept: &'a str,
    pub content_type: &'a str,
    pub body: Vec<u8>,
}

impl Ask<'_> {
    pub(crate) fn get(path: impl Into<String>) -> Ask<'static> {
        Ask { method: Method::GET, path: path.into(), accept: "application/json", content_type: "", body: Vec::new() }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body).map_err(|e| Error::Transport(e.to_string()))
    }
}

impl Cluster {
    /// A cluster by flags and environment. Nothing is read or sent yet.
    ///
    /// # Errors
    /// When the machine gives no runtime.
    pub fn new(options: ConnectOptions) -> std::io::Result<Cluster> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Cluster {
            options,
            runtime,
            connection: OnceCell::new(),
            namespace: OnceCell::new(),
            discovery: RefCell::new(None),
            events: RefCell::new(std::rc::Rc::new(Silent)),
        })
    }

    /// Who hears the server's `Warning:` headers and the client's own messages.
    pub fn set_events(&self, events: std::rc::Rc<dyn Events>) {
        *self.events.borrow_mut() = events;
    }

    pub(crate) fn events(&self) -> std::rc::Rc<dyn Events> {
        std::rc::Rc::clone(&self.events.borrow())
    }

    /// What it was made of.
    pub fn options(&self) -> &ConnectOptions {
        &self.options
    }

    /// The namespace of the flags, else of the kubeconfig's context, else `default`. A kubeconfig that cannot be read
    /// names none.
    pub fn namespace(&self) -> &str {
        if let Some(ns) = self.options.namespace.as_deref().filter(|n| !n.is_empty()) {
            return ns;
        }
        self.namespace.get_or_init(|| {
            let merged = config::read(&self.options).ok();
            let of_context = merged.as_ref().and_then(|m| m.namespace(&self.options));
            let of_pod = || merged.as_ref().filter(|m| m.is_empty()).and_then(|_| config::pod_namespace());
            of_context.or_else(of_pod).unwrap_or_else(|| "default".to_owned())
        })
    }

    /// Runs futures of requests.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// One request, run to its end.
    pub(crate) fn send(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let connection = self.connection()?;
        let answer = self.block_on(connection.send(ask));
        self.hear(answer)
    }

    /// Requests at once; answers in their order.
    pub(crate) fn send_all(&self, asks: &[Ask<'_>]) -> Vec<Result<Answer, Error>> {
        let connection = match self.connection() {
            Ok(c) => c,
            Err(Error::Transport(text)) => return asks.iter().map(|_| Err(Error::Transport(text.clone()))).collect(),
            Err(e) => return vec![Err(e)],
        };
        let all = stream::iter(asks).map(|ask| connection.send(ask)).buffered(MAX_AT_ONCE).collect::<Vec<_>>();
        self.block_on(all).into_iter().map(|answer| self.hear(answer)).collect()
    }

    /// Passes warnings on; makes an error of an answer that is one.
    fn hear(&self, answer: Result<Answer, Error>) -> Result<Answer, Error> {
        let answer = answer?;
        for header in answer.headers.get_all("warning") {
            if let Some(text) = header.to_str().ok().and_then(warning_text) {
                self.events().api_warning(&text);
            }
        }
        if answer.status.is_success() { Ok(answer) } else { Err(Error::Api(Box::new(api_error(&answer)))) }
    }

    fn connection(&self) -> Result<&Connection, Error> {
        let made = self.connection.get_or_init(|| {
            let merged = config::read(&self.options)?;
            self.block_on(async {
                let config = config::client_config(merged, &self.options).await?;
                let server = config.cluster_url.to_string();
                let client = Client::try_from(config).map_err(|e| deepest(&e))?;
                Ok(Connection { client, server: server.trim_end_matches('/').to_owned() })
            })
        });
        made.as_ref().map_err(|text| Error::Transport(text.clone()))
    }
}

impl Connection {
    async fn send(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let mut tries = 0;
        loop {
            let result = self.try_once(ask).await;
            let pause = match &result {
                Ok(answer) => retry_after(answer, ask),
                // a connection that was closed under a question that may be repeated
                Err(Failure { lost: true, .. }) if ask.method == Method::GET => Some(Duration::from_millis(50)),
                Err(_) => None,
            };
            match pause {
                Some(pause) if tries < MAX_RETRIES => {
                    tries += 1;
                    tokio::time::sleep(pause).await;
                }
                _ => return result.map_err(|f| Error::Transport(f.text)),
            }
        }
    }

    async fn try_once(&self, ask: &Ask<'_>) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(ask.method.clone()).uri(&ask.path).header("accept", ask.accept);
        if !ask.content_type.is_empty() {
            request = request.header("content-type", ask.content_type);
        }
        let request =
            request.body(Body::from(ask.body.clone())).map_err(|e| Failure { text: e.to_string(), lost: false })?;
        let response = self.client.send(request).await.map_err(|e| self.failure(ask, &e))?;
        let (parts, body) = response.into_parts();
        let body = body.collect_bytes().await.map_err(|e| self.failure(ask, &e))?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_vec() })
    }

    /// The text that Go's HTTP client would give.
    fn failure(&self, ask: &Ask<'_>, error: &(dyn StdError + 'static)) -> Failure {
        let verb = match ask.method.as_str() {
            "GET" => "Get",
            "POST" => "Post",
            "PUT" => "Put",
            "PATCH" => "Patch",
            "DELETE" => "Delete",
            other => other,
        };
        let (reason, lost) = reason(error, &self.server);
        Failure { text: format!("{verb} \"{}{}\": {reason}", self.server, ask.path), lost }
    }
}

/// A request without an answer.
struct Failure {
    text: String,
    /// Whether the connection broke after it was there.
    lost: bool,
}

/// Go's words for why there was no answer, and whether the connection was lost.
fn reason(error: &(dyn StdError + 'static), server: &str) -> (String, bool) {
    use std::io::ErrorKind;
    let mut at = Some(error);
    while let Some(e) = at {
        if let Some(io) = e.downcast_ref::<std::io::Error>() {
            let address = || address(server);
            match io.kind() {
                ErrorKind::ConnectionRefused => {
                    return (format!("dial tcp {}: connect: connection refused", address()), false);
                }
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                    return ("read: connection reset by peer".to_owned(), true);
                }
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionAborted => return ("EOF".to_owned(), true),
                ErrorKind::TimedOut => return (format!("dial tcp {}: i/o timeout", address()), false),
                ErrorKind::HostUnreachable => {
                    return (format!("dial tcp {}: connect: no route to host", address()), false);
                }
                ErrorKind::NetworkUnreachable => {
                    return (format!("dial tcp {}: connect: network is unreachable", address()), false);
                }
                _ => {}
            }
            let text = io.to_string();
            if text.contains("failed to lookup address") {
                let host = host_port(server).0;
                return (format!("dial tcp: lookup {host}: no such host"), false);
            }
        }
        at = e.source();
    }
    let text = deepest(error);
    if text.contains("UnknownIssuer") {
        return ("tls: failed to verify certificate: x509: certificate signed by unknown authority".to_owned(), false);
    }
    let lost = text.contains("connection closed") || text.contains("operation was canceled");
    (text, lost)
}

/// The text of the innermost error.
fn deepest(error: &(dyn StdError + 'static)) -> String {
    let mut e = error;
    while let Some(inner) = e.source() {
        e = inner;
    }
    e.to_string()
}

fn host_port(server: &str) -> (String, u16) {
    let uri: http::Uri = server.parse().unwrap_or_default();
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    (uri.host().unwrap_or_default().to_owned(), uri.port_u16().unwrap_or(default))
}

/// `IP:port` of the server, as Go's dialer names it.
fn address(server: &str) -> String {
    use std::net::ToSocketAddrs;
    let (host, port) = host_port(server);
    let found = (host.trim_matches(['[', ']']), port).to_socket_addrs().ok();
    found.and_then(|mut a| a.next()).map_or_else(|| format!("{host}:{port}"), |a| a.to_string())
}

/// How long the server wants us to wait before asking again, if it does.
fn retry_after(answer: &Answer, ask: &Ask<'_>) -> Option<Duration> {
    let status = answer.status.as_u16();
    if status != 429 && status < 500 {
        return None;
    }
    if let Some(value) = answer.headers.get("retry-after") {
        let seconds = value.to_str().ok()?.parse::<u64>().ok()?;
        return Some(Duration::from_secs(seconds.min(60)));
    }
    // etcd changes its leader: Helm asks again at once, whatever the verb
    let body = String::from_utf8_lossy(&answer.body);
    let changing = body.contains("etcdserver: leader changed") || body.contains("raft proposal dropped");
    let gateway = ask.method == Method::GET && matches!(status, 502..=504);
    (changing || gateway).then_some(Duration::from_millis(100))
}

/// The text in `299 - "text"`.
fn warning_text(header: &str) -> Option<String> {
    let quoted = header.splitn(3, ' ').nth(2)?.trim();
    let inner = quoted.strip_prefix('"')?;
    let end = inner.rfind('"')?;
    Some(inner.get(..end)?.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// The refusal in an answer: the server's own words, or client-go's for an answer without words.
fn api_error(answer: &Answer) -> ApiError {
    let code = answer.status.as_u16();
    if let Ok(status) = serde_json::from_slice::<Value>(&answer.body)
        && status.get("kind").and_then(Value::as_str) == Some("Status")
    {
        let text = |field: &str| status.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        return ApiError {
            code,
            reason: text("reason"),
            message: text("message"),
            details: status.get("details").cloned().unwrap_or_default(),
        };
    }
    let body = String::from_utf8_lossy(&answer.body).trim().to_owned();
    let (reason, message) = match code {
        401 => ("Unauthorized", "the server has asked for the client to provide credentials".to_owned()),
        403 => ("Forbidden", if body.is_empty() { "forbidden".to_owned() } else { body }),
        404 => ("NotFound", "the server could not find the requested resource".to_owned()),
        405 => ("MethodNotAllowed", "the server does not allow this method on the requested resource".to_owned()),
        409 => ("Conflict", "the server reported a conflict".to_owned()),
        415 => ("UnsupportedMediaType", "the body of the request was in an unknown format".to_owned()),
        429 => (
            "TooManyRequests",
            "the server has received too many requests and has asked us to try again later".to_owned(),
        ),
        503 => ("ServiceUnavailable", "the server is currently unable to handle the request".to_owned()),
        504 => ("Timeout", "the server was unable to return a response in the time allotted".to_owned()),
        500.. => {
            ("InternalError", format!("an error on the server ({body:?}) has prevented the request from succeeding"))
        }
        _ => {
            ("Unknown", format!("the server responded with the status code {code} but did not return more information"))
        }
    };
    ApiError { code, reason: reason.to_owned(), message, details: Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings() {
        assert_eq!(warning_text(r#"299 - "unknown field \"a\"""#).as_deref(), Some("unknown field \"a\""));
    }
}
