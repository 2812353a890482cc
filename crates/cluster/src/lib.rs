//! pintle-cluster
