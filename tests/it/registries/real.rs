//! Starting Debian's docker-registry, with TLS and the authentication that a test wants, and certificates for it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::kit::{Sandbox, skipped};

/// `user:password`, as `htpasswd -B` writes it.
const ACCOUNT: &str = "user:$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu\n";

/// A registry that runs until it is dropped.
pub struct Registry {
    process: Child,
    /// `127.0.0.1:PORT`
    pub host: String,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a registry asks for.
#[derive(Clone, Copy)]
pub enum Wants<'a> {
    /// The password of [`ACCOUNT`].
    Password,
    /// Tokens of the server at this address, signed below `ca.crt`.
    Token(&'a str),
    /// The same password, over TLS, and a certificate of the client.
    Certificate,
}

/// Starts a registry; `None` where the program is missing.
pub fn start(s: &Sandbox, wants: Wants<'_>) -> Option<Registry> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let host = format!("127.0.0.1:{port}");
    let at = |name: &str| s.path(name).display().to_string();
    let accounts = s.write("accounts", ACCOUNT).display().to_string();
    let password = format!("auth: {{htpasswd: {{realm: test, path: {accounts}}}}}\n");
    let mut config = format!(
        "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp:\n  addr: {host}\n",
        at("registry")
    );
    config += &match wants {
        Wants::Password => password,
        Wants::Token(realm) => {
            let ca = at("ca.crt");
            format!("auth: {{token: {{realm: '{realm}', service: test, issuer: test, rootcertbundle: {ca}}}}}\n")
        }
        Wants::Certificate => format!(
            "  tls: {{certificate: {}, key: {}, clientcas: [{}]}}\n{password}",
            at("server.crt"),
            at("server.key"),
            at("ca.crt")
        ),
    };
    let config = s.write("registry.yml", config);
    let mut command = Command::new("docker-registry");
    let Ok(process) = command.arg("serve").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        skipped("docker-registry is missing");
        return None;
    };
    let registry = Registry { process, host };
    let start = Instant::now();
    while std::net::TcpStream::connect(&registry.host).is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "the registry does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(registry)
}

/// Makes `ca.crt` and `ca.key`, and below them a server's and a client's certificate; false where openssl is missing.
pub fn certificates(s: &Sandbox) -> bool {
    let dir = s.path("");
    let made = openssl(&dir, "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=test");
    if made.is_none() {
        return false;
    }
    s.write("server.ext", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    s.write("client.ext", "extendedKeyUsage=clientAuth\n");
    for name in ["server", "client"] {
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        openssl(&dir, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"));
        let by = "-CA ca.crt -CAkey ca.key -CAcreateserial";
        openssl(&dir, &format!("x509 -req -in {name}.csr {by} -out {name}.crt -days 2 -extfile {name}.ext"));
    }
    true
}

/// Runs openssl and gives what it wrote; `None` where it is missing.
pub fn openssl(dir: &Path, line: &str) -> Option<Vec<u8>> {
    let Ok(run) = Command::new("openssl").args(line.split(' ')).current_dir(dir).output() else {
        skipped("openssl is missing");
        return None;
    };
    assert!(run.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&run.stderr));
    Some(run.stdout)
}
