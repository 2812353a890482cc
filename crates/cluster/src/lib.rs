//! Helm's side of a Kubernetes cluster.

pub mod merge;
mod object;

pub use object::{Gvk, Object};
