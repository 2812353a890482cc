//! From rendered files to manifests: splitting into documents, telling hooks from resources, sorting by kind.
//!
//! The rules are those of Helm's `pkg/release/v1/util`: a line that *begins* with `---` splits (also `---kind: X`),
//! files are taken in the order of their paths, documents in the order of their file, and the sort by kind is stable.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_go::{GoStr, Map};
use pintle_release::KindOrder;
use thiserror::Error;

use crate::decode::{Decode, is_field};

/// Rendered text by template path (`chart/templates/x.yaml`); partials are not in it.
pub type RenderedFiles = BTreeMap<String, GoStr>;

/// The annotation that makes an object a hook.
pub const HOOK_ANNOTATION: &str = "helm.sh/hook";
/// The annotation with a hook's weight.
pub const HOOK_WEIGHT_ANNOTATION: &str = "helm.sh/hook-weight";
/// The annotation that says when a hook's object is deleted.
pub const HOOK_DELETE_ANNOTATION: &str = "helm.sh/hook-delete-policy";
/// The annotation that says when a hook's logs are printed.
pub const HOOK_OUTPUT_LOG_ANNOTATION: &str = "helm.sh/hook-output-log-policy";

/// A document that could not be read as a Kubernetes object.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("YAML parse error on {path}: {reason}")]
pub struct ManifestError {
    /// Path of the template that made it.
    pub path: String,
    /// The YAML or JSON error, as Helm words it.
    pub reason: String,
    /// Where the document begins in the text of its file, in bytes.
    pub start: usize,
}

/// One resource of a release.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Path of the template, printed after `# Source: `.
    pub path: String,
    /// The document's text.
    pub content: GoStr,
    /// Where the document begins in the text of its file, in bytes.
    pub start: usize,
    /// `kind`, empty where missing.
    pub kind: String,
    /// `apiVersion`, empty where missing.
    pub api_version: String,
    /// `metadata.name`, empty where missing.
    pub name: String,
}

/// One hook of a release.
#[derive(Clone, Debug)]
pub struct Hook {
    /// `metadata.name`
    pub name: String,
    /// `kind`
    pub kind: String,
    /// `apiVersion`
    pub api_version: String,
    /// Path of the template.
    pub path: String,
    /// The document's text.
    pub manifest: GoStr,
    /// Where the document begins in the text of its file, in bytes.
    pub start: usize,
    /// Events, e.g. `pre-install`, `test`.
    pub events: Vec<String>,
    /// Weight: hooks of one event run in ascending order.
    pub weight: i64,
    /// Delete policies as written, lower case.
    pub delete_policies: Vec<String>,
    /// Log policies as written, lower case.
    pub output_log_policies: Vec<String>,
}

/// Hooks apart from resources, both in order.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// Hooks by kind (the order of running takes weights into account too).
    pub hooks: Vec<Hook>,
    /// Resources by kind.
    pub manifests: Vec<Manifest>,
    /// Documents whose `helm.sh/hook` names an event that is not known; they are dropped, as Helm does.
    pub unknown_hooks: Vec<UnknownHook>,
}

/// A document that is neither hook nor resource.
#[derive(Clone, Debug)]
pub struct UnknownHook {
    /// The value of `helm.sh/hook`.
    pub types: String,
    /// The path of its template.
    pub path: String,
    /// The document.
    pub manifest: GoStr,
}

impl UnknownHook {
    /// Whether it is a definition as charts for Helm 2 brought them: created before everything else.
    pub fn is_definition(&self) -> bool {
        self.types.split(',').any(|t| t.trim().eq_ignore_ascii_case("crd-install"))
    }
}

