//! Where output came from, for whoever asks: which bytes each place of a template wrote, by which calls, and what it
//! read of the values.
//!
//! The executor is compiled twice, with [`Off`] and with a [`Recorder`]: who does not ask pays nothing. A recorder keeps
//! one [`Level`] for each output that is being written, since `include` and `tpl` write into strings. What such a call
//! wrote is kept as a [`Piece`] beside the pipeline that goes on with the string; when that pipeline's result is printed,
//! the piece's spans are found again line by line ([`splice`]), so that `indent`, `nindent` and `trim` do not hide
//! where a line was made. Bytes that cannot be found again belong to the action that printed them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use pintle_go::{GoStr, Map, Step, Value, ValuePath};
use rustc_hash::FxHashMap;

use crate::node::Source;

mod splice;
#[cfg(test)]
mod tests;

/// What the executor tells while it runs. Every method has an empty body, which [`Off`] keeps.
pub(crate) trait Trace: Copy {
    /// Whether anybody listens: guards work that only a listener needs.
    const ON: bool;
    /// A template begins; its `$` is the variable at `var`.
    fn enter(self, _source: &Rc<Source>, _template: &GoStr, _var: usize) {}
    /// The template that began last ended.
    fn leave(self) {}
    /// A pipeline of the running template is about to run.
    fn pipeline(self, _pos: usize) {}
    /// Text of the template was written: the output from `start` to `end` stands at `pos` of the source.
    fn text(self, _start: usize, _end: usize, _pos: usize) {}
    /// The pipeline's value was printed from `start` on.
    fn printed(self, _out: &[u8], _start: usize) {}
    /// The pipeline's value becomes the dot, until [`Trace::dot_ends`].
    fn dot_begins(self) {}
    /// The dot of before is back.
    fn dot_ends(self) {}
    /// The dot becomes an element of a collection; it is the variable at `var`, too, and its key the one before.
    fn element(self, _collection: &Value, _at: Element<'_>, _var: Option<usize>) {}
    /// The dot was read.
    fn dot(self, _value: Option<&Value>) {}
    /// The pipeline's value was put into the variable at that index.
    fn declared(self, _var: usize) {}
    /// The variable at that index was read.
    fn variable(self, _var: usize) {}
    /// A key of a map was read.
    fn field(self, _map: &Map, _key: &str) {}
    /// Keys of a collection were read, one beneath the other.
    fn looked_up(self, _collection: &Value, _keys: &[Value]) {}
}

/// Nobody listens.
#[derive(Clone, Copy)]
pub(crate) struct Off;

impl Trace for Off {
    const ON: bool = false;
}

/// An element's place in its collection.
#[derive(Clone, Copy)]
pub(crate) enum Element<'a> {
    /// In a list.
    Index(usize),
    /// In a map.
    Key(&'a GoStr),
}

impl Element<'_> {
    fn step(self) -> Step {
        match self {
            Element::Index(i) => Step::Index(i),
            Element::Key(k) => Step::Key(k.clone()),
        }
    }
}

/// A place in a text that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text's name: a file's path, or `gotpl` for what `tpl` was given.
    pub file: GoStr,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 0.
    pub column: usize,
}

/// A call of a template: where, and of which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The place that called.
    pub place: Place,
    /// The template that the place belongs to.
    pub template: GoStr,
}

/// Where a byte of output came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The place that wrote it.
    pub place: Place,
    /// The template that the place belongs to.
    pub template: GoStr,
    /// The calls that led there, innermost first; the last is of the file that was rendered.
    pub chain: Vec<Call>,
    /// The values that the place read to write it; none for plain text.
    pub reads: Vec<ValuePath>,
    /// Whether the byte stands in the template as it is.
    pub verbatim: bool,
}

type Id = u32;

