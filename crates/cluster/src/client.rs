//! The connection: requests in, JSON out, with client-go's retries and error texts.

use std::cell::{Cell, OnceCell, RefCell};
use std::error::Error as StdError;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use ::kube::Client;
use ::kube::client::Body;
use futures_util::AsyncReadExt;
use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

use crate::config::{self, ConnectOptions};
use crate::discovery::Discovery;
use crate::lease::Lease;
use crate::pace::Pace;
use crate::retry::{Broken, Tries};
use crate::{ApiError, Error, Events, ServerVersion, Silent};

/// Requests that are under way at once: enough to hide the way to the server, few enough not to flood it.
const MAX_AT_ONCE: usize = 16;

/// A cluster, connected to when it is first needed.
pub struct Cluster {
    options: ConnectOptions,
    runtime: tokio::runtime::Runtime,
    /// What the configuration became: the client and the server's address, or why not.
    connection: RefCell<Option<Result<Rc<Connection>, String>>>,
    namespace: OnceCell<String>,
    pub(crate) discovery: RefCell<Option<Rc<Discovery>>>,
    pub(crate) version: RefCell<Option<ServerVersion>>,
    events: RefCell<Rc<dyn Events>>,
    pub(crate) lease: Lease,
    /// Whether rights were asked for.
    pub(crate) rights_known: Cell<bool>,
    /// How far the server's clock is ahead of ours.
    clock: Cell<jiff::SignedDuration>,
}

struct Connection {
    client: Client,
    /// `https://host:port`, for error texts.
    server: String,
    /// Whether credentials come from where there may be newer ones: a program, a file.
    renewable: bool,
    /// Whether the server ever answered.
    reached: Cell<bool>,
    /// How long a request may be repeated.
    patience: Duration,
    pace: Pace,
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

