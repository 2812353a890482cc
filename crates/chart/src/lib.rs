//! Charts: what is in them, how they are read and written, and the values that go into their templates.
//!
//! ```text
//! directory, .tgz ─▶ load ─▶ Chart ─▶ deps ─▶ coalesce ─▶ schema ─▶ render_values ─▶ (the engine)
//!                            -f, --set ─▶ values ─┘
//! ```
//!
//! Nothing here prints, opens a socket or reads a cluster's configuration. Warnings go to a [`log::LogSink`];
//! what may come from elsewhere (value files, schemas behind addresses) enters through a trait.

pub mod archive;
pub mod capabilities;
pub mod chart;
pub mod coalesce;
pub mod create;
pub mod decode;
pub mod deps;
mod gostd;
pub mod ignore;
pub mod json;
pub mod layers;
pub mod load;
pub mod lock;
pub mod log;
pub mod metadata;
pub mod names;
pub mod package;
pub mod record;
pub mod render_values;
pub mod schema;
pub mod strvals;
mod timestamp;
pub mod types;
pub mod values;

pub use capabilities::{BuildInfo, Capabilities, KubeVersion};
pub use chart::{Chart, Crd, File};
pub use decode::DecodeError;
pub use gostd::path_error as os_error;
pub use load::LoadError;
pub use metadata::{Dependency, Lock, Maintainer, Metadata, ValidationError};
pub use render_values::{ReleaseOptions, to_render_values};
pub use timestamp::Timestamp;
