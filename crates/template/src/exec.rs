//! The executor: walks a tree and writes (`text/template/exec.go`).
//!
//! The state keeps the node it is at, exactly where Go sets it, since error texts name it.

use std::fmt;
use std::rc::Rc;

use pintle_go::{FuncError, GoStr, Kind, Type, Value, strconv};

use crate::MissingKey;
use crate::node::{Callee, Command, Control, DOLLAR, Expr, ExprKind, NodeRef, Number, Pipe, Stmt, Tree, Var};
use crate::rv::{Rv, zero};
use crate::set::TemplateSet;
use crate::trace::{Element, Off, Recorder, Trace};

mod call;

/// How deep `{{template}}` may nest (Go's `maxExecDepth`).
const MAX_DEPTH: usize = 100_000;
/// How many items a list may have that a function returns, where output is bounded.
const MAX_ITEMS: usize = 1 << 24;

/// A template that failed while running; `Display` is Go's text.
#[derive(Debug)]
pub struct ExecError {
    /// The whole text, bytes as in Go.
    pub text: GoStr,
    /// Name of the template that was running.
    pub template: GoStr,
    /// Name of the text it was parsed from, where known.
    pub file: GoStr,
    /// Line from 1, 0 where unknown.
    pub line: usize,
    /// Byte column from 0.
    pub column: usize,
    /// The failing expression.
    pub node: String,
    source: Option<Box<FuncError>>,
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)
    }
}

impl std::error::Error for ExecError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

type Result<T> = std::result::Result<T, Box<ExecError>>;

/// Why a list of statements ended.
#[derive(PartialEq)]
enum Flow {
    Done,
    Break,
    Continue,
}

struct State<'t, 'v, T> {
    set: &'t TemplateSet,
    trace: T,
    name: &'t GoStr,
    tree: &'t Tree,
    node: Option<NodeRef<'t>>,
    /// Variables by number, those of this template from `base` on; templates that call each other share the stack.
    vars: &'v mut Vec<(u32, Rv)>,
    base: usize,
    depth: usize,
}

/// Runs a template on its data.
pub(crate) fn execute(set: &TemplateSet, name: &GoStr, tree: &Tree, data: &Value, out: &mut Vec<u8>) -> Result<()> {
    run(set, Off, name, tree, &Rv::of(data.clone()), 0, &mut Vec::with_capacity(8), out)
}

/// As [`execute`], and records where its output comes from.
pub(crate) fn execute_traced(
    set: &TemplateSet,
    recorder: &Recorder,
    name: &GoStr,
    tree: &Tree,
    data: &Value,
    out: &mut Vec<u8>,
) -> Result<()> {
    let depth = recorder.begin();
    let result = run(set, recorder, name, tree, &Rv::of(data.clone()), 0, &mut Vec::with_capacity(8), out);
    recorder.end(depth, out, result.is_ok());
    result
}

#[expect(clippy::too_many_arguments, reason = "what an execution consists of")]
fn run<T: Trace>(
    set: &TemplateSet,
    trace: T,
    name: &GoStr,
    tree: &Tree,
    dot: &Rv,
    depth: usize,
    vars: &mut Vec<(u32, Rv)>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let base = vars.len();
    vars.push((DOLLAR, dot.clone()));
    trace.enter(&tree.source, name, base);
    let mut state = State { set, trace, name, tree, node: None, vars, base, depth };
    stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || state.walk_list(dot, &tree.root, out))?;
    state.vars.truncate(base);
    trace.leave();
    Ok(())
}

/// An error before anything ran: there is no such template.
pub(crate) fn no_template(text: &str) -> ExecError {
    ExecError {
        text: GoStr::from(text),
        template: GoStr::EMPTY,
        file: GoStr::EMPTY,
        line: 0,
        column: 0,
        node: String::new(),
        source: None,
    }
}

/// `%` doubled, so that a text passes through a format unchanged.
fn double_percent(s: &[u8]) -> Vec<u8> {
    s.iter().flat_map(|b| std::iter::repeat_n(*b, if *b == b'%' { 2 } else { 1 })).collect()
}

