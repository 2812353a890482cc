//! libyaml's parser as go-yaml v2 has it: from tokens to events, one state at a time.

use std::borrow::Cow;

use crate::error::{Fault, FaultKind};
use crate::scanner::{Scan, Scanner};
use crate::token::{Mark, Style, Token, TokenKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    StreamStart,
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias,
    Scalar(Style),
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd,
}

/// What may stand before a node.
#[derive(Debug, Default)]
pub(crate) struct Properties<'a> {
    pub anchor: Option<Cow<'a, [u8]>>,
    pub tag: Option<Box<[u8]>>,
}

#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub kind: EventKind,
    pub start: Mark,
    /// Byte offset after a scalar.
    pub end: u32,
    /// Anchor and tag, which few nodes have.
    pub properties: Option<Box<Properties<'a>>>,
    /// A scalar's text, an alias's name.
    pub value: Cow<'a, [u8]>,
    /// A plain scalar without a tag: its type follows from its text.
    pub implicit: bool,
}

impl Event<'_> {
    #[inline(always)]
    fn bare(kind: EventKind, start: Mark) -> Self {
        Event { kind, start, end: start.offset, properties: None, value: Cow::Borrowed(&[]), implicit: false }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirst,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirst,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// A tag's handle and what it stands for.
type TagDirective = (Box<[u8]>, Box<[u8]>);

pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    marks: Vec<Mark>,
    tags: Vec<TagDirective>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a [u8], problem: Option<&'static str>) -> Self {
        Parser {
            scanner: Scanner::new(text, problem),
            state: State::StreamStart,
            states: Vec::with_capacity(16),
            marks: Vec::with_capacity(16),
            tags: Vec::new(),
        }
    }

    /// The next event; `StreamEnd` again after the end.
    pub(crate) fn next(&mut self) -> Scan<Event<'a>> {
        match self.state {
            State::StreamStart => self.stream_start(),
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirst => self.block_sequence_entry(true),
            State::BlockSequenceEntry => self.block_sequence_entry(false),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirst => self.block_mapping_key(true),
            State::BlockMappingKey => self.block_mapping_key(false),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                let (_, mark) = self.scanner.look()?;
                self.state = State::FlowSequenceEntry;
                Ok(Event::bare(EventKind::MappingEnd, mark))
            }
            State::FlowMappingFirst => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok(Event::bare(EventKind::StreamEnd, self.scanner.mark())),
        }
    }

    #[cold]
    fn fail<T>(&self, context: Mark, problem: &str, mark: Mark) -> Scan<T> {
        Err(Box::new(Fault {
            kind: FaultKind::Parser,
            problem: problem.into(),
            problem_line: mark.line,
            context_line: context.line,
            offset: mark.offset as usize,
        }))
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// An omitted node.
    fn empty(&self, mark: Mark) -> Scan<Event<'a>> {
        Ok(Event { implicit: true, ..Event::bare(EventKind::Scalar(Style::Plain), mark) })
    }

    /// Takes a one-character token; gives the mark after it.
    fn skip_indicator(&mut self) -> Mark {
        let t = self.scanner.take();
        let width = t.end - t.start.offset;
        Mark { offset: t.end, column: t.start.column + width, ..t.start }
    }

    fn stream_start(&mut self) -> Scan<Event<'a>> {
        let (_, mark) = self.scanner.look()?;
        self.scanner.take();
        self.state = State::ImplicitDocumentStart;
        Ok(Event::bare(EventKind::StreamStart, mark))
    }

    fn document_start(&mut self, implicit: bool) -> Scan<Event<'a>> {
        let (mut kind, mut mark) = self.scanner.look()?;
        if !implicit {
            while kind == TokenKind::DocumentEnd {
                self.scanner.take();
                (kind, mark) = self.scanner.look()?;
            }
        }
        let explicit =
            matches!(kind, TokenKind::VersionDirective { .. } | TokenKind::TagDirective | TokenKind::DocumentStart);
        if kind == TokenKind::StreamEnd {
            self.state = State::End;
            self.scanner.take();
            return Ok(Event::bare(EventKind::StreamEnd, mark));
        }
        self.directives()?;
        if implicit && !explicit {
            self.state = State::BlockNode;
        } else {
            let (kind, mark) = self.scanner.look()?;
            if kind != TokenKind::DocumentStart {
                return self.fail(Mark::default(), "did not find expected <document start>", mark);
            }
            self.state = State::DocumentContent;
            self.scanner.take();
        }
        self.states.push(State::DocumentEnd);
        Ok(Event::bare(EventKind::DocumentStart, mark))
    }

    fn directives(&mut self) -> Scan<()> {
        let mut version = false;
        loop {
            let (kind, mark) = self.scanner.look()?;
            match kind {
                TokenKind::VersionDirective { .. } if version => {
                    return self.fail(Mark::default(), "found duplicate %YAML directive", mark);
                }
                TokenKind::VersionDirective { major: 1, minor: 1 } => {
                    version = true;
                    self.scanner.take();
                }
                TokenKind::VersionDirective { .. } => {
                    return self.fail(Mark::default(), "found incompatible YAML document", mark);
                }
                TokenKind::TagDirective => {
                    let token = self.scanner.take();
                    let (handle, prefix) = tag_parts(&token);
                    if self.tags.iter().any(|(h, _)| **h == *handle) {
                        return self.fail(Mark::default(), "found duplicate %TAG directive", mark);
                    }
                    self.tags.push((handle.into(), prefix.into()));
                }
                _ => break,
            }
        }
        for (handle, prefix) in [(&b"!"[..], &b"!"[..]), (b"!!", b"tag:yaml.org,2002:")] {
            if !self.tags.iter().any(|(h, _)| **h == *handle) {
                self.tags.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }

    fn document_content(&mut self) -> Scan<Event<'a>> {
        let (kind, mark) = self.scanner.look()?;
        match kind {
            TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                self.empty(mark)
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Scan<Event<'a>> {
        let (kind, mark) = self.scanner.look()?;
        if kind == TokenKind::DocumentEnd {
            self.scanner.take();
        }
        self.tags.clear();
        self.state = State::DocumentStart;
        Ok(Event::bare(EventKind::DocumentEnd, mark))
    }

    fn resolve_tag(&self, token: &Token<'a>, context: Mark) -> Scan<Option<Box<[u8]>>> {
        let (handle, suffix) = tag_parts(token);
        let tag: Vec<u8> = if handle.is_empty() {
            suffix.to_vec()
        } else {
            match self.tags.iter().find(|(h, _)| **h == *handle) {
                Some((_, prefix)) if prefix.len() + suffix.len() > 0 => [prefix, suffix].concat(),
                _ => return self.fail(context, "found undefined tag handle", token.start),
            }
        };
        Ok((!tag.is_empty()).then(|| tag.into()))
    }

    #[inline]
    fn node(&mut self, block: bool, indentless: bool) -> Scan<Event<'a>> {
        let (kind, start) = self.scanner.look()?;
        match kind {
            TokenKind::Scalar(style) => {
                let token = self.scanner.take();
                self.pop_state();
                let implicit = style == Style::Plain;
                Ok(Event {
                    end: token.end,
                    value: token.value,
                    implicit,
                    ..Event::bare(EventKind::Scalar(style), start)
                })
            }
            TokenKind::Alias => {
                let token = self.scanner.take();
                self.pop_state();
                Ok(Event { end: token.end, value: token.value, ..Event::bare(EventKind::Alias, start) })
            }
            TokenKind::Anchor | TokenKind::Tag => self.node_with_properties(kind, start, block, indentless),
            _ => match self.collection(kind, start, block, indentless) {
                Some(event) => Ok(event),
                None => self.fail(start, "did not find expected node content", start),
            },
        }
    }

    fn collection(&mut self, kind: TokenKind, start: Mark, block: bool, indentless: bool) -> Option<Event<'a>> {
        let (state, event) = match kind {
            TokenKind::BlockEntry if indentless => (State::IndentlessSequenceEntry, EventKind::SequenceStart),
            TokenKind::FlowSequenceStart => (State::FlowSequenceFirst, EventKind::SequenceStart),
            TokenKind::FlowMappingStart => (State::FlowMappingFirst, EventKind::MappingStart),
            TokenKind::BlockSequenceStart if block => (State::BlockSequenceFirst, EventKind::SequenceStart),
            TokenKind::BlockMappingStart if block => (State::BlockMappingFirst, EventKind::MappingStart),
            _ => return None,
        };
        self.state = state;
        Some(Event::bare(event, start))
    }

    fn node_with_properties(
        &mut self,
        first: TokenKind,
        start: Mark,
        block: bool,
        indentless: bool,
    ) -> Scan<Event<'a>> {
        let (mut anchor, mut tag) = (None, None);
        let mut take = |scanner: &mut Scanner<'a>, kind| {
            let token = scanner.take();
            match kind {
                TokenKind::Anchor => anchor = Some(token.value),
                _ => tag = Some(token),
            }
        };
        take(&mut self.scanner, first);
        let other = if first == TokenKind::Anchor { TokenKind::Tag } else { TokenKind::Anchor };
        let (mut kind, mut mark) = self.scanner.look()?;
        if kind == other {
            take(&mut self.scanner, kind);
            (kind, mark) = self.scanner.look()?;
        }
        let tag = match &tag {
            Some(token) => self.resolve_tag(token, start)?,
            None => None,
        };
        let non_specific = tag.as_deref() == Some(b"!");
        let untagged = tag.is_none();
        let properties = (anchor.is_some() || tag.is_some()).then(|| Box::new(Properties { anchor, tag }));
        if let TokenKind::Scalar(style) = kind {
            let token = self.scanner.take();
            self.pop_state();
            let implicit = (untagged && style == Style::Plain) || non_specific;
            let kind = EventKind::Scalar(style);
            return Ok(Event { kind, start, end: token.end, properties, value: token.value, implicit });
        }
        if let Some(event) = self.collection(kind, start, block, indentless) {
            return Ok(Event { properties, ..event });
        }
        if properties.is_some() {
            self.pop_state();
            return Ok(Event { properties, implicit: untagged, ..Event::bare(EventKind::Scalar(Style::Plain), start) });
        }
        self.fail(start, "did not find expected node content", mark)
    }

    /// The first token of a collection opens it.
    fn open(&mut self, first: bool) -> Scan<()> {
        if first {
            let (_, mark) = self.scanner.look()?;
            self.marks.push(mark);
            self.scanner.take();
        }
        Ok(())
    }

    /// Takes the closing token of a collection.
    fn close(&mut self, kind: EventKind, mark: Mark) -> Scan<Event<'a>> {
        self.pop_state();
        self.marks.pop();
        self.scanner.take();
        Ok(Event::bare(kind, mark))
    }

    fn fail_in_collection<T>(&mut self, problem: &str, mark: Mark) -> Scan<T> {
        let context = self.marks.pop().unwrap_or_default();
        self.fail(context, problem, mark)
    }

    fn block_sequence_entry(&mut self, first: bool) -> Scan<Event<'a>> {
        self.open(first)?;
        let (kind, mark) = self.scanner.look()?;
        match kind {
            TokenKind::BlockEntry => {
                let after = self.skip_indicator();
                match self.scanner.look()?.0 {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        self.state = State::BlockSequenceEntry;
                        self.empty(after)
                    }
                    _ => {
                        self.states.push(State::BlockSequenceEntry);
                        self.node(true, false)
                    }
                }
            }
            TokenKind::BlockEnd => self.close(EventKind::SequenceEnd, mark),
            _ => self.fail_in_collection("did not find expected '-' indicator", mark),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Scan<Event<'a>> {
        let (kind, mark) = self.scanner.look()?;
        if kind != TokenKind::BlockEntry {
            self.pop_state();
            return Ok(Event::bare(EventKind::SequenceEnd, mark));
        }
        let after = self.skip_indicator();
        match self.scanner.look()?.0 {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::IndentlessSequenceEntry;
                self.empty(after)
            }
            _ => {
                self.states.push(State::IndentlessSequenceEntry);
                self.node(true, false)
            }
        }
    }

    fn block_mapping_key(&mut self, first: bool) -> Scan<Event<'a>> {
        self.open(first)?;
        let (kind, mark) = self.scanner.look()?;
        match kind {
            TokenKind::Key => {
                let after = self.skip_indicator();
                match self.scanner.look()?.0 {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                        self.state = State::BlockMappingValue;
                        self.empty(after)
                    }
                    _ => {
                        self.states.push(State::BlockMappingValue);
                        self.node(true, true)
                    }
                }
            }
            TokenKind::BlockEnd => self.close(EventKind::MappingEnd, mark),
            _ => self.fail_in_collection("did not find expected key", mark),
        }
    }

    fn block_mapping_value(&mut self) -> Scan<Event<'a>> {
        let (kind, mark) = self.scanner.look()?;
        if kind != TokenKind::Value {
            self.state = State::BlockMappingKey;
            return self.empty(mark);
        }
        let after = self.skip_indicator();
        match self.scanner.look()?.0 {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::BlockMappingKey;
                self.empty(after)
            }
            _ => {
                self.states.push(State::BlockMappingKey);
                self.node(true, true)
            }
        }
    }

    fn flow_sequence_entry(&mut self, first: bool) -> Scan<Event<'a>> {
        self.open(first)?;
        let (mut kind, mut mark) = self.scanner.look()?;
        if kind != TokenKind::FlowSequenceEnd {
            if !first {
                if kind != TokenKind::FlowEntry {
                    return self.fail_in_collection("did not find expected ',' or ']'", mark);
                }
                self.scanner.take();
                (kind, mark) = self.scanner.look()?;
            }
            if kind == TokenKind::Key {
                self.state = State::FlowPairKey;
                self.scanner.take();
                return Ok(Event::bare(EventKind::MappingStart, mark));
            }
            if kind != TokenKind::FlowSequenceEnd {
                self.states.push(State::FlowSequenceEntry);
                return self.node(false, false);
            }
        }
        self.close(EventKind::SequenceEnd, mark)
    }

    fn flow_pair_key(&mut self) -> Scan<Event<'a>> {
        match self.scanner.look()?.0 {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml takes the token here, though it belongs to what follows.
                let after = self.skip_indicator();
                self.state = State::FlowPairValue;
                self.empty(after)
            }
            _ => {
                self.states.push(State::FlowPairValue);
                self.node(false, false)
            }
        }
    }

    fn flow_pair_value(&mut self) -> Scan<Event<'a>> {
        let (kind, mark) = self.scanner.look()?;
        if kind == TokenKind::Value {
            self.scanner.take();
            if !matches!(self.scanner.look()?.0, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(false, false);
            }
        }
        self.state = State::FlowPairEnd;
        self.empty(mark)
    }

    fn flow_mapping_key(&mut self, first: bool) -> Scan<Event<'a>> {
        self.open(first)?;
        let (mut kind, mut mark) = self.scanner.look()?;
        if kind != TokenKind::FlowMappingEnd {
            if !first {
                if kind != TokenKind::FlowEntry {
                    return self.fail_in_collection("did not find expected ',' or '}'", mark);
                }
                self.scanner.take();
                (kind, mark) = self.scanner.look()?;
            }
            if kind == TokenKind::Key {
                self.scanner.take();
                let (kind, mark) = self.scanner.look()?;
                if matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    self.state = State::FlowMappingValue;
                    return self.empty(mark);
                }
                self.states.push(State::FlowMappingValue);
                return self.node(false, false);
            }
            if kind != TokenKind::FlowMappingEnd {
                self.states.push(State::FlowMappingEmptyValue);
                return self.node(false, false);
            }
        }
        self.close(EventKind::MappingEnd, mark)
    }

    fn flow_mapping_value(&mut self, empty: bool) -> Scan<Event<'a>> {
        let (kind, mut mark) = self.scanner.look()?;
        if !empty && kind == TokenKind::Value {
            self.scanner.take();
            let next;
            (next, mark) = self.scanner.look()?;
            if !matches!(next, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey);
                return self.node(false, false);
            }
        }
        self.state = State::FlowMappingKey;
        self.empty(mark)
    }
}

/// A tag token's handle and suffix.
fn tag_parts<'t>(token: &'t Token<'_>) -> (&'t [u8], &'t [u8]) {
    token.value.split_at_checked(token.handle as usize).unwrap_or_default()
}