    pub(crate) fn patch(path: impl Into<String>, content_type: &'static str, body: Vec<u8>) -> Ask<'static> {
        Ask { method: Method::PATCH, path: path.into(), accept: "application/json", content_type, body }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Whether an earlier try of the same request may have been carried out.
    pub in_doubt: bool,
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
            connection: RefCell::new(None),
            namespace: OnceCell::new(),
            discovery: RefCell::new(None),
            version: RefCell::new(None),
            events: RefCell::new(Rc::new(Silent)),
            lease: Lease::default(),
            rights_known: Cell::new(false),
            clock: Cell::new(jiff::SignedDuration::ZERO),
        })
    }

    /// Who hears the server's `Warning:` headers and the client's own messages.
    pub fn set_events(&self, events: Rc<dyn Events>) {
        *self.events.borrow_mut() = events;
    }

    pub(crate) fn events(&self) -> Rc<dyn Events> {
        Rc::clone(&self.events.borrow())
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

    /// Runs futures of requests and pauses, and gives signs of life meanwhile.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(async {
            match select(pin!(future), pin!(self.signs_of_life())).await {
                Either::Left((output, _)) => output,
                Either::Right(((), future)) => future.await,
            }
        })
    }

    /// The time by the server's clock in whole seconds, as far as it has told.
    pub(crate) fn server_time(&self) -> jiff::Timestamp {
        let now = jiff::Timestamp::now();
        let servers = now.checked_add(self.clock.get()).unwrap_or(now);
        jiff::Timestamp::from_second(servers.as_second()).unwrap_or(servers)
    }

    /// One request over the connection as it is, once; gives the status of the answer.
    pub(crate) async fn try_send(&self, ask: &Ask<'_>) -> Option<u16> {
        let connection = self.connection.borrow().clone()?.ok()?;
        connection.try_once(ask).await.ok().map(|answer| answer.status.as_u16())
    }

    /// One request, run to its end.
    pub(crate) fn send(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let connection = self.connection()?;
        let mut answer = self.block_on(connection.send(ask));
        if connection.is_stale(&answer) {
            answer = self.block_on(self.reconnect()?.send(ask));
        }
        self.hear(ask, answer)
    }

    /// Requests at once; answers in their order.
    pub(crate) fn send_all(&self, asks: &[Ask<'_>]) -> Vec<Result<Answer, Error>> {
        let connection = match self.connection() {
            Ok(c) => c,
            Err(Error::Transport(text)) => return asks.iter().map(|_| Err(Error::Transport(text.clone()))).collect(),
            Err(e) => return vec![Err(e)],
        };
        let all = stream::iter(asks).map(|ask| connection.send(ask)).buffered(MAX_AT_ONCE).collect::<Vec<_>>();
        let answers = self.block_on(all);
        let one = |(ask, answer): (&Ask<'_>, Result<Answer, Error>)| {
            // one of them renews the credentials, and the others follow
            if connection.is_stale(&answer) { self.send(ask) } else { self.hear(ask, answer) }
        };
        asks.iter().zip(answers).map(one).collect()
    }

    /// A list as it comes, piece by piece, once: whoever calls has another way when it fails.
    pub(crate) fn stream(
        &self,
        path: &str,
        accept: &str,
        piece: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let connection = self.connection()?;
        self.block_on(async {
            // records are packed already, so packing them again would only cost time
            let request = Request::get(path).header("accept", accept).header("accept-encoding", "identity");
            let request = request.body(Vec::new()).map_err(|e| Error::text(e.to_string()))?;
            let failed = |e: &(dyn StdError + 'static)| Error::Transport(deepest(e));
            let mut stream = pin!(connection.client.request_stream(request).await.map_err(|e| failed(&e))?);
            connection.reached.set(true);
            let mut buffer = vec![0; 1 << 16];
            loop {
                match stream.read(&mut buffer).await.map_err(|e| failed(&e))? {
                    0 => return Ok(()),
                    read => piece(buffer.get(..read).unwrap_or_default())?,
                }
            }
        })
    }

    /// Passes warnings on; makes an error of an answer that is one.
    fn hear(&self, ask: &Ask<'_>, answer: Result<Answer, Error>) -> Result<Answer, Error> {
        let mut answer = answer?;
        let date = answer.headers.get(http::header::DATE).and_then(|d| d.to_str().ok());
        if let Some(date) = date.and_then(|d| jiff::fmt::rfc2822::parse(d).ok()) {
            self.clock.set(date.timestamp().duration_since(jiff::Timestamp::now()));
        }
        for header in answer.headers.get_all("warning") {
            if let Some(text) = header.to_str().ok().and_then(warning_text) {
                self.events().api_warning(&text);
            }
        }
        if answer.in_doubt && ask.method == Method::DELETE && answer.status == StatusCode::NOT_FOUND {
            // the try whose answer was lost has deleted it
            answer.status = StatusCode::OK;
            answer.body = b"{}".to_vec();
        }
        if answer.status.is_success() { Ok(answer) } else { Err(Error::Api(Box::new(api_error(&answer)))) }
    }

    /// The client, for what goes on longer than a request.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        Ok(self.connection()?.client.clone())
    }

    fn connection(&self) -> Result<Rc<Connection>, Error> {
        let known = self.connection.borrow().clone();
        let made = known.unwrap_or_else(|| {
            let made = self.connect().map(Rc::new);
            *self.connection.borrow_mut() = Some(made.clone());
            made
        });
        made.map_err(Error::Transport)
    }

    /// A connection with the credentials of now.
    fn reconnect(&self) -> Result<Rc<Connection>, Error> {
        self.connection.borrow_mut().take();
        self.connection()
    }

    fn connect(&self) -> Result<Connection, String> {
        let merged = config::read(&self.options)?;
        self.block_on(async {
            let config = config::client_config(merged, &self.options).await?;
            let server = config.cluster_url.to_string();
            let auth = &config.auth_info;
            let renewable = auth.exec.is_some() || auth.token_file.is_some() || auth.auth_provider.is_some();
            let client = Client::try_from(config).map_err(|e| deepest(&e))?;
            Ok(Connection {
                client,
                server: server.trim_end_matches('/').to_owned(),
                renewable,
                reached: Cell::new(false),
                patience: self.options.patience,
                pace: Pace::new(self.options.qps, self.options.burst),
            })
        })
    }
}

