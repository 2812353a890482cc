//! pintle-release