impl<'t, T: Trace> State<'t, '_, T> {
    /// Fails with a format and its operands, which Go formats together with the place: a percent sign in a template's
    /// name eats operands.
    fn fail<R>(&self, format: &str, operands: &[Value]) -> Result<R> {
        self.error_from(format, operands, None)
    }

    fn error_from<R>(&self, format: &str, operands: &[Value], source: Option<Box<FuncError>>) -> Result<R> {
        let mut text = Vec::with_capacity(format.len() + 80);
        let (mut line, mut column, mut shown) = (0, 0, Vec::new());
        text.extend_from_slice(b"template: ");
        match self.node {
            None => text.extend_from_slice(&double_percent(self.name)),
            Some(node) => {
                let src = &self.tree.source;
                let before = src.text.get(..node.pos()).unwrap_or(&src.text);
                line = 1 + before.iter().filter(|b| **b == b'\n').count();
                column = before.iter().rposition(|b| *b == b'\n').map_or(before.len(), |i| before.len() - i - 1);
                shown = node.text();
                text.extend_from_slice(&src.name);
                text.extend_from_slice(format!(":{line}:{column}: executing ").as_bytes());
                text.extend_from_slice(strconv::quote(&double_percent(self.name)).as_bytes());
                text.extend_from_slice(b" at <");
                text.extend_from_slice(&double_percent(&shown));
                text.push(b'>');
            }
        }
        text.extend_from_slice(b": ");
        text.extend_from_slice(format.as_bytes());
        Err(Box::new(ExecError {
            text: pintle_go::fmt::sprintf(&text, operands),
            template: self.name.clone(),
            file: self.tree.source.name.clone(),
            line,
            column,
            node: String::from_utf8_lossy(&shown).into_owned(),
            source,
        }))
    }

    fn at(&mut self, node: NodeRef<'t>) {
        self.node = Some(node);
    }

    // statements

    fn walk_list(&mut self, dot: &Rv, list: &'t [Stmt], out: &mut Vec<u8>) -> Result<Flow> {
        for stmt in list {
            let flow = self.walk(dot, stmt, out)?;
            if flow != Flow::Done {
                return Ok(flow);
            }
        }
        Ok(Flow::Done)
    }

    fn walk(&mut self, dot: &Rv, stmt: &'t Stmt, out: &mut Vec<u8>) -> Result<Flow> {
        self.at(NodeRef::Stmt(stmt));
        match stmt {
            Stmt::Text { start, end } => {
                let from = out.len();
                out.extend_from_slice(self.tree.source.text.get(*start..*end).unwrap_or_default());
                self.trace.text(from, out.len(), *start);
                self.check_output(out)?;
            }
            Stmt::Action { pipe, .. } => {
                self.trace.pipeline(pipe.pos);
                let v = self.pipeline(dot, pipe)?;
                if pipe.decl.is_empty() {
                    self.at(NodeRef::Stmt(stmt));
                    let from = out.len();
                    self.print(&v, out)?;
                    self.trace.printed(out, from);
                }
            }
            Stmt::If(c) => return self.branch(dot, c, false, out),
            Stmt::With(c) => return self.branch(dot, c, true, out),
            Stmt::Range(c) => return self.range(dot, c, out),
            Stmt::Template(c) => {
                self.trace.pipeline(c.pos);
                self.call_template(dot, &c.name, c.pipe.as_ref(), out)?;
            }
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Done)
    }

    fn check_output(&self, out: &[u8]) -> Result<()> {
        match self.set.max_output() {
            Some(max) if out.len() > max => self.fail("output grew over %d bytes", &[Value::Int(max as i64)]),
            _ => Ok(()),
        }
    }

    /// Counts what may go on for ever.
    fn step(&self) -> Result<()> {
        match self.set.step() {
            Ok(()) => Ok(()),
            Err(most) => self.fail("range and template went on for more than %d steps", &[Value::Int(most as i64)]),
        }
    }

    /// Refuses a value that grew beyond what may be written: doubled often enough, it would take all memory.
    fn check_size(&self, v: &Value) -> Result<()> {
        match (v, self.set.max_output()) {
            (Value::Str(s), Some(max)) if s.len() > max => {
                self.fail("a string grew over %d bytes", &[Value::Int(max as i64)])
            }
            (Value::List(l), Some(_)) if l.len() > MAX_ITEMS => {
                self.fail("a list grew over %d items", &[Value::Int(MAX_ITEMS as i64)])
            }
            _ => Ok(()),
        }
    }

    fn branch(&mut self, dot: &Rv, c: &'t Control, with: bool, out: &mut Vec<u8>) -> Result<Flow> {
        let mark = self.vars.len();
        self.trace.pipeline(c.pipe.pos);
        let v = self.pipeline(dot, &c.pipe)?;
        let inner = with && v.truth();
        if T::ON && inner {
            self.trace.dot_begins();
        }
        let flow = if v.truth() {
            let dot = if with { &v } else { dot };
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk_list(dot, &c.body, out))?
        } else if let Some(list) = &c.otherwise {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk_list(dot, list, out))?
        } else {
            Flow::Done
        };
        if T::ON && inner {
            self.trace.dot_ends();
        }
        self.vars.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Rv, c: &'t Control, out: &mut Vec<u8>) -> Result<Flow> {
        let outer = self.vars.len();
        self.trace.pipeline(c.pipe.pos);
        let v = self.pipeline(dot, &c.pipe)?.open();
        let mark = self.vars.len();
        let mut flow = Flow::Done;
        // two: what is ranged over, and the element in turn
        self.trace.dot_begins();
        self.trace.dot_begins();
        let ran = self.iterate(&v, c, mark, out, &mut flow)?;
        self.trace.dot_ends();
        self.trace.dot_ends();
        // Go's range catches the break that its else branch throws; a continue goes on to the loop around
        let mut result = Flow::Done;
        if flow != Flow::Break
            && !ran
            && let Some(list) = &c.otherwise
            && self.walk_list(dot, list, out)? == Flow::Continue
        {
            result = Flow::Continue;
        }
        self.vars.truncate(outer);
        Ok(result)
    }

    /// Runs the body for every element; says whether there was one.
    fn iterate(&mut self, v: &Rv, c: &'t Control, mark: usize, out: &mut Vec<u8>, flow: &mut Flow) -> Result<bool> {
        let Some(value) = v.inner() else {
            return Ok(false);
        };
        if let Some(n) = value.as_int() {
            if c.pipe.decl.len() > 1 {
                return self.fail("can't use %v to iterate over more than one variable", std::slice::from_ref(value));
            }
            for i in 0..n {
                let elem = Rv::Val(like(value, i));
                if self.one(Rv::Invalid, elem, c, mark, out)? == Flow::Break {
                    *flow = Flow::Break;
                    break;
                }
            }
            return Ok(n > 0);
        }
        let collection = match value {
            Value::Obj(o) => o.underlying(),
            v => Some(v.clone()),
        };
        match collection {
            Some(Value::List(list)) => {
                let ty = list.elem();
                for (i, item) in list.iter().enumerate() {
                    let elem = Rv::typed(item.clone(), ty);
                    self.trace.element(value, Element::Index(i), element_var(c, mark));
                    if self.one(Rv::Val(Value::Int(i as i64)), elem, c, mark, out)? == Flow::Break {
                        *flow = Flow::Break;
                        break;
                    }
                }
                Ok(!list.is_empty())
            }
            Some(Value::Map(map)) => {
                let ty = map.ty().elem().unwrap_or(Type::Any);
                let entries = map.entries();
                let any = !entries.is_empty();
                for (key, item) in entries {
                    let elem = Rv::typed(item, ty);
                    self.trace.element(value, Element::Key(&key), element_var(c, mark));
                    if self.one(Rv::Val(Value::Str(key)), elem, c, mark, out)? == Flow::Break {
                        *flow = Flow::Break;
                        break;
                    }
                }
                Ok(any)
            }
            _ => self.fail("range can't iterate over %v", std::slice::from_ref(value)),
        }
    }

    fn one(&mut self, index: Rv, elem: Rv, c: &'t Control, mark: usize, out: &mut Vec<u8>) -> Result<Flow> {
        self.step()?;
        let decl = &c.pipe.decl;
        match (&**decl, c.pipe.is_assign) {
            ([], _) => {}
            ([a], true) => self.set_var(a, elem.clone())?,
            ([a, b, ..], true) => {
                self.set_var(a, index)?;
                self.set_var(b, elem.clone())?;
            }
            (names, false) => {
                // the innermost variable is the element, the one before it the index
                let top = self.vars.len();
                if let Some(v) = top.checked_sub(1).and_then(|i| self.vars.get_mut(i)) {
                    v.1 = elem.clone();
                }
                if names.len() > 1
                    && let Some(v) = top.checked_sub(2).and_then(|i| self.vars.get_mut(i))
                {
                    v.1 = index;
                }
            }
        }
        let flow = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk_list(&elem, &c.body, out))?;
        self.vars.truncate(mark);
        self.check_output(out)?;
        Ok(flow)
    }

    fn call_template(&mut self, dot: &Rv, name: &'t GoStr, pipe: Option<&'t Pipe>, out: &mut Vec<u8>) -> Result<()> {
        let Some(tree) = self.set.tree(name) else {
            return self.fail("template %q not defined", &[Value::Str(name.clone())]);
        };
        if self.depth >= MAX_DEPTH {
            return self.fail("exceeded maximum template depth (%v)", &[Value::Int(MAX_DEPTH as i64)]);
        }
        self.step()?;
        let dot = match pipe {
            // variables declared by the pipeline stay
            Some(p) => self.pipeline(dot, p)?,
            None => Rv::Invalid,
        };
        run(self.set, self.trace, name, tree, &dot, self.depth + 1, self.vars, out)
    }

    fn print(&self, v: &Rv, out: &mut Vec<u8>) -> Result<()> {
        match v.inner() {
            None => match v {
                Rv::Iface(_) => out.extend_from_slice(b"<nil>"),
                _ => out.extend_from_slice(b"<no value>"),
            },
            Some(Value::Str(s)) => out.extend_from_slice(s),
            Some(value) if value.kind() == Kind::Func => {
                let shown = self.node.map(NodeRef::text).unwrap_or_default();
                let ty = value.type_name();
                return self.fail("can't print %s of type %s", &[Value::str(shown), Value::str(&*ty)]);
            }
            // an addressable field whose pointer has String(): Go takes the address
            Some(value @ Value::Obj(o)) => match o.addressed_string() {
                Some(text) => out.extend_from_slice(&text),
                None => pintle_go::fmt::write_value(out, value),
            },
            Some(value) => pintle_go::fmt::write_value(out, value),
        }
        self.check_output(out)
    }

    // variables

    fn var(&self, var: &Var) -> Result<Rv> {
        let own = self.vars.get(self.base..).unwrap_or_default();
        if T::ON
            && let Some(i) = own.iter().rposition(|(id, _)| *id == var.id)
        {
            self.trace.variable(self.base + i);
        }
        match own.iter().rev().find(|(id, _)| *id == var.id) {
            Some((_, v)) => Ok(v.clone()),
            None => self.fail("undefined variable: %s", &[Value::str(&*var.name)]),
        }
    }

    fn set_var(&mut self, var: &Var, v: Rv) -> Result<()> {
        let own = self.vars.get_mut(self.base..).unwrap_or_default();
        if T::ON
            && let Some(i) = own.iter().rposition(|(id, _)| *id == var.id)
        {
            self.trace.declared(self.base + i);
        }
        match own.iter_mut().rev().find(|(id, _)| *id == var.id) {
            Some(slot) => {
                slot.1 = v;
                Ok(())
            }
            None => self.fail("undefined variable: %s", &[Value::str(&*var.name)]),
        }
    }

    // expressions

    fn pipeline(&mut self, dot: &Rv, pipe: &'t Pipe) -> Result<Rv> {
        self.at(NodeRef::Pipe(pipe));
        let mut value = Rv::Missing;
        for cmd in &pipe.cmds {
            value = self.command(dot, cmd, value)?.open();
        }
        for var in &pipe.decl {
            if pipe.is_assign {
                self.set_var(var, value.clone())?;
            } else {
                self.trace.declared(self.vars.len());
                self.vars.push((var.id, value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Rv, cmd: &'t Command, last: Rv) -> Result<Rv> {
        let Some(first) = cmd.args.first() else {
            return Ok(Rv::Invalid);
        };
        let args = cmd.args.get(1..).unwrap_or_default();
        match &first.kind {
            ExprKind::Field(names) => {
                self.at(NodeRef::Expr(first));
                return self.fields(dot, dot.clone(), NodeRef::Expr(first), names, args, last);
            }
            ExprKind::Chain { node, fields } => {
                return self.chain(dot, first, node, fields, args, last);
            }
            ExprKind::Function { name, func } => {
                self.at(NodeRef::Expr(first));
                return self.call(dot, func, NodeRef::Command(cmd), name, args, last);
            }
            ExprKind::Pipe(p) => {
                self.not_a_function(first, args, &last)?;
                return stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.pipeline(dot, p));
            }
            ExprKind::Variable { var, fields } => {
                return self.variable(dot, first, var, fields, args, last);
            }
            _ => {}
        }
        self.at(NodeRef::Expr(first));
        self.not_a_function(first, args, &last)?;
        match &first.kind {
            ExprKind::Bool(b) => Ok(Rv::Val(Value::Bool(*b))),
            ExprKind::Dot => {
                self.trace.dot(dot.inner());
                Ok(dot.clone())
            }
            ExprKind::Nil => self.fail("nil is not a command", &[]),
            ExprKind::Number(n) => self.constant(first, n),
            ExprKind::String { value, .. } => Ok(Rv::Val(Value::Str(value.clone()))),
            _ => Ok(Rv::Invalid),
        }
    }

    fn not_a_function(&self, first: &Expr, args: &[Expr], last: &Rv) -> Result<()> {
        if args.is_empty() && last.is_missing() {
            return Ok(());
        }
        self.fail("can't give argument to non-function %s", &[Value::str(first.text())])
    }

    /// A number where no type is asked for: its syntax says which type it is.
    fn constant(&mut self, e: &'t Expr, n: &Number) -> Result<Rv> {
        self.at(NodeRef::Expr(e));
        let text: &str = &n.text;
        let hex = text.len() > 2 && (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
        let rune = text.starts_with('\'');
        Ok(Rv::Val(match (n.complex, n.float, n.int) {
            (Some((re, im)), _, _) => Value::Complex(re, im),
            (_, Some(f), _) if !hex && !rune && text.contains(['.', 'e', 'E', 'p', 'P']) => Value::Float(f),
            (_, _, Some(i)) => Value::Int(i),
            _ if n.uint.is_some() => return self.fail("%s overflows int", &[Value::str(text)]),
            _ => return Ok(Rv::Invalid),
        }))
    }

    fn chain(
        &mut self,
        dot: &Rv,
        e: &'t Expr,
        node: &'t Expr,
        names: &'t [Rc<str>],
        args: &'t [Expr],
        last: Rv,
    ) -> Result<Rv> {
        self.at(NodeRef::Expr(e));
        if matches!(node.kind, ExprKind::Nil) {
            return self.fail("indirection through explicit nil in %s", &[Value::str(e.text())]);
        }
        let receiver = self.arg(dot, None, node)?;
        self.fields(dot, receiver, NodeRef::Expr(e), names, args, last)
    }

    fn variable(
        &mut self,
        dot: &Rv,
        e: &'t Expr,
        var: &'t Var,
        names: &'t [Rc<str>],
        args: &'t [Expr],
        last: Rv,
    ) -> Result<Rv> {
        self.at(NodeRef::Expr(e));
        let value = self.var(var)?;
        if names.is_empty() {
            self.not_a_function(e, args, &last)?;
            return Ok(value);
        }
        self.fields(dot, value, NodeRef::Expr(e), names, args, last)
    }

    /// `.X.Y.Z`, the last of which may be a method with arguments.
    fn fields(
        &mut self,
        dot: &Rv,
        mut receiver: Rv,
        node: NodeRef<'t>,
        names: &'t [Rc<str>],
        args: &'t [Expr],
        last: Rv,
    ) -> Result<Rv> {
        let Some((end, path)) = names.split_last() else {
            return Ok(receiver);
        };
        for name in path {
            receiver = self.field(dot, name, node, &[], Rv::Missing, receiver)?;
        }
        self.field(dot, end, node, args, last, receiver)
    }

    fn field(
        &mut self,
        dot: &Rv,
        name: &str,
        node: NodeRef<'t>,
        args: &'t [Expr],
        last: Rv,
        receiver: Rv,
    ) -> Result<Rv> {
        let value = match &receiver {
            Rv::Invalid | Rv::Missing => {
                if self.set.missing_key() == MissingKey::Error {
                    return self.fail("nil data; no entry for key %q", &[Value::str(name)]);
                }
                return Ok(Rv::Invalid);
            }
            Rv::Iface(Value::Nil) => {
                return self.fail("nil pointer evaluating %s.%s", &[Value::str("interface {}"), Value::str(name)]);
            }
            Rv::Iface(v) | Rv::Val(v) => v,
        };
        let has_args = !args.is_empty() || !last.is_missing();
        let map = match value {
            Value::Map(m) => {
                if let Type::Named(ty) = m.ty()
                    && let Some(f) = (ty.methods)(value, name)
                {
                    return self.call(dot, &Callee::Func(f), node, name, args, last);
                }
                Some(m.clone())
            }
            Value::List(l) => {
                if let Type::Named(ty) = l.ty()
                    && let Some(f) = (ty.methods)(value, name)
                {
                    return self.call(dot, &Callee::Func(f), node, name, args, last);
                }
                None
            }
            Value::Obj(o) => {
                if let Some(f) = o.method(name) {
                    return self.call(dot, &Callee::Func(f), node, name, args, last);
                }
                if let Some((v, ty)) = o.field(name) {
                    if has_args {
                        return self.fail("%s has arguments but cannot be invoked as function", &[Value::str(name)]);
                    }
                    return Ok(Rv::typed(v, ty));
                }
                match o.underlying() {
                    Some(Value::Map(m)) => Some(m),
                    _ => None,
                }
            }
            _ => None,
        };
        let Some(map) = map else {
            return self
                .fail("can't evaluate field %s in type %s", &[Value::str(name), Value::str(&*receiver.type_name())]);
        };
        if has_args {
            return self.fail("%s is not a method but has arguments", &[Value::str(name)]);
        }
        let elem = map.ty().elem().unwrap_or(Type::Any);
        self.trace.field(&map, name);
        match map.get(name.as_bytes()) {
            Some(v) => Ok(Rv::typed(v, elem)),
            None => match self.set.missing_key() {
                MissingKey::Default => Ok(Rv::Invalid),
                MissingKey::Zero => Ok(zero(elem)),
                MissingKey::Error => self.fail("map has no entry for key %q", &[Value::str(name)]),
            },
        }
    }
}

/// Where a `range` keeps its element among the variables, if it names it.
fn element_var(c: &Control, mark: usize) -> Option<usize> {
    mark.checked_sub(1).filter(|_| !c.pipe.decl.is_empty() && !c.pipe.is_assign)
}

/// A whole number of the same type as `of`: what ranging over a number gives.
fn like(of: &Value, i: i128) -> Value {
    use pintle_go::Num;
    match of {
        Value::Int64(_) => Value::Int64(i as i64),
        Value::Num(n) => Value::Num(match n {
            Num::I8(_) => Num::I8(i as i8),
            Num::I16(_) => Num::I16(i as i16),
            Num::I32(_) => Num::I32(i as i32),
            Num::Uint(_) => Num::Uint(i as u64),
            Num::U8(_) => Num::U8(i as u8),
            Num::U16(_) => Num::U16(i as u16),
            Num::U32(_) => Num::U32(i as u32),
            Num::U64(_) => Num::U64(i as u64),
            Num::F32(f) => Num::F32(*f),
        }),
        _ => Value::Int(i as i64),
    }
}
