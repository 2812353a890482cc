//! The words of santhosh-tekuri/jsonschema v6 for boon's error tree.
//!
//! Two things that boon leaves out are put back. A combinator with one failed branch (`allOf` of one schema, say) is
//! a line of its own in Helm's text, where boon shows the branch alone: the schema's address tells that it was there.
//! And boon knows a pattern only as it translated it: the text comes from the schema document.

use boon::{ErrorKind, ValidationError};
use pintle_go::strconv::quote;
use serde_json::{Number, Value as Json};

/// The whole tree, one line for each node, indented by depth. `document` is the schema at the root address.
pub(super) fn error(e: &ValidationError<'_, '_>, document: Option<&Json>) -> String {
    let mut printer = Printer { out: String::new(), document };
    printer.node(e, 0, Context { schema: "", depth: 0, in_combinator: false });
    printer.out
}

/// Where a node's causes come from.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// Address of the schema that was being checked; empty when not known.
    schema: &'a str,
    /// Depth of the value that it was checked against.
    depth: usize,
    /// Whether the causes are branches of a combinator that has a line already.
    in_combinator: bool,
}

struct Printer<'a> {
    out: String,
    document: Option<&'a Json>,
}

impl Printer<'_> {
    /// Begins a line; gives the indent of what is beneath it.
    fn line(&mut self, indent: usize) -> usize {
        if indent > 0 {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(indent - 1));
            self.out.push_str("- ");
        }
        indent + 1
    }

    /// A line for a place that is the beginning of `place`.
    fn line_at(&mut self, indent: usize, place: &str, depth: usize, words: &str) -> usize {
        let end = place.match_indices('/').nth(depth).map_or(place.len(), |(at, _)| at);
        let indent = self.line(indent);
        self.out.push_str(&format!("at {}: {words}", quoted(&place[..end])));
        indent
    }

    fn node(&mut self, e: &ValidationError<'_, '_>, indent: usize, context: Context<'_>) {
        let mut indent = indent;
        let place = e.instance_location.to_string();
        let depth = e.instance_location.tokens.len();
        for (words, depth) in Steps::between(context, e.schema_url).combinators(usize::MAX) {
            indent = self.line_at(indent, &place, depth, words);
        }
        let skip = e.causes.len() == 1 && matches!(e.kind, ErrorKind::Reference { .. });
        if !skip {
            indent = self.line(indent);
            if !matches!(e.kind, ErrorKind::Schema { .. }) {
                self.out.push_str(&format!("at {}: ", quoted(&place)));
            }
            let words = match &e.kind {
                ErrorKind::Pattern { got, want } => {
                    let original = self.document.and_then(|d| pattern_at(d, e.schema_url));
                    format!("{} does not match pattern {}", quoted(got), quoted(original.unwrap_or(want)))
                }
                kind => message(kind),
            };
            self.out.push_str(&words);
        }
        let in_combinator = matches!(e.kind, ErrorKind::AllOf | ErrorKind::AnyOf | ErrorKind::OneOf(_));
        match &e.kind {
            ErrorKind::Schema { url } | ErrorKind::Reference { url, .. } => {
                self.flat_causes(e, indent, Context { schema: url, depth, in_combinator });
            }
            ErrorKind::PropertyName { .. } => {
                let schema = format!("{}/propertyNames", super::fragment(e.schema_url));
                self.flat_causes(e, indent, Context { schema: &schema, depth: 0, in_combinator });
            }
            _ => self.causes(e, indent, Context { schema: e.schema_url, depth, in_combinator }),
        }
    }

    fn causes(&mut self, e: &ValidationError<'_, '_>, indent: usize, context: Context<'_>) {
        for cause in &e.causes {
            self.node(cause, indent, context);
        }
    }

    /// Causes of a node that takes over those of a group. Where all come through one branch of a combinator, the group
    /// was that branch's, and both get their lines back.
    fn flat_causes(&mut self, e: &ValidationError<'_, '_>, indent: usize, context: Context<'_>) {
        let (Some((first, rest)), true) = (e.causes.split_first(), e.causes.len() > 1) else {
            return self.causes(e, indent, context);
        };
        let place = first.instance_location.to_string();
        let mut deepest = first.instance_location.tokens.len();
        let mut schema = first.schema_url;
        for cause in rest {
            let other = cause.instance_location.to_string();
            deepest = deepest.min(common_tokens(&place, &other));
            schema = common_path(schema, cause.schema_url);
        }
        let steps = Steps::between(context, schema);
        let combinators = steps.combinators(deepest);
        if combinators.is_empty() {
            return self.causes(e, indent, context);
        }
        let mut indent = indent;
        for (words, depth) in combinators {
            indent = self.line_at(indent, &place, depth, words);
        }
        let (at, depth) = steps.reach(deepest);
        let indent = self.line_at(indent, &place, depth, "validation failed");
        self.causes(e, indent, Context { schema: at, depth, in_combinator: false });
    }
}

