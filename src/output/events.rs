//! What an action tells while it runs, as lines on standard error.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pintle_chart::log::{Level as LogLevel, Record};
use pintle_cluster::{Events, Level, Progress};

use super::progress::Waiting;

/// Prints log records as Helm does; debug ones only with `--debug`.
pub struct Terminal {
    debug: bool,
    /// Set when the user asks to stop.
    stop: Arc<AtomicBool>,
    /// Whether the operation has taken notice, and only clears up now.
    stopping: Cell<bool>,
    /// Whether more is told than Helm tells.
    more: bool,
    /// `--report-dir`: where evidence is kept, and under which name.
    report: Option<PathBuf>,
    waiting: Waiting,
}

impl Terminal {
    /// A sink; `debug` shows debug records, too; `stop` is set when the user asks to stop.
    pub fn new(debug: bool, stop: Arc<AtomicBool>) -> Self {
        let (stopping, waiting) = (Cell::new(false), Waiting::default());
        Terminal { debug, stop, stopping, more: false, report: None, waiting }
    }

    /// Tells more than Helm: what is waited for, and why it failed. The latter is also written to the file `report`.
    #[must_use]
    pub fn telling_more(mut self, more: bool, report: Option<PathBuf>) -> Self {
        self.more = more;
        self.report = report;
        self
    }

    /// Whether the user asked to stop, however long ago.
    pub fn was_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Events for Terminal {
    fn log(&self, level: Level, message: &str, attributes: &[(&str, &str)]) {
        let level = match level {
            Level::Debug if !self.debug => return,
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        let attrs: Vec<(&str, String)> = attributes.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        let _ = writeln!(std::io::stderr(), "{}", Record { level, msg: message, attrs: &attrs });
    }

    fn api_warning(&self, text: &str) {
        klog('W', "warnings.go:107", &format!("Warning: {text}"));
    }

    fn client_error(&self, place: &str, text: &str) {
        klog('E', place, text);
    }

    fn progress(&self, step: &Progress<'_>) {
        if let (true, Progress::Waiting { elapsed, pending }) = (self.more, step) {
            let mut stderr = std::io::stderr();
            let terminal = stderr.is_terminal();
            self.waiting.show(&mut stderr, terminal, *elapsed, pending);
        }
    }

    fn wants_evidence(&self) -> bool {
        self.more || self.report.is_some()
    }

    fn evidence(&self, text: &str) {
        if self.more {
            let _ = write!(std::io::stderr(), "{text}");
        }
        let Some(file) = &self.report else { return };
        let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let appended = made.and_then(|()| std::fs::OpenOptions::new().create(true).append(true).open(file));
        if let Err(e) = appended.and_then(|mut f| f.write_all(text.as_bytes())) {
            let (path, error) = (file.display().to_string(), e.to_string());
            self.log(Level::Warn, "the report cannot be written", &[("path", &path), ("error", &error)]);
        }
    }

    fn cancelled(&self) -> bool {
        self.was_stopped() && !self.stopping.get()
    }

    fn no_more_stops(&self) {
        self.stopping.set(true);
    }

    fn hook_output(&self, _: &str, _: &str, _: &str, text: &[u8]) {
        // Helm hands logs of hooks to Go's log package, which slog turns into records
        let text = String::from_utf8_lossy(text);
        for line in text.lines() {
            self.log(Level::Info, line, &[]);
        }
    }
}

/// A line as klog writes it: level and time (`MMDD hh:mm:ss.micros`, in UTC), process, source line, text.
fn klog(level: char, place: &str, text: &str) {
    let now = pintle_go::time::Time::from_system(std::time::SystemTime::now());
    let now = String::from_utf8_lossy(&now.format(b"0102 15:04:05.000000")).into_owned();
    let quoted = pintle_go::strconv::quote(text.as_bytes());
    let _ = writeln!(std::io::stderr(), "{level}{now} {:>7} {place}] {quoted}", std::process::id());
}
