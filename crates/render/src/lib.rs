//! pintle-render
