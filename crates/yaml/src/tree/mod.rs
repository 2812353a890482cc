//! Documents that can be changed and written back as they were: styles, comments, anchors, order of keys.
//!
//! Helm sends manifests to post-renderers through Kubernetes' kyaml, which reads go-yaml v3's node tree and writes it
//! with its encoder. What that keeps and what it normalises is kept and normalised here: indentation becomes two
//! columns, lists are not indented under their keys, blank lines go, comments stay where they stood.

mod comments;
mod write;

use crate::error::Error;
use crate::node::{NodeKind, NodeRef, Source};
use crate::token::Style;
use comments::{Comments, Gap, append};

/// How deep a tree may be; deeper documents are refused, as recursion walks it.
const MAX_DEPTH: usize = 1000;

/// One document.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Comments before the first node, a blank line between groups as an empty line.
    head: Vec<Vec<u8>>,
    root: Item,
}

/// A node with what stands around it.
#[derive(Debug, Clone, Default)]
pub struct Item {
    anchor: Option<Vec<u8>>,
    tag: Option<Vec<u8>>,
    content: Content,
    /// The comment at the end of its line.
    comment: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Content {
    Scalar(Vec<u8>, Style),
    Alias(Vec<u8>),
    List { items: Vec<Entry>, flow: bool },
    Map { pairs: Vec<Entry>, flow: bool },
}

impl Default for Content {
    fn default() -> Self {
        Content::Scalar(Vec::new(), Style::Plain)
    }
}

/// An item of a list or a pair of a mapping.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Comments above it.
    head: Vec<Vec<u8>>,
    /// Empty for items of a list.
    key: Item,
    value: Item,
    /// Comments below it that belong to it rather than to what follows.
    foot: Vec<Vec<u8>>,
    /// Column in the text that was read.
    column: usize,
}

impl Tree {
    /// Reads the first document of a text; nothing if there is none but comments.
    ///
    /// # Errors
    /// go-yaml's text where the text is no YAML.
    pub fn read(text: &[u8]) -> Result<Option<Tree>, Error> {
        let source = Source::new(text);
        let Some(doc) = source.documents().next() else { return Ok(None) };
        let doc = doc?;
        let root = doc.root();
        if matches!(root.kind(), NodeKind::Scalar(Style::Plain)) && root.text().is_empty() {
            return Ok(None);
        }
        let mut reader = Reader { comments: Comments::new(source.text()) };
        let head = reader.comments.until(root.mark()).into_document_head();
        let mut root = reader.item(root, 0)?;
        let rest = reader.comments.rest();
        place(&mut root, rest);
        Ok(Some(Tree { head, root }))
    }

    /// The document's node.
    pub fn root(&self) -> &Item {
        &self.root
    }

    /// The document's node, to change it.
    pub fn root_mut(&mut self) -> &mut Item {
        &mut self.root
    }
}

impl Item {
    /// A string in single quotes.
    pub fn quoted(text: &[u8]) -> Self {
        Item { content: Content::Scalar(text.to_vec(), Style::SingleQuoted), ..Item::default() }
    }

    /// A mapping without pairs.
    pub fn mapping() -> Self {
        Item { content: Content::Map { pairs: Vec::new(), flow: false }, ..Item::default() }
    }

    /// A scalar's text.
    pub fn text(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(t, Style::Plain) if self.tag.is_none()
            && matches!(t.as_slice(), b"" | b"~" | b"null" | b"Null" | b"NULL"))
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Map { .. })
    }

    /// Whether it is a list or a mapping with nothing in it.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::List { items: all, .. } | Content::Map { pairs: all, .. } => all.is_empty(),
            _ => false,
        }
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Item> {
        match &self.content {
            Content::Map { pairs, .. } => pairs.iter().find(|e| e.is(key)).map(|e| &e.value),
            _ => None,
        }
    }

    /// The value under a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Item> {
        match &mut self.content {
            Content::Map { pairs, .. } => pairs.iter_mut().find(|e| e.is(key)).map(|e| &mut e.value),
            _ => None,
        }
    }

    /// Puts a value under a key of a mapping, at the end if the key is new.
    pub fn set(&mut self, key: &str, value: Item) {
        let Content::Map { pairs, .. } = &mut self.content else { return };
        match pairs.iter_mut().find(|e| e.is(key)) {
            Some(entry) => entry.value = value,
            None => {
                let key = Item { content: Content::Scalar(key.into(), Style::Plain), ..Item::default() };
                let column = pairs.first().map_or(usize::MAX, |e| e.column);
                pairs.push(Entry { key, value, column, ..Entry::default() });
            }
        }
    }

    /// Takes a key out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<Item> {
        let Content::Map { pairs, .. } = &mut self.content else { return None };
        let at = pairs.iter().position(|e| e.is(key))?;
        Some(pairs.remove(at).value)
    }

    /// It as a document of its own.
    pub fn into_tree(self) -> Tree {
        Tree { head: Vec::new(), root: self }
    }

    /// The items of a list as documents, with the comments above them.
    pub fn into_trees(self) -> Vec<Tree> {
        match self.content {
            Content::List { items, .. } => items.into_iter().map(|e| Tree { head: e.head, root: e.value }).collect(),
            _ => Vec::new(),
        }
    }
}

