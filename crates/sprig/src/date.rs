use pintle_go::{Func, Value};
pub(crate) const FUNCS: &[Func] = &[];
pub(crate) fn toml_time(_: &str) -> Option<Value> {
    None
}
