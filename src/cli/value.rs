//! How the text after a flag is read: the rules and refusals of pflag's value types, of Helm's own and of klog's.

use pintle_go::{strconv, time::Duration};

use super::spec::{Flag, Ty};

/// Reads one value of a flag. Gives what it adds: one text, or the parts of a comma list. Numbers and truth values come
/// back in their plain form (`0x10` is `16`, `T` is `true`).
///
/// # Errors
/// The reason of pflag's refusal, without its `invalid argument …` frame.
pub fn read(flag: &Flag, value: &str) -> Result<Vec<String>, String> {
    let bytes = value.as_bytes();
    let quoted = || strconv::quote(bytes);
    let one = |text: String| Ok(vec![text]);
    match flag.ty {
        Ty::String | Ty::StringArray => one(value.to_owned()),
        Ty::Bool => {
            let on = strconv::parse_bool(bytes).map_err(|e| e.to_string())?;
            one(on.to_string())
        }
        Ty::Int => one(strconv::parse_int(bytes, 0, 64).map_err(|e| e.to_string())?.to_string()),
        Ty::Uint => one(strconv::parse_uint(bytes, 0, 64).map_err(|e| e.to_string())?.to_string()),
        Ty::Float => {
            strconv::parse_float(bytes, 32).map_err(|e| e.to_string())?;
            one(value.to_owned())
        }
        Ty::Duration => {
            Duration::parse(bytes).map_err(|e| e.to_string())?;
            one(value.to_owned())
        }
        Ty::Format if ["table", "json", "yaml"].contains(&value) => one(value.to_owned()),
        Ty::Format => Err("invalid format type".to_owned()),
        Ty::OneOf(words) if words.contains(&value) => one(value.to_owned()),
        Ty::OneOf(words) => Err(format!("must be one of {}", words.join(", "))),
        Ty::Wait if ["watcher", "legacy", "hookOnly", "true", "false"].contains(&value) => one(value.to_owned()),
        Ty::Wait => Err(format!("invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy", quoted())),
        Ty::StringSlice if value.is_empty() => Ok(Vec::new()),
        Ty::StringSlice => first_record(value),
        Ty::StringMap => pairs(value),
        Ty::Level => one(level(value)?),
        Ty::Severity => one(severity(value)?),
        Ty::Modules => modules(value).map(|()| vec![value.to_owned()]),
        Ty::Trace => trace(value).map(|()| vec![value.to_owned()]),
    }
}

/// pflag's `stringToString`: one pair as it stands, several as a comma list.
fn pairs(value: &str) -> Result<Vec<String>, String> {
    let refuse = |part: &str| Err(format!("{part} must be formatted as key=value"));
    let parts = match value.matches('=').count() {
        0 => return refuse(value),
        1 => vec![value.trim_matches('"').to_owned()],
        _ => first_record(value)?,
    };
    match parts.iter().find(|p| !p.contains('=')) {
        Some(bad) => refuse(bad),
        None => Ok(parts),
    }
}

/// klog's verbosity.
fn level(value: &str) -> Result<String, String> {
    strconv::parse_int(value.as_bytes(), 10, 32).map(|n| n.to_string()).map_err(|e| e.to_string())
}

/// klog's severities go by name, too.
fn severity(value: &str) -> Result<String, String> {
    match ["INFO", "WARNING", "ERROR", "FATAL"].iter().position(|n| *n == value.to_uppercase()) {
        Some(n) => Ok(n.to_string()),
        None => level(value),
    }
}

