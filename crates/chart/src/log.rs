//! Log records as Helm writes them with Go's `slog` text handler, handed to whoever asks and never printed here.
//!
//! Helm warns on the way (values that do not fit, symbolic links, conditions that are not boolean). Programs read
//! these lines, so their form is kept: `level=WARN msg="..." key=value`, without a time.

use std::cell::RefCell;
use std::fmt;

/// How important a record is. `Debug` is shown only with `--debug`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Shown with `--debug` alone.
    Debug,
    /// What Go's plain `log.Printf` becomes too.
    Info,
    /// A warning.
    Warn,
    /// An error that does not end the command.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// One log record; its `Display` is slog's text line, without the newline.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Importance.
    pub level: Level,
    /// The message.
    pub msg: &'a str,
    /// Attributes in the order given.
    pub attrs: &'a [(&'a str, String)],
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level={} msg=", self.level.name())?;
        write_text(f, self.msg)?;
        for (key, value) in self.attrs {
            f.write_str(" ")?;
            write_text(f, key)?;
            f.write_str("=")?;
            write_text(f, value)?;
        }
        Ok(())
    }
}

/// slog's `appendString`: quoted where `needsQuoting` says so.
fn write_text(f: &mut fmt::Formatter<'_>, s: &str) -> fmt::Result {
    if needs_quoting(s) { f.write_str(&pintle_go::strconv::quote(s.as_bytes())) } else { f.write_str(s) }
}

fn needs_quoting(s: &str) -> bool {
    s.is_empty()
        || s.chars().any(|c| match c {
            ' ' | '=' | '"' => true,
            '\0'..='\x1f' | '\x7f' => true,
            c if c.is_ascii() => false,
            c => c == char::REPLACEMENT_CHARACTER || c.is_whitespace() || !pintle_go::strconv::is_print(c.into()),
        })
}

/// Takes log records.
pub trait LogSink {
    /// Takes one record.
    fn log(&self, record: &Record<'_>);

    /// A record at `Info` without attributes: Go's `log.Printf`.
    fn info(&self, msg: &str) {
        self.log(&Record { level: Level::Info, msg, attrs: &[] });
    }

    /// A line that belongs to the command's own output: what Helm writes to its `Out`. Dropped where nobody shows it.
    fn say(&self, _text: &str) {}
}

impl<F: Fn(&Record<'_>)> LogSink for F {
    fn log(&self, record: &Record<'_>) {
        self(record);
    }
}

/// Drops every record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl LogSink for Discard {
    fn log(&self, _: &Record<'_>) {}
}

/// Collects the text of each record that is not `Debug`.
#[derive(Debug, Default)]
pub struct Lines(RefCell<Vec<String>>);

impl Lines {
    /// The lines so far.
    pub fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl LogSink for Lines {
    fn log(&self, record: &Record<'_>) {
        if record.level > Level::Debug {
            self.0.borrow_mut().push(record.to_string());
        }
    }
}

/// Keeps what is told, to hand it on later: what threads tell side by side is shown in order.
#[derive(Debug, Default)]
pub struct Held(RefCell<Vec<Told>>);

/// Something that was told.
#[derive(Debug)]
enum Told {
    Record { level: Level, msg: String, attrs: Vec<(String, String)> },
    Line(String),
}

impl Held {
    /// Hands on what was kept, in the order in which it came.
    pub fn replay(self, to: &dyn LogSink) {
        for told in self.0.take() {
            match told {
                Told::Line(text) => to.say(&text),
                Told::Record { level, msg, attrs } => {
                    let attrs: Vec<(&str, String)> = attrs.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
                    to.log(&Record { level, msg: &msg, attrs: &attrs });
                }
            }
        }
    }
}

impl LogSink for Held {
    fn log(&self, r: &Record<'_>) {
        let attrs = r.attrs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        self.0.borrow_mut().push(Told::Record { level: r.level, msg: r.msg.to_owned(), attrs });
    }

    fn say(&self, text: &str) {
        self.0.borrow_mut().push(Told::Line(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_slog_writes_it() {
        let attrs = [("path", "a.b".to_owned()), ("chart", "x y".to_owned())];
        let r = Record { level: Level::Warn, msg: "returned non-bool value", attrs: &attrs };
        assert_eq!(r.to_string(), r#"level=WARN msg="returned non-bool value" path=a.b chart="x y""#);
    }
}
