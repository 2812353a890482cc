//! The parsed form of a template: a tree of statements and expressions with their places.
//!
//! Expressions print as Go prints its nodes: error texts show them (`at <.Values.x>`).

use std::rc::Rc;

use pintle_go::{Func, GoStr, strconv};

/// Where a tree's text came from; shared by all templates of one text.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name given to the text (a file's path).
    pub name: GoStr,
    /// The text.
    pub text: Rc<[u8]>,
}

/// A template's body.
#[derive(Debug)]
pub(crate) struct Tree {
    pub source: Rc<Source>,
    /// Shared by all texts that read the same, as copies of a library chart do.
    pub root: Rc<[Stmt]>,
}

/// A statement. Places are byte offsets into the source.
#[derive(Debug)]
pub(crate) enum Stmt {
    Text { start: usize, end: usize },
    Action { pos: usize, pipe: Box<Pipe> },
    If(Box<Control>),
    With(Box<Control>),
    Range(Box<Control>),
    Template(Box<Call>),
    Break,
    Continue,
}

/// `template`.
#[derive(Debug)]
pub(crate) struct Call {
    pub pos: usize,
    pub name: GoStr,
    pub pipe: Option<Pipe>,
}

/// `if`, `with` and `range`.
#[derive(Debug)]
pub(crate) struct Control {
    pub pos: usize,
    pub pipe: Pipe,
    pub body: Box<[Stmt]>,
    pub otherwise: Option<Box<[Stmt]>>,
}

/// A pipeline, possibly declaring or assigning variables.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub pos: usize,
    pub is_assign: bool,
    pub decl: Box<[Var]>,
    pub cmds: Box<[Command]>,
}

/// A variable: its name, and the name's number within its text, by which it is found while running.
#[derive(Debug, Clone)]
pub(crate) struct Var {
    pub id: u32,
    pub name: Rc<str>,
}

/// The number of `$`.
pub(crate) const DOLLAR: u32 = 0;

/// One command of a pipeline: the first argument decides what it is.
#[derive(Debug)]
pub(crate) struct Command {
    pub args: Box<[Expr]>,
}

/// An expression.
#[derive(Debug)]
pub(crate) struct Expr {
    pub pos: usize,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Bool(bool),
    Dot,
    Nil,
    Number(Box<Number>),
    /// The text, and as it was quoted.
    String {
        value: GoStr,
        quoted: Box<[u8]>,
    },
    Field(Box<[Rc<str>]>),
    /// A variable and fields of it.
    Variable {
        var: Var,
        fields: Box<[Rc<str>]>,
    },
    Function {
        name: Rc<str>,
        func: Callee,
    },
    Chain {
        node: Box<Expr>,
        fields: Box<[Rc<str>]>,
    },
    Pipe(Box<Pipe>),
}

/// What a name calls.
#[derive(Clone)]
pub(crate) enum Callee {
    Builtin(crate::builtins::Builtin),
    /// One of a static table.
    Static(&'static Func),
    /// One that holds state.
    Func(Rc<Func>),
}

impl std::fmt::Debug for Callee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("callee")
    }
}

/// A number constant: all the types that it can be.
#[derive(Debug, Default)]
pub(crate) struct Number {
    pub int: Option<i64>,
    pub uint: Option<u64>,
    pub float: Option<f64>,
    pub complex: Option<(f64, f64)>,
    pub text: Box<str>,
}

/// What an error points at.
#[derive(Clone, Copy)]
pub(crate) enum NodeRef<'t> {
    Stmt(&'t Stmt),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Expr(&'t Expr),
}

impl NodeRef<'_> {
    pub(crate) fn pos(self) -> usize {
        match self {
            NodeRef::Stmt(s) => s.pos(),
            NodeRef::Pipe(p) => p.pos,
            NodeRef::Command(c) => c.args.first().map_or(0, |a| a.pos),
            NodeRef::Expr(e) => e.pos,
        }
    }

    /// As Go's `Node.String()`.
    pub(crate) fn text(self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            NodeRef::Stmt(s) => s.write(&mut out),
            NodeRef::Pipe(p) => p.write(&mut out),
            NodeRef::Command(c) => c.write(&mut out),
            NodeRef::Expr(e) => e.write(&mut out),
        }
        out
    }
}

