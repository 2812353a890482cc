//! Label selectors of `helm list --selector`: Kubernetes' grammar and texts (apimachinery's `labels.Parse`).

use std::collections::BTreeSet;

use crate::Labels;
use crate::labels::{key_problems, value_problems};

/// A label selector: all of its requirements must hold. The empty one holds for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    Exists,
    Missing,
    Greater(i64),
    Less(i64),
}

impl Requirement {
    fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let number = || value.and_then(|v| v.parse::<i64>().ok());
        match &self.test {
            Test::In(wanted) => value.is_some_and(|v| wanted.contains(v)),
            Test::NotIn(refused) => value.is_none_or(|v| !refused.contains(v)),
            Test::Exists => value.is_some(),
            Test::Missing => value.is_none(),
            Test::Greater(limit) => number().is_some_and(|n| n > *limit),
            Test::Less(limit) => number().is_some_and(|n| n < *limit),
        }
    }
}

impl Selector {
    /// Reads a selector such as `a=b,c!=d,e in (f,g),!h`.
    ///
    /// # Errors
    /// Kubernetes' text of what was found and what was expected.
    pub fn parse(text: &str) -> Result<Selector, String> {
        Parser { tokens: lex(text), next: 0 }.selector()
    }

    /// Whether labels fulfil it.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|r| r.matches(labels))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    End,
    Error,
    Word,
    In,
    NotIn,
    Open,
    Close,
    Comma,
    Not,
    Equals,
    DoubleEquals,
    NotEquals,
    Greater,
    Less,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    text: String,
}

fn symbol(text: &str) -> Option<Kind> {
    Some(match text {
        ")" => Kind::Close,
        "," => Kind::Comma,
        "!" => Kind::Not,
        "==" => Kind::DoubleEquals,
        "=" => Kind::Equals,
        ">" => Kind::Greater,
        "<" => Kind::Less,
        "!=" => Kind::NotEquals,
        "(" => Kind::Open,
        _ => return None,
    })
}

