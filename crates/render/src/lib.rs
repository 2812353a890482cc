//! From a loaded chart and merged values to manifests, hooks and notes, in two template languages; and lint.
//!
//! [`render`] gives the text of each template, [`sort_manifests`] tells hooks from resources and sorts them,
//! [`render_resources`] does all that a release needs. No I/O, no runtime: `lookup`, post-renderers and logs come in as traits.

mod decode;
mod engine;
mod error;
mod files;
pub mod jinja;
pub mod lint;
pub mod manifest;
pub mod postrender;
pub mod resources;

pub use engine::{Failure, Limits, Lookup, RenderError, RenderOptions, render, render_text};
pub use lint::{LintMessage, LintOptions, LintResult, Severity, lint_chart};
pub use manifest::{Hook, Manifest, ManifestError, RenderedFiles, Sorted, sort_manifests, split_manifests};
pub use pintle_template::{Recorder, trace};
pub use postrender::{PostRenderError, PostRenderStrategy};
pub use resources::{PostRender, ResourceOptions, Resources, ResourcesError, render_resources};
