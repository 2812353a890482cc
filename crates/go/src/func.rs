//! Functions as templates call them: a signature that the engine checks arguments against, and the code.

use std::error::Error;
use std::fmt;
use std::rc::Rc;

use crate::{FuncResult, GoStr, Type, Value};

/// A function in a template's function map, or a method bound to its value.
///
/// The engine converts and checks arguments as text/template's `evalCall` does *before* it calls: an implementation
/// sees as many arguments as the signature says, each of the declared type (an `Any` parameter may be `Nil`).
pub struct Func {
    /// The name in templates; for a method, the method's name.
    pub name: &'static str,
    /// Declared parameter types; the last is the element type of the rest when `variadic`.
    pub params: &'static [Type],
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
    /// Declared result type: `Any` for `interface {}`.
    pub ret: Type,
    /// The code.
    pub call: FuncImpl,
}

/// Code with state.
pub type BoundFn = Rc<dyn Fn(&[Value]) -> FuncResult>;

/// How a function is run.
#[derive(Clone)]
pub enum FuncImpl {
    /// No state: all of Sprig.
    Plain(fn(&[Value]) -> FuncResult),
    /// Holds state: `include`, `tpl`, methods bound to a receiver.
    Bound(BoundFn),
}

impl Func {
    /// A stateless function with a fixed number of parameters.
    pub const fn plain(name: &'static str, params: &'static [Type], ret: Type, f: fn(&[Value]) -> FuncResult) -> Self {
        Func { name, params, variadic: false, ret, call: FuncImpl::Plain(f) }
    }

    /// A stateless function whose last parameter repeats.
    pub const fn variadic(
        name: &'static str,
        params: &'static [Type],
        ret: Type,
        f: fn(&[Value]) -> FuncResult,
    ) -> Self {
        Func { name, params, variadic: true, ret, call: FuncImpl::Plain(f) }
    }

    /// A function that holds state.
    pub fn bound(
        name: &'static str,
        params: &'static [Type],
        variadic: bool,
        ret: Type,
        f: impl Fn(&[Value]) -> FuncResult + 'static,
    ) -> Self {
        Func { name, params, variadic, ret, call: FuncImpl::Bound(Rc::new(f)) }
    }

    /// Runs it; arguments must have been checked against the signature.
    pub fn invoke(&self, args: &[Value]) -> FuncResult {
        match &self.call {
            FuncImpl::Plain(f) => f(args),
            FuncImpl::Bound(f) => f(args),
        }
    }

    /// The function's Go type, as `%T` would print it only roughly.
    pub fn ty(&self) -> Type {
        Type::Func("func()")
    }
}

/// An error from a template function.
///
/// `message` is exactly `err.Error()` in Go; the engine puts `error calling NAME: ` before it. A Go panic inside a
/// function (`runtime error: …`) is worded the same way by text/template, so it needs no kind of its own.
#[derive(Debug)]
pub struct FuncError {
    /// The text, bytes as in Go.
    pub message: GoStr,
    /// A nested engine error (from `include` or `tpl`), kept for places and hints.
    pub source: Option<Box<dyn Error>>,
}

impl FuncError {
    /// An error with Go's text.
    pub fn new(message: impl Into<GoStr>) -> Self {
        FuncError { message: message.into(), source: None }
    }
    /// With the nested error that caused it.
    pub fn with_source(message: impl Into<GoStr>, source: impl Error + 'static) -> Self {
        FuncError { message: message.into(), source: Some(Box::new(source)) }
    }
}

impl fmt::Display for FuncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)
    }
}
impl Error for FuncError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref()
    }
}

impl<T: Into<GoStr>> From<T> for FuncError {
    fn from(m: T) -> Self {
        FuncError::new(m)
    }
}
