use pintle_go::Func;
pub(crate) const FUNCS: &[Func] = &[];
