//! A set of templates that see each other, and the functions they may call.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use pintle_go::{Func, GoStr, Value, strconv};
use rustc_hash::FxHashMap;

use crate::builtins::Builtin;
use crate::exec::{self, ExecError};
use crate::node::{Callee, Tree};
use crate::parse::{self, ParseError, Parsed, Resolve, Words};
use crate::trace::Recorder;

/// What a missing map key gives (the option `missingkey`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MissingKey {
    /// `default`: no value.
    Default,
    /// `zero`: the zero value of the element type. What Helm sets.
    #[default]
    Zero,
    /// `error`: the template fails.
    Error,
}

/// Functions by name: own ones first, then a base table, then the built-in ones.
#[derive(Default)]
pub struct FuncMap {
    own: FxHashMap<&'static str, Rc<Func>>,
    base: Option<fn(&str) -> Option<&'static Func>>,
}

impl FuncMap {
    /// Only the built-in functions.
    pub fn new() -> Self {
        FuncMap::default()
    }

    /// The built-in functions and a table of more, which stand before built-in ones of the same name.
    pub fn with_base(base: fn(&str) -> Option<&'static Func>) -> Self {
        FuncMap { own: FxHashMap::default(), base: Some(base) }
    }

    /// Adds a function; it stands before one of the same name in the base table.
    pub fn insert(&mut self, name: &'static str, f: Rc<Func>) {
        self.own.insert(name, f);
    }
}

impl Resolve for FuncMap {
    fn resolve(&self, name: &str) -> Option<Callee> {
        let own = || self.own.get(name).cloned().map(Callee::Func);
        let base = || self.base.and_then(|base| base(name)).map(Callee::Static);
        own().or_else(base).or_else(|| Builtin::by_name(name).map(Callee::Builtin))
    }
}

/// Templates by name (Go's associated templates). A clone is cheap: it sees the same templates, and what is added to
/// it stays its own.
#[derive(Clone)]
pub struct TemplateSet {
    functions: Rc<FuncMap>,
    missing_key: MissingKey,
    max_output: Option<usize>,
    steps: Rc<Steps>,
    trees: Rc<FxHashMap<GoStr, Rc<Tree>>>,
    /// What was added since the map became shared; looked at first, latest last.
    added: Vec<(GoStr, Rc<Tree>)>,
    seen: Rc<Seen>,
}

/// How much may still be done.
#[derive(Default)]
struct Steps {
    most: Option<u64>,
    left: Cell<u64>,
}

/// Texts that were parsed already: subcharts bring copies of the same library, and `tpl` meets the same text again and
/// again. Kept for one set and its clones, whose functions are the same.
#[derive(Default)]
struct Seen {
    texts: RefCell<FxHashMap<Rc<[u8]>, Parsed>>,
    words: RefCell<Words>,
}

impl Seen {
    /// Texts beyond this many are parsed each time anew.
    const MOST: usize = 4096;

    fn parse(&self, name: &GoStr, text: &Rc<[u8]>, functions: &FuncMap) -> Result<Parsed, ParseError> {
        if let Some(same) = self.texts.borrow().get(text).and_then(|p| p.under(name)) {
            return Ok(same);
        }
        let parsed = parse::parse(name, text.clone(), functions, &mut self.words.borrow_mut())?;
        let mut texts = self.texts.borrow_mut();
        if texts.len() < Self::MOST {
            texts.insert(text.clone(), parsed.clone());
        }
        Ok(parsed)
    }
}

/// A template that belongs to no name, from [`TemplateSet::parse_anonymous`].
pub struct Template {
    name: GoStr,
    tree: Rc<Tree>,
}

impl TemplateSet {
    /// An empty set.
    pub fn new(functions: Rc<FuncMap>, missing_key: MissingKey) -> Self {
        TemplateSet {
            functions,
            missing_key,
            max_output: None,
            steps: Rc::default(),
            trees: Rc::default(),
            added: Vec::new(),
            seen: Rc::default(),
        }
    }

    /// Bounds what one execution may write, in bytes; Go has no bound.
    pub fn limit_output(&mut self, bytes: usize) {
        self.max_output = Some(bytes);
    }

    /// Bounds how often all executions of this set and its clones together may go through a `range` or call a template by
    /// `template`; Go has no bound.
    pub fn limit_steps(&mut self, steps: u64) {
        self.steps = Rc::new(Steps { most: Some(steps), left: Cell::new(steps) });
    }

    /// Takes a step; the bound where there is none left.
    pub(crate) fn step(&self) -> Result<(), u64> {
        let Some(most) = self.steps.most else { return Ok(()) };
        let left = self.steps.left.get().checked_sub(1).ok_or(most)?;
        self.steps.left.set(left);
        Ok(())
    }