/// Bytes of an output that one place wrote.
#[derive(Clone, Debug)]
struct Span {
    start: usize,
    end: usize,
    /// The execution of a template that wrote them.
    frame: Id,
    /// Byte offset in the frame's source; of the first byte where it is text.
    pos: usize,
    made: Made,
    reads: Option<Rc<[Id]>>,
}

/// How bytes came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// They stand in the template.
    Text,
    /// Blank space that was put around text.
    Blank,
    /// An action printed them.
    Filled,
}

/// One execution of a template.
struct Frame {
    source: Rc<Source>,
    template: GoStr,
    /// The execution that called it, and the offset there.
    caller: Option<(Id, usize)>,
}

/// What `include` or `tpl` wrote.
struct Piece {
    text: Vec<u8>,
    spans: Vec<Span>,
}

/// What a value was made from.
#[derive(Clone, Default)]
struct Trail {
    reads: Vec<Id>,
    pieces: Vec<Rc<Piece>>,
}

impl Trail {
    fn read(&mut self, id: Id) {
        if !self.reads.contains(&id) {
            self.reads.push(id);
        }
    }

    fn join(&mut self, other: &Trail) {
        other.reads.iter().for_each(|id| self.read(*id));
        self.pieces.extend(other.pieces.iter().cloned());
    }
}

/// One output that is being written.
#[derive(Default)]
struct Level {
    /// The templates that run in it, each with the offset at which it is.
    running: Vec<(Id, usize)>,
    spans: Vec<Span>,
    /// What the pipeline that runs has used so far.
    trail: Trail,
    dots: Vec<Trail>,
    /// By the index in the executor's stack.
    vars: Vec<Trail>,
}

#[derive(Default)]
struct Inner {
    frames: Vec<Frame>,
    levels: Vec<Level>,
    paths: Vec<ValuePath>,
    ids: FxHashMap<ValuePath, Id>,
    /// The maps and lists of the values by their identity.
    known: FxHashMap<usize, Id>,
    read: BTreeSet<Id>,
    files: BTreeMap<String, Vec<Span>>,
    last: Vec<Span>,
    failed: Option<Span>,
}

/// Records where output comes from and which values are read, over all executions that are given it.
#[derive(Default)]
pub struct Recorder {
    inner: RefCell<Inner>,
    /// Keeps the collections of the values alive, so that no other takes an identity over.
    kept: RefCell<Vec<Value>>,
}

impl Recorder {
    /// Nothing recorded yet.
    pub fn new() -> Self {
        Recorder::default()
    }

    /// Tells which values are to be known by their paths: the tree whose root templates see as `.Values`.
    pub fn know(&self, values: &Map) {
        let root = Value::Map(values.clone());
        let mut open = vec![(ValuePath::default(), root)];
        while let Some((path, value)) = open.pop() {
            let beneath: Vec<(Step, Value)> = match &value {
                Value::Map(m) => m.entries().into_iter().map(|(k, v)| (Step::Key(k), v)).collect(),
                Value::List(l) => l.iter().enumerate().map(|(i, v)| (Step::Index(i), v.clone())).collect(),
                _ => continue,
            };
            let Some(identity) = identity(&value) else { continue };
            let mut inner = self.inner.borrow_mut();
            let id = inner.id(&path);
            // a collection that stands in two places is known by the first
            if inner.known.contains_key(&identity) {
                continue;
            }
            inner.known.insert(identity, id);
            self.kept.borrow_mut().push(value);
            open.extend(beneath.into_iter().rev().map(|(step, v)| (path.child(step), v)));
        }
    }

    /// Every path of the values that was read, in order. A map or list that was used whole stands for all beneath.
    pub fn reads(&self) -> Vec<ValuePath> {
        let inner = self.inner.borrow();
        let mut paths: Vec<ValuePath> = inner.read.iter().filter_map(|id| inner.path(*id)).collect();
        paths.sort();
        paths
    }

