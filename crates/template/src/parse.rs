//! The parser: tokens to trees, as `text/template/parse/parse.go` builds them, with its messages.

use std::rc::Rc;

use pintle_go::{GoStr, Value, strconv};
use rustc_hash::{FxHashMap, FxHashSet};
use thiserror::Error;

use crate::lex::{Item, Kind, Lexer};
use crate::node::{Call, Callee, Command, Control, DOLLAR, Expr, ExprKind, Number, Pipe, Source, Stmt, Tree, Var};

/// A template that does not parse; `Display` is Go's text.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("{text}")]
pub struct ParseError {
    /// The whole text.
    pub text: String,
    /// The name given to the text.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// How deep parentheses may nest (Go's `maxStackDepth`), kept within what the executor's stack carries.
const MAX_PAREN_DEPTH: usize = 10_000;
/// How deep control structures may nest: Go has no bound, its stack grows. Here the stack grows, too, but not where a tree
/// is taken apart.
const MAX_NESTING: usize = 5_000;

type Result<T> = std::result::Result<T, ParseError>;

/// Gives what a function name calls.
pub(crate) trait Resolve {
    fn resolve(&self, name: &str) -> Option<Callee>;
}

/// Names that were met, and what they call: a few words make up most of a chart's templates. For one table of functions.
#[derive(Default)]
pub(crate) struct Words {
    texts: FxHashSet<Rc<str>>,
    callees: FxHashMap<Rc<str>, Callee>,
}

impl Words {
    /// The word in its only copy.
    fn shared(&mut self, text: &[u8]) -> Rc<str> {
        let text = String::from_utf8_lossy(text);
        if let Some(known) = self.texts.get(&*text) {
            return known.clone();
        }
        let new: Rc<str> = Rc::from(text);
        self.texts.insert(new.clone());
        new
    }

    fn callee(&mut self, name: &Rc<str>, functions: &dyn Resolve) -> Option<Callee> {
        if let Some(known) = self.callees.get(name) {
            return Some(known.clone());
        }
        let new = functions.resolve(name)?;
        self.callees.insert(name.clone(), new.clone());
        Some(new)
    }
}

/// Parses a text: all templates that it defines, the text itself under its name among them, each name once.
pub(crate) fn parse(name: &GoStr, text: Rc<[u8]>, functions: &dyn Resolve, words: &mut Words) -> Result<Parsed> {
    let source = Rc::new(Source { name: name.clone(), text });
    let text = source.text.clone();
    let mut p = Parser {
        lex: Lexer::new(&text),
        text: &text,
        source: source.clone(),
        functions,
        words,
        token: [None, None, None],
        peeked: 0,
        last_line: 0,
        action_line: 0,
        scopes: vec![Scope::default()],
        nesting: 0,
        names: FxHashMap::default(),
        trees: Vec::new(),
        args: Vec::new(),
        fields: Vec::new(),
    };
    let root = p.top()?;
    let renamable = !p.trees.iter().any(|(n, _)| n == name);
    p.add(name.clone(), root)?;
    Ok(Parsed { source, trees: p.trees, renamable })
}

/// All templates of one text.
#[derive(Clone)]
pub(crate) struct Parsed {
    source: Rc<Source>,
    pub trees: Vec<(GoStr, Rc<Tree>)>,
    /// The text defines no template under its own name.
    renamable: bool,
}

impl Parsed {
    /// The same text under another name; nothing where the name makes a difference.
    pub(crate) fn under(&self, name: &GoStr) -> Option<Parsed> {
        if self.source.name == *name {
            return Some(self.clone());
        }
        if !self.renamable || self.trees.iter().any(|(n, _)| n == name) {
            return None;
        }
        let source = Rc::new(Source { name: name.clone(), text: self.source.text.clone() });
        let renamed = |(n, tree): &(GoStr, Rc<Tree>)| {
            let n = if *n == self.source.name { name } else { n };
            (n.clone(), Rc::new(Tree { source: source.clone(), root: tree.root.clone() }))
        };
        let trees = self.trees.iter().map(renamed).collect();
        Some(Parsed { source, trees, renamable: true })
    }
}

/// What a tree in the making knows: variables in sight and open ranges.
struct Scope {
    /// Numbers of variables.
    vars: Vec<u32>,
    range_depth: usize,
    paren_depth: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Scope { vars: vec![DOLLAR], range_depth: 0, paren_depth: 0 }
    }
}