fn is_symbol(c: char) -> bool {
    matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// All tokens, the end included. A NUL ends the text, as in Kubernetes' lexer.
fn lex(text: &str) -> Vec<Token> {
    let mut rest = text.split('\0').next().unwrap_or_default();
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start_matches(is_blank);
        let Some(first) = rest.chars().next() else {
            tokens.push(Token { kind: Kind::End, text: String::new() });
            return tokens;
        };
        let (token, length) = if is_symbol(first) { lex_symbol(rest) } else { lex_word(rest) };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn lex_word(rest: &str) -> (Token, usize) {
    let word = rest.split(|c| is_symbol(c) || is_blank(c)).next().unwrap_or_default();
    let kind = match word {
        "in" => Kind::In,
        "notin" => Kind::NotIn,
        _ => Kind::Word,
    };
    (Token { kind, text: word.to_owned() }, word.len())
}

/// The longest symbol that begins here; all symbols begin with one that is a symbol itself.
fn lex_symbol(rest: &str) -> (Token, usize) {
    let one_or_two = |n: usize| rest.get(..n).and_then(|t| Some((symbol(t)?, t)));
    match one_or_two(2).or_else(|| one_or_two(1)) {
        Some((kind, text)) => (Token { kind, text: text.to_owned() }, text.len()),
        None => (Token { kind: Kind::Error, text: String::new() }, 1),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    /// The next token; `in` and `notin` are words wherever no operator can stand.
    fn peek(&self) -> Token {
        let mut token = self.peek_operator();
        if matches!(token.kind, Kind::In | Kind::NotIn) {
            token.kind = Kind::Word;
        }
        token
    }

    fn peek_operator(&self) -> Token {
        self.tokens.get(self.next).cloned().unwrap_or(Token { kind: Kind::End, text: String::new() })
    }

    fn take(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn selector(mut self) -> Result<Selector, String> {
        let mut requirements = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Word | Kind::Not => {}
                Kind::End => return Ok(Selector { requirements }),
                _ => return Err(format!("found '{}', expected: !, identifier, or 'end of string'", token.text)),
            }
            requirements.push(self.requirement().map_err(|e| format!("unable to parse requirement: {e}"))?);
            let after = self.take();
            match after.kind {
                Kind::End => return Ok(Selector { requirements }),
                Kind::Comma => {
                    let next = self.peek();
                    if !matches!(next.kind, Kind::Word | Kind::Not) {
                        return Err(format!("found '{}', expected: identifier after ','", next.text));
                    }
                }
                _ => return Err(format!("found '{}', expected: ',' or 'end of string'", after.text)),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.take();
        let missing = token.kind == Kind::Not;
        if missing {
            token = self.take();
        }
        if token.kind != Kind::Word {
            return Err(format!("found '{}', expected: identifier", token.text));
        }
        let key = token.text;
        let problems = key_problems(&key);
        if !problems.is_empty() {
            return Err(invalid("<nil>", &key, &problems.join("; ")));
        }
        if missing {
            return Ok(Requirement { key, test: Test::Missing });
        }
        if matches!(self.peek().kind, Kind::End | Kind::Comma) {
            return Ok(Requirement { key, test: Test::Exists });
        }
        let operator = self.peek_operator();
        self.next += 1;
        let values = match operator.kind {
            Kind::In | Kind::NotIn => self.values()?,
            Kind::Equals | Kind::DoubleEquals | Kind::NotEquals | Kind::Greater | Kind::Less => {
                BTreeSet::from([self.value()?])
            }
            _ => return Err(format!("found '{}', expected: in, notin, =, ==, !=, gt, lt", operator.text)),
        };
        let number = || values.first().and_then(|v| v.parse::<i64>().ok());
        let test = match operator.kind {
            Kind::In | Kind::Equals | Kind::DoubleEquals => Some(Test::In(values.clone())),
            Kind::Greater => number().map(Test::Greater),
            Kind::Less => number().map(Test::Less),
            _ => Some(Test::NotIn(values.clone())),
        };
        let mut errors = Vec::new();
        if test.is_none() {
            let value = values.first().map_or("", String::as_str);
            errors.push(invalid("values[0]", value, "for 'Gt', 'Lt' operators, the value must be an integer"));
        }
        for (i, value) in values.iter().enumerate() {
            let problems = value_problems(value);
            if !problems.is_empty() {
                errors.push(invalid(&format!("values[{i}][{key}]"), value, &problems.join("; ")));
            }
        }
        match (test, errors.as_slice()) {
            (Some(test), []) => Ok(Requirement { key, test }),
            (_, [one]) => Err(one.clone()),
            (_, all) => Err(format!("[{}]", all.join(", "))),
        }
    }

    /// `(a,b,)`: the values in parentheses; nothing between two commas is the empty value.
    fn values(&mut self) -> Result<BTreeSet<String>, String> {
        let open = self.take();
        if open.kind != Kind::Open {
            return Err(format!("found '{}' expected: '('", open.text));
        }
        let first = self.peek();
        match first.kind {
            Kind::Word | Kind::Comma => {}
            Kind::Close => {
                self.next += 1;
                return Ok(BTreeSet::from([String::new()]));
            }
            _ => return Err(format!("found '{}', expected: ',', ')' or identifier", first.text)),
        }
        let mut values = BTreeSet::new();
        loop {
            let token = self.take();
            match token.kind {
                Kind::Word => {
                    values.insert(token.text);
                    let after = self.peek();
                    match after.kind {
                        Kind::Comma => {}
                        Kind::Close => break,
                        _ => return Err(format!("found '{}', expected: ',' or ')'", after.text)),
                    }
                }
                Kind::Comma => {
                    let after = self.peek().kind;
                    if values.is_empty() || matches!(after, Kind::Close | Kind::Comma) {
                        values.insert(String::new());
                    }
                    if after == Kind::Close {
                        break;
                    }
                }
                _ => return Err(format!("found '{}', expected: ',', or identifier", token.text)),
            }
        }
        self.next += 1; // the closing parenthesis
        Ok(values)
    }

    fn value(&mut self) -> Result<String, String> {
        if matches!(self.peek().kind, Kind::End | Kind::Comma) {
            return Ok(String::new());
        }
        let token = self.take();
        match token.kind {
            Kind::Word => Ok(token.text),
            _ => Err(format!("found '{}', expected: identifier", token.text)),
        }
    }
}

fn invalid(field: &str, value: &str, why: &str) -> String {
    format!("{field}: Invalid value: {value:?}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        [("app", "web"), ("tier", "3"), ("empty", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn requirements_hold_or_not() {
        let cases = [
            ("", true),
            ("app=web", true),
            ("app==web,tier", true),
            ("app!=web", false),
            ("nope!=web", true),
            ("app in (a, web)", true),
            ("app notin (a,,b)", true),
            ("nope notin (a)", true),
            ("!app", false),
            ("!nope,empty=", true),
            ("empty in ()", true),
            ("tier>2", true),
            ("tier<3", false),
            ("app>2", false),
            ("in=a", false),
            ("app=in", false),
        ];
        for (text, holds) in cases {
            assert_eq!(Selector::parse(text).expect(text).matches(&labels()), holds, "{text}");
        }
    }

    #[test]
    fn errors_have_kubernetes_texts() {
        let cases = [
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a in", "unable to parse requirement: found '' expected: '('"),
            ("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
            ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
            ("a in (,", "unable to parse requirement: found '', expected: ',', or identifier"),
            ("=", "found '=', expected: !, identifier, or 'end of string'"),
            ("a,", "found '', expected: identifier after ','"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("!a=b", "found '=', expected: ',' or 'end of string'"),
            ("a===b", "unable to parse requirement: found '=', expected: identifier"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("/a=d", "unable to parse requirement: <nil>: Invalid value: \"/a\": prefix part must be non-empty"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must \
                 be an integer",
            ),
        ];
        for (text, error) in cases {
            assert_eq!(Selector::parse(text).expect_err(text), error, "{text}");
        }
    }
}
