//! What ends a command: Helm's text, possibly a hint, and an exit code.

/// An error as the command line shows it.
#[derive(Debug)]
pub struct CliError {
    /// What stands after `Error: `; tools match it, so it is Helm's text where Helm has one.
    pub text: String,
    /// What a person may do; shown on a terminal only.
    pub hint: Option<String>,
    /// More than Helm says; not shown when called as `helm`.
    pub detail: Option<String>,
    /// The exit code.
    pub code: u8,
    /// Whether nothing is printed (a code alone, like that of `diff --detailed-exitcode`).
    pub silent: bool,
}

impl CliError {
    /// An error with exit code 1.
    pub fn new(text: impl Into<String>) -> Self {
        CliError { text: text.into(), hint: None, detail: None, code: 1, silent: false }
    }

    /// Ends with a code and no words.
    pub fn code(code: u8) -> Self {
        CliError { text: String::new(), hint: None, detail: None, code, silent: true }
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
    pintle_render::RenderError,
    pintle_render::ResourcesError,
);

/// What a command gives.
pub type CliResult = Result<(), CliError>;
