//! What ends a command: Helm's text, possibly a hint, and an exit code.

/// An error as the command line shows it.
#[derive(Debug)]
pub struct CliError {
    /// What stands after `Error: `; tools match it, so it is Helm's text where Helm has one.
    pub text: String,
    /// What a person may do; shown on a terminal only.
    pub hint: Option<String>,
    /// The lines that it is about; shown where hints are.
    pub explanation: Option<Box<Explanation>>,
    /// More than Helm says; not shown when called as `helm`.
    pub detail: Option<String>,
    /// The exit code.
    pub code: u8,
    /// Whether nothing is printed (a code alone, like that of `diff --detailed-exitcode`).
    pub silent: bool,
}

/// What a person is shown below an error's text.
#[derive(Debug, Default)]
pub struct Explanation {
    /// Places in files.
    pub frames: Vec<Frame>,
    /// What else there is to know, one line each.
    pub notes: Vec<String>,
    /// What may help.
    pub hint: Option<String>,
}

/// A place in a file with the lines around it; made by [`Frame::of`].
#[derive(Debug)]
pub struct Frame {
    /// The file, as the user knows it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1, where the place is not the whole line.
    pub column: Option<usize>,
    /// The characters of the line that are marked, from 0.
    pub marked: std::ops::Range<usize>,
    /// Lines by their numbers.
    pub lines: Vec<(usize, String)>,
}

impl CliError {
    /// An error with exit code 1.
    pub fn new(text: impl Into<String>) -> Self {
        CliError { text: text.into(), hint: None, explanation: None, detail: None, code: 1, silent: false }
    }

    /// Ends with a code and no words.
    pub fn code(code: u8) -> Self {
        CliError { text: String::new(), hint: None, explanation: None, detail: None, code, silent: true }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<pintle_cluster::Error> for CliError {
    fn from(error: pintle_cluster::Error) -> Self {
        CliError { detail: error.detail().map(str::to_owned), ..CliError::new(error.to_string()) }
    }
}
impl From<pintle_cluster::action::Failed> for CliError {
    fn from(failed: pintle_cluster::action::Failed) -> Self {
        failed.error.into()
    }
}
impl From<String> for CliError {
    fn from(text: String) -> Self {
        CliError::new(text)
    }
}
impl From<&str> for CliError {
    fn from(text: &str) -> Self {
        CliError::new(text)
    }
}

macro_rules! from_display {
    ($($t:ty),* $(,)?) => { $(impl From<$t> for CliError {
        fn from(e: $t) -> Self {
            CliError::new(e.to_string())
        }
    })* };
}
from_display!(
    pintle_chart::LoadError,
    pintle_chart::values::ValuesError,
    pintle_chart::package::PackageError,
    pintle_provenance::Error,
    pintle_render::RenderError,
    pintle_render::ResourcesError,
);

/// What a command gives.
pub type CliResult = Result<(), CliError>;
