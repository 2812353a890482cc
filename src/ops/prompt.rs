//! Secrets that are asked for at the terminal.

use crate::Context;
use crate::error::CliError;

/// Asks for a secret, which the terminal does not show. The terminal ends the line when it has the secret.
/// `instead` is the hint for where there is none.
///
/// # Errors
/// No terminal: in Go's words, which name the call that failed.
pub fn secret(cx: &Context<'_>, question: &str, instead: &str) -> Result<String, CliError> {
    cx.out.data(question);
    cx.out.flush();
    rpassword::read_password().map_err(|_| CliError::new("inappropriate ioctl for device").hint(instead))
}
