//! From nodes to values: go-yaml's decoder into `interface{}`, then sigs' turn to what JSON can hold.
//!
//! One walk makes [`Value`]s at once ([`Direct`]). Where it meets what only the long way through Go's types words
//! rightly (a null key, an infinity, binary data …) it gives up, and the same walk makes [`Typed`] data instead, which
//! then goes through the stages one by one.

use std::borrow::Cow;

use pintle_go::{GoStr, Map, Num, Value, strconv};

use crate::error::Error;
use crate::node::{Document, Node, NodeKind};
use crate::outline::Outline;
use crate::resolve::{Scalar, is_merge, scalar_value};
use crate::typed::{TypedBuild, to_value};

/// How a document becomes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Through JSON into `interface{}`: every number is a `float64`.
    Floats,
    /// As YAML has them.
    Kept,
    /// As YAML has them, and binary data as it is: for the JSON text, which words broken UTF-8 in its own way.
    Json,
}

/// The value of a document.
pub(crate) fn value_of(doc: &Document<'_>, numbers: Numbers) -> Result<Value, Error> {
    match Decoder::new(doc, Direct::new(numbers)).run() {
        Ok(v) => Ok(v),
        Err(Stop::Error(e)) => Err(*e),
        Err(Stop::Odd) => typed_value_of(doc, numbers, false),
    }
}

/// The top mapping of a document and what stands under the key `within`; see [`Outline`].
pub(crate) fn outline_of(doc: &Document<'_>, within: &str, numbers: Numbers) -> Result<Value, Error> {
    match Decoder::new(doc, Outline::new(within, numbers)).run() {
        Ok(v) => Ok(v),
        Err(Stop::Error(e)) => Err(*e),
        Err(Stop::Odd) => typed_value_of(doc, numbers, false),
    }
}

/// The same by the long way; strict if a key may not be set twice.
pub(crate) fn typed_value_of(doc: &Document<'_>, numbers: Numbers, strict: bool) -> Result<Value, Error> {
    let mut decoder = Decoder::new(doc, TypedBuild::new(strict));
    let typed = match decoder.run() {
        Ok(t) => t,
        Err(Stop::Error(e)) => return Err(*e),
        Err(Stop::Odd) => return Err(Error::convert("yaml: unknown problem parsing YAML content")),
    };
    if let Some(e) = decoder.build.into_error() {
        return Err(e);
    }
    to_value(&typed, numbers)
}

/// Why a walk ended early.
pub(crate) enum Stop {
    Error(Box<Error>),
    /// This builder cannot say; take the long way.
    Odd,
}

impl From<Error> for Stop {
    fn from(e: Error) -> Self {
        Stop::Error(Box::new(e))
    }
}