    /// Keeps what was recorded of the last finished execution as the map of a file's text. `removed` are the ranges of
    /// bytes that were cut out of the text since, in order.
    pub fn keep(&self, file: &str, removed: &[std::ops::Range<usize>]) {
        let mut inner = self.inner.borrow_mut();
        let mut spans = std::mem::take(&mut inner.last);
        if !removed.is_empty() {
            let before = |at: usize| -> usize {
                removed.iter().take_while(|r| r.start < at).map(|r| r.end.min(at) - r.start).sum()
            };
            spans.retain_mut(|s| {
                (s.start, s.end) = (s.start - before(s.start), s.end - before(s.end));
                s.start < s.end
            });
        }
        inner.files.insert(file.to_owned(), spans);
    }

    /// Where a byte of a kept file came from.
    pub fn origin(&self, file: &str, offset: usize) -> Option<Origin> {
        let inner = self.inner.borrow();
        let spans = inner.files.get(file)?;
        let at = spans.partition_point(|s| s.end <= offset);
        let span = spans.get(at).filter(|s| s.start <= offset)?;
        inner.origin(span, offset - span.start)
    }

    /// The places that wrote the bytes of a range of a kept file, in order; each once if it wrote several pieces in a
    /// row.
    pub fn origins(&self, file: &str, range: std::ops::Range<usize>) -> Vec<Origin> {
        let inner = self.inner.borrow();
        let Some(spans) = inner.files.get(file) else { return Vec::new() };
        let from = spans.partition_point(|s| s.end <= range.start);
        let within = spans.get(from..).unwrap_or_default().iter().take_while(|s| s.start < range.end);
        let mut all: Vec<Origin> =
            within.filter_map(|s| inner.origin(s, range.start.saturating_sub(s.start))).collect();
        all.dedup_by(|b, a| (&a.place, &a.chain, &a.reads) == (&b.place, &b.chain, &b.reads));
        all
    }

    /// What was running when the first execution failed, with what it had read.
    pub fn failed(&self) -> Option<Origin> {
        let inner = self.inner.borrow();
        inner.failed.as_ref().and_then(|s| inner.origin(s, 0))
    }

    /// Begins an output; gives what [`Recorder::end`] wants.
    pub(crate) fn begin(&self) -> usize {
        let mut inner = self.inner.borrow_mut();
        inner.levels.push(Level::default());
        inner.levels.len()
    }

    /// Ends the output that began at `depth`.
    pub(crate) fn end(&self, depth: usize, out: &[u8], ok: bool) {
        let mut inner = self.inner.borrow_mut();
        if !ok && inner.failed.is_none() {
            inner.failed = inner.levels.last().and_then(|level| {
                let (frame, pos) = *level.running.last()?;
                let reads = Some(Rc::from(&*level.trail.reads)).filter(|r: &Rc<[Id]>| !r.is_empty());
                Some(Span { start: 0, end: 1, frame, pos, made: Made::Filled, reads })
            });
        }
        inner.settle();
        inner.levels.truncate(depth);
        let Some(level) = inner.levels.pop() else { return };
        match inner.levels.last_mut() {
            Some(caller) if ok => {
                caller.trail.pieces.push(Rc::new(Piece { text: out.to_vec(), spans: level.spans }));
            }
            _ => inner.last = level.spans,
        }
    }
}

/// The identity of a map or list.
fn identity(v: &Value) -> Option<usize> {
    match v {
        Value::Map(m) => Some(m.identity()),
        Value::List(l) => Some(l.identity()),
        _ => None,
    }
}

impl Inner {
    fn id(&mut self, path: &ValuePath) -> Id {
        if let Some(id) = self.ids.get(path) {
            return *id;
        }
        let id = self.paths.len() as Id;
        self.paths.push(path.clone());
        self.ids.insert(path.clone(), id);
        id
    }

    fn path(&self, id: Id) -> Option<ValuePath> {
        self.paths.get(id as usize).cloned()
    }

