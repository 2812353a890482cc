//! How Helm rewords the errors of Go's template package (`engine.go`: `cleanupParseError`, `reformatExecErrorMsg`).
//!
//! Helm works on error *texts*: it cuts `template: NAME:LINE:COL: executing "F" at <X>: MESSAGE` into blocks, one for
//! each error of the chain. The texts are the interface, so the same cutting is done here.

/// Marks the message of `required` and `fail`, so that it can be told from the engine's own words.
const WARN_START: &str = "HELM_ERR_START";
const WARN_END: &str = "HELM_ERR_END";

/// The message of `required` and `fail` as it travels through the engine.
pub(crate) fn warn_wrap(message: &[u8]) -> Vec<u8> {
    [WARN_START.as_bytes(), message, WARN_END.as_bytes()].concat()
}

/// Rewords a parse error: the place, then what stands after the last `": "`.
pub(crate) fn parse_error(file: &str, text: &str) -> String {
    let mut tokens = text.split(": ");
    let _ = tokens.next();
    let Some(location) = tokens.next() else {
        return format!("parse error in ({file}): {text}");
    };
    let message = text.rsplit(": ").next().unwrap_or(text);
    format!("parse error at ({location}): {message}")
}

/// Rewords an execution error. `chain` has the error's text and that of each error it wraps, outermost first.
pub(crate) fn exec_error(file: &str, chain: &[String]) -> String {
    let Some(text) = chain.first() else {
        return format!("execution error in ({file})");
    };
    let mut tokens = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({file}): {text}");
    };
    if let Some(message) = warn_message(rest) {
        return format!("execution error at ({location}): {message}");
    }
    let mut blocks: Vec<Block> = Vec::new();
    for text in chain {
        match Block::parse(text) {
            Some(b) if blocks.last() == Some(&b) => {}
            Some(b) => blocks.push(b),
            None => return chain[0].clone(),
        }
    }
    let all: String = blocks.iter().map(Block::text).collect();
    all.trim().to_owned()
}

/// The message between the marks (the regular expression is greedy: first start to last end).
fn warn_message(text: &str) -> Option<&str> {
    let start = text.find(WARN_START)? + WARN_START.len();
    let end = text[start..].rfind(WARN_END)? + start;
    Some(&text[start..end])
}

/// One error of the chain, cut into its parts.
#[derive(PartialEq, Eq, Debug, Default)]
struct Block<'a> {
    location: &'a str,
    executed: String,
    message: &'a str,
}

impl<'a> Block<'a> {
    fn parse(text: &'a str) -> Option<Block<'a>> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Block { message: text, ..Block::default() });
        }
        if let Some(b) = Block::executing(rest) {
            return Some(b);
        }
        let at = rest.rfind(": ")?;
        Some(Block { location: &rest[..at], executed: String::new(), message: cut_next(&rest[at + 2..]) })
    }

    /// `NAME: executing "F" at <X>: MESSAGE`
    fn executing(rest: &'a str) -> Option<Block<'a>> {
        let (location, after) = rest.split_once(": executing ")?;
        let (function, after) = after.strip_prefix('"')?.split_once('"')?;
        let (place, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Block {
            location,
            executed: format!("executing \"{function}\" at <{place}>:"),
            message: cut_next(message),
        })
    }

    fn text(&self) -> String {
        let mut s = String::new();
        if !self.location.is_empty() {
            s += &format!("{}\n  ", self.location);
        }
        if !self.executed.is_empty() {
            s += &format!("{}\n    ", self.executed);
        }
        if !self.message.is_empty() {
            s += &format!("{}\n", self.message);
        }
        s
    }
}

/// A message ends where the text of the next error of the chain begins.
fn cut_next(message: &str) -> &str {
    message.find(" template:").map_or(message, |at| &message[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_errors_keep_place_and_last_part() {
        assert_eq!(
            parse_error("c/templates/a.yaml", "template: c/templates/a.yaml:3: function \"x\" not defined"),
            "parse error at (c/templates/a.yaml:3): function \"x\" not defined"
        );
    }

    #[test]
    fn nested_errors_become_blocks() {
        let inner = "template: c/t/_h.tpl:2:3: executing \"c.n\" at <.x.y>: nil pointer evaluating interface {}.y";
        let outer = format!(
            "template: c/t/a.yaml:1:4: executing \"c/t/a.yaml\" at <include \"c.n\" .>: error calling include: {inner}"
        );
        assert_eq!(
            exec_error("c/t/a.yaml", &[outer.clone(), outer, inner.to_owned(), inner.to_owned()]),
            "c/t/a.yaml:1:4\n  executing \"c/t/a.yaml\" at <include \"c.n\" .>:\n    error calling include:\nc/t/_h.tpl:2:3\n  \
             executing \"c.n\" at <.x.y>:\n    nil pointer evaluating interface {}.y"
        );
    }

    #[test]
    fn required_keeps_its_message_alone() {
        let t = "template: a:1:2: executing \"a\" at <required>: error calling required: HELM_ERR_STARTno: nameHELM_ERR_END";
        assert_eq!(exec_error("a", &[t.to_owned()]), "execution error at (a:1:2): no: name");
    }
}
