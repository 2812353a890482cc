//! What commands that fetch charts share: the client, and where things are kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pintle_registry::{Agents, Downloader, Entry, Getter, Provenance, Request};

use super::getters::LateGetters;
use crate::Context;

/// How long a fetch may take where no flag says.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Files and folders of repositories.
pub struct Places {
    /// `repositories.yaml`
    pub repositories: PathBuf,
    /// Folder of index files.
    pub repository_cache: PathBuf,
    /// Folder of archives by digest.
    pub content_cache: PathBuf,
}

/// As flags and environment say.
pub fn places(cx: &Context<'_>) -> Places {
    let cache = cx.settings.repository_cache();
    // it is there after any command that fetches, as after Helm's; where it cannot be made, fetching will tell
    let _ = std::fs::create_dir_all(&cache);
    Places {
        repositories: cx.settings.repository_config().into(),
        repository_cache: cache.into(),
        content_cache: cx.settings.content_cache().into(),
    }
}

/// The client; servers see it as Helm, and plugins fetch what it does not know.
pub fn getter(cx: &Context<'_>, timeout: Option<Duration>) -> Getter {
    let helm = pintle_chart::BuildInfo::default();
    let version = helm.version.trim_start_matches('v');
    Getter {
        user_agent: format!("Helm/{version}"),
        timeout: timeout.or(Some(TIMEOUT)),
        more: Some(Arc::new(LateGetters::new(&cx.settings))),
        agents: Agents::default(),
    }
}

/// Credentials and certificates of the flags, for charts of `repository`.
pub fn request(cx: &Context<'_>, repository: &str) -> Request {
    let p = &cx.args;
    Request {
        repository: repository.to_owned(),
        username: p.text("username"),
        password: p.text("password"),
        pass_credentials_all: p.on("pass-credentials"),
        cert_file: p.text("cert-file"),
        key_file: p.text("key-file"),
        ca_file: p.text("ca-file"),
        insecure_skip_tls_verify: p.on("insecure-skip-tls-verify"),
        plain_http: p.on("plain-http"),
        registry_config: cx.settings.registry_config().into(),
        accept: "",
    }
}

/// The repository of `--repo`, under no name.
pub fn unnamed(cx: &Context<'_>) -> Entry {
    let r = request(cx, &cx.args.text("repo"));
    Entry {
        name: String::new(),
        url: r.repository,
        username: r.username,
        password: r.password,
        cert_file: r.cert_file,
        key_file: r.key_file,
        ca_file: r.ca_file,
        insecure_skip_tls_verify: r.insecure_skip_tls_verify,
        pass_credentials_all: r.pass_credentials_all,
    }
}

/// Fetches charts as the flags say.
pub fn downloader<'a>(
    cx: &'a Context<'_>,
    places: &'a Places,
    getter: &'a Getter,
    request: Request,
    provenance: Provenance,
) -> Downloader<'a> {
    Downloader {
        getter,
        request,
        repositories: &places.repositories,
        repository_cache: &places.repository_cache,
        content_cache: &places.content_cache,
        provenance,
        log: cx.out,
    }
}

/// Fetches indexes side by side, and hands over the result of each as it comes, with the log lines of its reading.
pub fn update(
    getter: &Getter,
    entries: &[&Entry],
    cache: &Path,
    mut told: impl FnMut(&Entry, Result<(), String>, Vec<String>),
) {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for entry in entries {
            let (send, entry) = (send.clone(), *entry);
            scope.spawn(move || {
                let lines = pintle_chart::log::Lines::default();
                let result = entry.update(getter, cache, &lines);
                // the receiver lives as long as this scope
                let _ = send.send((entry, result.map(|_| ()).map_err(|e| e.to_string()), lines.take()));
            });
        }
        drop(send);
        for (entry, result, lines) in receive {
            told(entry, result, lines);
        }
    });
}
