//! The words of santhosh-tekuri/jsonschema v6 for boon's error tree.

use boon::{ErrorKind, ValidationError};
use serde_json::{Number, Value as Json};

/// The whole tree, one line for each node, indented by depth.
pub(super) fn error(e: &ValidationError<'_, '_>) -> String {
    let mut out = String::new();
    node(&mut out, e, 0);
    out
}

fn node(out: &mut String, e: &ValidationError<'_, '_>, indent: usize) {
    let mut indent = indent;
    let skip = e.causes.len() == 1 && matches!(e.kind, ErrorKind::Reference { .. });
    if !skip {
        if indent > 0 {
            out.push('\n');
            out.push_str(&"  ".repeat(indent - 1));
            out.push_str("- ");
        }
        indent += 1;
        if !matches!(e.kind, ErrorKind::Schema { .. }) {
            out.push_str("at ");
            out.push_str(&quoted(&e.instance_location.to_string()));
            out.push_str(": ");
        }
        out.push_str(&message(&e.kind));
    }
    for cause in &e.causes {
        node(out, cause, indent);
    }
}

fn message(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_owned(),
        ErrorKind::Schema { url } => {
            format!("jsonschema validation failed with {}", quoted(&super::fragment(url)))
        }
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quoted(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => format!(
            "both {kw_loc1} and {kw_loc2} resolve to {} causing reference cycle",
            pintle_go::strconv::quote(url.as_bytes())
        ),
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
        ErrorKind::Format { got, want, err } => format!("{} is not valid {want}: {err}", display(got)),
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
    let q = pintle_go::strconv::quote(s.as_bytes());
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
