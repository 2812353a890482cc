//! Calls: arguments are evaluated and checked against the signature before a function sees them, as `evalCall` does.

use pintle_go::{Func, FuncError, Kind, Num, Type, Value};

use super::{Result, State};
use crate::builtins::{self, Builtin};
use crate::node::{Callee, Expr, ExprKind, NodeRef};
use crate::rv::{Rv, assign, zero};
use crate::trace::Trace;

impl<'t, T: Trace> State<'t, '_, T> {
    /// Calls a function or a bound method: counts, evaluates and checks the arguments (`evalCall`).
    pub(super) fn call(
        &mut self,
        dot: &Rv,
        callee: &Callee,
        node: NodeRef<'t>,
        name: &str,
        args: &'t [Expr],
        last: Rv,
    ) -> Result<Rv> {
        let (params, variadic): (&[Type], bool) = match callee {
            Callee::Builtin(b) => b.signature(),
            Callee::Func(f) => (f.params, f.variadic),
            Callee::Static(f) => (f.params, f.variadic),
        };
        let count = args.len() + usize::from(!last.is_missing());
        let fixed = if variadic { params.len().saturating_sub(1) } else { args.len() };
        if variadic {
            if count < fixed {
                return self.fail(
                    "wrong number of args for %s: want at least %d got %d",
                    &[Value::str(name), Value::Int(fixed as i64), Value::Int(args.len() as i64)],
                );
            }
        } else if count != params.len() {
            return self.fail(
                "wrong number of args for %s: want %d got %d",
                &[Value::str(name), Value::Int(params.len() as i64), Value::Int(count as i64)],
            );
        }
        let param = |i: usize| params.get(i.min(params.len().saturating_sub(1))).copied().unwrap_or(Type::Any);
        if let Callee::Builtin(b @ (Builtin::And | Builtin::Or)) = callee {
            let mut v = Rv::Invalid;
            for a in args {
                v = self.arg(dot, Some(Type::ReflectValue), a)?;
                if v.truth() == (*b == Builtin::Or) {
                    return Ok(v);
                }
            }
            return Ok(if last.is_missing() { v } else { last });
        }
        match callee {
            Callee::Builtin(b) => {
                let mut argv = Vec::with_capacity(count);
                for (i, a) in args.iter().enumerate() {
                    argv.push(self.arg(dot, Some(param(i)), a)?);
                }
                if !last.is_missing() {
                    argv.push(self.validate(last, Some(param(count - 1)))?);
                }
                let callee_name = || match args.first() {
                    Some(a) => {
                        let mut text = Vec::new();
                        a.write(&mut text);
                        String::from_utf8_lossy(&text).into_owned()
                    }
                    // reflect.Value.String(): a string itself, else a description
                    None => match argv.first().and_then(Rv::inner) {
                        Some(Value::Str(s)) => s.to_string(),
                        Some(v) => format!("<{} Value>", v.type_name()),
                        None => "<invalid Value>".to_owned(),
                    },
                };
                if T::ON && matches!(b, Builtin::Index) {
                    let args: Vec<Value> = argv.iter().map(Rv::value).collect();
                    self.looked_up("index", &args);
                }
                match builtins::run(*b, &argv, &callee_name) {
                    Ok(v) => {
                        if let Some(v) = v.inner() {
                            self.check_size(v)?;
                        }
                        Ok(v)
                    }
                    Err(e) => {
                        self.at(node);
                        self.failed_call(name, e)
                    }
                }
            }
            Callee::Static(_) | Callee::Func(_) => {
                let f: &Func = match callee {
                    Callee::Static(f) => f,
                    Callee::Func(f) => f,
                    Callee::Builtin(_) => return Ok(Rv::Invalid),
                };
                let mut argv = Vec::with_capacity(count);
                for (i, a) in args.iter().enumerate() {
                    argv.push(self.arg(dot, Some(param(i)), a)?.into_value());
                }
                if !last.is_missing() {
                    argv.push(self.validate(last, Some(param(count - 1)))?.into_value());
                }
                if T::ON {
                    self.looked_up(name, &argv);
                }
                self.invoke(f, node, name, &argv)
            }
        }
    }

    /// Tells of the functions that read of a collection by key.
    fn looked_up(&self, function: &str, args: &[Value]) {
        match (function, args) {
            ("index" | "get" | "hasKey", [collection, keys @ ..]) => self.trace.looked_up(collection, keys),
            ("dig", [keys @ .., _default, collection]) => self.trace.looked_up(collection, keys),
            _ => {}
        }
    }

    fn invoke(&mut self, f: &Func, node: NodeRef<'t>, name: &str, argv: &[Value]) -> Result<Rv> {
        match f.invoke(argv) {
            Ok(v) => {
                self.check_size(&v)?;
                Ok(Rv::typed(v, f.ret))
            }
            Err(e) => {
                self.at(node);
                self.failed_call(name, e)
            }
        }
    }

    fn failed_call<R>(&self, name: &str, e: FuncError) -> Result<R> {
        let operands = [Value::str(name), Value::Str(e.message.clone())];
        self.error_from("error calling %s: %s", &operands, Some(Box::new(e)))
    }

    /// Makes sure that a value fits a parameter (`validateType`).
    fn validate(&self, v: Rv, ty: Option<Type>) -> Result<Rv> {
        let Some(ty) = ty else { return Ok(v) };
        if ty == Type::ReflectValue {
            return Ok(v);
        }
        match &v {
            Rv::Invalid | Rv::Missing => {
                if ty.can_be_nil() {
                    return Ok(zero(ty));
                }
                self.fail("invalid value; expected %s", &[Value::str(&*ty.name())])
            }
            Rv::Iface(_) | Rv::Val(_) if ty == Type::Any => Ok(v),
            Rv::Val(Value::Str(_)) if ty == Type::String => Ok(v),
            Rv::Iface(Value::Nil) => self.fail(
                "wrong type for value; expected %s; got %s",
                &[Value::str(&*ty.name()), Value::str("interface {}")],
            ),
            Rv::Iface(inner) | Rv::Val(inner) => match assign(inner, ty) {
                Some(fit) => Ok(if ty.is_interface() { v } else { Rv::Val(fit) }),
                None => self.fail(
                    "wrong type for value; expected %s; got %s",
                    &[Value::str(&*ty.name()), Value::str(&*inner.type_name())],
                ),
            },
        }
    }

    /// Evaluates an argument for a parameter of type `ty` (`evalArg`).
    pub(super) fn arg(&mut self, dot: &Rv, ty: Option<Type>, e: &'t Expr) -> Result<Rv> {
        self.at(NodeRef::Expr(e));
        let v = match &e.kind {
            ExprKind::Dot => {
                self.trace.dot(dot.inner());
                dot.clone()
            }
            ExprKind::Nil => {
                let ty = ty.unwrap_or(Type::Any);
                if ty.can_be_nil() || ty == Type::ReflectValue {
                    return Ok(zero(ty));
                }
                return self.fail("cannot assign nil to %s", &[Value::str(&*ty.name())]);
            }
            ExprKind::Field(names) => self.fields(dot, dot.clone(), NodeRef::Expr(e), names, &[], Rv::Missing)?,
            ExprKind::Variable { var, fields } => self.variable(dot, e, var, fields, &[], Rv::Missing)?,
            ExprKind::Pipe(p) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.pipeline(dot, p))?,
            ExprKind::Function { name, func } => {
                self.at(NodeRef::Expr(e));
                self.call(dot, func, NodeRef::Expr(e), name, &[], Rv::Missing)?
            }
            ExprKind::Chain { node, fields } => self.chain(dot, e, node, fields, &[], Rv::Missing)?,
            _ => return self.literal(ty.unwrap_or(Type::Any), e),
        };
        self.validate(v, ty)
    }

    /// A constant as a value of the parameter's type.
    fn literal(&mut self, ty: Type, e: &'t Expr) -> Result<Rv> {
        let expected = match (ty.kind(), &e.kind) {
            _ if ty == Type::Any || ty == Type::ReflectValue => {
                return match &e.kind {
                    ExprKind::Bool(b) => Ok(Rv::Val(Value::Bool(*b))),
                    ExprKind::String { value, .. } => Ok(Rv::Val(Value::Str(value.clone()))),
                    ExprKind::Number(n) => self.constant(e, n),
                    _ => Ok(Rv::Invalid),
                };
            }
            (Kind::Bool, ExprKind::Bool(b)) => return Ok(Rv::Val(Value::Bool(*b))),
            (Kind::Bool, _) => "bool",
            (Kind::String, ExprKind::String { value, .. }) => {
                return Ok(Rv::Val(Value::Str(value.clone())));
            }
            (Kind::String, _) => "string",
            (Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64, kind) => {
                if let ExprKind::Number(n) = kind
                    && let Some(i) = n.int
                {
                    return Ok(Rv::Val(match ty.kind() {
                        Kind::Int => Value::Int(i),
                        Kind::Int8 => Value::Num(Num::I8(i as i8)),
                        Kind::Int16 => Value::Num(Num::I16(i as i16)),
                        Kind::Int32 => Value::Num(Num::I32(i as i32)),
                        _ => Value::Int64(i),
                    }));
                }
                "integer"
            }
            (Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64, kind) => {
                if let ExprKind::Number(n) = kind
                    && let Some(u) = n.uint
                {
                    return Ok(Rv::Val(Value::Num(match ty.kind() {
                        Kind::Uint => Num::Uint(u),
                        Kind::Uint8 => Num::U8(u as u8),
                        Kind::Uint16 => Num::U16(u as u16),
                        Kind::Uint32 => Num::U32(u as u32),
                        _ => Num::U64(u),
                    })));
                }
                "unsigned integer"
            }
            (Kind::Float32 | Kind::Float64, kind) => {
                if let ExprKind::Number(n) = kind
                    && let Some(f) = n.float
                {
                    return Ok(Rv::Val(if ty.kind() == Kind::Float64 {
                        Value::Float(f)
                    } else {
                        Value::Num(Num::F32(f as f32))
                    }));
                }
                "float"
            }
            _ => {
                return self
                    .fail("can't handle %s for arg of type %s", &[Value::str(e.text()), Value::str(&*ty.name())]);
            }
        };
        self.fail("expected %s; found %s", &[Value::str(expected), Value::str(e.text())])
    }
}