/// How many tokens two JSON pointers have in common at their beginning.
fn common_tokens(a: &str, b: &str) -> usize {
    a.split('/').skip(1).zip(b.split('/').skip(1)).take_while(|(x, y)| x == y).count()
}

/// The common beginning of two addresses, up to a whole token.
fn common_path<'s>(a: &'s str, b: &str) -> &'s str {
    let mut end = 0;
    for (x, y) in a.split_inclusive('/').zip(b.split_inclusive('/')) {
        if x.trim_end_matches('/') != y.trim_end_matches('/') {
            break;
        }
        end += x.len();
    }
    a.get(..end).unwrap_or(a).trim_end_matches('/')
}

/// A keyword on the way from a schema to one beneath it.
struct Step {
    /// The line of a combinator.
    words: Option<&'static str>,
    /// Depth of the value after this step.
    depth: usize,
    /// Where the schema after this step ends in its address.
    end: usize,
}

/// The way from a schema to one beneath it.
struct Steps<'s> {
    schema: &'s str,
    start: (usize, usize),
    steps: Vec<Step>,
}

impl<'s> Steps<'s> {
    fn between(context: Context<'_>, schema: &'s str) -> Self {
        let base = context.schema.trim_end_matches('#');
        let mut steps = Steps { schema, start: (schema.len(), context.depth), steps: Vec::new() };
        let Some(path) = schema.strip_prefix(base).filter(|_| !base.is_empty()) else {
            return steps;
        };
        let mut at = schema.len() - path.strip_prefix('#').unwrap_or(path).len();
        steps.start.0 = at;
        let mut depth = context.depth;
        let mut known = context.in_combinator;
        let mut tokens = schema[at..].split('/').skip(1).peekable();
        while let Some(keyword) = tokens.next() {
            let words = match keyword {
                "allOf" => Some("'allOf' failed"),
                "anyOf" => Some("'anyOf' failed"),
                "oneOf" => Some("'oneOf' failed, none matched"),
                _ => None,
            };
            let operand = match keyword {
                "allOf" | "anyOf" | "oneOf" | "dependencies" | "dependentSchemas" | "definitions" | "$defs" => {
                    tokens.next()
                }
                "properties" | "patternProperties" | "prefixItems" => {
                    depth += 1;
                    tokens.next()
                }
                "items" => {
                    depth += 1;
                    tokens.next_if(|t| t.bytes().all(|b| b.is_ascii_digit()))
                }
                "additionalProperties"
                | "additionalItems"
                | "contains"
                | "unevaluatedProperties"
                | "unevaluatedItems" => {
                    depth += 1;
                    None
                }
                _ => None,
            };
            at += 1 + keyword.len() + operand.map_or(0, |o| 1 + o.len());
            let words = words.filter(|_| !std::mem::take(&mut known));
            known = false;
            steps.steps.push(Step { words, depth, end: at });
        }
        steps
    }

    fn up_to(&self, deepest: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().take_while(move |s| s.depth <= deepest)
    }

    /// The lines of combinators on the way, no deeper than a depth.
    fn combinators(&self, deepest: usize) -> Vec<(&'static str, usize)> {
        self.up_to(deepest).filter_map(|s| Some((s.words?, s.depth))).collect()
    }

    /// The last schema on the way that is no deeper than a depth, and its depth.
    fn reach(&self, deepest: usize) -> (&'s str, usize) {
        let (end, depth) = self.up_to(deepest).last().map_or(self.start, |s| (s.end, s.depth));
        (self.schema.get(..end).unwrap_or(self.schema), depth)
    }
}

