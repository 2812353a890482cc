//! Laying values over a chart's defaults, down through its dependencies, globals included.
//!
//! Two modes, as in Helm. *Coalescing* gives the final values: a null removes the default beneath it. *Merging* keeps
//! nulls, for the steps before (import-values), so that a null given by the user still removes something later.

use pintle_go::{GoStr, Map, Value, fmt};

use crate::Chart;
use crate::log::LogSink;
use crate::values::table;

/// The key whose map every chart of a tree shares.
pub const GLOBAL: &[u8] = b"global";

/// The final values of a chart: `vals` over the defaults of the chart and of all beneath. Neither is changed.
///
/// # Errors
/// A value that is no map where a dependency keeps its values.
pub fn coalesce_values(chart: &Chart, vals: &Map, log: &dyn LogSink) -> Result<Map, String> {
    Coalesce { log, merge: false }.chart(chart, fresh_copy(vals), "")
}

/// As [`coalesce_values`], but nulls stay.
///
/// # Errors
/// As there.
pub fn merge_values(chart: &Chart, vals: &Map, log: &dyn LogSink) -> Result<Map, String> {
    Coalesce { log, merge: true }.chart(chart, fresh_copy(vals), "")
}

/// Lays `dst` over `src` (both are changed); nulls of `dst` remove.
pub fn coalesce_tables(dst: &Map, src: &Map, log: &dyn LogSink) -> Map {
    Coalesce { log, merge: false }.tables(dst, src, "")
}

/// As [`coalesce_tables`], but nulls stay.
pub fn merge_tables(dst: &Map, src: &Map, log: &dyn LogSink) -> Map {
    Coalesce { log, merge: true }.tables(dst, src, "")
}

fn fresh_copy(m: &Map) -> Map {
    if m.is_nil() { Map::new() } else { m.retyped(pintle_go::Type::MAP).deep_copy() }
}

/// `a.b`, or `b` alone.
fn under(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

#[derive(Clone, Copy)]
struct Coalesce<'a> {
    log: &'a dyn LogSink,
    merge: bool,
}

