//! What commands do, free of how they are called.

pub mod candidates;
pub mod chart;
pub mod dependencies;
pub mod explain;
pub mod getters;
pub mod limits;
pub mod name;
pub mod oci;
pub mod plugins;
pub mod postrender;
pub mod prompt;
pub mod render;
pub mod repositories;
pub mod schemas;
pub mod session;
pub mod show_source;
pub mod signing;
pub mod stop;
pub mod values;
pub mod versions;