/// The pattern of the schema at an address in the document.
fn pattern_at<'d>(document: &'d Json, schema: &str) -> Option<&'d str> {
    let pointer = schema.strip_prefix(super::ROOT)?.trim_start_matches('#');
    document.pointer(&percent_decoded(pointer))?.get("pattern")?.as_str()
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match code {
            Some(code) if *first == b'%' => {
                out.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn message(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_owned(),
        ErrorKind::Schema { url } => {
            format!("jsonschema validation failed with {}", quoted(&super::fragment(url)))
        }
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quoted(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            format!("both {kw_loc1} and {kw_loc2} resolve to {} causing reference cycle", quote(url.as_bytes()))
        }
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|t| t.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => {
            if want.iter().any(|v| v.is_array() || v.is_object()) {
                return "'enum' failed".to_owned();
            }
            let all: Vec<String> = want.iter().map(display).collect();
            let one_of = if all.len() == 1 { "" } else { "one of " };
            format!("value must be {one_of}{}", all.join(", "))
        }
        ErrorKind::Const { want } if want.is_array() || want.is_object() => "'const' failed".to_owned(),
        ErrorKind::Const { want } => format!("value must be {}", display(want)),
        ErrorKind::Format { got, want, err } => {
            let reason = got.as_str().and_then(|text| super::formats::reason(want, text));
            format!("{} is not valid {want}: {}", display(got), reason.unwrap_or_else(|| err.to_string()))
        }
        ErrorKind::MinProperties { got, want } => counts("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => counts("maxProperties", *got, *want),
        ErrorKind::MinItems { got, want } => counts("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => counts("maxItems", *got, *want),
        ErrorKind::MinLength { got, want } => counts("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => counts("maxLength", *got, *want),
        ErrorKind::AdditionalProperties { got } => {
            format!("additional properties {} not allowed", joined(got.iter().map(AsRef::as_ref)))
        }
        ErrorKind::Required { want } => match want.as_slice() {
            [one] => format!("missing property {}", quoted(one)),
            all => format!("missing properties {}", joined(all.iter().copied())),
        },
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", joined(missing.iter().copied()), quoted(prop))
        }
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {} items required to match contains schema, but none matched", grouped(*want))
        }
        ErrorKind::MinContains { got, want } => contains("min", got, *want),
        ErrorKind::MaxContains { got, want } => contains("max", got, *want),
        ErrorKind::UniqueItems { got: [a, b] } => format!("items at {} and {} are equal", grouped(*a), grouped(*b)),
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", grouped(*got)),
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quoted(got), quoted(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quoted(want)),
        ErrorKind::ContentMediaType { want, err, .. } => format!("value if not of mediatype {}: {err}", quoted(want)),
        ErrorKind::Minimum { got, want } => numbers("minimum", got, want),
        ErrorKind::Maximum { got, want } => numbers("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => numbers("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => numbers("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => numbers("multipleOf", got, want),
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((i, j))) => {
            format!("'oneOf' failed, subschemas {}, {} matched", grouped(*i), grouped(*j))
        }
    }
}

fn counts(name: &str, got: usize, want: usize) -> String {
    format!("{name}: got {}, want {}", grouped(got), grouped(want))
}

fn contains(which: &str, got: &[usize], want: usize) -> String {
    let places: Vec<String> = got.iter().map(usize::to_string).collect();
    format!(
        "{which} {} items required to match contains schema, but matched {} items at {}",
        grouped(want),
        grouped(got.len()),
        places.join(" ")
    )
}

fn numbers(name: &str, got: &Number, want: &Number) -> String {
    let text = |n: &Number| float(n.as_f64().unwrap_or(f64::NAN));
    format!("{name}: got {}, want {}", text(got), text(want))
}

/// A text in single quotes, escaped as the library does.
fn quoted(s: &str) -> String {
    let q = quote(s.as_bytes());
    let inner = q.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap_or(&q);
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}

fn joined<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.map(quoted).collect::<Vec<_>>().join(", ")
}

/// A scalar as `%v` prints it.
fn display(v: &Json) -> String {
    match v {
        Json::Null => "<nil>".to_owned(),
        Json::String(s) => quoted(s),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => n.to_string(),
    }
}

/// A count with thousands separated.
fn grouped(n: usize) -> String {
    group(&n.to_string())
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A float as golang.org/x/text prints it in English: thousands separated, from 1e6 on and below 1e-4 as a power of
/// ten with a raised exponent.
fn float(f: f64) -> String {
    let shortest = format!("{f:e}");
    let (mantissa, exp) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exp: i32 = exp.parse().unwrap_or(0);
    if (-4..6).contains(&exp) {
        let plain = format!("{f}");
        let (sign, rest) = plain.strip_prefix('-').map_or(("", plain.as_str()), |r| ("-", r));
        let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
        let whole = group(whole);
        return match fraction {
            Some(fraction) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{whole}"),
        };
    }
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = format!("{:02}", exp.unsigned_abs());
    let raised: String = digits.bytes().filter_map(|b| RAISED.get(usize::from(b.wrapping_sub(b'0')))).collect();
    let sign = if exp < 0 { "⁻" } else { "" };
    format!("{mantissa}×10{sign}{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_as_in_english() {
        let cases = [
            (70_000.0, "70,000"),
            (12345.6789, "12,345.6789"),
            (-5000.0, "-5,000"),
            (0.5, "0.5"),
            (1e6, "1×10⁰⁶"),
            (1_234_567.891, "1.234567891×10⁰⁶"),
            (1e30, "1×10³⁰"),
            (1e-7, "1×10⁻⁰⁷"),
        ];
        for (f, want) in cases {
            assert_eq!(float(f), want);
        }
    }
}
