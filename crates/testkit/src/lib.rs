//! What pintle's tests need around them. For development only: nothing of it ships.
//!
//! - [`controlplane`]: a real Kubernetes control plane on loopback, started once for a test binary.
//! - [`fault`]: a proxy before its API server that counts requests and breaks those that a rule names.
//! - [`http`]: a small HTTP server with handlers, among them one for static files, for repositories and registries.
//! - [`postgres`]: a PostgreSQL server on loopback, where it is installed.
//!
//! The library stays light (no async runtime, no Kubernetes client), so that every crate can use it in its tests.

pub mod controlplane;
pub mod fault;
pub mod http;
pub mod postgres;

pub use controlplane::ControlPlane;
pub use postgres::Postgres;
