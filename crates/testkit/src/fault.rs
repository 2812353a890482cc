//! A proxy before an API server (or any HTTP server) that counts requests and breaks those that a rule names.
//!
//! It speaks plain HTTP on both sides, since nothing can be seen or changed inside TLS; a
//! [control plane](crate::controlplane::Builder::proxy) has such an address. A client uses it through
//! [`Proxy::write_kubeconfig`].
//!
//! ```no_run
//! use pintle_testkit::{ControlPlane, fault::{Fault, Proxy, Rule}};
//!
//! let cluster = ControlPlane::builder().proxy().start()?;
//! let proxy = Proxy::start(cluster.proxy_url().unwrap_or_default())?;
//! // The second patch of a Deployment is refused, once.
//! proxy.add(Rule::new(Fault::status(429)).method("PATCH").path("/deployments/").after(1).times(1));
//! let kubeconfig = proxy.write_kubeconfig(&cluster.dir().join("faulty"))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::http::{Listener, Request, Response, lock};

/// What happens to a request in place of its answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fault {
    /// This answer is given, and the server hears nothing of the request.
    Answer(Response),
    /// The connection is reset before the server hears of the request.
    Reset,
    /// The server does what it is asked, but the connection is reset after so many bytes of its answer.
    Truncate(u64),
    /// The request is passed on after a while.
    Delay(Duration),
    /// The server hears nothing of the request, and the client no answer: time to kill it ([`Proxy::wait_for_hold`]).
    Hold,
    /// The server does what it is asked, and the client hears no answer.
    HoldAnswer,
}

impl Fault {
    /// An answer with this status and an API server's `Status` object.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let reason = match status {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            409 => "Conflict",
            429 => "TooManyRequests",
            500 => "InternalError",
            503 => "ServiceUnavailable",
            504 => "Timeout",
            _ => "",
        };
        let body = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "refused by a rule of the test", "reason": reason, "code": status,
        });
        Self::Answer(Response::new(status, body.to_string()).with("Content-Type", "application/json"))
    }

    /// An answer 429 that asks the client to come again after so many seconds.
    #[must_use]
    pub fn retry_after(seconds: u32) -> Self {
        match Self::status(429) {
            Self::Answer(response) => Self::Answer(response.with("Retry-After", &seconds.to_string())),
            other => other,
        }
    }
}

/// Which requests a fault befalls: all, if nothing else is said.
#[derive(Debug, Clone)]
pub struct Rule {
    fault: Fault,
    method: Option<String>,
    path: Option<String>,
    after: usize,
    times: usize,
    /// One request in so many, by this state of a generator; every one for 0.
    one_in: u64,
    random: u64,
}

impl Rule {
    /// This fault, for every request.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self { fault, method: None, path: None, after: 0, times: usize::MAX, one_in: 0, random: 0 }
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose path or query has this text in it.
    #[must_use]
    pub fn path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    /// Not the first so many of these requests.
    #[must_use]
    pub const fn after(mut self, count: usize) -> Self {
        self.after = count;
        self
    }

    /// Only so many times in all.
    #[must_use]
    pub const fn times(mut self, count: usize) -> Self {
        self.times = count;
        self
    }

    /// Only one in so many of these requests, by chance; the same ones for the same seed.
    #[must_use]
    pub const fn one_in(mut self, count: u64, seed: u64) -> Self {
        self.one_in = count;
        self.random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        self
    }

    /// Whether the generator (xorshift64) picks this request.
    fn picks(&mut self) -> bool {
        if self.one_in == 0 {
            return true;
        }
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random.is_multiple_of(self.one_in)
    }

    /// Whether it befalls this request; counts it.
    fn strikes(&mut self, request: &Request) -> bool {
        let meant = self.method.as_ref().is_none_or(|m| *m == request.method)
            && self.path.as_ref().is_none_or(|p| request.target.contains(p.as_str()));
        if !meant || self.times == 0 || !self.picks() {
            return false;
        }
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        self.times -= 1;
        true
    }
}

/// A running proxy; it ends when dropped.
pub struct Proxy {
    shared: Arc<Shared>,
    listener: Listener,
}

/// What connections and test both see.
struct Shared {
    upstream: String, // host:port
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<Request>>,
    /// How many requests were held so far, and whether those are held still.
    held: Mutex<usize>,
    changed: Condvar,
}

impl Proxy {
    /// Starts a proxy before the server at this address, `http://HOST:PORT`.
    ///
    /// # Errors
    /// `InvalidInput` for an address of another kind, or if there is no port to be had.
    pub fn start(upstream: &str) -> io::Result<Self> {
        let upstream =
            upstream.strip_prefix("http://").map(|rest| rest.trim_end_matches('/').to_owned()).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, format!("not http://HOST:PORT: {upstream:?}"))
            })?;
        let shared = Arc::new(Shared {
            upstream,
            rules: Mutex::default(),
            seen: Mutex::default(),
            held: Mutex::default(),
            changed: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        let listener = Listener::start(move |stream| own.serve(stream))?;
        Ok(Self { shared, listener })
    }

    /// Adds a rule. The first rule that strikes decides; those after it do not count the request.
    pub fn add(&self, rule: Rule) {
        lock(&self.shared.rules).push(rule);
    }

    /// Resets every request but the next so many: what a server looks like that dies half-way.
    pub fn cut_after(&self, requests: usize) {
        self.add(Rule::new(Fault::Reset).after(requests));
    }

    /// Forgets all rules, and lets go of what is held.
    pub fn heal(&self) {
        lock(&self.shared.rules).clear();
        *lock(&self.shared.held) = 0;
        self.shared.changed.notify_all();
    }

    /// Waits until a request is held, for so long at most; says whether one is.
    #[must_use]
    pub fn wait_for_hold(&self, most: Duration) -> bool {
        let held = lock(&self.shared.held);
        let (held, _) = self
            .shared
            .changed
            .wait_timeout_while(held, most, |held| *held == 0)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *held > 0
    }

    /// What has come so far, broken or not.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.seen).clone()
    }

    /// How many requests with this method had this text in their path or query.
    #[must_use]
    pub fn count(&self, method: &str, path: &str) -> usize {
        lock(&self.shared.seen).iter().filter(|r| r.method == method && r.target.contains(path)).count()
    }

    /// The address of the proxy.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// Writes a kubeconfig with which clients come through the proxy, and gives its path.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_kubeconfig(&self, path: &Path) -> io::Result<PathBuf> {
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "proxy",
            "clusters": [{"name": "proxy", "cluster": {"server": self.url()}}],
            "users": [{"name": "proxy", "user": {}}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "proxy"}}],
        });
        std::fs::write(path, format!("{config:#}\n"))?;
        Ok(path.to_owned())
    }
}

