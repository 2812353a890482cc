//! Plugins that fetch addresses of schemes that are not built in: charts, indexes, files of values.

use std::sync::OnceLock;

use pintle_chart::log::{Discard, LogSink};
use pintle_plugin::{Config, Env, Fetch, Plugin, Query};
use pintle_registry::{Address, Request, Schemes};

use super::plugins;
use crate::settings::Settings;

/// The getter plugins that are installed, and the environment that they run in.
#[derive(Debug)]
pub struct Getters {
    found: Vec<Plugin>,
    env: Env,
}

impl Getters {
    /// Those that are installed (`getter.All`), in every folder of `HELM_PLUGINS`, which Helm takes for one folder here.
    /// Folders that cannot be read hold none, as in Helm.
    pub fn load(settings: &Settings, log: &dyn LogSink) -> Self {
        let query = Query { name: "", kind: "getter/v1" };
        let found = pintle_plugin::find(&plugins::folders(settings), query, log).unwrap_or_default();
        let env = if found.is_empty() { Env::new() } else { plugins::env(settings) };
        Getters { found, env }
    }

    fn of(&self, scheme: &str) -> Option<&Plugin> {
        let scheme = scheme.to_ascii_lowercase();
        self.found
            .iter()
            .find(|p| matches!(&p.metadata.config, Config::Getter { protocols } if protocols.contains(&scheme)))
    }

    /// Fetches an address of a plugin's scheme; nothing if no plugin knows it.
    ///
    /// # Errors
    /// What the plugin says.
    pub fn fetch(&self, fetch: &Fetch<'_>, log: &dyn LogSink) -> Option<Result<Vec<u8>, String>> {
        let plugin = self.of(fetch.address.split_once(':')?.0)?;
        let name = pintle_go::strconv::quote(plugin.metadata.name.as_bytes());
        let body = plugin.fetch(fetch, &self.env, log);
        Some(body.map_err(|e| format!("plugin {name} failed to invoke: {e}")))
    }
}

/// The same for [`pintle_registry::Getter`], looked for when the first strange scheme is met: most runs meet none.
#[derive(Debug)]
pub struct LateGetters {
    settings: Settings,
    getters: OnceLock<Getters>,
}

impl LateGetters {
    /// Looks for nothing yet.
    pub fn new(settings: &Settings) -> Self {
        LateGetters { settings: settings.clone(), getters: OnceLock::new() }
    }

    fn getters(&self) -> &Getters {
        // plugins that cannot be loaded were told of before the command began
        self.getters.get_or_init(|| Getters::load(&self.settings, &Discard))
    }
}

impl Schemes for LateGetters {
    fn knows(&self, scheme: &str) -> bool {
        self.getters().of(scheme).is_some()
    }

    fn get(&self, address: &str, r: &Request) -> Result<Vec<u8>, String> {
        // Helm hands them over whatever an index leads to
        let own = match (Address::parse(&r.repository), Address::parse(address)) {
            (Ok(a), Ok(b)) => a.same_server(&b),
            _ => false,
        };
        let allowed = own || r.pass_credentials_all;
        let only = |secret| if allowed { secret } else { "" };
        let fetch = Fetch {
            address,
            cert_file: &r.cert_file,
            key_file: &r.key_file,
            ca_file: &r.ca_file,
            username: only(&r.username),
            password: only(&r.password),
            pass_credentials_all: r.pass_credentials_all,
        };
        self.getters().fetch(&fetch, &Discard).unwrap_or_else(|| Err(format!("no plugin fetches {address}")))
    }
}