impl Stmt {
    fn pos(&self) -> usize {
        match self {
            Stmt::Text { start, .. } => *start,
            Stmt::Action { pos, .. } => *pos,
            Stmt::Template(c) => c.pos,
            Stmt::If(c) | Stmt::With(c) | Stmt::Range(c) => c.pos,
            Stmt::Break | Stmt::Continue => 0,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (word, pipe) = match self {
            Stmt::Text { .. } => return,
            Stmt::Break => return out.extend_from_slice(b"{{break}}"),
            Stmt::Continue => return out.extend_from_slice(b"{{continue}}"),
            Stmt::Action { pipe, .. } => ("", Some(&**pipe)),
            Stmt::If(c) => ("if ", Some(&c.pipe)),
            Stmt::With(c) => ("with ", Some(&c.pipe)),
            Stmt::Range(c) => ("range ", Some(&c.pipe)),
            Stmt::Template(c) => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(strconv::quote(&c.name).as_bytes());
                if let Some(p) = &c.pipe {
                    out.push(b' ');
                    p.write(out);
                }
                return out.extend_from_slice(b"}}");
            }
        };
        out.extend_from_slice(b"{{");
        out.extend_from_slice(word.as_bytes());
        if let Some(p) = pipe {
            p.write(out);
        }
        out.extend_from_slice(b"}}");
    }

    /// Go's `IsEmptyTree` for one node.
    pub(crate) fn is_empty(&self, text: &[u8]) -> bool {
        match self {
            Stmt::Text { start, end } => {
                text.get(*start..*end).is_none_or(|t| String::from_utf8_lossy(t).chars().all(char::is_whitespace))
            }
            _ => false,
        }
    }
}

impl Tree {
    /// Whether it has nothing but blank text.
    pub(crate) fn is_empty(&self) -> bool {
        self.root.iter().all(|s| s.is_empty(&self.source.text))
    }
}

impl Pipe {
    fn write(&self, out: &mut Vec<u8>) {
        for (i, var) in self.decl.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(var.name.as_bytes());
        }
        if !self.decl.is_empty() {
            out.extend_from_slice(if self.is_assign { b" = " } else { b" := " });
        }
        for (i, c) in self.cmds.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b" | ");
            }
            c.write(out);
        }
    }
}

impl Command {
    fn write(&self, out: &mut Vec<u8>) {
        for (i, a) in self.args.iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            a.write_in_parens(out);
        }
    }
}

impl Expr {
    fn write_in_parens(&self, out: &mut Vec<u8>) {
        let parens = matches!(self.kind, ExprKind::Pipe(_));
        if parens {
            out.push(b'(');
        }
        self.write(out);
        if parens {
            out.push(b')');
        }
    }

    /// As Go's `Node.String()`.
    pub(crate) fn text(&self) -> Vec<u8> {
        NodeRef::Expr(self).text()
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let fields = |out: &mut Vec<u8>, fields: &[Rc<str>]| {
            for f in fields {
                out.push(b'.');
                out.extend_from_slice(f.as_bytes());
            }
        };
        match &self.kind {
            ExprKind::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
            ExprKind::Dot => out.push(b'.'),
            ExprKind::Nil => out.extend_from_slice(b"nil"),
            ExprKind::Number(n) => out.extend_from_slice(n.text.as_bytes()),
            ExprKind::String { quoted, .. } => out.extend_from_slice(quoted),
            ExprKind::Field(f) => fields(out, f),
            ExprKind::Variable { var, fields: f } => {
                out.extend_from_slice(var.name.as_bytes());
                fields(out, f);
            }
            ExprKind::Function { name, .. } => out.extend_from_slice(name.as_bytes()),
            ExprKind::Chain { node, fields: f } => {
                node.write_in_parens(out);
                fields(out, f);
            }
            ExprKind::Pipe(p) => p.write(out),
        }
    }
}
