//! Post-rendering: the manifests as one stream through a program of the user's, and back into files.
//!
//! Each document carries the path of its template in an annotation while it is outside, so that it finds back to its
//! file (Helm's `annotateAndMerge` and `splitAndDeannotate`).

mod nodes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use pintle_go::GoStr;
use pintle_release::KindOrder;
use thiserror::Error;

use crate::manifest::{ManifestError, RenderedFiles, Sorted, is_blank, sort_manifests, split_manifests};
use crate::resources::PostRender;

const FILENAME: &str = "postrenderer.helm.sh/postrender-filename";

/// What the post-renderer sees of hooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PostRenderStrategy {
    /// Hooks and resources together.
    #[default]
    Combined,
    /// Hooks and resources in two runs.
    Separate,
    /// Resources only, as Helm 3 did.
    NoHooks,
}

/// Why post-rendering failed.
#[derive(Debug, Error)]
pub enum PostRenderError {
    /// A document could not be read before it went out.
    #[error("error merging {group}: parsing {path}: {reason}")]
    Merge {
        /// `manifests` or `hooks`.
        group: &'static str,
        /// Path of the template.
        path: String,
        /// The YAML error.
        reason: String,
    },
    /// The program failed.
    #[error("error while running post render on {group}: {reason}")]
    Run {
        /// What was handed over: `files`, `manifests`, `hooks`.
        group: &'static str,
        /// The program's error.
        reason: String,
    },
    /// The program's output is no YAML.
    #[error("error while parsing post rendered output{place}: {reason}")]
    Output {
        /// ` for GROUP`, or nothing.
        place: String,
        /// The YAML error.
        reason: String,
    },
    /// The documents could not be told apart.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// Sends files through the post-renderer by the strategy; gives the files that came back.
pub(crate) fn post_render(
    files: RenderedFiles,
    run: &PostRender<'_>,
    strategy: PostRenderStrategy,
) -> Result<RenderedFiles, PostRenderError> {
    if strategy == PostRenderStrategy::Combined {
        let merged = merge(&files, "manifests")?;
        let out = run(&merged).map_err(|reason| PostRenderError::Run { group: "files", reason })?;
        return split(&out, "").map_err(|reason| PostRenderError::Output { place: String::new(), reason });
    }
    let Sorted { hooks, manifests, .. } = sort_manifests(&files, KindOrder::Install)?;
    let hooks = collect(hooks.into_iter().map(|h| (h.path, h.manifest)));
    let manifests = collect(manifests.into_iter().map(|m| (m.path, m.content)));
    let mut all = RenderedFiles::new();
    for (group, files) in [("hooks", hooks), ("manifests", manifests)] {
        if files.is_empty() {
            continue;
        }
        let back = if group == "hooks" && strategy == PostRenderStrategy::NoHooks {
            files
        } else {
            let merged = merge(&files, group)?;
            let out = run(&merged).map_err(|reason| PostRenderError::Run { group, reason })?;
            split(&out, group).map_err(|reason| PostRenderError::Output { place: format!(" for {group}"), reason })?
        };
        for (path, text) in back {
            add(&mut all, path, &text);
        }
    }
    Ok(all)
}

fn collect(docs: impl Iterator<Item = (String, GoStr)>) -> RenderedFiles {
    let mut files = RenderedFiles::new();
    for (path, text) in docs {
        add(&mut files, path, &text);
    }
    files
}

/// Adds a document to a file, after what is there.
fn add(files: &mut RenderedFiles, path: String, text: &[u8]) {
    let entry = files.entry(path).or_default();
    *entry =
        if entry.is_empty() { GoStr::from(text) } else { GoStr::from([entry.as_bytes(), b"\n---\n", text].concat()) };
}

/// One stream of all documents, each annotated with its file.
fn merge(files: &RenderedFiles, group: &'static str) -> Result<Vec<u8>, PostRenderError> {
    let mut docs = Vec::new();
    for (path, text) in files {
        let base = path.rsplit('/').next().unwrap_or(path);
        if base.starts_with('_') || is_blank(text) {
            continue;
        }
        for doc in split_manifests(text) {
            let fail = |reason: String| PostRenderError::Merge { group, path: path.clone(), reason };
            for mut tree in nodes::read_all(doc).map_err(fail)? {
                nodes::annotate(tree.root_mut(), FILENAME, path);
                docs.push(nodes::write(tree));
            }
        }
    }
    Ok(docs.join(&b"---\n"[..]))
}

/// The stream back into files, annotations removed.
fn split(stream: &[u8], group: &str) -> Result<RenderedFiles, String> {
    let mut files: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let trees = nodes::read_all(stream).map_err(|e| format!("error parsing YAML: {e}"))?;
    for (i, mut tree) in trees.into_iter().enumerate() {
        let path = match nodes::take_annotation(tree.root_mut(), FILENAME) {
            Some(path) => path,
            None if group.is_empty() => format!("generated-by-postrender-{i}.yaml"),
            None => format!("generated-by-postrender-{group}-{i}.yaml"),
        };
        files.entry(path).or_default().push(nodes::write(tree));
    }
    Ok(files.into_iter().map(|(path, docs)| (path, GoStr::from(docs.join(&b"---\n"[..])))).collect())
}