/// klog's `pattern=N,…`.
fn modules(value: &str) -> Result<(), String> {
    const SYNTAX: &str = "syntax error: expect comma-separated list of filename=N";
    for part in value.split(',').filter(|p| !p.is_empty()) {
        let n = match part.split('=').collect::<Vec<_>>()[..] {
            [pattern, n] if !pattern.is_empty() && !n.is_empty() => strconv::parse_int(n.as_bytes(), 10, 32),
            _ => return Err(SYNTAX.to_owned()),
        };
        match n {
            Err(_) => return Err(SYNTAX.to_owned()),
            Ok(n) if n < 0 => return Err("negative value for vmodule level".to_owned()),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// klog's `file.go:234`.
fn trace(value: &str) -> Result<(), String> {
    const SYNTAX: &str = "syntax error: expect file.go:234";
    if value.is_empty() {
        return Ok(());
    }
    let line = match value.split(':').collect::<Vec<_>>()[..] {
        [file, line] if file.contains('.') => strconv::atoi(line.as_bytes()),
        _ => return Err(SYNTAX.to_owned()),
    };
    match line {
        Err(_) => Err(SYNTAX.to_owned()),
        Ok(n) if n <= 0 => Err("negative or zero value for level".to_owned()),
        Ok(_) => Ok(()),
    }
}

/// The first record of a text of comma-separated values, by the rules of Go's `encoding/csv`.
fn first_record(text: &str) -> Result<Vec<String>, String> {
    let mut lines = text.split_inclusive('\n').enumerate().map(|(i, l)| (i + 1, l)).filter(|(_, l)| !l.is_empty());
    let Some((start, mut line)) = lines.find(|(_, l)| !newline(l)) else { return Err("EOF".to_owned()) };
    let fail = |number: usize, column: usize, why: &str| {
        let record = if number == start { String::new() } else { format!("record on line {start}; ") };
        Err(format!("{record}parse error on line {number}, column {column}: {why}"))
    };
    const QUOTE: &str = "extraneous or missing \" in quoted-field";
    let (mut fields, mut number, mut at) = (Vec::new(), start, 0);
    loop {
        let rest = line.get(at..).unwrap_or_default();
        let Some(inner) = rest.strip_prefix('"') else {
            let end = rest.find(',');
            let field = end.map_or_else(|| rest.trim_end_matches('\n').trim_end_matches('\r'), |i| &rest[..i]);
            if let Some(i) = field.find('"') {
                return fail(number, at + i + 1, "bare \" in non-quoted-field");
            }
            fields.push(field.to_owned());
            match end {
                Some(i) => at += i + 1,
                None => return Ok(fields),
            }
            continue;
        };
        let (mut field, mut rest) = (String::new(), inner);
        loop {
            let Some(i) = rest.find('"') else {
                // the field goes on over the end of the line
                field.push_str(rest);
                match lines.next() {
                    Some((n, next)) => (number, line, rest) = (n, next, next),
                    None => return fail(number, line.len() + 1, QUOTE),
                }
                continue;
            };
            field.push_str(&rest[..i]);
            rest = &rest[i + 1..];
            let column = line.len() - rest.len();
            match rest.bytes().next() {
                Some(b'"') => {
                    field.push('"');
                    rest = &rest[1..];
                }
                Some(b',') => {
                    at = column + 1;
                    break;
                }
                _ if newline(rest) => {
                    fields.push(field);
                    return Ok(fields);
                }
                _ => return fail(number, column, QUOTE),
            }
        }
        fields.push(field);
    }
}

/// Whether nothing is left of a line but its end.
fn newline(rest: &str) -> bool {
    matches!(rest, "" | "\n" | "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comma_lists_are_csv() {
        let list = |s: &str| first_record(s);
        assert_eq!(list("a,b").unwrap(), ["a", "b"]);
        assert_eq!(list("\"a,b\",c").unwrap(), ["a,b", "c"]);
        assert_eq!(list("\"a\"\"b\"").unwrap(), ["a\"b"]);
        assert_eq!(list("a,").unwrap(), ["a", ""]);
        assert_eq!(list("\na\nb").unwrap(), ["a"]);
        assert_eq!(list("\"a\nb\"").unwrap(), ["a\nb"]);
        let quoted = "parse error on line 1, column 3: extraneous or missing \" in quoted-field";
        assert_eq!(list("\"x").unwrap_err(), quoted);
        assert_eq!(list("a\"b").unwrap_err(), "parse error on line 1, column 2: bare \" in non-quoted-field");
        assert_eq!(list("\"a\"b").unwrap_err(), quoted);
        assert_eq!(
            list("\"a\nb").unwrap_err(),
            "record on line 1; parse error on line 2, column 2: extraneous or missing \" in quoted-field"
        );
        assert_eq!(list("\n").unwrap_err(), "EOF");
    }

    #[test]
    fn one_pair_keeps_its_commas() {
        assert_eq!(pairs("a=b,c").unwrap(), ["a=b,c"]);
        assert_eq!(pairs("a=b,c=d").unwrap(), ["a=b", "c=d"]);
        assert_eq!(pairs("\"a=b\"").unwrap(), ["a=b"]);
        assert_eq!(pairs("x").unwrap_err(), "x must be formatted as key=value");
        assert_eq!(pairs("a=b,c,d=e").unwrap_err(), "c must be formatted as key=value");
    }
}
