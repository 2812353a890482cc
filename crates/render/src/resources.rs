//! From a chart and its values to what a release consists of: manifest, hooks, notes (Helm's `renderResources`).

use std::fmt::Write as _;

use pintle_chart::Chart;
use pintle_chart::capabilities::Capabilities;
use pintle_go::semver::{Constraint, Version};
use pintle_go::{GoStr, Map};
use pintle_release::KindOrder;
use thiserror::Error;

use crate::engine::{RenderError, RenderOptions, render};
use crate::manifest::{Hook, Manifest, ManifestError, RenderedFiles, Sorted, UnknownHook, is_blank, sort_manifests};
use crate::postrender::{PostRenderError, PostRenderStrategy, post_render};

const NOTES: &str = "NOTES.txt";

/// What stands for a Secret that is not to be shown.
pub const HIDDEN_SECRET: &str = "# HIDDEN: The Secret output has been suppressed";

/// Something that rewrites a stream of manifests: an executable, a plugin.
pub type PostRender<'a> = dyn Fn(&[u8]) -> Result<Vec<u8>, String> + 'a;

/// What to make of a chart.
#[derive(Default)]
pub struct ResourceOptions<'a> {
    /// Subcharts' NOTES.txt are part of the notes.
    pub sub_notes: bool,
    /// The chart's CRDs come first in the manifest.
    pub include_crds: bool,
    /// Secrets are replaced by a line that says so.
    pub hide_secret: bool,
    /// [`Resources::manifest`] stays empty: large outputs need not be held twice by whoever writes document by document.
    pub apart: bool,
    /// Rewrites the manifests before they are sorted.
    pub post_render: Option<&'a PostRender<'a>>,
    /// What the post-renderer sees of hooks.
    pub post_render_strategy: PostRenderStrategy,
}

/// What a chart became.
#[derive(Debug, Default)]
pub struct Resources {
    /// Hooks by kind.
    pub hooks: Vec<Hook>,
    /// Resources by kind.
    pub manifests: Vec<Manifest>,
    /// The CRDs of `crds/`, if asked for: path and text.
    pub crds: Vec<(String, GoStr)>,
    /// The whole stream: for each CRD and resource `---`, `# Source: PATH`, its text.
    pub manifest: Vec<u8>,
    /// NOTES.txt, rendered.
    pub notes: GoStr,
    /// Documents whose `helm.sh/hook` names an event that is not known.
    pub unknown_hooks: Vec<UnknownHook>,
}

impl Resources {
    /// What the stream is joined of: path and text of each CRD and resource.
    pub fn documents(&self, hide_secret: bool) -> impl Iterator<Item = (&str, &[u8])> {
        let crds = self.crds.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
        crds.chain(self.manifests.iter().map(move |m| {
            let hidden = hide_secret && m.kind == "Secret" && m.api_version == "v1";
            (m.path.as_str(), if hidden { HIDDEN_SECRET.as_bytes() } else { m.content.as_bytes() })
        }))
    }
}

