//! The values flags of a command, merged.

use pintle_chart::values::{LocalSource, Options, Source, ValuesError};
use pintle_go::Map;

use crate::cli::Parsed;

/// The values flags as they were given.
pub fn options(p: &Parsed) -> Options {
    Options {
        value_files: p.list("values"),
        json_values: p.list("set-json"),
        values: p.list("set"),
        string_values: p.list("set-string"),
        file_values: p.list("set-file"),
        literal_values: p.list("set-literal"),
    }
}

/// Files, standard input, and addresses by a client that is started only for them.
struct AnySource;

impl Source for AnySource {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match path.split_once("://") {
            Some(("http" | "https", _)) => super::chart::download(path),
            _ => LocalSource.read(path),
        }
    }
}

/// Merges them in Helm's order.
///
/// # Errors
/// The first source or expression that fails.
pub fn merge(p: &Parsed) -> Result<Map, ValuesError> {
    options(p).merge(&AnySource)
}

/// All values of a release: the user's over its chart's (`CoalesceValues`).
///
/// # Errors
/// A record whose chart cannot be read, or tables that do not fit.
pub fn computed(r: &pintle_release::Release) -> Result<serde_json::Value, String> {
    let chart = pintle_chart::record::chart_from_json(&r.chart)?;
    let user = super::render::from_json(&r.config.clone().into());
    let user = user.as_map().unwrap_or_default();
    let all = pintle_chart::coalesce::coalesce_values(&chart, &user, &pintle_chart::log::Discard)?;
    super::render::to_json(&pintle_go::Value::Map(all))
}