/// Splits a stream into its documents, leading blank space of each removed, empty ones dropped.
///
/// ```
/// use pintle_render::manifest::split_manifests;
/// let docs = split_manifests(b"a: 1\n---b: 2\n---\n\n---\n# c\n");
/// assert_eq!(docs, [&b"a: 1\n"[..], b"b: 2\n", b"# c\n"]);
/// ```
pub fn split_manifests(text: &[u8]) -> Vec<&[u8]> {
    let text = trim_start(text);
    let mut docs = Vec::new();
    let (mut start, mut line) = (0, 0);
    loop {
        if text[line..].starts_with(b"---") {
            docs.push(trim_start(&text[start..line]));
            start = line + 3;
            while matches!(text.get(start), Some(b' ' | b'\t')) {
                start += 1;
            }
        }
        match memchr::memchr(b'\n', &text[line..]) {
            Some(n) => line += n + 1,
            None => break,
        }
    }
    docs.push(trim_start(&text[start..]));
    docs.retain(|d| !d.is_empty());
    docs
}

/// Removes leading blank space as Go's `unicode.IsSpace` sees it.
pub(crate) fn trim_start(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        match rest.first() {
            Some(b'\t'..=b'\r' | b' ') => rest = &rest[1..],
            Some(0..=0x7f) | None => return rest,
            Some(_) => {
                // a space outside ASCII takes two or three bytes
                let head = &rest[..rest.len().min(3)];
                let valid = match std::str::from_utf8(head) {
                    Ok(s) => s,
                    Err(e) => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or(""),
                };
                match valid.chars().next() {
                    Some(c) if c.is_whitespace() => rest = &rest[c.len_utf8()..],
                    _ => return rest,
                }
            }
        }
    }
}

/// Whether nothing but blank space is in it.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    trim_start(text).is_empty()
}

/// Helm's `SortManifests`: every document of every file, hooks apart, both sorted by kind.
///
/// # Errors
/// A document that is not YAML, or whose head has fields of a wrong type: the first in the order of the files.
pub fn sort_manifests(files: &RenderedFiles, order: KindOrder) -> Result<Sorted, ManifestError> {
    let mut out = Sorted::default();
    let mut docs = Vec::new();
    for (path, text) in files {
        if base(path).starts_with('_') || is_blank(text) {
            continue;
        }
        docs.extend(split_manifests(text).into_iter().map(|doc| (path, text, doc)));
    }
    let texts: Vec<&[u8]> = docs.iter().map(|(.., doc)| *doc).collect();
    for ((path, text, doc), head) in docs.into_iter().zip(heads(&texts)) {
        // a document is a part of its file's text
        let start = doc.as_ptr().addr() - text.as_ptr().addr();
        let head = head.map_err(|reason| ManifestError { path: path.clone(), reason, start })?;
        add(&mut out, path, text.part(doc), start, head);
    }
    out.hooks.sort_by(|a, b| order.key(&a.kind).cmp(&order.key(&b.kind)));
    out.manifests.sort_by(|a, b| order.key(&a.kind).cmp(&order.key(&b.kind)));
    Ok(out)
}

/// From this many bytes on, documents are read side by side: below, a thread costs more than it gives.
const WORTH_A_THREAD: usize = 256 << 10;

/// The head of each document, in order. Documents know nothing of each other, so that two threads share large outputs.
fn heads(docs: &[&[u8]]) -> Vec<Result<Head, String>> {
    if docs.iter().map(|d| d.len()).sum::<usize>() < WORTH_A_THREAD {
        return docs.iter().map(|d| Head::read(d)).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match docs.get(at) {
                Some(doc) => done.push((at, Head::read(doc))),
                None => return done,
            }
        }
    };
    let mut all = std::thread::scope(|s| {
        // as much stack as the first thread has: documents may nest deeply
        let other = std::thread::Builder::new().stack_size(8 << 20).spawn_scoped(s, work);
        let mut done = work();
        match other.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(theirs)) => done.extend(theirs),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => {} // no thread to be had: all was done here
        }
        done
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, head)| head).collect()
}