    fn level(&mut self) -> Option<&mut Level> {
        self.levels.last_mut()
    }

    /// Adds what the pipeline has read to all that was read.
    fn settle(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.read.extend(level.trail.reads.iter().copied());
        }
    }

    /// A step down from a known collection was read: it takes the collection's place in the trail.
    fn step(&mut self, from: Id, step: Step) -> Option<Id> {
        let path = self.path(from)?.child(step);
        let id = self.id(&path);
        let trail = &mut self.level()?.trail;
        match trail.reads.last_mut() {
            Some(last) if *last == from => *last = id,
            _ => trail.read(id),
        }
        Some(id)
    }

    fn place(&self, frame: &Frame, pos: usize) -> Place {
        let text = frame.source.text.get(..pos).unwrap_or(&frame.source.text);
        let line = 1 + text.iter().filter(|b| **b == b'\n').count();
        let column = text.iter().rposition(|b| *b == b'\n').map_or(text.len(), |i| text.len() - i - 1);
        Place { file: frame.source.name.clone(), line, column }
    }

    fn origin(&self, span: &Span, within: usize) -> Option<Origin> {
        let frame = self.frames.get(span.frame as usize)?;
        let mut chain = Vec::new();
        let mut caller = frame.caller;
        while let Some((id, pos)) = caller {
            let Some(f) = self.frames.get(id as usize) else { break };
            chain.push(Call { place: self.place(f, pos), template: f.template.clone() });
            caller = f.caller;
        }
        Some(Origin {
            place: self.place(frame, span.pos + if span.made == Made::Text { within } else { 0 }),
            template: frame.template.clone(),
            chain,
            reads: span.reads.iter().flat_map(|r| r.iter()).filter_map(|id| self.path(*id)).collect(),
            verbatim: span.made != Made::Filled,
        })
    }
}

impl Trace for &Recorder {
    const ON: bool = true;

    fn enter(self, source: &Rc<Source>, template: &GoStr, var: usize) {
        let mut inner = self.inner.borrow_mut();
        let id = inner.frames.len() as Id;
        let mut levels = inner.levels.iter().rev();
        let (own, outer) = (levels.next(), levels.next());
        // the first template of an output was called by what runs in the output around it
        let caller = match own.and_then(|l| l.running.last()) {
            Some(running) => Some(*running),
            None => outer.and_then(|l| l.running.last()).copied(),
        };
        let called_with = match own {
            Some(l) if !l.running.is_empty() => l.trail.clone(),
            _ => outer.map(|l| l.trail.clone()).unwrap_or_default(),
        };
        inner.frames.push(Frame { source: source.clone(), template: template.clone(), caller });
        if let Some(level) = inner.level() {
            level.running.push((id, 0));
            level.set(var, called_with.clone());
            level.dots.push(called_with);
        }
    }

    fn leave(self) {
        if let Some(level) = self.inner.borrow_mut().level() {
            level.running.pop();
            level.dots.pop();
        }
    }

    fn pipeline(self, pos: usize) {
        let mut inner = self.inner.borrow_mut();
        inner.settle();
        if let Some(level) = inner.level() {
            level.trail = Trail::default();
            if let Some((_, at)) = level.running.last_mut() {
                *at = pos;
            }
        }
    }

    fn text(self, start: usize, end: usize, pos: usize) {
        if let Some(level) = self.inner.borrow_mut().level()
            && let Some((frame, _)) = level.running.last().copied()
            && start < end
        {
            level.spans.push(Span { start, end, frame, pos, made: Made::Text, reads: None });
        }
    }

