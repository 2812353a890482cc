//! `template --show-source`: each line of a manifest with the place of the template that wrote it before, and the
//! values that it shows behind.

use pintle_chart::layers::Layers;
use pintle_go::GoStr;
use pintle_render::trace::{Origin, Place};
use pintle_render::{Recorder, Resources, resources};

/// Places take at most this many columns before lines move to the right.
const WIDEST: usize = 60;
/// More values than this are not told of one line.
const MOST_VALUES: usize = 4;

/// A line of a manifest between its place and its values.
struct Row<'a> {
    place: String,
    text: &'a [u8],
    values: String,
}

/// Rewrites what was rendered: every line of every document but the two that say which file it is of.
pub fn annotate(r: &mut Resources, recorder: &Recorder, layers: &Layers, hide_secret: bool) {
    let about = |path: &str, text: &GoStr, start: Option<usize>| -> Document {
        Document { path: path.to_owned(), text: text.clone(), start }
    };
    let crds: Vec<Document> = r.crds.iter().map(|(path, text)| about(path, text, None)).collect();
    let manifests: Vec<Document> = r.manifests.iter().map(|m| about(&m.path, &m.content, Some(m.start))).collect();
    let hooks: Vec<Document> = r.hooks.iter().map(|h| about(&h.path, &h.manifest, Some(h.start))).collect();
    let rows = |all: &'_ [Document]| -> Vec<usize> {
        all.iter().flat_map(|d| d.rows(recorder, layers)).map(|row| row.place.chars().count()).collect()
    };
    let widths = [rows(&crds), rows(&manifests), rows(&hooks)].concat();
    let width = widths.into_iter().filter(|w| *w <= WIDEST).max().unwrap_or_default();
    let written = |d: &Document| GoStr::from(d.written(recorder, layers, width));

    r.manifest.clear();
    for ((_, text), d) in r.crds.iter_mut().zip(&crds) {
        *text = written(d);
        resources::push(&mut r.manifest, &d.path, text);
    }
    for (m, d) in r.manifests.iter_mut().zip(&manifests) {
        m.content = match hide_secret && m.kind == "Secret" && m.api_version == "v1" {
            true => GoStr::from(resources::HIDDEN_SECRET),
            false => written(d),
        };
        resources::push(&mut r.manifest, &m.path, &m.content);
    }
    for (h, d) in r.hooks.iter_mut().zip(&hooks) {
        h.manifest = written(d);
    }
}

/// A document of the output.
struct Document {
    path: String,
    text: GoStr,
    /// Where it begins in the text of its file; nothing for a file that is no template.
    start: Option<usize>,
}

impl Document {
    fn rows(&self, recorder: &Recorder, layers: &Layers) -> Vec<Row<'_>> {
        let mut at = self.start.unwrap_or_default();
        let mut rows = Vec::new();
        for (n, text) in self.text.trim_ascii_end().split(|b| *b == b'\n').enumerate() {
            let range = at..at + text.len().max(1);
            at += text.len() + 1;
            let origins = match self.start {
                Some(_) => recorder.origins(&self.path, range),
                None => Vec::new(),
            };
            rows.push(Row {
                place: match (place(&origins), self.start) {
                    (Some(place), _) => place,
                    (None, None) => format!("{}:{}", in_chart(&self.path), n + 1),
                    (None, Some(_)) => in_chart(&self.path).to_owned(),
                },
                text,
                // a blank line of what was filled in shows none of it
                values: if text.trim_ascii().is_empty() { String::new() } else { values(&origins, layers) },
            });
        }
        rows
    }

    fn written(&self, recorder: &Recorder, layers: &Layers, width: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for (n, row) in self.rows(recorder, layers).into_iter().enumerate() {
            if n > 0 {
                out.push(b'\n');
            }
            let bar = if row.text.is_empty() { " |" } else { " | " };
            out.extend_from_slice(format!("{:<width$}{bar}", row.place).as_bytes());
            out.extend_from_slice(row.text);
            out.extend_from_slice(row.values.as_bytes());
        }
        out
    }
}

/// The place that a line is of: of the first that filled something in, or else of its first text.
fn place(origins: &[Origin]) -> Option<String> {
    let chosen = origins.iter().find(|o| !o.verbatim).or(origins.first())?;
    let mut shown = at(&chosen.place);
    for call in &chosen.chain {
        shown += " < ";
        shown += &at(&call.place);
    }
    Some(shown)
}

/// `templates/service.yaml:3`
fn at(place: &Place) -> String {
    format!("{}:{}", in_chart(&place.file.to_str_lossy()), place.line)
}

/// A path below the root chart.
fn in_chart(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, rest)| rest)
}

fn values(origins: &[Origin], layers: &Layers) -> String {
    let mut paths: Vec<_> = origins.iter().flat_map(|o| &o.reads).collect();
    paths.dedup();
    let more = paths.len() > MOST_VALUES;
    let mut shown: Vec<String> = paths
        .into_iter()
        .take(MOST_VALUES)
        .map(|p| layers.of(p).map_or_else(|| format!("{p} (not set)"), |by| format!("{p} ({by})")))
        .collect();
    if more {
        shown.push("...".to_owned());
    }
    if shown.is_empty() { String::new() } else { format!("  <- {}", shown.join(", ")) }
}
