//! Bounds on rendering that Helm does not have, settable by the environment.

use pintle_render::Limits;

use crate::error::CliError;
use crate::settings::Settings;

/// The bounds that `PINTLE_MAX_OUTPUT` (bytes), `PINTLE_MAX_TPL_DEPTH`, `PINTLE_MAX_CALLS` and
/// `PINTLE_MAX_STEPS` set, each a whole number.
///
/// # Errors
/// A value that is no whole number.
pub fn from_env(settings: &Settings) -> Result<Limits, CliError> {
    let mut limits = Limits::default();
    set(settings, "PINTLE_MAX_OUTPUT", &mut limits.output)?;
    set(settings, "PINTLE_MAX_TPL_DEPTH", &mut limits.tpl_depth)?;
    set(settings, "PINTLE_MAX_CALLS", &mut limits.calls)?;
    set(settings, "PINTLE_MAX_STEPS", &mut limits.steps)?;
    Ok(limits)
}

fn set<T: std::str::FromStr>(settings: &Settings, name: &str, limit: &mut T) -> Result<(), CliError> {
    let text = settings.var(name);
    if !text.is_empty() {
        *limit = text.parse().map_err(|_| format!("{name} must be a whole number, not {text:?}"))?;
    }
    Ok(())
}
