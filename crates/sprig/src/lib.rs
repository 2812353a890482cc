//! Sprig's functions and Helm's own: everything that a chart's template may call beyond Go's builtins.
//!
//! One table, built by the compiler and searched by name: starting up costs nothing. Signatures are Go's, for the
//! template engine words its errors by them, and results have Go's types. Where a Go function panics, the panic's text
//! is the error here, as text/template has it.
//!
//! One file a family, after Sprig's own; `args`, `cast` and `runes` are what they share.

mod args;
mod cast;
mod crypto;
mod date;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod helm;
mod lists;
mod numeric;
mod paths;
mod reflect;
mod regex;
mod runes;
mod semver;
mod sources;
mod strings;
mod toml;
mod url;
mod words;

use pintle_go::Func;

pub use sources::{set_now, set_seed};

/// The families, each with its functions in any order.
const FAMILIES: [&[Func]; 16] = [
    crypto::FUNCS,
    date::FUNCS,
    defaults::FUNCS,
    dicts::FUNCS,
    encoding::FUNCS,
    helm::FUNCS,
    lists::FUNCS,
    numeric::FUNCS,
    paths::FUNCS,
    reflect::FUNCS,
    regex::FUNCS,
    semver::FUNCS,
    strings::FUNCS,
    toml::FUNCS,
    url::FUNCS,
    words::FUNCS,
];

const COUNT: usize = {
    let (mut n, mut i) = (0, 0);
    while i < FAMILIES.len() {
        n += FAMILIES[i].len();
        i += 1;
    }
    n
};

/// All functions, sorted by name at compile time.
const TABLE: &[&Func] = &{
    let mut table = [&helm::FUNCS[0]; COUNT];
    let (mut n, mut family) = (0, 0);
    while family < FAMILIES.len() {
        let mut i = 0;
        while i < FAMILIES[family].len() {
            let f = &FAMILIES[family][i];
            let mut at = n;
            while at > 0 && less(f.name.as_bytes(), table[at - 1].name.as_bytes()) {
                table[at] = table[at - 1];
                at -= 1;
            }
            table[at] = f;
            n += 1;
            i += 1;
        }
        family += 1;
    }
    table
};

const fn less(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] < b[i];
        }
        i += 1;
    }
    a.len() < b.len()
}

/// The function of that name.
///
/// ```
/// let upper = pintle_sprig::lookup("upper").unwrap();
/// assert_eq!(upper.invoke(&["a".into()]).unwrap().as_str().unwrap(), &"A");
/// ```
pub fn lookup(name: &str) -> Option<&'static Func> {
    TABLE.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|i| TABLE.get(i).copied())
}

/// All names, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|f| f.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_single() {
        assert!(TABLE.windows(2).all(|w| w[0].name < w[1].name));
        for name in names() {
            assert_eq!(lookup(name).map(|f| f.name), Some(name));
        }
        assert!(lookup("env").is_none() && lookup("expandenv").is_none());
    }
}