struct Parser<'a> {
    lex: Lexer<'a>,
    text: &'a [u8],
    source: Rc<Source>,
    functions: &'a dyn Resolve,
    words: &'a mut Words,
    token: [Option<Item>; 3],
    peeked: usize,
    last_line: usize,
    action_line: usize,
    scopes: Vec<Scope>,
    nesting: usize,
    /// Numbers of the variables' names.
    names: FxHashMap<Rc<str>, u32>,
    trees: Vec<(GoStr, Rc<Tree>)>,
    /// Arguments of the commands that are being read, the innermost last.
    args: Vec<Expr>,
    /// Fields of the chain that is being read.
    fields: Vec<Rc<str>>,
}

/// What ended a list of statements.
enum End {
    End,
    Else,
}

/// A statement, or what ends a list.
enum Part {
    Stmt(Stmt),
    End(End),
}

impl Parser<'_> {
    // tokens

    fn next(&mut self) -> Item {
        if self.peeked > 0 {
            self.peeked -= 1;
        } else {
            let item = self.lex.next_item();
            self.last_line = item.line;
            self.token[0] = Some(item);
        }
        self.token[self.peeked].unwrap_or(Item {
            kind: Kind::Eof,
            start: self.text.len(),
            end: self.text.len(),
            line: self.last_line,
        })
    }

    fn backup(&mut self) {
        self.peeked += 1;
    }

    fn backup2(&mut self, t1: Item) {
        self.token[1] = Some(t1);
        self.peeked = 2;
    }

    fn backup3(&mut self, t2: Item, t1: Item) {
        self.token[1] = Some(t1);
        self.token[2] = Some(t2);
        self.peeked = 3;
    }

    fn peek(&mut self) -> Item {
        let item = self.next();
        self.backup();
        item
    }

    fn next_non_space(&mut self) -> Item {
        loop {
            let item = self.next();
            if item.kind != Kind::Space {
                return item;
            }
        }
    }

    fn peek_non_space(&mut self) -> Item {
        let item = self.next_non_space();
        self.backup();
        item
    }

    fn value(&self, item: &Item) -> &[u8] {
        self.text.get(item.start..item.end).unwrap_or_default()
    }

    fn text_of(&mut self, item: &Item) -> Rc<str> {
        self.words.shared(self.text.get(item.start..item.end).unwrap_or_default())
    }

    /// This field and those that follow at once, and where Go says that they start: at the second, if there is one.
    fn chain(&mut self, first: &Item) -> (usize, Box<[Rc<str>]>) {
        let (mut item, mut pos) = (*first, first.start);
        loop {
            let name = self.text.get(item.start + 1..item.end).unwrap_or_default();
            self.fields.push(self.words.shared(name));
            if self.peek().kind != Kind::Field {
                return (pos, self.fields.drain(..).collect());
            }
            item = self.next();
            if self.fields.len() == 1 {
                pos = item.start;
            }
        }
    }

    /// The variable that a token names, numbered.
    fn variable(&mut self, item: &Item) -> Var {
        let name = self.text_of(item);
        if &*name == "$" {
            return Var { id: DOLLAR, name };
        }
        let next = self.names.len() as u32 + 1; // a text is far too short for more names
        let id = *self.names.entry(name.clone()).or_insert(next);
        Var { id, name }
    }

    // errors

    fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        self.fail("%s", &[message.into()])
    }

    /// Fails with a format and its operands, which Go formats together with the place: a percent sign in the text's
    /// name eats operands.
    fn fail<T>(&self, format: &str, operands: &[String]) -> Result<T> {
        let line = self.token[0].as_ref().map_or(0, |t| t.line);
        let operands: Vec<Value> = operands.iter().map(|o| Value::str(o.as_str())).collect();
        let message = pintle_go::fmt::sprintf(format.as_bytes(), &operands).to_string();
        let whole = [b"template: ", &*self.source.name, format!(":{line}: {format}").as_bytes()].concat();
        let text = pintle_go::fmt::sprintf(&whole, &operands).to_string();
        Err(ParseError { text, name: self.source.name.to_string(), line, message })
    }

    /// Go's `item.String()`.
    fn show(&self, item: &Item) -> String {
        let text = self.value(item);
        match item.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.lex.message().to_owned(),
            k if k > Kind::Keyword => format!("<{}>", String::from_utf8_lossy(text)),
            _ if text.len() > 10 => {
                let cut = pintle_go::utf8::chars(text).nth(10).map_or(text.len(), |(i, _)| i);
                format!("{}...", strconv::quote(text.get(..cut).unwrap_or(text)))
            }
            _ => strconv::quote(text),
        }
    }

    fn unexpected<T>(&self, item: &Item, context: &str) -> Result<T> {
        let shown = self.show(item);
        if item.kind == Kind::Error {
            let mut extra = String::new();
            if self.action_line != 0 && self.action_line != item.line {
                let action = if shown.ends_with(" action") { "" } else { " in action" };
                extra = format!("{action} started at {}:{}", self.source.name, self.action_line);
            }
            return self.fail("%s%s", &[shown, extra]);
        }
        self.fail("unexpected %s in %s", &[shown, context.to_owned()])
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Item> {
        let item = self.next_non_space();
        if item.kind == kind { Ok(item) } else { self.unexpected(&item, context) }
    }

    fn deeper(&mut self) -> Result<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING { self.fail("template nests too deeply", &[]) } else { Ok(()) }
    }

    // scopes

    fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    // structure

    fn top(&mut self) -> Result<Vec<Stmt>> {
        let mut root = Vec::new();
        loop {
            let item = self.peek();
            match item.kind {
                Kind::Eof => return Ok(root),
                Kind::LeftDelim => {
                    let delim = self.next();
                    if self.next_non_space().kind == Kind::Define {
                        self.definition()?;
                        continue;
                    }
                    self.backup2(delim);
                }
                _ => {}
            }
            match self.text_or_action()? {
                Part::Stmt(s) => root.push(s),
                Part::End(End::End) => return self.fail("unexpected %s", &["{{end}}".to_owned()]),
                Part::End(End::Else) => {
                    return self.fail("unexpected %s", &["{{else}}".to_owned()]);
                }
            }
        }
    }

    /// The rest of a `{{define "name"}}`, with variables and ranges of its own.
    fn definition(&mut self) -> Result<()> {
        const CONTEXT: &str = "define clause";
        self.scopes.push(Scope::default());
        let item = self.next_non_space();
        if !matches!(item.kind, Kind::String | Kind::RawString) {
            return self.unexpected(&item, CONTEXT);
        }
        let name = self.unquote(&item)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        let (body, end) = self.item_list()?;
        if let End::Else = end {
            return self.fail("unexpected %s in %s", &["{{else}}".to_owned(), CONTEXT.to_owned()]);
        }
        self.add(name, body)?;
        self.scopes.pop();
        Ok(())
    }

    fn add(&mut self, name: GoStr, root: Vec<Stmt>) -> Result<()> {
        let tree = Rc::new(Tree { source: self.source.clone(), root: root.into() });
        match self.trees.iter().position(|(n, _)| *n == name) {
            None => self.trees.push((name, tree)),
            Some(at) if self.trees[at].1.is_empty() => self.trees[at].1 = tree,
            Some(_) if tree.is_empty() => {}
            Some(_) => {
                return self.fail("template: multiple definition of template %q", &[name.to_string()]);
            }
        }
        Ok(())
    }

    fn unquote(&self, item: &Item) -> Result<GoStr> {
        match strconv::unquote(self.value(item)) {
            Some(s) => Ok(GoStr::from(s)),
            None => self.error("invalid syntax"),
        }
    }

    fn item_list(&mut self) -> Result<(Vec<Stmt>, End)> {
        self.deeper()?;
        let mut list = Vec::new();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Part::Stmt(s) => list.push(s),
                Part::End(e) => {
                    self.nesting -= 1;
                    return Ok((list, e));
                }
            }
        }
        self.fail("unexpected EOF", &[])
    }

    fn text_or_action(&mut self) -> Result<Part> {
        let item = self.next_non_space();
        match item.kind {
            Kind::Text => Ok(Part::Stmt(Stmt::Text { start: item.start, end: item.end })),
            Kind::LeftDelim => {
                self.action_line = item.line;
                let part = self.action()?;
                self.action_line = 0;
                Ok(part)
            }
            _ => self.unexpected(&item, "input"),
        }
    }

    fn action(&mut self) -> Result<Part> {
        let item = self.next_non_space();
        Ok(Part::Stmt(match item.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.loop_control("break", Stmt::Break)?,
            Kind::Continue => self.loop_control("continue", Stmt::Continue)?,
            Kind::Else => return self.else_control(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Part::End(End::End));
            }
            Kind::If => Stmt::If(Box::new(self.control("if")?)),
            Kind::Range => Stmt::Range(Box::new(self.control("range")?)),
            Kind::With => Stmt::With(Box::new(self.control("with")?)),
            Kind::Template => {
                const CONTEXT: &str = "template clause";
                let token = self.next_non_space();
                let name = self.template_name(&token, CONTEXT)?;
                let pipe = if self.next_non_space().kind == Kind::RightDelim {
                    None
                } else {
                    self.backup();
                    Some(self.pipeline(CONTEXT, Kind::RightDelim)?)
                };
                Stmt::Template(Box::new(Call { pos: token.start, name, pipe }))
            }
            _ => {
                self.backup();
                let pos = self.peek().start;
                Stmt::Action { pos, pipe: Box::new(self.pipeline("command", Kind::RightDelim)?) }
            }
        }))
    }

    fn loop_control(&mut self, word: &str, stmt: Stmt) -> Result<Stmt> {
        let item = self.next_non_space();
        if item.kind != Kind::RightDelim {
            return self.unexpected(&item, &format!("{{{{{word}}}}}"));
        }
        if self.scope().range_depth == 0 {
            return self.fail(&format!("{{{{{word}}}}} outside {{{{range}}}}"), &[]);
        }
        Ok(stmt)
    }

    fn else_control(&mut self) -> Result<Part> {
        let peek = self.peek_non_space();
        if matches!(peek.kind, Kind::If | Kind::With) {
            return Ok(Part::End(End::Else));
        }
        self.expect(Kind::RightDelim, "else")?;
        Ok(Part::End(End::Else))
    }

    fn template_name(&mut self, item: &Item, context: &str) -> Result<GoStr> {
        match item.kind {
            Kind::String | Kind::RawString => self.unquote(item),
            _ => self.unexpected(item, context),
        }
    }

    fn block(&mut self) -> Result<Stmt> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        // the block is parsed as a tree of its own, which is not in an action
        self.action_line = 0;
        self.scopes.push(Scope::default());
        let (body, end) = self.item_list()?;
        if let End::Else = end {
            return self.fail("unexpected %s in %s", &["{{else}}".to_owned(), CONTEXT.to_owned()]);
        }
        self.add(name.clone(), body)?;
        self.scopes.pop();
        Ok(Stmt::Template(Box::new(Call { pos: token.start, name, pipe: Some(pipe) })))
    }

    fn control(&mut self, context: &str) -> Result<Control> {
        self.deeper()?;
        let vars = self.scope().vars.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let range = context == "range";
        self.scope().range_depth += usize::from(range);
        let (body, end) = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.item_list())?;
        self.scope().range_depth -= usize::from(range);
        let mut otherwise = None;
        if let End::Else = end {
            let next = self.peek().kind;
            otherwise = Some(if context == "if" && next == Kind::If {
                self.next();
                vec![Stmt::If(Box::new(stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.control("if"))?))]
            } else if context == "with" && next == Kind::With {
                self.next();
                vec![Stmt::With(Box::new(stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.control("with"))?))]
            } else {
                let (list, end) = self.item_list()?;
                if let End::Else = end {
                    return self.fail("expected end; found %s", &["{{else}}".to_owned()]);
                }
                list
            });
        }
        self.scope().vars.truncate(vars);
        self.nesting -= 1;
        let otherwise = otherwise.map(Vec::into_boxed_slice);
        Ok(Control { pos: pipe.pos, pipe, body: body.into(), otherwise })
    }

    // expressions

    fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipe> {
        let pos = self.peek_non_space().start;
        let (decl, is_assign) = self.declarations(context)?;
        let mut cmds = Vec::new();
        loop {
            let item = self.next_non_space();
            match item.kind {
                k if k == end => {
                    self.check_pipeline(&cmds, context)?;
                    return Ok(Pipe { pos, is_assign, decl: decl.into(), cmds: cmds.into() });
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let cmd = self.command()?;
                    cmds.push(cmd);
                }
                _ => return self.unexpected(&item, context),
            }
        }
    }

    /// The variables that a pipeline declares or assigns, and whether it assigns.
    fn declarations(&mut self, context: &str) -> Result<(Vec<Var>, bool)> {
        let mut decl = Vec::new();
        loop {
            let v = self.peek_non_space();
            if v.kind != Kind::Variable {
                return Ok((decl, false));
            }
            self.next();
            // a space may follow the variable: it must be put back for an operand
            let after = self.peek();
            let next = self.peek_non_space();
            let comma = next.kind == Kind::Char && self.value(&next) == b",";
            if matches!(next.kind, Kind::Assign | Kind::Declare) || comma {
                self.next_non_space();
                let var = self.variable(&v);
                self.scope().vars.push(var.id);
                decl.push(var);
                if !comma {
                    return Ok((decl, next.kind == Kind::Assign));
                }
                if context == "range" && decl.len() < 2 {
                    match self.peek_non_space().kind {
                        Kind::Variable | Kind::RightDelim | Kind::RightParen => continue,
                        _ => return self.fail("range can only initialize variables", &[]),
                    }
                }
                return self.fail("too many declarations in %s", &[context.to_owned()]);
            }
            if after.kind == Kind::Space {
                self.backup3(v, after);
            } else {
                self.backup2(v);
            }
            return Ok((decl, false));
        }
    }

    fn check_pipeline(&self, cmds: &[Command], context: &str) -> Result<()> {
        if cmds.is_empty() {
            return self.fail("missing value for %s", &[context.to_owned()]);
        }
        for (i, c) in cmds.iter().enumerate().skip(1) {
            let literal = c.args.first().is_some_and(|a| {
                matches!(
                    a.kind,
                    ExprKind::Bool(_) | ExprKind::Dot | ExprKind::Nil | ExprKind::Number(_) | ExprKind::String { .. }
                )
            });
            if literal {
                return self.fail("non executable command in pipeline stage %s", &[(i + 1).to_string()]);
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command> {
        let first = self.args.len();
        loop {
            self.peek_non_space();
            let operand = self.operand()?;
            self.args.extend(operand);
            let item = self.next();
            match item.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return self.unexpected(&item, "operand"),
            }
            break;
        }
        if self.args.len() == first {
            return self.fail("empty command", &[]);
        }
        Ok(Command { args: self.args.drain(first..).collect() })
    }

    fn operand(&mut self) -> Result<Option<Expr>> {
        let Some(node) = self.term()? else {
            return Ok(None);
        };
        if self.peek().kind != Kind::Field {
            return Ok(Some(node));
        }
        let first = self.next();
        let (_, fields) = self.chain(&first);
        let pos = first.start;
        Ok(Some(match node.kind {
            ExprKind::Variable { var, .. } => Expr { pos, kind: ExprKind::Variable { var, fields } },
            ExprKind::Bool(_) | ExprKind::String { .. } | ExprKind::Number(_) | ExprKind::Nil | ExprKind::Dot => {
                let mut text = Vec::new();
                node.write(&mut text);
                return self.fail("unexpected . after term %q", &[String::from_utf8_lossy(&text).into_owned()]);
            }
            _ => Expr { pos, kind: ExprKind::Chain { node: Box::new(node), fields } },
        }))
    }

    fn term(&mut self) -> Result<Option<Expr>> {
        let item = self.next_non_space();
        let kind = match item.kind {
            Kind::Identifier => {
                let name = self.text_of(&item);
                match self.words.callee(&name, self.functions) {
                    Some(func) => ExprKind::Function { name, func },
                    None => {
                        return self.fail("function %q not defined", &[name.to_string()]);
                    }
                }
            }
            Kind::Dot => ExprKind::Dot,
            Kind::Nil => ExprKind::Nil,
            Kind::Variable => {
                let var = self.variable(&item);
                if !self.scope().vars.contains(&var.id) {
                    return self.fail("undefined variable %q", &[var.name.to_string()]);
                }
                ExprKind::Variable { var, fields: Box::default() }
            }
            Kind::Field => {
                let (pos, fields) = self.chain(&item);
                return Ok(Some(Expr { pos, kind: ExprKind::Field(fields) }));
            }
            Kind::Bool => ExprKind::Bool(self.value(&item) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                match Number::parse(&String::from_utf8_lossy(self.value(&item)), item.kind) {
                    Ok(n) => ExprKind::Number(Box::new(n)),
                    Err(e) => return self.error(e),
                }
            }
            Kind::LeftParen => {
                if self.scope().paren_depth >= MAX_PAREN_DEPTH {
                    return self.fail("max expression depth exceeded", &[]);
                }
                self.scope().paren_depth += 1;
                let pipe = stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
                    self.pipeline("parenthesized pipeline", Kind::RightParen)
                })?;
                self.scope().paren_depth -= 1;
                return Ok(Some(Expr { pos: pipe.pos, kind: ExprKind::Pipe(Box::new(pipe)) }));
            }
            Kind::String | Kind::RawString => {
                ExprKind::String { value: self.unquote(&item)?, quoted: Box::from(self.value(&item)) }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Expr { pos: item.start, kind }))
    }
}

