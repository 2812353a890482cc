//! Comments between nodes: the scanner skips them, so they are looked for in what lies between two nodes.

use crate::token::Mark;

/// Walks the text beside the nodes.
pub(super) struct Comments<'a> {
    text: &'a [u8],
    at: usize,
}

/// Comments between two nodes.
#[derive(Default)]
pub(super) struct Gap {
    /// At the end of the line of the node before.
    pub line: Vec<u8>,
    /// On lines of their own, parted by blank lines and where they go back to the left.
    pub groups: Vec<Group>,
}

pub(super) struct Group {
    pub lines: Vec<Vec<u8>>,
    pub column: usize,
    pub blank_before: bool,
    pub blank_after: bool,
}

impl Gap {
    /// As comments above a document, an empty line for a blank one.
    pub(super) fn into_document_head(self) -> Vec<Vec<u8>> {
        let apart = self.groups.last().is_some_and(|g| g.blank_after);
        let mut lines = self.into_head();
        if apart {
            lines.push(Vec::new());
        }
        lines
    }

    /// As comments above a node.
    pub(super) fn into_head(self) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for g in self.groups {
            append(&mut lines, g.lines);
        }
        lines
    }
}

/// Adds a group to others, an empty line between.
pub(super) fn append(lines: &mut Vec<Vec<u8>>, group: Vec<Vec<u8>>) {
    if !lines.is_empty() {
        lines.push(Vec::new());
    }
    lines.extend(group);
}

impl<'a> Comments<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Comments { text, at: 0 }
    }

    /// The comments from here to a node.
    pub(super) fn until(&mut self, node: Mark) -> Gap {
        self.gap(node.offset as usize)
    }

    /// The comments from here to the end.
    pub(super) fn rest(&mut self) -> Gap {
        self.gap(self.text.len())
    }

    /// Goes on after a scalar.
    pub(super) fn skip(&mut self, end: usize) {
        self.at = self.at.max(end);
    }

    /// The comment after the `|` or `>` of a block scalar.
    pub(super) fn block_header(&self, node: Mark) -> Vec<u8> {
        let rest = self.text.get(node.offset as usize..).unwrap_or_default();
        let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
        find(line, true).and_then(|at| line.get(at..)).unwrap_or_default().trim_ascii_end().to_vec()
    }

    /// Whether the node there is a flow collection: after its anchor and tag stands this bracket.
    pub(super) fn opens(&self, node: Mark, bracket: u8) -> bool {
        let mut rest = self.text.get(node.offset as usize..).unwrap_or_default();
        while let Some(b'&' | b'!') = rest.first() {
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
        }
        rest.first() == Some(&bracket)
    }

    fn gap(&mut self, end: usize) -> Gap {
        let start = self.at.min(end);
        let between = self.text.get(start..end).unwrap_or_default();
        self.at = self.at.max(end);
        let mut gap = Gap::default();
        if between.is_empty() {
            return gap;
        }
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let begun = before.get(line_start..).unwrap_or_default();
        // a block scalar takes the blank lines after it along
        let mut blank = begun.is_empty() && (before.is_empty() || before.trim_ascii_end().len() + 1 < before.len());
        let mut open = false;
        for (i, line) in between.split(|b| *b == b'\n').enumerate() {
            let margin = if i == 0 { begun } else { &[][..] };
            let apart = margin.last().is_none_or(u8::is_ascii_whitespace);
            let Some(at) = find(line, !apart) else {
                blank = margin.trim_ascii().is_empty() && line.trim_ascii().is_empty();
                // the last piece is the beginning of the next node's line
                if open
                    && blank
                    && i < between.iter().filter(|b| **b == b'\n').count()
                    && let Some(g) = gap.groups.last_mut()
                {
                    g.blank_after = true;
                }
                open = false;
                continue;
            };
            let comment = line.get(at..).unwrap_or_default().trim_ascii_end().to_vec();
            let column = margin.len() + at;
            if i == 0 && !begun.trim_ascii().is_empty() {
                gap.line = comment;
            } else if let Some(g) = gap.groups.last_mut().filter(|g| open && g.column <= column) {
                g.lines.push(comment);
            } else {
                gap.groups.push(Group {
                    lines: vec![comment],
                    column,
                    blank_before: blank && !open,
                    blank_after: false,
                });
                open = true;
            }
        }
        gap
    }
}

/// Where a comment begins: a `#` after a blank, or at the start of a line.
fn find(line: &[u8], midline: bool) -> Option<usize> {
    (0..line.len()).find(|i| {
        line.get(*i) == Some(&b'#')
            && match i.checked_sub(1).and_then(|j| line.get(j)) {
                Some(b) => b.is_ascii_whitespace(),
                None => !midline,
            }
    })
}