/// Why a chart did not render.
#[derive(Debug, Error)]
pub enum ResourcesError {
    /// The chart asks for another Kubernetes.
    #[error("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {version}")]
    KubeVersion {
        /// The constraint in Chart.yaml.
        wanted: String,
        /// The version of Kubernetes at hand.
        version: String,
    },
    /// A template failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A template gave something that is no YAML object.
    #[error("{error}")]
    Manifest {
        /// Which, and why.
        error: ManifestError,
        /// All that was rendered, which Helm prints with `--debug`.
        partial: Vec<u8>,
    },
    /// The post-renderer failed.
    #[error(transparent)]
    PostRender(#[from] PostRenderError),
}

impl ResourcesError {
    /// What was rendered before the error, if anything (a release that Helm would print with `--debug`).
    pub fn partial(&self) -> Option<&[u8]> {
        match self {
            ResourcesError::Manifest { partial, .. } => Some(partial),
            _ => None,
        }
    }
}

/// Renders, takes the notes out, post-renders, sorts and joins.
///
/// `values` is the top map of [`pintle_chart::render_values::to_render_values`].
///
/// # Errors
/// See [`ResourcesError`].
pub fn render_resources(
    chart: &Chart,
    values: &Map,
    caps: &Capabilities,
    render_options: &RenderOptions<'_>,
    o: &ResourceOptions<'_>,
) -> Result<Resources, ResourcesError> {
    check_kube_version(chart, caps)?;
    let mut files = render(chart, values, render_options)?;
    let notes = take_notes(chart, &mut files, o.sub_notes);
    if let Some(run) = o.post_render {
        files = post_render(files, run, o.post_render_strategy)?;
    }
    let Sorted { hooks, manifests, unknown_hooks } = match sort_manifests(&files, KindOrder::Install) {
        Ok(s) => s,
        Err(error) => return Err(ResourcesError::Manifest { error, partial: all_text(&files) }),
    };
    let mut out = Resources { hooks, manifests, notes, unknown_hooks, ..Resources::default() };
    if o.include_crds {
        out.crds = chart.crd_objects().into_iter().map(|c| (c.filename, GoStr::from(&*c.file.data))).collect();
    }
    if !o.apart {
        // the largest text of all: made in its size
        let sizes = out.documents(false).map(|(path, text)| path.len() + text.len() + "---\n# Source: \n\n".len());
        let mut manifest = Vec::with_capacity(sizes.sum());
        for (path, text) in out.documents(o.hide_secret) {
            push(&mut manifest, path, text);
        }
        out.manifest = manifest;
    }
    Ok(out)
}

/// Adds one document with its source to a stream.
pub fn push(stream: &mut Vec<u8>, path: &str, text: &[u8]) {
    stream.extend_from_slice(b"---\n# Source: ");
    stream.extend_from_slice(path.as_bytes());
    stream.push(b'\n');
    stream.extend_from_slice(text);
    stream.push(b'\n');
}

fn all_text(files: &RenderedFiles) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, text) in files.iter().filter(|(_, t)| !is_blank(t)) {
        push(&mut out, path, text);
    }
    out
}

/// `chartutil.IsCompatibleRange`: a constraint or version that does not parse is not kept.
fn check_kube_version(chart: &Chart, caps: &Capabilities) -> Result<(), ResourcesError> {
    let wanted = &chart.metadata.kube_version;
    let version = &caps.kube_version.version;
    let kept = || {
        let c = Constraint::new(wanted.as_str()).ok()?;
        let v = Version::new(version.as_str()).ok()?;
        Some(c.check(&v))
    };
    if wanted.is_empty() || kept() == Some(true) {
        return Ok(());
    }
    Err(ResourcesError::KubeVersion { wanted: wanted.clone(), version: version.clone() })
}

/// Removes every NOTES.txt; joins the chart's own and, if asked, those of subcharts.
fn take_notes(chart: &Chart, files: &mut RenderedFiles, sub_notes: bool) -> GoStr {
    let own = format!("{}/templates/{NOTES}", chart.name());
    let mut notes = Vec::new();
    files.retain(|path, text| {
        if !path.ends_with(NOTES) {
            return true;
        }
        if sub_notes || *path == own {
            if !notes.is_empty() {
                notes.push(b'\n');
            }
            notes.extend_from_slice(text);
        }
        false
    });
    GoStr::from(notes)
}

/// The warning that Helm logs for a hook annotation it does not know.
pub fn unknown_hook_warning(types: &str) -> String {
    let mut s = String::from("level=INFO msg=\"skipping unknown hooks\" hookTypes=");
    let plain = !types.is_empty() && types.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '=');
    let _ = if plain { write!(s, "{types}") } else { write!(s, "{}", pintle_go::strconv::quote(types.as_bytes())) };
    s
}