fn add(out: &mut Sorted, path: &str, doc: GoStr, start: usize, head: Head) {
    let Some(types) = head.annotation(HOOK_ANNOTATION) else {
        out.manifests.push(Manifest {
            path: path.to_owned(),
            content: doc,
            start,
            kind: head.kind,
            api_version: head.api_version,
            name: head.name,
        });
        return;
    };
    let mut events = Vec::new();
    for t in types.split(',') {
        match known_event(&t.trim().to_lowercase()) {
            Some(e) => events.push(e.to_owned()),
            None => {
                let (types, path) = (types.to_owned(), path.to_owned());
                out.unknown_hooks.push(UnknownHook { types, path, manifest: doc });
                return;
            }
        }
    }
    let list = |key: &str| -> Vec<String> {
        head.annotation(key).map(|v| v.split(',').map(|p| p.trim().to_lowercase()).collect()).unwrap_or_default()
    };
    out.hooks.push(Hook {
        events,
        weight: head.annotation(HOOK_WEIGHT_ANNOTATION).and_then(atoi).unwrap_or(0),
        delete_policies: list(HOOK_DELETE_ANNOTATION),
        output_log_policies: list(HOOK_OUTPUT_LOG_ANNOTATION),
        name: head.name,
        kind: head.kind,
        api_version: head.api_version,
        path: path.to_owned(),
        manifest: doc,
        start,
    });
}

/// The event of a hook annotation's word, or nothing if Helm does not know it.
fn known_event(word: &str) -> Option<&'static str> {
    Some(match word {
        "pre-install" => "pre-install",
        "post-install" => "post-install",
        "pre-delete" => "pre-delete",
        "post-delete" => "post-delete",
        "pre-upgrade" => "pre-upgrade",
        "post-upgrade" => "post-upgrade",
        "pre-rollback" => "pre-rollback",
        "post-rollback" => "post-rollback",
        // test-success is Helm 2's name
        "test" | "test-success" => "test",
        _ => return None,
    })
}

/// `strconv.Atoi`.
fn atoi(s: &str) -> Option<i64> {
    let digits = s.strip_prefix(['+', '-']).unwrap_or(s);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    s.parse().ok()
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What Helm reads of each document (`SimpleHead`).
#[derive(Debug, Default)]
struct Head {
    api_version: String,
    kind: String,
    name: String,
    annotations: Vec<(String, String)>,
}

impl Head {
    /// Reads a document's head; the error is worded as sigs.k8s.io/yaml and encoding/json do.
    fn read(doc: &[u8]) -> Result<Head, String> {
        let mut head = Head::default();
        Decode::document(doc, "util.SimpleHead", |m, d| head.fill(m, d))?;
        Ok(head)
    }

    fn fill(&mut self, m: &Map, d: &mut Decode) {
        const METADATA: &str = "struct field SimpleHead.metadata of type struct { Name string \"json:\\\"name\\\"\"; \
                                Annotations map[string]string \"json:\\\"annotations\\\"\" }";
        for (k, v) in m.borrow().iter() {
            if is_field(k, "apiVersion") {
                d.text(v, "SimpleHead.apiVersion", &mut self.api_version);
            } else if is_field(k, "kind") {
                d.text(v, "SimpleHead.kind", &mut self.kind);
            } else if is_field(k, "metadata") {
                d.object(v, METADATA, |meta, d| self.fill_metadata(meta, d));
            }
        }
    }

    fn fill_metadata(&mut self, m: &Map, d: &mut Decode) {
        for (k, v) in m.borrow().iter() {
            if is_field(k, "name") {
                d.text(v, "SimpleHead.metadata.name", &mut self.name);
            } else if is_field(k, "annotations") {
                d.object(v, "struct field SimpleHead.metadata.annotations of type map[string]string", |a, d| {
                    for (k, v) in a.borrow().iter() {
                        let mut text = String::new();
                        d.text(v, "SimpleHead.metadata.annotations", &mut text);
                        self.annotations.push((k.to_string(), text));
                    }
                });
            }
        }
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}
