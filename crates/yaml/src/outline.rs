//! A document's head without its body: most of a manifest is only checked, never looked at.

use pintle_go::{Map, Value};

use crate::convert::{Build, Direct, Numbers, Stop, key_string};
use crate::resolve::Scalar;

/// Makes the top mapping and what stands under one of its keys; other lists and mappings come out empty. Everything is
/// checked as [`Direct`] checks it, so that the same documents are refused with the same words.
pub(crate) struct Outline<'k> {
    inner: Direct,
    /// The key of the top mapping that is made in full, in any case.
    within: &'k [u8],
    depth: usize,
    /// How many lists and mappings are open that are passed over.
    skipped: usize,
}

impl<'k> Outline<'k> {
    pub(crate) fn new(within: &'k str, numbers: Numbers) -> Self {
        Outline { inner: Direct::new(numbers), within: within.as_bytes(), depth: 0, skipped: 0 }
    }

    /// Notes that a list or mapping begins; says whether it is to be made.
    fn open(&mut self) -> bool {
        let passed = self.depth == 1 && !self.inner.last_key().is_some_and(|key| key.eq_ignore_ascii_case(self.within));
        if self.skipped > 0 || passed {
            self.skipped += 1;
            return false;
        }
        self.depth += 1;
        true
    }

    /// Notes that a list or mapping ends; says whether it was made.
    fn close(&mut self) -> bool {
        if self.skipped > 0 {
            self.skipped -= 1;
            return false;
        }
        self.depth -= 1;
        true
    }
}

fn check(s: &Scalar<'_>) -> Result<(), Stop> {
    if s.is_plain() { Ok(()) } else { Err(Stop::Odd) }
}

impl Build for Outline<'_> {
    type Out = Value;
    const MAX_NESTING: usize = Direct::MAX_NESTING;

    fn scalar(&mut self, s: Scalar<'_>) -> Result<Value, Stop> {
        if self.skipped > 0 {
            return check(&s).map(|()| Value::Nil);
        }
        self.inner.scalar(s)
    }
    fn open_list(&mut self) {
        if self.open() {
            self.inner.open_list();
        }
    }
    fn item(&mut self, value: Value) {
        if self.skipped == 0 {
            self.inner.item(value);
        }
    }
    #[inline(always)]
    fn scalar_item(&mut self, s: Scalar<'_>) -> Result<(), Stop> {
        if self.skipped > 0 {
            return check(&s);
        }
        self.inner.scalar_item(s)
    }
    fn close_list(&mut self) -> Value {
        if self.close() {
            self.inner.close_list()
        } else if self.skipped > 0 {
            Value::Nil // within what is passed over nobody looks at it
        } else {
            Value::list(Vec::new())
        }
    }
    fn open_mapping(&mut self) {
        if self.open() {
            self.inner.open_mapping();
        }
    }
    #[inline(always)]
    fn key(&mut self, s: Scalar<'_>) -> Result<(), Stop> {
        if self.skipped == 0 {
            return self.inner.key(s);
        }
        match s {
            Scalar::Str(_) => check(&s),
            other => key_string(&other).map(drop).ok_or(Stop::Odd),
        }
    }
    fn odd_key(&self, key: Value) -> Stop {
        self.inner.odd_key(key)
    }
    fn value(&mut self, value: Value, line: u32) {
        if self.skipped == 0 {
            self.inner.value(value, line);
        }
    }
    #[inline(always)]
    fn scalar_value(&mut self, s: Scalar<'_>, line: u32) -> Result<(), Stop> {
        if self.skipped > 0 {
            return check(&s);
        }
        self.inner.scalar_value(s, line)
    }
    fn close_mapping(&mut self) -> Value {
        if self.close() {
            self.inner.close_mapping()
        } else if self.skipped > 0 {
            Value::Nil
        } else {
            Value::Map(Map::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{read_outline, read_typed};

    #[test]
    fn the_head_is_made_and_the_body_is_not() {
        let text = b"kind: A\nMetadata:\n  labels: {a: [1, {b: 2}]}\nspec: {a: {b: [c]}}\nitems: [1, [2]]\nend: 3\n";
        let head = b"kind: A\nMetadata:\n  labels: {a: [1, {b: 2}]}\nspec: {}\nitems: []\nend: 3\n";
        let shown = |v| format!("{v:?}");
        assert_eq!(shown(read_outline(text, "metadata").unwrap()), shown(read_typed(head).unwrap()));
        assert_eq!(shown(read_outline(b"[a, [b]]", "metadata").unwrap()), "[\"a\", []]");
        assert!(read_outline(b"", "metadata").unwrap().is_nil());
    }

    #[test]
    fn what_is_wrong_in_the_body_is_told_as_ever() {
        for text in [
            "spec: {a: !!int x}",
            "spec: {a: {? [b] : c}}",
            "spec: {.inf: {a: .nan}}",
            "spec: {a: .inf}",
            "spec: [{null: 1}]",
            "spec: {a: !!binary x}",
            "spec: {a: &a [1, *a]}",
            "spec: {<<: 1}",
            "spec:\n\t- a",
        ] {
            let text = text.as_bytes();
            let told = |r: Result<pintle_go::Value, crate::Error>| r.map(drop).map_err(|e| e.to_string());
            assert_eq!(told(read_outline(text, "metadata")), told(read_typed(text)));
        }
    }
}