impl Number {
    /// Go's `newNumber`: every numeric type that the constant fits.
    fn parse(text: &str, kind: Kind) -> std::result::Result<Number, String> {
        let mut n = Number { text: text.into(), ..Number::default() };
        let quoted = || strconv::quote(text.as_bytes());
        match kind {
            Kind::CharConstant => {
                let Some((rune, _, tail)) = strconv::unquote_char(text.as_bytes().get(1..).unwrap_or_default(), b'\'')
                else {
                    return Err("invalid syntax".to_owned());
                };
                if tail != b"'" {
                    return Err(format!("malformed character constant: {text}"));
                }
                n.int = Some(i64::from(rune));
                n.uint = Some(u64::from(rune));
                n.float = Some(f64::from(rune));
                return Ok(n);
            }
            Kind::Complex => {
                // REAL±IMAGi: the sign that parts them is the last that does not belong to an exponent
                let body = text.strip_suffix('i').unwrap_or(text);
                let at = body
                    .char_indices()
                    .skip(1)
                    .filter(|(i, c)| matches!(c, '+' | '-') && !body[..*i].ends_with(['e', 'E', 'p', 'P']))
                    .map(|(i, _)| i)
                    .last();
                let parts = at.and_then(|i| {
                    let re = strconv::parse_float(&body.as_bytes()[..i], 64).ok()?;
                    Some((re, strconv::parse_float(&body.as_bytes()[i..], 64).ok()?))
                });
                let Some(c) = parts else {
                    return Err("syntax error scanning complex number".to_owned());
                };
                n.set_complex(c);
                return Ok(n);
            }
            _ => {}
        }
        if let Some(body) = text.strip_suffix('i')
            && let Ok(f) = strconv::parse_float(body.as_bytes(), 64)
        {
            n.set_complex((0.0, f));
            return Ok(n);
        }
        n.uint = strconv::parse_uint(text.as_bytes(), 0, 64).ok();
        n.int = strconv::parse_int(text.as_bytes(), 0, 64).ok();
        if n.int == Some(0) {
            n.uint = n.uint.or(Some(0)); // -0
        }
        if let Some(i) = n.int {
            n.float = Some(i as f64);
        } else if let Some(u) = n.uint {
            n.float = Some(u as f64);
        } else if let Ok(f) = strconv::parse_float(text.as_bytes(), 64) {
            // looks like an integer but is too large for one
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {}", quoted()));
            }
            n.set_float(f);
        }
        if n.int.is_none() && n.uint.is_none() && n.float.is_none() {
            return Err(format!("illegal number syntax: {}", quoted()));
        }
        Ok(n)
    }

    fn set_float(&mut self, f: f64) {
        self.float = Some(f);
        // Go converts and compares back; out of range gives another number there too
        if f.abs() < 9.3e18 && (f as i64) as f64 == f {
            self.int = Some(f as i64);
        }
        if (0.0..1.85e19).contains(&f) && (f as u64) as f64 == f {
            self.uint = Some(f as u64);
        }
    }

    fn set_complex(&mut self, c: (f64, f64)) {
        self.complex = Some(c);
        if c.1 == 0.0 {
            self.set_float(c.0);
        }
    }
}
