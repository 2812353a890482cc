//! What pintle's tests need around them. For development only: nothing of it ships.
//!
//! - [`controlplane`]: a real Kubernetes control plane on loopback, started once for a test binary.
//! - [`fault`]: a proxy before its API server that counts requests and breaks those that a rule names.
//! - [`http`]: a small HTTP server with handlers, among them one for static files, for repositories and registries.
//! - [`postgres`]: a PostgreSQL server on loopback, where it is installed.
//! - [`tools`]: programs that call Helm or that Helm calls, built from their Go modules.
//!
//! The library stays light (no async runtime, no Kubernetes client), so that every crate can use it in its tests.

pub mod controlplane;
pub mod fault;
pub mod http;
pub mod postgres;
pub mod tools;

pub use controlplane::ControlPlane;
pub use postgres::Postgres;

/// Where what is built for tests is kept: `CARGO_TARGET_DIR`, or the workspace's `target`.
fn target_folder() -> std::io::Result<std::path::PathBuf> {
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), Into::into);
    std::path::absolute(target)
}