    pub(crate) fn max_output(&self) -> Option<usize> {
        self.max_output
    }

    pub(crate) fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    /// Parses a text and adds it, under its name, with all templates that it defines.
    ///
    /// A template of blank text never replaces one that is there (Go's `AddParseTree`).
    ///
    /// # Errors
    /// [`ParseError`]; nothing is added then.
    pub fn parse(&mut self, name: &str, text: impl Into<Rc<[u8]>>) -> Result<(), ParseError> {
        for (name, tree) in self.seen.parse(&GoStr::from(name), &text.into(), &self.functions)?.trees {
            self.add(name, tree);
        }
        Ok(())
    }

    /// Parses a text, adds what it defines, and gives the text's own template, whatever the set has under its name.
    ///
    /// # Errors
    /// [`ParseError`]; nothing is added then.
    pub fn parse_anonymous(&mut self, name: &str, text: impl Into<Rc<[u8]>>) -> Result<Template, ParseError> {
        let name = GoStr::from(name);
        let mut own = None;
        for (n, tree) in self.seen.parse(&name, &text.into(), &self.functions)?.trees {
            if n == name {
                own = Some(tree.clone());
            }
            self.add(n, tree);
        }
        match own {
            Some(tree) => Ok(Template { name, tree }),
            None => Err(ParseError {
                text: format!("template: {name}: no template"),
                name: name.to_string(),
                line: 0,
                message: "no template".to_owned(),
            }),
        }
    }

    fn add(&mut self, name: GoStr, tree: Rc<Tree>) {
        if tree.is_empty() && self.tree(&name).is_some() {
            return;
        }
        match Rc::get_mut(&mut self.trees) {
            Some(map) if self.added.is_empty() => {
                map.insert(name, tree);
            }
            _ => self.added.push((name, tree)),
        }
    }

    pub(crate) fn tree(&self, name: &[u8]) -> Option<&Tree> {
        let own = self.added.iter().rev().find(|(n, _)| n.as_bytes() == name).map(|(_, t)| t);
        own.or_else(|| self.trees.get(name)).map(|t| &**t)
    }

    /// Whether a template of that name is there.
    pub fn contains(&self, name: &str) -> bool {
        self.tree(name.as_bytes()).is_some()
    }

    /// Names of all templates, sorted.
    pub fn names(&self) -> Vec<GoStr> {
        let mut names: Vec<GoStr> = self.trees.keys().chain(self.added.iter().map(|(n, _)| n)).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// Executes a template of the set on data; what was written before an error stays in `out`.
    ///
    /// `associated` is the name of the template that the set was made for, which Go's message names.
    ///
    /// # Errors
    /// [`ExecError`], also where there is no such template.
    pub fn execute_associated(
        &self,
        associated: &str,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        self.execute_for(None, associated, name, data, out)
    }

    /// As [`TemplateSet::execute_associated`]; a recorder is told where the output comes from.
    ///
    /// # Errors
    /// As there.
    pub fn execute_for(
        &self,
        recorder: Option<&Recorder>,
        associated: &str,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        let key = GoStr::from(name);
        match (self.tree(&key), recorder) {
            (Some(tree), None) => exec::execute(self, &key, tree, data, out).map_err(|e| *e),
            (Some(tree), Some(r)) => exec::execute_traced(self, r, &key, tree, data, out).map_err(|e| *e),
            (None, _) => Err(exec::no_template(&format!(
                "template: no template {} associated with template {}",
                strconv::quote(name.as_bytes()),
                strconv::quote(associated.as_bytes())
            ))),
        }
    }

    /// [`TemplateSet::execute_associated`] for Helm's set, which is named `gotpl`.
    ///
    /// # Errors
    /// [`ExecError`]
    pub fn execute(&self, name: &str, data: &Value, out: &mut Vec<u8>) -> Result<(), ExecError> {
        self.execute_associated("gotpl", name, data, out)
    }

    /// Executes a template from [`TemplateSet::parse_anonymous`] with this set's templates in sight.
    ///
    /// # Errors
    /// [`ExecError`]
    pub fn execute_template(&self, t: &Template, data: &Value, out: &mut Vec<u8>) -> Result<(), ExecError> {
        self.execute_template_for(None, t, data, out)
    }

    /// As [`TemplateSet::execute_template`]; a recorder is told where the output comes from.
    ///
    /// # Errors
    /// [`ExecError`]
    pub fn execute_template_for(
        &self,
        recorder: Option<&Recorder>,
        t: &Template,
        data: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        let result = match recorder {
            None => exec::execute(self, &t.name, &t.tree, data, out),
            Some(r) => exec::execute_traced(self, r, &t.name, &t.tree, data, out),
        };
        result.map_err(|e| *e)
    }
}
