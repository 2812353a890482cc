//! Documents as flat trees with marks: go-yaml's node tree, one array in reading order.
//!
//! Values are made from it ([`crate::read`]), and whoever wants to know where a value stands in the text walks it.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::{Error, Fault, FaultKind, Place, place_of};
use crate::parser::{Event, EventKind, Parser, Properties};
use crate::reader::Input;
use crate::resolve::is_merge;
use crate::scanner::Scan;
use crate::token::{Mark, Style};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// Text, written in that style.
    Scalar(Style),
    /// A list.
    Sequence,
    /// Keys and values in turn.
    Mapping,
    /// `*name`
    Alias,
}

#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// A scalar's text, an alias's name.
    pub value: Cow<'a, [u8]>,
    pub properties: Option<Box<Properties<'a>>>,
    pub start: Mark,
    /// Byte offset after a scalar.
    pub end: u32,
    /// The node after this one and all within it.
    pub next: u32,
    /// The node that an alias stands for.
    pub target: u32,
    pub kind: NodeKind,
    /// Plain and untagged: its type follows from its text.
    pub implicit: bool,
}

impl Node<'_> {
    pub(crate) fn tag(&self) -> Option<&[u8]> {
        self.properties.as_ref()?.tag.as_deref()
    }
}

/// The decoded text of a YAML file, from which documents are read.
pub struct Source<'a>(Input<'a>);

impl<'a> Source<'a> {
    /// Looks at the byte order mark and checks the bytes; errors in them come up while reading.
    pub fn new(bytes: &'a [u8]) -> Self {
        Source(Input::new(bytes))
    }
    /// The text that offsets and marks count in: UTF-8, without a byte order mark.
    pub fn text(&self) -> &[u8] {
        &self.0.text
    }
    /// The documents of the file, one after another.
    pub fn documents(&self) -> Documents<'_> {
        Documents {
            text: &self.0.text,
            parser: Parser::new(&self.0.text, self.0.problem),
            oversized: u32::try_from(self.0.text.len()).is_err(),
            begun: false,
            done: false,
        }
    }
}

/// An iterator over the documents of a [`Source`]; it ends after an error.
pub struct Documents<'s> {
    text: &'s [u8],
    parser: Parser<'s>,
    oversized: bool,
    begun: bool,
    done: bool,
}

impl<'s> Iterator for Documents<'s> {
    type Item = Result<Document<'s>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        if self.oversized {
            self.done = true;
            return Some(Err(Error::convert("yaml: text is over 4 GiB")));
        }
        match self.compose() {
            Ok(Some(nodes)) => Some(Ok(Document { text: self.text, nodes })),
            Ok(None) => {
                self.done = true;
                None
            }
            Err(fault) => {
                self.done = true;
                Some(Err(fault.into_error(self.text)))
            }
        }
    }
}

impl<'s> Documents<'s> {
    fn compose(&mut self) -> Scan<Option<Vec<Node<'s>>>> {
        if !self.begun {
            self.parser.next()?;
            self.begun = true;
        }
        if self.parser.next()?.kind == EventKind::StreamEnd {
            return Ok(None);
        }
        // A dense text has a node about every twelve bytes.
        let mut nodes: Vec<Node<'s>> = Vec::with_capacity((self.text.len() / 12).clamp(8, 1 << 16));
        let mut open: Vec<u32> = Vec::new();
        let mut anchors: HashMap<Cow<'s, [u8]>, u32> = HashMap::new();
        loop {
            let event = self.parser.next()?;
            let at = nodes.len() as u32;
            let mut target = 0;
            let kind = match event.kind {
                EventKind::Scalar(style) => NodeKind::Scalar(style),
                EventKind::MappingStart => NodeKind::Mapping,
                EventKind::SequenceStart => NodeKind::Sequence,
                EventKind::Alias => {
                    target = match anchors.get(&event.value) {
                        Some(target) => *target,
                        None => return Err(unknown_anchor(&event)),
                    };
                    NodeKind::Alias
                }
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    if let Some(node) = open.pop().and_then(|n| nodes.get_mut(n as usize)) {
                        node.next = at;
                    }
                    if open.is_empty() {
                        break;
                    }
                    continue;
                }
                _ => break,
            };
            if let Some(anchor) = event.properties.as_ref().and_then(|p| p.anchor.as_ref()) {
                anchors.insert(anchor.clone(), at);
            }
            nodes.push(Node {
                value: event.value,
                properties: event.properties,
                start: event.start,
                end: event.end,
                next: at + 1,
                target,
                kind,
                implicit: event.implicit,
            });
            if matches!(kind, NodeKind::Mapping | NodeKind::Sequence) {
                open.push(at);
            } else if open.is_empty() {
                break;
            }
        }
        self.parser.next()?; // the document's end
        Ok(Some(nodes))
    }
}

