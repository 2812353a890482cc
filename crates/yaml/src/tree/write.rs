//! Trees as text: go-yaml v3's node encoder with compact lists.

use super::{Content, Entry, Item, Tree};
use crate::emit::{Context, Emitter};
use crate::token::Style;

/// A tag as it is written: `!!str` for `tag:yaml.org,2002:str`.
pub(super) fn short_tag(tag: Vec<u8>) -> Vec<u8> {
    match tag.strip_prefix(b"tag:yaml.org,2002:") {
        Some(short) => [b"!!", short].concat(),
        None if tag.starts_with(b"!") => tag,
        None => [b"!<", tag.as_slice(), b">"].concat(),
    }
}

impl Tree {
    /// Writes the document, with a line break at its end.
    pub fn write(&self) -> Vec<u8> {
        let mut e = Emitter::compact();
        comments(&mut e, &self.head);
        item(&mut e, &self.root, Context::Root, false);
        e.finish()
    }
}

fn item(e: &mut Emitter, n: &Item, context: Context, flow: bool) {
    if let Some(anchor) = &n.anchor {
        e.word(&[b"&", anchor.as_slice()].concat());
    }
    if let Some(tag) = &n.tag {
        e.word(tag);
    }
    match &n.content {
        Content::Scalar(text, style) => {
            // the merge key's tag is not the one that its text would have
            if context == Context::SimpleKey && text == b"<<" && *style == Style::Plain && n.tag.is_none() {
                e.word(b"!!merge");
            }
            let at = e.out.len();
            e.styled(text, *style, context, flow);
            if matches!(style, Style::Literal | Style::Folded) && !n.comment.is_empty() {
                e.comment_block(at, &n.comment);
                return;
            }
        }
        Content::Alias(name) => e.word(&[b"*", name.as_slice()].concat()),
        Content::List { items, flow: own } if flow || *own || items.is_empty() => {
            e.bracket(b'[');
            for (i, entry) in items.iter().enumerate() {
                if i > 0 {
                    e.bracket(b',');
                }
                item(e, &entry.value, Context::Item, true);
            }
            e.bracket(b']');
        }
        Content::Map { pairs, flow: own } if flow || *own || pairs.is_empty() => {
            e.bracket(b'{');
            for (i, entry) in pairs.iter().enumerate() {
                if i > 0 {
                    e.bracket(b',');
                }
                item(e, &entry.key, Context::SimpleKey, true);
                e.colon();
                item(e, &entry.value, Context::Pair, true);
            }
            e.bracket(b'}');
        }
        Content::List { items, .. } => {
            comment(e, n);
            let outer = e.open_list(context);
            for (i, entry) in items.iter().enumerate() {
                comments(e, &entry.head);
                e.item();
                item(e, &entry.value, Context::Item, false);
                below(e, entry, i + 1 == items.len());
            }
            e.close(outer);
            return;
        }
        Content::Map { pairs, .. } => {
            comment(e, n);
            let outer = e.open_mapping();
            for (i, entry) in pairs.iter().enumerate() {
                comments(e, &entry.head);
                pair(e, entry);
                below(e, entry, i + 1 == pairs.len());
            }
            e.close(outer);
            return;
        }
    }
    if !flow {
        comment(e, n);
    }
}

fn pair(e: &mut Emitter, entry: &Entry) {
    e.line();
    match &entry.key.content {
        Content::Scalar(text, _) if text.len() <= 128 && !text.contains(&b'\n') => {
            let bare = Item { comment: Vec::new(), ..entry.key.clone() };
            item(e, &bare, Context::SimpleKey, false);
            e.colon();
        }
        _ => {
            e.question();
            item(e, &entry.key, Context::Pair, false);
            e.long_colon();
        }
    }
    comment(e, &entry.key);
    item(e, &entry.value, Context::Pair, false);
}

fn comment(e: &mut Emitter, n: &Item) {
    if !n.comment.is_empty() {
        e.comment(&n.comment);
    }
}

/// Comments on lines of their own.
fn comments(e: &mut Emitter, lines: &[Vec<u8>]) {
    for line in lines {
        if line.is_empty() {
            e.blank();
        } else {
            e.comment_line(line);
        }
    }
}

/// Comments below an entry; a blank line parts them from the next one.
fn below(e: &mut Emitter, entry: &Entry, last: bool) {
    comments(e, &entry.foot);
    if !last && !entry.foot.is_empty() {
        e.blank();
    }
}
