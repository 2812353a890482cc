//! Kubernetes' JSONPath templates (client-go's `util/jsonpath`): text with `{expressions}` over values, as
//! `show values --jsonpath` and `kubectl -o jsonpath` take them. Not RFC 9535: the dialects differ in filters, quotes,
//! text and `range`/`end`.

use crate::{Value, fmt, json};

mod parse;

use parse::{Node, Param};

/// A parsed template.
///
/// ```
/// use pintle_go::{Map, Value, jsonpath::JsonPath};
/// let values = Map::new();
/// values.set("name", Value::str("nginx"));
/// let path = JsonPath::parse("it is {.name}").unwrap();
/// assert_eq!(path.execute(&Value::Map(values)).unwrap(), b"it is nginx");
/// ```
#[derive(Debug)]
pub struct JsonPath {
    nodes: Vec<Node>,
}

/// What a template cannot be parsed or evaluated for; the text is client-go's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPathError(pub String);

impl std::fmt::Display for JsonPathError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonPathError {}

fn fail<T>(text: impl Into<String>) -> Result<T, JsonPathError> {
    Err(JsonPathError(text.into()))
}

impl JsonPath {
    /// Parses a template (`jsonpath.Parse`).
    ///
    /// # Errors
    /// client-go's text, e.g. `unclosed action`.
    pub fn parse(text: &str) -> Result<JsonPath, JsonPathError> {
        Ok(JsonPath { nodes: parse::parse(text)? })
    }

    /// Evaluates and prints (`JSONPath.Execute`): scalars as Go prints them, maps and lists as JSON, several results of
    /// one expression parted by a space.
    ///
    /// # Errors
    /// A key that is not there, an index out of bounds, a comparison of unlike things. Nothing is printed then.
    pub fn execute(&self, data: &Value) -> Result<Vec<u8>, JsonPathError> {
        let mut run = Run { nodes: &self.nodes, begin: 0, inside: 0, end: 0, last_end: None };
        let mut out = Vec::new();
        for results in run.find(0, data)? {
            for (i, r) in results.iter().enumerate() {
                if i > 0 {
                    out.push(b' ');
                }
                match r {
                    Value::Map(_) | Value::List(_) | Value::Obj(_) => {
                        json::append(&mut out, r, true).map_err(|e| JsonPathError(e.0))?;
                    }
                    Value::Nil => out.extend_from_slice(b"null"),
                    scalar => fmt::write_value(&mut out, scalar),
                }
            }
        }
        Ok(out)
    }
}

/// One evaluation: where it stands in ranges, as client-go counts it.
struct Run<'a> {
    nodes: &'a [Node],
    begin: usize,
    inside: usize,
    end: usize,
    last_end: Option<usize>,
}

