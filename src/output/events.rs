//! What an action tells while it runs, as lines on standard error.

use std::cell::Cell;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pintle_chart::log::{Level as LogLevel, Record};
use pintle_cluster::{Events, Level};

/// Prints log records as Helm does; debug ones only with `--debug`.
pub struct Terminal {
    debug: bool,
    /// Set when the user asks to stop.
    stop: Arc<AtomicBool>,
    /// Whether the operation has taken notice, and only clears up now.
    stopping: Cell<bool>,
}

impl Terminal {
    /// A sink; `debug` shows debug records, too; `stop` is set when the user asks to stop.
    pub fn new(debug: bool, stop: Arc<AtomicBool>) -> Self {
        Terminal { debug, stop, stopping: Cell::new(false) }
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
