//! pintle-template
