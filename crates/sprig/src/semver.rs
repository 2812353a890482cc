//! Semantic versions.

use pintle_go::semver::{Constraint, Version, VersionPtr};
use pintle_go::{Func, FuncResult, Type, Value};

use crate::args::text;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("semver", &[Type::String], VersionPtr::TYPE, |a| {
        Ok(VersionPtr::value(Version::new(text(a, 0)).map_err(|e| e.to_string())?))
    }),
    Func::plain("semverCompare", &[Type::String, Type::String], Type::Bool, compare),
];

fn compare(args: &[Value]) -> FuncResult {
    let constraint = Constraint::new(text(args, 0)).map_err(|e| e.to_string())?;
    let version = Version::new(text(args, 1)).map_err(|e| e.to_string())?;
    Ok(constraint.check(&version).into())
}