    fn printed(self, out: &[u8], start: usize) {
        if let Some(level) = self.inner.borrow_mut().level()
            && let Some((frame, pos)) = level.running.last().copied()
            && start < out.len()
        {
            let mut trail = level.trail.clone();
            let pieces = std::mem::take(&mut trail.pieces);
            for piece in &pieces {
                let read = piece.spans.iter().flat_map(|s| s.reads.iter());
                read.flat_map(|r| r.iter()).for_each(|id| trail.read(*id));
            }
            let reads = Some(Rc::from(&*trail.reads)).filter(|r: &Rc<[Id]>| !r.is_empty());
            let whole = Span { start, end: out.len(), frame, pos, made: Made::Filled, reads };
            splice::splice(out, whole, &pieces, &mut level.spans);
        }
    }

    fn dot_begins(self) {
        if let Some(level) = self.inner.borrow_mut().level() {
            level.dots.push(level.trail.clone());
        }
    }

    fn dot_ends(self) {
        if let Some(level) = self.inner.borrow_mut().level() {
            level.dots.pop();
        }
    }

    fn element(self, collection: &Value, at: Element<'_>, var: Option<usize>) {
        let mut inner = self.inner.borrow_mut();
        let known = identity(collection).and_then(|i| inner.known.get(&i).copied());
        let path = known.and_then(|id| inner.path(id));
        // of a collection that is none of the values, its elements were made from what it was made from
        let trail = match path.map(|p| p.child(at.step())) {
            Some(path) => Trail { reads: vec![inner.id(&path)], pieces: Vec::new() },
            None => inner.level().and_then(|l| l.dots.iter().rev().nth(1).cloned()).unwrap_or_default(),
        };
        if let Some(level) = inner.level() {
            if let Some(var) = var {
                level.set(var, trail.clone());
            }
            if let Some(dot) = level.dots.last_mut() {
                *dot = trail;
            }
        }
    }

    fn dot(self, value: Option<&Value>) {
        // what is read of a map is told by its fields
        if matches!(value, Some(Value::Map(_))) {
            return self.whole(value);
        }
        if let Some(level) = self.inner.borrow_mut().level()
            && let Some(dot) = level.dots.last().cloned()
        {
            level.trail.join(&dot);
        }
    }

    fn declared(self, var: usize) {
        if let Some(level) = self.inner.borrow_mut().level() {
            let trail = level.trail.clone();
            level.set(var, trail);
        }
    }

    fn variable(self, var: usize) {
        if let Some(level) = self.inner.borrow_mut().level()
            && let Some(made_from) = level.vars.get(var).cloned()
        {
            level.trail.join(&made_from);
        }
    }

    fn field(self, map: &Map, key: &str) {
        let mut inner = self.inner.borrow_mut();
        if let Some(from) = inner.known.get(&map.identity()).copied() {
            inner.step(from, Step::Key(key.into()));
        }
    }

    fn looked_up(self, collection: &Value, keys: &[Value]) {
        let mut inner = self.inner.borrow_mut();
        let Some(mut at) = identity(collection).and_then(|i| inner.known.get(&i).copied()) else { return };
        for key in keys {
            let step = match key {
                Value::Str(s) => Step::Key(s.clone()),
                v => match v.as_int().and_then(|i| usize::try_from(i).ok()) {
                    Some(i) => Step::Index(i),
                    None => return,
                },
            };
            match inner.step(at, step) {
                Some(id) => at = id,
                None => return,
            }
        }
    }
}

impl Recorder {
    /// A collection of the values was used whole.
    fn whole(&self, value: Option<&Value>) {
        let mut inner = self.inner.borrow_mut();
        if let Some(id) = value.and_then(identity).and_then(|i| inner.known.get(&i).copied())
            // the root goes into every include
            && inner.path(id).is_some_and(|p| !p.0.is_empty())
            && let Some(level) = inner.level()
        {
            level.trail.read(id);
        }
    }
}

impl Level {
    fn set(&mut self, var: usize, trail: Trail) {
        if self.vars.len() <= var {
            self.vars.resize_with(var + 1, Trail::default);
        }
        if let Some(slot) = self.vars.get_mut(var) {
            *slot = trail;
        }
    }
}
