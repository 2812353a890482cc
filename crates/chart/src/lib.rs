//! pintle-chart
