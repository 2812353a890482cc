//! pintle-sprig
