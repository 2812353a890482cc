//! The only code that prints: data to standard output, everything else to standard error.

pub mod events;
pub mod frame;
pub mod progress;
pub mod release;
pub mod table;

use std::cell::{Cell, RefCell};
use std::io::{IsTerminal, Write};

use pintle_chart::log::{Level, LogSink, Record};

/// Where a command writes. Standard output is buffered and written at once; a closed pipe ends quietly.
pub struct Output {
    stdout: RefCell<Box<dyn Write>>,
    stderr: RefCell<Box<dyn Write>>,
    /// Whether debug records are shown.
    pub debug: Cell<bool>,
    /// Whether a person reads standard error (hints and colours are for persons).
    pub terminal: bool,
    /// Whether hints and explanations are shown, where it is not the terminal that decides.
    pub explain: Cell<Option<bool>>,
    failed: Cell<bool>,
}

impl Output {
    /// The process's own streams.
    pub fn process() -> Self {
        Output {
            stdout: RefCell::new(Box::new(std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock()))),
            stderr: RefCell::new(Box::new(std::io::stderr())),
            debug: Cell::new(false),
            terminal: std::io::stderr().is_terminal(),
            explain: Cell::new(None),
            failed: Cell::new(false),
        }
    }

    /// Any two writers, for tests.
    pub fn to(stdout: Box<dyn Write>, stderr: Box<dyn Write>) -> Self {
        Output {
            stdout: RefCell::new(stdout),
            stderr: RefCell::new(stderr),
            debug: Cell::new(false),
            terminal: false,
            explain: Cell::new(None),
            failed: Cell::new(false),
        }
    }

    /// Whether errors come with hints and explanations.
    pub fn explains(&self) -> bool {
        self.explain.get().unwrap_or(self.terminal)
    }

    /// Writes data.
    pub fn data(&self, bytes: impl AsRef<[u8]>) {
        if self.stdout.borrow_mut().write_all(bytes.as_ref()).is_err() {
            self.failed.set(true);
        }
    }

    /// Writes a line of data.
    pub fn line(&self, text: impl AsRef<[u8]>) {
        self.data(text);
        self.data(b"\n");
    }

    /// Writes a line for people: progress, warnings, errors.
    pub fn note(&self, text: impl AsRef<str>) {
        self.flush();
        let _ = writeln!(self.stderr.borrow_mut(), "{}", text.as_ref());
    }

    /// A log record that only `--debug` shows.
    pub fn debug_record(&self, msg: &str, attrs: &[(&str, String)]) {
        self.log(&Record { level: Level::Debug, msg, attrs });
    }

    /// Hands everything over to the system; says whether all of it was taken.
    pub fn flush(&self) -> bool {
        if self.stdout.borrow_mut().flush().is_err() {
            self.failed.set(true);
        }
        !self.failed.get()
    }
}

impl LogSink for Output {
    fn log(&self, r: &Record<'_>) {
        if r.level > Level::Debug || self.debug.get() {
            self.note(r.to_string());
        }
    }

    fn say(&self, text: &str) {
        self.line(text);
        self.flush();
    }
}
