//! Schemas that a chart's schema refers to by address.

use std::rc::Rc;
use std::time::Duration;

use pintle_chart::schema::UrlLoader;
use pintle_registry::{Error, Getter, Request};

use super::repositories;
use crate::Context;

/// How long one schema may take, as in Helm (`newHTTPURLLoader`).
const TIMEOUT: Duration = Duration::from_secs(15);

struct ByHttp(Getter);

impl UrlLoader for ByHttp {
    fn load(&self, url: &str) -> Result<Vec<u8>, String> {
        let request = Request { repository: url.to_owned(), ..Request::default() };
        self.0.get(url, &request).map_err(|e| match e {
            Error::Status { url, code, words } => format!("HTTP request to {url} returned status {code} ({words})"),
            e => format!("HTTP request failed for {url}: {e}"),
        })
    }
}

/// Fetches them; a connection is made only when a schema asks for one.
pub fn loader(cx: &Context<'_>) -> Rc<dyn UrlLoader> {
    Rc::new(ByHttp(repositories::getter(cx, Some(TIMEOUT))))
}
