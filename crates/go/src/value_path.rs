//! Where a value stands in a tree of values: what `--set` names, and what messages show of `.Values`.

use std::fmt;

use crate::{GoStr, Map, Value};

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a map.
    Key(GoStr),
    /// Into a list, from 0.
    Index(usize),
}

/// A place in a tree of values; the empty path is the tree itself.
///
/// ```
/// use pintle_go::{Step, ValuePath};
/// let path = ValuePath::default().child(Step::Key("list".into())).child(Step::Index(2)).child(Step::Key("a/b".into()));
/// assert_eq!(path.to_string(), r#".Values.list[2]["a/b"]"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValuePath(pub Vec<Step>);

impl ValuePath {
    /// From keys alone.
    pub fn keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        ValuePath(keys.into_iter().map(|k| Step::Key(k.into())).collect())
    }

    /// One step further.
    #[must_use]
    pub fn child(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        ValuePath(steps)
    }

    /// Whether `other` stands directly in this place.
    pub fn is_parent_of(&self, other: &ValuePath) -> bool {
        other.0.split_last().is_some_and(|(_, above)| above == self.0)
    }

    /// What stands there in a tree, if anything does (null does).
    pub fn find(&self, tree: &Map) -> Option<Value> {
        let mut at = Value::Map(tree.clone());
        for step in &self.0 {
            at = match (&at, step) {
                (Value::Map(m), Step::Key(k)) => m.get(k)?,
                (Value::List(l), Step::Index(i)) => l.get(*i)?.clone(),
                _ => return None,
            };
        }
        Some(at)
    }
}

/// As a template would write it: `.Values.a.b[0]["c/d"]`.
impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(".Values")?;
        for step in &self.0 {
            match step {
                Step::Index(i) => write!(f, "[{i}]")?,
                Step::Key(k) => {
                    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
                    if !k.is_empty() && k.iter().all(plain) {
                        write!(f, ".{k}")?;
                    } else {
                        write!(f, "[{}]", crate::strconv::quote(k))?;
                    }
                }
            }
        }
        Ok(())
    }
}
