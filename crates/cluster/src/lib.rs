//! Helm's side of a Kubernetes cluster: the client, applying, waiting, and the actions on releases.
//!
//! Everything blocks: the asynchronous client runs on a runtime of one thread inside [`Cluster`]. Nothing prints; what
//! is worth telling goes to an [`Events`] sink. Actions know the cluster only as [`Kube`], so that they can be tried
//! without one.

pub mod action;
mod apply;
mod build;
mod builtin;
mod client;
mod config;
pub mod diff;
mod discovery;
mod error;
mod events;
mod evidence;
mod items;
pub mod kube;
mod lease;
mod live;
mod managed;
pub mod merge;
mod object;
pub mod order;
mod pace;
mod parse;
mod proto;
mod records;
mod retry;
mod rights;
pub mod wait;
mod watch;

pub use client::Cluster;
pub use config::{ConnectOptions, ParseFn};
pub use discovery::Mapping;
pub use error::{ApiError, Error};
pub use events::{Events, Level, Progress, Silent};
pub use kube::{CreateOptions, Kube, Offline, Propagation, Resource, ServerVersion, UpdateOptions, Updated};
pub use lease::{GONE_AFTER, Liveness, RENEW_EVERY};
pub use object::{Gvk, Object};
pub use parse::parse_yaml;
pub use records::ClusterObjects;
pub use rights::{Missing, Need};
pub use wait::{Timeout, WaitStrategy, Waiter};