impl Shared {
    /// Serves one connection. It is closed after the first request that was passed on: that way the answer needs no
    /// understanding, and a watch is passed on as it comes.
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some(request) = Request::read(&mut stream)? {
            lock(&self.seen).push(request.clone());
            let fault = lock(&self.rules).iter_mut().find_map(|r| r.strikes(&request).then(|| r.fault.clone()));
            match fault {
                Some(Fault::Answer(response)) => response.write(stream.get_mut(), request.method == "HEAD")?,
                Some(Fault::Reset) => return reset(stream.get_ref()),
                Some(Fault::Truncate(bytes)) => {
                    self.pass_on(&request, stream.get_mut(), bytes)?;
                    return reset(stream.get_ref());
                }
                Some(Fault::Delay(delay)) => {
                    std::thread::sleep(delay);
                    return self.pass_on(&request, stream.get_mut(), u64::MAX);
                }
                Some(Fault::Hold) => return self.hold(),
                Some(Fault::HoldAnswer) => {
                    self.pass_on(&request, &mut io::sink(), u64::MAX)?;
                    return self.hold();
                }
                None => return self.pass_on(&request, stream.get_mut(), u64::MAX),
            }
        }
        Ok(())
    }

    /// Keeps the connection as it is until the proxy is healed.
    fn hold(&self) -> io::Result<()> {
        let mut held = lock(&self.held);
        *held += 1;
        self.changed.notify_all();
        while *held > 0 {
            held = self.changed.wait(held).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        Ok(())
    }

    /// Sends the request to the server, and as much of the answer back.
    fn pass_on(&self, request: &Request, client: &mut impl Write, most: u64) -> io::Result<()> {
        let mut server = TcpStream::connect(&self.upstream)?;
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for (name, value) in &request.headers {
            if !["connection", "content-length", "transfer-encoding"].iter().any(|n| name.eq_ignore_ascii_case(n)) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", request.body.len()));
        server.write_all(head.as_bytes())?;
        server.write_all(&request.body)?;
        io::copy(&mut server.take(most), client)?;
        Ok(())
    }
}

/// Makes the coming close of the connection a reset.
fn reset(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Server;

    fn ask(proxy: &Proxy, method: &str, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(proxy.listener.address)?;
        stream.write_all(format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n\r\n").as_bytes())?;
        // A proxy keeps a connection open after an answer of its own.
        stream.set_read_timeout(Some(Duration::from_millis(300)))?;
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Err(e) if e.kind() != io::ErrorKind::WouldBlock => Err(e),
            _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
        }
    }

    #[test]
    fn passes_on_and_counts() {
        let server = Server::new(|r| Response::new(200, r.target.clone())).start().unwrap();
        let proxy = Proxy::start(&server.url("")).unwrap();
        assert!(ask(&proxy, "GET", "/api?x=1").unwrap().ends_with("/api?x=1"));
        assert_eq!((proxy.count("GET", "x=1"), proxy.count("PUT", "")), (1, 0));
    }

    #[test]
    fn breaks_what_rules_name() {
        let server = Server::new(|_| Response::new(200, "0123456789")).start().unwrap();
        let proxy = Proxy::start(&server.url("")).unwrap();
        proxy.add(Rule::new(Fault::retry_after(3)).method("PATCH").path("/b").after(1).times(1));
        let status = |method, path| ask(&proxy, method, path).unwrap().split(' ').nth(1).unwrap().to_owned();
        assert_eq!(["/a", "/b", "/b", "/b"].map(|p| status("PATCH", p)), ["200", "200", "429", "200"]);
        assert_eq!(server.requests().len(), 3);
        proxy.heal();
        proxy.add(Rule::new(Fault::Truncate(5)).times(1));
        assert!(ask(&proxy, "GET", "/").map_or(true, |t| t.len() <= 5));
        proxy.heal();
        proxy.add(Rule::new(Fault::status(500)).one_in(4, 7));
        let failed = (0..80).filter(|_| status("GET", "/") == "500").count();
        assert!((5..=40).contains(&failed), "one in four, about: {failed}");
        proxy.heal();
        proxy.add(Rule::new(Fault::HoldAnswer).times(1));
        assert!(!proxy.wait_for_hold(Duration::ZERO));
        let before = server.requests().len();
        std::thread::scope(|s| {
            let client = s.spawn(|| ask(&proxy, "GET", "/"));
            assert!(proxy.wait_for_hold(Duration::from_secs(10)));
            assert_eq!(server.requests().len(), before + 1);
            proxy.heal();
            assert_eq!(client.join().unwrap().unwrap_or_default(), "");
        });
        proxy.cut_after(1);
        assert_eq!(status("GET", "/"), "200");
        let error = ask(&proxy, "GET", "/").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