impl Connection {
    async fn send(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let mut tries = Tries::new(self.patience);
        loop {
            if let Some(pause) = self.pace.turn() {
                tokio::time::sleep(pause).await;
            }
            let in_doubt = tries.in_doubt;
            let result = self.try_once(ask).await;
            let pause = match &result {
                Ok(answer) => {
                    self.reached.set(true);
                    tries.after_answer(answer.status, &answer.headers, &answer.body)
                }
                Err(failure) => tries.after_silence(failure.broken, self.reached.get()),
            };
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return result.map(|a| Answer { in_doubt, ..a }).map_err(|f| Error::Transport(f.text)),
            }
        }
    }

    /// Whether the server no longer takes the credentials, and there may be newer ones.
    fn is_stale(&self, answer: &Result<Answer, Error>) -> bool {
        self.renewable && answer.as_ref().is_ok_and(|a| a.status == StatusCode::UNAUTHORIZED)
    }

    async fn try_once(&self, ask: &Ask<'_>) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(ask.method.clone()).uri(&ask.path).header("accept", ask.accept);
        if !ask.content_type.is_empty() {
            request = request.header("content-type", ask.content_type);
        }
        let request = request
            .body(Body::from(ask.body.clone()))
            .map_err(|e| Failure { text: e.to_string(), broken: Broken::Hopeless })?;
        let response = self.client.send(request).await.map_err(|e| self.failure(ask, &e))?;
        let (parts, body) = response.into_parts();
        let body = body.collect_bytes().await.map_err(|e| self.failure(ask, &e))?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_vec(), in_doubt: false })
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
        let (reason, broken) = reason(error, &self.server);
        Failure { text: format!("{verb} \"{}{}\": {reason}", self.server, ask.path), broken }
    }
}

/// A request without an answer.
struct Failure {
    text: String,
    /// What broke.
    broken: Broken,
}

/// Go's words for why there was no answer, and what that means for another try.
fn reason(error: &(dyn StdError + 'static), server: &str) -> (String, Broken) {
    use std::io::ErrorKind;
    let mut at = Some(error);
    while let Some(e) = at {
        if let Some(io) = e.downcast_ref::<std::io::Error>() {
            let address = || address(server);
            match io.kind() {
                ErrorKind::ConnectionRefused => {
                    return (format!("dial tcp {}: connect: connection refused", address()), Broken::Unreached);
                }
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                    return ("read: connection reset by peer".to_owned(), Broken::Lost);
                }
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionAborted => return ("EOF".to_owned(), Broken::Lost),
                ErrorKind::TimedOut => return (format!("dial tcp {}: i/o timeout", address()), Broken::Unreached),
                ErrorKind::HostUnreachable => {
                    return (format!("dial tcp {}: connect: no route to host", address()), Broken::Unreached);
                }
                ErrorKind::NetworkUnreachable => {
                    return (format!("dial tcp {}: connect: network is unreachable", address()), Broken::Unreached);
                }
                _ => {}
            }
            let text = io.to_string();
            if text.contains("failed to lookup address") {
                let host = host_port(server).0;
                return (format!("dial tcp: lookup {host}: no such host"), Broken::Hopeless);
            }
        }
        at = e.source();
    }
    let text = deepest(error);
    if text.contains("UnknownIssuer") {
        return (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority".to_owned(),
            Broken::Hopeless,
        );
    }
    let lost = text.contains("connection closed") || text.contains("operation was canceled");
    (text, if lost { Broken::Lost } else { Broken::Hopeless })
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
            in_doubt: answer.in_doubt,
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
    ApiError { code, reason: reason.to_owned(), message, details: Value::Null, in_doubt: answer.in_doubt }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings() {
        assert_eq!(warning_text(r#"299 - "unknown field \"a\"""#).as_deref(), Some("unknown field \"a\""));
    }
}
