//! The values flags of a command, merged.

use std::cell::{OnceCell, RefCell};

use pintle_chart::log::Discard;
use pintle_chart::values::{LocalSource, Options, Source};
use pintle_go::Map;
use pintle_plugin::Fetch;

use super::getters::Getters;
use crate::Context;
use crate::cli::Parsed;
use crate::error::CliError;

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

/// Reads what the flags name: files, standard input, addresses by a client that is started only for them, and what
/// plugins fetch. What can be read only once is kept for whoever asks again.
pub struct Sources<'a> {
    cx: &'a Context<'a>,
    getters: OnceCell<Getters>,
    kept: RefCell<Vec<(String, Vec<u8>)>>,
}

impl<'a> Sources<'a> {
    /// Nothing is read yet.
    pub fn new(cx: &'a Context<'a>) -> Self {
        Sources { cx, getters: OnceCell::new(), kept: RefCell::default() }
    }

    fn fetch(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some(("http" | "https" | "oci", _)) = path.split_once("://") {
            return super::chart::download(self.cx, path);
        }
        // merging told of broken plugins already
        let getters = self.getters.get_or_init(|| Getters::load(&self.cx.settings, &Discard));
        let fetch = Fetch { address: path, ..Fetch::default() };
        getters.fetch(&fetch, self.cx.out).unwrap_or_else(|| LocalSource.read(path))
    }
}

impl Source for Sources<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some((_, text)) = self.kept.borrow().iter().find(|(p, _)| p == path) {
            return Ok(text.clone());
        }
        let text = self.fetch(path)?;
        if path.trim() == "-" || path.contains("://") {
            self.kept.borrow_mut().push((path.to_owned(), text.clone()));
        }
        Ok(text)
    }
}

/// Merges the values flags in Helm's order.
///
/// # Errors
/// The first source or expression that fails; a person is shown the line of a file that is no YAML.
pub fn merge(cx: &Context<'_>) -> Result<Map, CliError> {
    merge_from(cx, &Sources::new(cx))
}

/// As [`merge`], from sources that are asked again later.
///
/// # Errors
/// As there.
pub fn merge_from(cx: &Context<'_>, sources: &Sources<'_>) -> Result<Map, CliError> {
    let options = options(&cx.args);
    sources.getters.get_or_init(|| Getters::load(&cx.settings, cx.out));
    options.merge(sources).map_err(|e| {
        let explanation = if cx.out.explains() { super::explain::values_file(&options, sources) } else { None };
        CliError { explanation: explanation.map(Box::new), ..e.into() }
    })
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
