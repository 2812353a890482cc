//! Tokens: what the scanner hands to the parser.

use std::borrow::Cow;

/// A spot in the decoded text: byte offset, line and column, all from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// Bytes before it.
    pub offset: u32,
    /// Line, from 0.
    pub line: u32,
    /// Bytes since the start of the line.
    pub column: u32,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Without quotes.
    #[default]
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TokenKind {
    StreamStart,
    #[default]
    StreamEnd,
    VersionDirective {
        major: u8,
        minor: u8,
    },
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(Style),
}

#[derive(Debug, Default)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind,
    /// 1 + the index of the simple key that this token may start; 0 for none.
    pub slot: u32,
    pub start: Mark,
    /// Byte offset after the token.
    pub end: u32,
    /// Length of a tag's handle; the rest of its value is its suffix, or a directive's prefix.
    pub handle: u32,
    /// A scalar's text, an anchor's or alias's name, a tag.
    pub value: Cow<'a, [u8]>,
}

impl Token<'_> {
    #[inline(always)]
    pub(crate) fn bare(kind: TokenKind, start: Mark, end: u32) -> Self {
        Token { kind, slot: 0, start, end, handle: 0, value: Cow::Borrowed(&[]) }
    }
}