#[cold]
fn unknown_anchor(event: &Event<'_>) -> Box<Fault> {
    Box::new(Fault {
        kind: FaultKind::Plain,
        problem: format!("unknown anchor '{}' referenced", String::from_utf8_lossy(&event.value)),
        problem_line: 0,
        context_line: 0,
        offset: event.start.offset as usize,
    })
}

/// One document: a tree of nodes with marks.
///
/// ```
/// let source = pintle_yaml::Source::new(b"a:\n  b: 1\n");
/// let doc = source.documents().next().unwrap().unwrap();
/// let b = doc.root().get("a").and_then(|a| a.get("b")).unwrap();
/// assert_eq!(b.place().line, 2);
/// ```
pub struct Document<'s> {
    pub(crate) text: &'s [u8],
    pub(crate) nodes: Vec<Node<'s>>,
}

impl<'s> Document<'s> {
    /// The document's node.
    pub fn root(&self) -> NodeRef<'_, 's> {
        NodeRef { doc: self, at: 0 }
    }
}

/// A node of a [`Document`].
#[derive(Clone, Copy)]
pub struct NodeRef<'d, 's> {
    doc: &'d Document<'s>,
    at: u32,
}

impl<'d, 's> NodeRef<'d, 's> {
    fn node(&self) -> Option<&'d Node<'s>> {
        self.doc.nodes.get(self.at as usize)
    }
    /// What it is.
    pub fn kind(&self) -> NodeKind {
        self.node().map_or(NodeKind::Scalar(Style::Plain), |n| n.kind)
    }
    /// Its anchor and its tag.
    pub(crate) fn properties(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let Some(p) = self.node().and_then(|n| n.properties.as_deref()) else { return (None, None) };
        (p.anchor.as_deref().map(<[u8]>::to_vec), p.tag.as_deref().map(<[u8]>::to_vec))
    }
    /// A scalar's text after unquoting and folding; an alias's name.
    pub fn text(&self) -> &'d [u8] {
        self.node().map_or(&[], |n| &n.value)
    }
    /// Where it starts (with its anchor and tag).
    pub fn mark(&self) -> Mark {
        self.node().map_or(Mark::default(), |n| n.start)
    }
    /// The byte offset after a scalar.
    pub fn end(&self) -> usize {
        self.node().map_or(0, |n| n.end as usize)
    }
    /// Where it starts, with a column in characters; counts from the start of the text.
    pub fn place(&self) -> Place {
        place_of(self.doc.text, self.mark().offset as usize)
    }
    /// What an alias stands for; any other node itself.
    pub fn target(self) -> Self {
        match self.node() {
            Some(n) if n.kind == NodeKind::Alias => NodeRef { at: n.target, ..self },
            _ => self,
        }
    }
    /// The items of a sequence; the keys and values of a mapping in turn.
    pub fn children(self) -> impl Iterator<Item = NodeRef<'d, 's>> {
        let (mut at, end) = match self.node() {
            Some(n) if matches!(n.kind, NodeKind::Sequence | NodeKind::Mapping) => (self.at + 1, n.next),
            _ => (0, 0),
        };
        std::iter::from_fn(move || {
            let child = NodeRef { at, ..self };
            let node = (at < end).then(|| child.node()).flatten()?;
            at = node.next;
            Some(child)
        })
    }
    /// The pairs of a mapping, in the order of the text; merge keys (`<<`) are among them.
    pub fn entries(self) -> impl Iterator<Item = (NodeRef<'d, 's>, NodeRef<'d, 's>)> {
        let mut all = matches!(self.kind(), NodeKind::Mapping).then(|| self.children()).into_iter().flatten();
        std::iter::from_fn(move || Some((all.next()?, all.next()?)))
    }
    /// The value under a key, through aliases and merges; of equal keys the last counts.
    pub fn get(self, key: &str) -> Option<NodeRef<'d, 's>> {
        self.find(key.as_bytes(), 0)
    }
    fn find(self, key: &[u8], depth: usize) -> Option<NodeRef<'d, 's>> {
        if depth > 64 {
            return None;
        }
        let mut found = None;
        for (k, v) in self.target().entries() {
            let node = k.target().node()?;
            if is_merge(k.node()?) {
                let merged = v.target();
                found = match merged.kind() {
                    NodeKind::Sequence => merged.children().find_map(|m| m.find(key, depth + 1)),
                    _ => merged.find(key, depth + 1),
                }
                .or(found);
            } else if crate::convert::key_text(node).is_some_and(|t| t.as_bytes() == key) {
                found = Some(v);
            }
        }
        found
    }
}