impl Run<'_> {
    /// `FindResults` over the nodes from `from` on.
    fn find(&mut self, from: usize, data: &Value) -> Result<Vec<Vec<Value>>, JsonPathError> {
        let mut all = Vec::new();
        let mut i = from;
        while let Some(node) = self.nodes.get(i) {
            let results = self.walk(vec![data.clone()], node)?;
            if self.end > 0 && self.end <= self.inside {
                self.end -= 1;
                self.last_end = Some(i);
                break;
            }
            if self.begin > 0 {
                self.begin -= 1;
                self.inside += 1;
                if results.is_empty() {
                    // still walked, so that the matching end is found
                    self.find(i + 1, &Value::Nil)?;
                }
                for value in &results {
                    all.extend(self.find(i + 1, value)?);
                }
                self.inside -= 1;
                if let Some(end) = self.last_end.filter(|end| *end > i) {
                    i = end;
                }
            } else {
                all.push(results);
            }
            i += 1;
        }
        Ok(all)
    }

    fn walk(&mut self, input: Vec<Value>, node: &Node) -> Result<Vec<Value>, JsonPathError> {
        let each = |v: &Value| input.iter().map(|_| v.clone()).collect();
        Ok(match node {
            Node::List(nodes) => self.list(input, nodes)?,
            Node::Text(text) => vec![Value::str(text.as_str())],
            Node::Constant(v) => each(v),
            Node::Field(name) => field(&input, name)?,
            Node::Array(params) => array(&input, params)?,
            Node::Wildcard => input.iter().flat_map(children).collect(),
            Node::Recursive => {
                let mut out = Vec::new();
                for v in &input {
                    descend(v, &mut out);
                }
                out
            }
            Node::Union(lists) => {
                let mut out = Vec::new();
                for nodes in lists {
                    out.extend(self.list(input.clone(), nodes)?);
                }
                out
            }
            Node::Filter { left, operator, right } => self.filter(&input, left, operator, right)?,
            Node::Identifier(name) if name == "range" => {
                self.begin += 1;
                input
            }
            Node::Identifier(name) if name == "end" => {
                if self.inside == 0 {
                    return fail("not in range, nothing to end");
                }
                self.end += 1;
                Vec::new()
            }
            Node::Identifier(name) => return fail(format!("unrecognized identifier {name}")),
        })
    }

    fn list(&mut self, mut current: Vec<Value>, nodes: &[Node]) -> Result<Vec<Value>, JsonPathError> {
        for node in nodes {
            current = self.walk(current, node)?;
        }
        Ok(current)
    }

    fn filter(
        &mut self,
        input: &[Value],
        left: &[Node],
        operator: &str,
        right: &[Node],
    ) -> Result<Vec<Value>, JsonPathError> {
        let mut out = Vec::new();
        for value in input {
            let Some(items) = value.as_list() else {
                let mut text = Vec::new();
                fmt::write_value(&mut text, value);
                let text = String::from_utf8_lossy(&text);
                return fail(format!("{text} is not array or slice and cannot be filtered"));
            };
            for item in items.items() {
                let lefts = self.list(vec![item.clone()], left);
                if operator == "exists" {
                    if lefts.is_ok_and(|l| !l.is_empty()) {
                        out.push(item.clone());
                    }
                    continue;
                }
                let lefts = lefts?;
                let Some(l) = single(&lefts)? else { continue };
                let rights = self.list(vec![item.clone()], right)?;
                let Some(r) = single(&rights)? else { continue };
                if compare(l, operator, r)? {
                    out.push(item.clone());
                }
            }
        }
        Ok(out)
    }
}

fn single(found: &[Value]) -> Result<Option<&Value>, JsonPathError> {
    match found {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => fail("can only compare one element at a time"),
    }
}

fn field(input: &[Value], name: &str) -> Result<Vec<Value>, JsonPathError> {
    let found: Vec<Value> = input.iter().filter_map(|v| v.as_map()?.get(name.as_bytes())).collect();
    if found.is_empty() && !input.is_empty() {
        return fail(format!("{name} is not found"));
    }
    Ok(found)
}

fn array(input: &[Value], params: &[Param; 3]) -> Result<Vec<Value>, JsonPathError> {
    let mut out = Vec::new();
    for value in input {
        if value.is_nil() {
            continue;
        }
        let Some(items) = value.as_list() else {
            return fail(format!("{} is not array or slice", value.type_name()));
        };
        let len = i64::try_from(items.items().len()).unwrap_or(i64::MAX);
        let from = match params[0].known.unwrap_or(0) {
            n if n < 0 => n.saturating_add(len),
            n => n,
        };
        let to = match params[1].known {
            None => len,
            Some(n) if n < 0 || (n == 0 && params[1].derived) => n.saturating_add(len),
            Some(n) => n,
        };
        if from == to {
            return Ok(out);
        }
        if from >= len || from < 0 {
            return fail(format!("array index out of bounds: index {from}, length {len}"));
        }
        if to > len || to < 0 {
            return fail(format!("array index out of bounds: index {}, length {len}", to - 1));
        }
        if from > to {
            return fail(format!("starting index {from} is greater than ending index {to}"));
        }
        let step = match params[2].known {
            Some(n) if n <= 0 => return fail("step must be > 0"),
            Some(n) => usize::try_from(n).unwrap_or(usize::MAX),
            None => 1,
        };
        let (from, to) = (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0));
        out.extend(items.items().iter().take(to).skip(from).step_by(step).cloned());
    }
    Ok(out)
}