impl Entry {
    fn is(&self, key: &str) -> bool {
        self.key.text() == Some(key.as_bytes())
    }
}

struct Reader<'a> {
    comments: Comments<'a>,
}

impl Reader<'_> {
    fn item(&mut self, n: NodeRef<'_, '_>, depth: usize) -> Result<Item, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::convert("yaml: exceeded max depth of 1000"));
        }
        let (anchor, tag) = n.properties();
        let mut item = Item { anchor, tag: tag.map(write::short_tag), ..Item::default() };
        match n.kind() {
            NodeKind::Scalar(style) => {
                if matches!(style, Style::Literal | Style::Folded) {
                    item.comment = self.comments.block_header(n.mark());
                }
                item.content = Content::Scalar(n.text().to_vec(), style);
                self.comments.skip(n.end());
            }
            NodeKind::Alias => {
                item.content = Content::Alias(n.text().to_vec());
                self.comments.skip(n.mark().offset as usize + 1 + n.text().len());
            }
            NodeKind::Sequence => {
                let flow = self.comments.opens(n.mark(), b'[');
                let mut items: Vec<Entry> = Vec::new();
                for child in n.children() {
                    let gap = self.comments.until(child.mark());
                    let entry = entry(gap, &mut items, &mut item.comment, n);
                    items.push(Entry { value: self.item(child, depth + 1)?, ..entry });
                }
                item.content = Content::List { items, flow };
            }
            NodeKind::Mapping => {
                let flow = self.comments.opens(n.mark(), b'{');
                let mut pairs: Vec<Entry> = Vec::new();
                for (key, value) in n.entries() {
                    let gap = self.comments.until(key.mark());
                    let mut entry = entry(gap, &mut pairs, &mut item.comment, key);
                    entry.key = self.item(key, depth + 1)?;
                    let gap = self.comments.until(value.mark());
                    entry.key.comment = gap.line.clone();
                    entry.value = self.item(value, depth + 1)?;
                    prepend(&mut entry.value, gap.into_head());
                    pairs.push(entry);
                }
                item.content = Content::Map { pairs, flow };
            }
        }
        Ok(item)
    }
}

/// The next entry, with the comments that stand before it given to whom they belong; `at` stands in its column.
fn entry(gap: Gap, before: &mut [Entry], own: &mut Vec<u8>, at: NodeRef<'_, '_>) -> Entry {
    let mut entry = Entry { column: at.mark().column as usize, ..Entry::default() };
    match before.last_mut() {
        Some(last) => place_after(last, Some(&mut entry), gap),
        None => {
            *own = gap.line.clone();
            entry.head = gap.into_head();
        }
    }
    entry
}

/// Comments above a value on lines of its own go above its first entry.
fn prepend(value: &mut Item, lines: Vec<Vec<u8>>) {
    if let Content::List { items: all, .. } | Content::Map { pairs: all, .. } = &mut value.content
        && let Some(first) = all.first_mut()
    {
        first.head.splice(0..0, lines);
    }
}

/// Gives the comments after a document's node to it.
fn place(item: &mut Item, gap: Gap) {
    match &mut item.content {
        Content::List { items: all, flow: false } | Content::Map { pairs: all, flow: false } => {
            if let Some(last) = all.last_mut() {
                place_after(last, None, gap);
            }
        }
        _ if item.comment.is_empty() => item.comment = gap.line,
        _ => {}
    }
}

/// Gives the comments after an entry to it and to the next one. A group belongs to what ends here if it stands right
/// below it with a blank line after, or further right than what follows and within a collection that ends here.
fn place_after(last: &mut Entry, mut next: Option<&mut Entry>, gap: Gap) {
    if !gap.line.is_empty() {
        end_of_line(&mut last.value, gap.line);
    }
    for g in gap.groups {
        match next.as_mut() {
            Some(next) if !(g.column > next.column && inside(last, g.column)) && (g.blank_before || !g.blank_after) => {
                append(&mut next.head, g.lines);
            }
            _ => add_foot(last, g.column, g.lines),
        }
    }
}

/// Whether a comment in that column stands within the entry's collection. In the column of a list's key that is the
/// list's own column, too, it stands in neither's way and belongs to the key.
fn inside(entry: &mut Entry, column: usize) -> bool {
    let own = entry.column;
    last_entry(&mut entry.value).is_some_and(|e| e.column <= column && own < column)
}

fn end_of_line(item: &mut Item, line: Vec<u8>) {
    match last_entry(item) {
        Some(last) => end_of_line(&mut last.value, line),
        None => item.comment = line,
    }
}

fn add_foot(entry: &mut Entry, column: usize, lines: Vec<Vec<u8>>) {
    if inside(entry, column)
        && let Some(last) = last_entry(&mut entry.value)
    {
        return add_foot(last, column, lines);
    }
    append(&mut entry.foot, lines);
}

/// The last entry of a block collection.
fn last_entry(item: &mut Item) -> Option<&mut Entry> {
    match &mut item.content {
        Content::List { items: all, flow: false } | Content::Map { pairs: all, flow: false } => all.last_mut(),
        _ => None,
    }
}
