//! What an action tells while it runs, as lines on standard error.

use std::io::Write as _;

use pintle_chart::log::{Level as LogLevel, Record};
use pintle_cluster::{Events, Level};

/// Prints log records as Helm does; debug ones only with `--debug`.
pub struct Terminal {
    debug: bool,
}

impl Terminal {
    /// A sink; `debug` shows debug records, too.
    pub fn new(debug: bool) -> Self {
        Terminal { debug }
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
        self.log(Level::Warn, text, &[]);
    }

    fn hook_output(&self, _: &str, _: &str, _: &str, text: &[u8]) {
        let _ = std::io::stderr().write_all(text);
    }
}