/// What a walk makes. Open lists and mappings are kept by the builder, the innermost last.
pub(crate) trait Build {
    /// A finished list, mapping or document.
    type Out;
    /// Deeper documents are refused, as `encoding/json` refuses to decode them.
    const MAX_NESTING: usize;
    /// A document that is a scalar.
    fn scalar(&mut self, s: Scalar<'_>) -> Result<Self::Out, Stop>;
    fn open_list(&mut self);
    fn item(&mut self, value: Self::Out);
    fn scalar_item(&mut self, s: Scalar<'_>) -> Result<(), Stop>;
    fn close_list(&mut self) -> Self::Out;
    fn open_mapping(&mut self);
    /// A key of the innermost mapping; its value follows.
    fn key(&mut self, s: Scalar<'_>) -> Result<(), Stop>;
    /// A list or mapping as a key: always refused.
    fn odd_key(&self, key: Self::Out) -> Stop;
    /// The value of the last key; `line` is where it starts, from 1.
    fn value(&mut self, value: Self::Out, line: u32);
    fn scalar_value(&mut self, s: Scalar<'_>, line: u32) -> Result<(), Stop>;
    fn close_mapping(&mut self) -> Self::Out;
}

/// Makes values. What is open shares two stacks, so that each list and mapping is allocated once, in its size.
pub(crate) struct Direct {
    numbers: Numbers,
    items: Vec<Value>,
    lists: Vec<usize>,
    pairs: Vec<(GoStr, Value)>,
    mappings: Vec<usize>,
}

impl Direct {
    pub(crate) fn new(numbers: Numbers) -> Self {
        Direct { numbers, items: Vec::new(), lists: Vec::new(), pairs: Vec::new(), mappings: Vec::new() }
    }
}

/// The stack's end from `start` on, in a vector of its own.
#[inline]
fn cut<T>(stack: &mut Vec<T>, start: Option<usize>) -> Vec<T> {
    let start = start.unwrap_or(0).min(stack.len());
    let mut out = Vec::with_capacity(stack.len() - start);
    out.extend(stack.drain(start..));
    out
}

impl Direct {
    /// The key whose value is awaited or was put last.
    pub(crate) fn last_key(&self) -> Option<&[u8]> {
        self.pairs.last().map(|(key, _)| key.as_bytes())
    }

    #[inline(always)]
    fn made(&self, s: Scalar<'_>) -> Result<Value, Stop> {
        Ok(match s {
            Scalar::Str(Cow::Borrowed(s)) => Value::Str(GoStr::from_bytes(s)),
            Scalar::Null => Value::Nil,
            Scalar::Bool(b) => Value::Bool(b),
            Scalar::Str(_) => return Err(Stop::Odd),
            Scalar::Float(f) if !f.is_finite() => return Err(Stop::Odd),
            number => number_value(number, self.numbers),
        })
    }
}

impl Build for Direct {
    type Out = Value;
    const MAX_NESTING: usize = 10_000;

    fn scalar(&mut self, s: Scalar<'_>) -> Result<Value, Stop> {
        self.made(s)
    }
    fn open_list(&mut self) {
        self.lists.push(self.items.len());
    }
    fn item(&mut self, value: Value) {
        self.items.push(value);
    }
    #[inline(always)]
    fn scalar_item(&mut self, s: Scalar<'_>) -> Result<(), Stop> {
        self.items.push(self.made(s)?);
        Ok(())
    }
    fn close_list(&mut self) -> Value {
        let start = self.lists.pop();
        Value::list(cut(&mut self.items, start))
    }
    fn open_mapping(&mut self) {
        self.mappings.push(self.pairs.len());
    }
    #[inline(always)]
    fn key(&mut self, s: Scalar<'_>) -> Result<(), Stop> {
        let key = match s {
            Scalar::Str(Cow::Borrowed(s)) => GoStr::from_bytes(s),
            Scalar::Str(_) => return Err(Stop::Odd),
            other => key_string(&other).ok_or(Stop::Odd)?,
        };
        self.pairs.push((key, Value::Nil));
        Ok(())
    }
    fn odd_key(&self, _: Value) -> Stop {
        Stop::Odd
    }
    #[inline]
    fn value(&mut self, value: Value, _: u32) {
        if let Some(pair) = self.pairs.last_mut() {
            pair.1 = value;
        }
    }
    #[inline(always)]
    fn scalar_value(&mut self, s: Scalar<'_>, _: u32) -> Result<(), Stop> {
        let value = self.made(s)?;
        if let Some(pair) = self.pairs.last_mut() {
            pair.1 = value;
        }
        Ok(())
    }
    fn close_mapping(&mut self) -> Value {
        let start = self.mappings.pop();
        Value::Map(Map::from_pairs(cut(&mut self.pairs, start)))
    }
}

/// A number as the target wants it; nil for what is none.
pub(crate) fn number_value(s: Scalar<'_>, numbers: Numbers) -> Value {
    match (s, numbers) {
        (Scalar::Int(i), Numbers::Floats) => Value::Float(i as f64),
        (Scalar::Uint(u), Numbers::Floats) => Value::Float(u as f64),
        (Scalar::Int(i), _) => Value::Int64(i),
        (Scalar::Uint(u), _) => Value::Num(Num::U64(u)),
        (Scalar::Float(f), _) => Value::Float(f),
        _ => Value::Nil,
    }
}

/// `convertToJSONableObject`'s key texts; none for null and `uint64`, which are refused.
pub(crate) fn key_string(s: &Scalar<'_>) -> Option<GoStr> {
    Some(match s {
        Scalar::Str(s) => GoStr::from_bytes(s),
        Scalar::Bool(true) => GoStr::from_static("true"),
        Scalar::Bool(false) => GoStr::from_static("false"),
        Scalar::Int(i) => i.to_string().into(),
        Scalar::Float(f) => float_key(*f),
        Scalar::Null | Scalar::Uint(_) => return None,
    })
}

/// sigs writes a float key with the digits of 32 bits.
fn float_key(f: f64) -> GoStr {
    match strconv::format_float32(f as f32, b'g', -1).as_str() {
        "+Inf" => GoStr::from_static(".inf"),
        "-Inf" => GoStr::from_static("-.inf"),
        "NaN" => GoStr::from_static(".nan"),
        s => s.into(),
    }
}

/// A mapping key's text after conversion.
pub(crate) fn key_text(node: &Node<'_>) -> Option<GoStr> {
    match node.kind {
        NodeKind::Scalar(_) => key_string(&scalar_value(node).ok()?),
        _ => None,
    }
}

enum Frame {
    List {
        at: u32,
        end: u32,
    },
    Mapping {
        at: u32,
        end: u32,
        /// A key has been put, and its value is awaited; with that value's line.
        keyed: Option<u32>,
        /// Its pairs go into the mapping around it.
        merged: bool,
    },
    Alias,
    /// The mappings of a `<<: [a, b]` that are still to be merged, the next one last.
    Merges(Vec<u32>),
}

#[inline(always)]
fn resolved<'n>(node: &'n Node<'_>) -> Result<Scalar<'n>, Stop> {
    scalar_value(node).map_err(fail)
}

struct Decoder<'d, 's, B: Build> {
    nodes: &'d [Node<'s>],
    build: B,
    frames: Vec<Frame>,
    nesting: usize,
    decoded: u64,
    aliased: u64,
    active: Vec<u32>,
}

#[cold]
fn fail(problem: impl std::fmt::Display) -> Stop {
    Error::convert(format!("yaml: {problem}")).into()
}

impl<'d, 's, B: Build> Decoder<'d, 's, B> {
    fn new(doc: &'d Document<'s>, build: B) -> Self {
        let nodes = &doc.nodes;
        Decoder { nodes, build, frames: Vec::new(), nesting: 0, decoded: 1, aliased: 0, active: Vec::new() }
    }

    fn node(&self, at: u32) -> Result<&'d Node<'s>, Stop> {
        self.nodes.get(at as usize).ok_or(Stop::Odd)
    }

    /// Every node counts, and aliases may not make up too much: go-yaml's guard against alias bombs.
    #[inline]
    fn count(&mut self) -> Result<(), Stop> {
        self.decoded += 1;
        if !self.active.is_empty() {
            self.aliased += 1;
            if self.aliased > 100 && self.decoded > 1000 {
                let ratio = self.aliased as f64 / self.decoded as f64;
                if ratio > allowed_alias_ratio(self.decoded) {
                    return Err(fail("document contains excessive aliasing"));
                }
            }
        }
        Ok(())
    }

    fn nest(&mut self) -> Result<(), Stop> {
        self.nesting += 1;
        if self.nesting > B::MAX_NESTING { Err(Error::too_deep().into()) } else { Ok(()) }
    }

    /// Starts a node: gives a scalar's value at once, opens a frame for others. A merged mapping has its pairs put
    /// into the one around it.
    fn begin(&mut self, at: u32, merged: bool) -> Result<Option<B::Out>, Stop> {
        self.count()?;
        let node = self.node(at)?;
        match node.kind {
            NodeKind::Scalar(_) => self.build.scalar(resolved(node)?).map(Some),
            NodeKind::Sequence => {
                self.nest()?;
                self.build.open_list();
                self.frames.push(Frame::List { at: at + 1, end: node.next });
                Ok(None)
            }
            NodeKind::Mapping => {
                if !merged {
                    self.nest()?;
                    self.build.open_mapping();
                }
                self.frames.push(Frame::Mapping { at: at + 1, end: node.next, keyed: None, merged });
                Ok(None)
            }
            NodeKind::Alias => {
                if self.active.contains(&at) {
                    let name = String::from_utf8_lossy(&node.value);
                    return Err(fail(format_args!("anchor '{name}' value contains itself")));
                }
                self.active.push(at);
                self.frames.push(Frame::Alias);
                self.begin(node.target, merged)
            }
        }
    }

    fn run(&mut self) -> Result<B::Out, Stop> {
        let mut done = self.begin(0, false)?;
        loop {
            if let Some(value) = done.take() {
                match self.frames.last_mut() {
                    None => return Ok(value),
                    Some(Frame::Alias) => {
                        self.frames.pop();
                        self.active.pop();
                        done = Some(value);
                        continue;
                    }
                    Some(Frame::List { .. }) => self.build.item(value),
                    Some(Frame::Mapping { keyed, .. }) => match keyed.take() {
                        None => return Err(self.build.odd_key(value)),
                        Some(line) => self.build.value(value, line),
                    },
                    Some(Frame::Merges(_)) => return Err(Stop::Odd),
                }
            }
            done = self.step()?;
        }
    }

    /// Goes on with the innermost open node.
    #[inline]
    fn step(&mut self) -> Result<Option<B::Out>, Stop> {
        match self.frames.last_mut() {
            Some(&mut Frame::List { at, end }) => self.items(at, end),
            Some(Frame::Mapping { at, end, keyed: None, .. }) => {
                let (at, end) = (*at, *end);
                self.pairs(at, end)
            }
            Some(Frame::Mapping { at, keyed: Some(line), .. }) => {
                // The key was an alias: its value comes next.
                let child = *at;
                let node = self.nodes.get(child as usize).ok_or(Stop::Odd)?;
                *at = node.next;
                *line = node.start.line + 1;
                self.begin(child, false)
            }
            Some(Frame::Merges(left)) => match left.pop() {
                Some(at) => {
                    self.want_mapping(at)?;
                    self.begin(at, true)
                }
                None => {
                    self.frames.pop();
                    Ok(None)
                }
            },
            _ => self.finish(),
        }
    }

    /// The items of the innermost list, up to one that is no scalar.
    fn items(&mut self, mut at: u32, end: u32) -> Result<Option<B::Out>, Stop> {
        while at < end {
            let node = self.node(at)?;
            if !matches!(node.kind, NodeKind::Scalar(_)) {
                if let Some(Frame::List { at: kept, .. }) = self.frames.last_mut() {
                    *kept = node.next;
                }
                return self.begin(at, false);
            }
            self.count()?;
            self.build.scalar_item(resolved(node)?)?;
            at = node.next;
        }
        self.finish()
    }

    /// The pairs of the innermost mapping, up to one that is not of scalars.
    fn pairs(&mut self, mut at: u32, end: u32) -> Result<Option<B::Out>, Stop> {
        while at < end {
            let (key, child) = (self.node(at)?, at);
            at = key.next;
            if !matches!(key.kind, NodeKind::Scalar(_)) {
                self.keep(at, None);
                return self.begin_odd_key(child);
            }
            let value = self.node(at)?;
            let child = at;
            at = value.next;
            if is_merge(key) {
                self.keep(at, None);
                return self.merge(child);
            }
            self.count()?;
            self.build.key(resolved(key)?)?;
            if !matches!(value.kind, NodeKind::Scalar(_)) {
                self.keep(at, Some(value.start.line + 1));
                return self.begin(child, false);
            }
            self.count()?;
            self.build.scalar_value(resolved(value)?, value.start.line + 1)?;
        }
        self.finish()
    }

    /// Where the innermost mapping is to go on, and whether a value is awaited, with its line.
    #[inline]
    fn keep(&mut self, next: u32, pending: Option<u32>) {
        if let Some(Frame::Mapping { at, keyed, .. }) = self.frames.last_mut() {
            *at = next;
            *keyed = pending;
        }
    }

    /// An alias or a collection as a key.
    fn begin_odd_key(&mut self, at: u32) -> Result<Option<B::Out>, Stop> {
        let node = self.node(at)?;
        if node.kind == NodeKind::Alias {
            let target = self.node(node.target)?;
            if matches!(target.kind, NodeKind::Scalar(_)) {
                self.count()?;
                self.active.push(at);
                let counted = self.count();
                self.active.pop();
                counted?;
                self.build.key(resolved(target)?)?;
                if let Some(Frame::Mapping { keyed, .. }) = self.frames.last_mut() {
                    *keyed = Some(0);
                }
                return Ok(None);
            }
        }
        self.begin(at, false)
    }

    /// The innermost node has no more children.
    fn finish(&mut self) -> Result<Option<B::Out>, Stop> {
        match self.frames.pop() {
            Some(Frame::List { .. }) => {
                self.nesting -= 1;
                Ok(Some(self.build.close_list()))
            }
            Some(Frame::Mapping { merged: false, .. }) => {
                self.nesting -= 1;
                Ok(Some(self.build.close_mapping()))
            }
            Some(Frame::Mapping { .. }) => {
                // A merged mapping has no value of its own; its alias ends with it.
                if let Some(Frame::Alias) = self.frames.last() {
                    self.frames.pop();
                    self.active.pop();
                }
                Ok(None)
            }
            _ => Err(Stop::Odd),
        }
    }

    fn want_mapping(&self, at: u32) -> Result<(), Stop> {
        let node = self.node(at)?;
        let kind = if node.kind == NodeKind::Alias { self.node(node.target)?.kind } else { node.kind };
        match kind {
            NodeKind::Mapping => Ok(()),
            _ => Err(fail("map merge requires map or sequence of maps as the value")),
        }
    }

    /// `<<`: the pairs of the mappings, of a list the first ones last, so that they win.
    fn merge(&mut self, at: u32) -> Result<Option<B::Out>, Stop> {
        let node = self.node(at)?;
        if node.kind == NodeKind::Sequence {
            let mut left = Vec::new();
            let mut child = at + 1;
            while child < node.next {
                left.push(child);
                child = self.node(child)?.next;
            }
            self.frames.push(Frame::Merges(left));
            return Ok(None);
        }
        self.want_mapping(at)?;
        self.begin(at, true)
    }
}

/// Of small documents nearly all may come from aliases, of large ones a tenth.
fn allowed_alias_ratio(decoded: u64) -> f64 {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;
    if decoded <= LOW {
        0.99
    } else if decoded >= HIGH {
        0.10
    } else {
        0.99 - 0.89 * ((decoded - LOW) as f64 / (HIGH - LOW) as f64)
    }
}
