//! The values flags of a command, merged.

use pintle_chart::values::{LocalSource, Options, Source, ValuesError};
use pintle_go::Map;
use pintle_plugin::Fetch;

use super::getters::Getters;
use crate::Context;
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

/// Files, standard input, addresses by a client that is started only for them, and what plugins fetch.
struct AnySource<'a> {
    cx: &'a Context<'a>,
    getters: Getters,
}

impl Source for AnySource<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some(("http" | "https" | "oci", _)) = path.split_once("://") {
            return super::chart::download(self.cx, path);
        }
        let fetch = Fetch { address: path, ..Fetch::default() };
        self.getters.fetch(&fetch, self.cx.out).unwrap_or_else(|| LocalSource.read(path))
    }
}

/// Merges them in Helm's order.
///
/// # Errors
/// The first source or expression that fails.
pub fn merge(cx: &Context<'_>) -> Result<Map, ValuesError> {
    options(&cx.args).merge(&AnySource { cx, getters: Getters::load(&cx.settings, cx.out) })
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