impl Coalesce<'_> {
    fn warn(&self, format: &str, args: &[Value]) {
        self.log.info(&fmt::sprintf(format.as_bytes(), args).to_str_lossy());
    }

    /// `dest` over the defaults of `chart`, and of its dependencies within it.
    fn chart(self, chart: &Chart, dest: Map, prefix: &str) -> Result<Map, String> {
        self.defaults(chart, &dest, prefix);
        for sub in chart.dependencies() {
            let name = GoStr::from(sub.name());
            let mine = match dest.get(&name) {
                None => Map::new(),
                Some(v) => match table(&v) {
                    Some(m) => m.clone(),
                    None => {
                        let text = fmt::sprintf(b"type mismatch on %s: %t", &[Value::Str(name), v]);
                        return Err(text.to_str_lossy().into_owned());
                    }
                },
            };
            dest.set(name.clone(), Value::Map(mine.clone()));
            let prefix = under(prefix, chart.name());
            self.globals(&mine, &dest, &prefix);
            let done = self.chart(sub, mine, &prefix)?;
            dest.set(name, Value::Map(done));
        }
        Ok(dest)
    }

    /// Brings the globals of a parent's values into a dependency's.
    fn globals(self, dest: &Map, src: &Map, prefix: &str) {
        let of = |m: &Map| match m.get(GLOBAL) {
            None => Some(Map::new()),
            Some(v) => table(&v).cloned(),
        };
        let Some(theirs) = of(dest) else {
            return self
                .warn("warning: skipping globals because destination %s is not a table.", &[Value::str("global")]);
        };
        let Some(ours) = of(src) else {
            return self.warn("warning: skipping globals because source %s is not a table.", &[Value::str("global")]);
        };
        for (key, v) in ours.entries() {
            let there = theirs.get(&key);
            if let Some(map) = table(&v) {
                let copy = map.shallow_copy();
                match there.as_ref().map(table) {
                    None => theirs.set(key, Value::Map(copy)),
                    Some(None) => {
                        self.warn("Conflict: cannot merge map onto non-map for %q. Skipping.", &[Value::Str(key)]);
                    }
                    Some(Some(below)) => {
                        // the parent's map wins, and nulls stay until the dependency itself is coalesced
                        let prefix = under(prefix, &key.to_str_lossy());
                        Coalesce { merge: true, ..self }.tables(&copy, below, &prefix);
                        theirs.set(key, Value::Map(copy));
                    }
                }
            } else if there.as_ref().is_some_and(|t| table(t).is_some()) {
                self.warn("key %s is table. Skipping", &[Value::Str(key)]);
            } else {
                theirs.set(key, v);
            }
        }
        dest.set(GoStr::from(GLOBAL), Value::Map(theirs));
    }

    /// `dest` over the defaults of one chart alone.
    fn defaults(self, chart: &Chart, dest: &Map, prefix: &str) {
        let prefix = under(prefix, chart.name());
        for (key, default) in chart.values.borrow().iter() {
            let Some(given) = dest.get(key) else {
                if self.merge {
                    dest.set(key.clone(), default.deep_copy());
                } else if !default.is_nil() {
                    let copy = default.deep_copy();
                    if let Some(map) = table(&copy) {
                        drop_nulls(map);
                    }
                    dest.set(key.clone(), copy);
                }
                continue;
            };
            if given.is_nil() && !self.merge {
                dest.remove(key);
                continue;
            }
            let Some(given) = table(&given) else { continue };
            let copy = default.deep_copy();
            match table(&copy) {
                Some(src) => {
                    // values of a dependency are coalesced in its own turn
                    let of_sub = chart.dependencies().iter().any(|d| d.name().as_bytes() == key.as_bytes());
                    let merge = self.merge || of_sub;
                    if !merge {
                        drop_nulls(src);
                    }
                    let prefix = under(&prefix, &key.to_str_lossy());
                    Coalesce { merge, ..self }.tables(given, src, &prefix);
                }
                None if default.is_nil() => {}
                None => {
                    let args = [Value::str(prefix.as_str()), Value::Str(key.clone())];
                    self.warn("warning: skipped value for %s.%s: Not a table.", &args);
                }
            }
        }
    }

    /// `dst` over `src`; gives the result, which is `dst` unless that is nil.
    fn tables(self, dst: &Map, src: &Map, prefix: &str) -> Map {
        if src.is_nil() {
            return dst.clone();
        }
        if dst.is_nil() {
            return src.clone();
        }
        let mut sources = src.entries();
        // a null in dst must be met below even where src has no such key
        for (key, v) in dst.entries() {
            if v.is_nil() && !src.contains(&key) {
                sources.push((key, Value::Nil));
            }
        }
        for (key, v) in &sources {
            let there = dst.get(key);
            match &there {
                // the user takes a default away; a null over nothing stays
                Some(Value::Nil) => {
                    src.set(key.clone(), Value::Nil);
                    if !self.merge && !v.is_nil() {
                        dst.remove(key);
                    }
                }
                None => dst.set(key.clone(), v.clone()),
                Some(have) => match (table(v), table(have)) {
                    (Some(v), Some(have)) => {
                        self.tables(have, v, &under(prefix, &key.to_str_lossy()));
                    }
                    (Some(_), None) => self.warn(
                        "warning: cannot overwrite table with non table for %s (%v)",
                        &[Value::str(under(prefix, &key.to_str_lossy())), v.clone()],
                    ),
                    (None, Some(_)) if !v.is_nil() => self.warn(
                        "warning: destination for %s is a table. Ignoring non-table value (%v)",
                        &[Value::str(under(prefix, &key.to_str_lossy())), v.clone()],
                    ),
                    _ => {}
                },
            }
        }
        dst.clone()
    }
}

/// Removes every null from a map and the maps in it.
fn drop_nulls(m: &Map) {
    for (key, v) in m.entries() {
        if v.is_nil() {
            m.remove(&key);
        } else if let Some(inner) = table(&v) {
            drop_nulls(inner);
        }
    }
}