/// Values of a map (in the order of their keys, where Go's is random), items of a list, bytes of a string.
fn children(v: &Value) -> Vec<Value> {
    match v {
        Value::Str(s) => s.as_bytes().iter().map(|b| Value::Num(crate::Num::U8(*b))).collect(),
        v => match (v.as_map(), v.as_list()) {
            (Some(m), _) => m.entries().into_iter().map(|(_, v)| v).collect(),
            (_, Some(l)) => l.items().to_vec(),
            _ => Vec::new(),
        },
    }
}

fn descend(v: &Value, out: &mut Vec<Value>) {
    let inner = children(v);
    if inner.is_empty() {
        return;
    }
    out.push(v.clone());
    for v in &inner {
        descend(v, out);
    }
}

/// Go's template comparisons as they were when client-go copied them: same kinds only, floats are no integers.
fn compare(l: &Value, operator: &str, r: &Value) -> Result<bool, JsonPathError> {
    use std::cmp::Ordering;
    const KIND: &str = "invalid type for comparison";
    const UNLIKE: &str = "incompatible types for comparison";
    let order = match (l, r) {
        (Value::Bool(a), Value::Bool(b)) => match operator {
            "==" => return Ok(a == b),
            "!=" => return Ok(a != b),
            _ => return fail(KIND),
        },
        (Value::Str(a), Value::Str(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (a, b) => match (a.as_int(), b.as_int()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => {
                let basic = |v: &Value| !matches!(v, Value::Nil | Value::Map(_) | Value::List(_) | Value::Obj(_));
                return fail(if basic(a) && basic(b) { UNLIKE } else { KIND });
            }
        },
    };
    Ok(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        ">=" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        other => return fail(format!("unrecognized filter operator {other}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(template: &str) -> Result<String, String> {
        let data = json::decode(
            br#"{"name":"web","n":2,"on":true,"none":null,"list":[{"a":"x","p":80},{"a":"y","p":90},{"p":100}]}"#,
        )
        .expect("is JSON");
        let path = JsonPath::parse(template).map_err(|e| e.to_string())?;
        path.execute(&data).map(|b| String::from_utf8_lossy(&b).into_owned()).map_err(|e| e.to_string())
    }

    #[test]
    fn expressions_and_text() {
        for (template, want) in [
            ("{.name}", "web"),
            ("a {.n} b", "a 2 b"),
            ("{.name}{.on}", "webtrue"),
            ("{.none}", "null"),
            ("{.list[0]}", r#"{"a":"x","p":80}"#),
            ("{.list[*].p}", "80 90 100"),
            ("{.list[-1].p}", "100"),
            ("{.list[0:2].p}", "80 90"),
            ("{.list[::2].p}", "80 100"),
            ("{['name']}", "web"),
            ("{.list[0]['a','p']}", "x 80"),
            ("{..a}", "x y"),
            ("{.list[?(@.p>85.5)].p}", "90 100"),
            ("{.list[?(@.a)].p}", "80 90"),
            ("{range .list[*]}[{.p}]{end}!", "[80][90][100]!"),
            ("{range .list[*]}{.p}{\"\\n\"}{end}", "80\n90\n100\n"),
        ] {
            assert_eq!(run(template).as_deref(), Ok(want), "{template}");
        }
    }

    #[test]
    fn refusals() {
        for (template, want) in [
            ("{.nope}", "nope is not found"),
            ("{.name", "unclosed action"),
            // client-go stops at the first item without the key
            ("{.list[?(@.a==\"y\")].p}", "a is not found"),
            // numbers of values are floats, a whole number in the template is none
            ("{.list[?(@.p==80)].a}", "incompatible types for comparison"),
            ("{.list[9]}", "array index out of bounds: index 9, length 3"),
            ("{.list[x]}", "invalid array index x"),
            ("{end}", "not in range, nothing to end"),
            ("{foo}", "unrecognized identifier foo"),
            ("{.name[0]}", "string is not array or slice"),
            ("{%}", "unrecognized character in action: U+0025 '%'"),
        ] {
            assert_eq!(run(template), Err(want.to_owned()), "{template}");
        }
    }
}
