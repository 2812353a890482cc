//! A small HTTP server on loopback, for chart repositories, registries and whatever else a test has to stand up.
//!
//! ```
//! use pintle_testkit::http::{Response, Server};
//!
//! let server = Server::new(|request| Response::new(200, format!("you asked for {}", request.path()))).start()?;
//! assert!(server.url("/index.yaml").starts_with("http://127.0.0.1:"));
//! assert!(server.requests().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Each connection has a thread of its own; all of them end when the server is dropped.

mod files;
mod message;
#[cfg(feature = "tls")]
pub mod tls;

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

pub use message::{Request, Response};

type Handler = dyn Fn(&Request) -> Response + Send + Sync;

/// A server that is not yet started.
pub struct Server {
    handler: Box<Handler>,
    credentials: Option<(String, String)>,
    latency: Duration,
    #[cfg(feature = "tls")]
    tls: Option<Arc<rustls::ServerConfig>>,
}

impl Server {
    /// A server that answers each request by the handler.
    pub fn new(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self {
            handler: Box::new(handler),
            credentials: None,
            latency: Duration::ZERO,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// A server of the files in a folder, to be read only. Files may come and go while it runs.
    #[must_use]
    pub fn files(folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self::new(move |request| files::answer(&folder, request))
    }

    /// Answers 401 to requests that do not have these credentials (RFC 7617).
    #[must_use]
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Waits this long before each answer.
    #[must_use]
    pub const fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Speaks HTTPS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Starts to serve on a free port of the loopback address.
    ///
    /// # Errors
    /// If there is no port or no thread to be had.
    pub fn start(self) -> io::Result<Running> {
        let scheme = self.scheme();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let listener = Listener::start(move |stream| self.serve(stream, &log))?;
        Ok(Running { scheme, seen, listener })
    }

    #[cfg(feature = "tls")]
    const fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    #[cfg(not(feature = "tls"))]
    #[allow(clippy::unused_self, reason = "its twin with TLS looks at the settings")]
    const fn scheme(&self) -> &'static str {
        "http"
    }

    /// Serves one connection.
    fn serve(&self, stream: TcpStream, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        #[cfg(feature = "tls")]
        if let Some(config) = &self.tls {
            let session = rustls::ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            return self.talk(rustls::StreamOwned::new(session, stream), seen);
        }
        self.talk(stream, seen)
    }

    /// Reads requests and answers them until the client has no more.
    fn talk(&self, stream: impl Read + Write, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = Request::read(&mut stream)? {
            let last = request.header("connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
            let head_only = request.method == "HEAD";
            std::thread::sleep(self.latency);
            let response = if self.allowed(&request) {
                (self.handler)(&request)
            } else {
                Response::new(401, "unauthorized\n").with("WWW-Authenticate", "Basic realm=\"test\"")
            };
            lock(seen).push(request);
            response.write(stream.get_mut(), head_only)?;
            if last {
                break;
            }
        }
        Ok(())
    }

    fn allowed(&self, request: &Request) -> bool {
        self.credentials.as_ref().is_none_or(|(user, password)| {
            let want = format!("Basic {}", base64(format!("{user}:{password}").as_bytes()));
            request.header("authorization") == Some(&want)
        })
    }
}

/// A server that runs until it is dropped.
pub struct Running {
    scheme: &'static str,
    seen: Arc<Mutex<Vec<Request>>>,
    listener: Listener,
}

impl Running {
    /// The address of something on this server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}/{}", self.scheme, self.listener.address, path.trim_start_matches('/'))
    }

    /// `127.0.0.1:PORT`, as references of OCI registries have it.
    #[must_use]
    pub fn authority(&self) -> String {
        self.listener.address.to_string()
    }

    /// What has been asked so far, refused or not.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.seen).clone()
    }
}

/// Accepts connections, each handled by a thread, until dropped; open connections are cut then.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    open: Arc<Mutex<HashMap<u64, TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub(crate) fn start(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let open = Arc::new(Mutex::new(HashMap::new()));
        let serve = Arc::new(serve);
        let (stopped, streams) = (Arc::clone(&stop), Arc::clone(&open));
        let accept = move || {
            for (number, stream) in (0_u64..).zip(listener.incoming()) {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                if let Ok(handle) = stream.try_clone() {
                    lock(&streams).insert(number, handle);
                }
                let (serve, streams) = (Arc::clone(&serve), Arc::clone(&streams));
                // What goes wrong on a connection is the client's to notice: it sees the connection close, which it
                // does once both handles are gone.
                let _ = std::thread::Builder::new().name("test-connection".into()).spawn(move || {
                    let _ = serve(stream);
                    lock(&streams).remove(&number);
                });
            }
        };
        let thread = std::thread::Builder::new().name("test-server".into()).spawn(accept)?;
        Ok(Self { address, stop, open, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address); // wakes the thread that accepts
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        for (_, stream) in lock(&self.open).drain() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Locks; that another thread has panicked while it held the lock does not matter for the plain lists kept here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Base64 with the usual alphabet and padding (RFC 4648, section 4).
fn base64(data: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for i in 0..4 {
            let digit = ALPHABET.get((bits >> (18 - 6 * i) & 63) as usize).filter(|_| i <= group.len());
            out.push(digit.map_or('=', |d| char::from(*d)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a text and gives all that comes back.
    fn ask(server: &Running, text: &str) -> String {
        let mut stream = TcpStream::connect(server.listener.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn base64_pads() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|s| base64(s.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }

    #[test]
    fn serves_several_requests_on_a_connection() {
        let server = Server::new(|r| Response::new(200, r.path())).start().unwrap();
        let answer = ask(&server, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n");
        assert_eq!(answer.matches("200 OK").count(), 2);
        assert!(answer.contains("/a") && answer.ends_with("/b"));
        assert_eq!(server.requests().len(), 2);
    }

    #[test]
    fn asks_for_credentials() {
        let server = Server::new(|_| Response::new(200, "in")).basic_auth("u", "p").start().unwrap();
        assert!(ask(&server, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 401 "));
        let good = "GET / HTTP/1.1\r\nConnection: close\r\nAuthorization: Basic dTpw\r\n\r\n";
        assert!(ask(&server, good).ends_with("in"));
    }

    #[test]
    fn serves_files_but_not_those_outside() {
        let folder = std::env::temp_dir().join(format!("pintle-testkit-files-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("public")).unwrap();
        std::fs::write(folder.join("secret"), "no").unwrap();
        std::fs::write(folder.join("public/index.yaml"), "entries: {}\n").unwrap();
        let server = Server::files(&folder.join("public")).start().unwrap();
        let get = |path: &str| ask(&server, &format!("GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n"));
        assert!(get("/index.yaml").ends_with("entries: {}\n"));
        assert!(get("/index%2Eyaml?x=y").ends_with("entries: {}\n"));
        for path in ["/", "/nothing", "/../secret", "/%2e%2e/secret"] {
            assert!(get(path).starts_with("HTTP/1.1 404 "), "{path}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_dropped_server_is_gone() {
        let server = Server::new(|_| Response::new(200, "")).start().unwrap();
        let mut idle = TcpStream::connect(server.listener.address).unwrap();
        let address = server.listener.address;
        drop(server);
        assert!(matches!(idle.read(&mut [0]), Ok(0) | Err(_)));
        assert!(TcpStream::connect(address).is_err());
    }
}
