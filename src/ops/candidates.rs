//! What can be named at the command line: releases, revisions, contexts, repositories, charts, versions.
//!
//! Completion asks for these while somebody types: whatever cannot be read is simply not offered.

use pintle_cluster::action::list::{self, ListOptions, States};
use pintle_cluster::action::read;
use pintle_go::semver::Version;
use pintle_go::{Map, Value};

use super::session::Session;
use crate::Context;
use crate::settings::Settings;

/// A word, and what it is.
pub type Candidate = (String, String);

fn read_yaml(path: &str) -> Option<Value> {
    pintle_yaml::read(&std::fs::read(path).ok()?).ok()
}

fn text(m: &Map, key: &str) -> String {
    m.get_str(key).and_then(|v| v.as_str().map(ToString::to_string)).unwrap_or_default()
}

/// All releases of the namespace but some; nothing where no cluster answers.
pub fn releases(cx: &Context<'_>, but: &[String]) -> Option<Vec<Candidate>> {
    let session = Session::open(cx).ok()?;
    let all =
        States { deployed: true, uninstalled: true, uninstalling: true, pending: true, failed: true, superseded: true };
    let options = ListOptions { states: all, ..ListOptions::default() };
    let found = session.with(cx, &session.namespace, |actions| {
        list::run(actions, &options).map_err(|e| crate::error::CliError::new(e.to_string()))
    });
    let found = found.ok()?.into_iter().filter(|r| !but.contains(&r.name));
    Some(found.map(|r| (r.name.clone(), format!("{} -> {}", r.chart_name_version(), r.info.status.as_str()))).collect())
}

/// The revisions of a release; nothing where it is not there.
pub fn revisions(cx: &Context<'_>, release: &str) -> Option<Vec<Candidate>> {
    let session = Session::open(cx).ok()?;
    let found = session.with(cx, &session.namespace, |actions| {
        read::history(actions, release).map_err(|e| crate::error::CliError::new(e.to_string()))
    });
    let found = found.ok()?;
    let words = found
        .iter()
        .map(|r| (r.version.to_string(), format!("App: {}, Chart: {}", r.app_version(), r.chart_name_version())));
    Some(words.collect())
}

/// The namespaces of the cluster; nothing where it does not answer.
pub fn namespaces(cx: &Context<'_>) -> Option<Vec<Candidate>> {
    use pintle_cluster::{Gvk, Kube as _};
    let session = Session::open(cx).ok()?;
    let cluster = session.cluster.as_ref()?;
    let found = cluster.list(&Gvk::new("v1", "Namespace"), "", "", "").ok()?;
    Some(found.iter().map(|n| (n.name().to_owned(), String::new())).collect())
}

/// The contexts of the kubeconfig with their clusters.
pub fn contexts(s: &Settings) -> Vec<Candidate> {
    crate::kubeconfig::contexts(s)
}

/// The repositories that were added, but some, with their addresses.
pub fn repositories(s: &Settings, but: &[String]) -> Vec<Candidate> {
    let Some(file) = read_yaml(&s.repository_config()) else { return Vec::new() };
    let list = file.as_map().and_then(|m| m.get_str("repositories"));
    let items = list.as_ref().and_then(|v| v.as_list()).map(|l| l.items()).unwrap_or_default();
    items
        .iter()
        .filter_map(|r| r.as_map().map(|m| (text(&m, "name"), text(&m, "url"))))
        .filter(|(name, _)| !name.is_empty() && !but.contains(name))
        .collect()
}

/// The charts of a repository, `REPOSITORY/CHART`, from the list that an update leaves behind, else from its index.
pub fn charts(s: &Settings, repo: &str) -> Vec<Candidate> {
    let cache = s.repository_cache();
    let names: Vec<String> = match std::fs::read_to_string(format!("{cache}/{repo}-charts.txt")) {
        Ok(list) => list.lines().map(str::to_owned).collect(),
        Err(_) => entries(s, repo).map(|e| e.keys().iter().map(ToString::to_string).collect()).unwrap_or_default(),
    };
    names.into_iter().map(|n| (format!("{repo}/{n}"), String::new())).collect()
}

fn entries(s: &Settings, repo: &str) -> Option<Map> {
    read_yaml(&format!("{}/{repo}-index.yaml", s.repository_cache()))?.as_map()?.get_str("entries")?.as_map()
}

/// The versions of `REPOSITORY/CHART` in the repository's index, newest first.
pub fn versions(s: &Settings, chart: &str) -> Vec<Candidate> {
    let Some((repo, name)) = chart.split_once('/').filter(|(_, n)| !n.contains('/')) else { return Vec::new() };
    let Some(list) = entries(s, repo).and_then(|e| e.get_str(name)) else { return Vec::new() };
    let items = list.as_list().map(|l| l.items()).unwrap_or_default();
    let mut found: Vec<(Version, Candidate)> = items
        .iter()
        .filter_map(|v| {
            let m = v.as_map()?;
            let version = text(&m, "version");
            let app = match text(&m, "appVersion") {
                a if a.is_empty() => String::new(),
                a => format!("App: {a}, "),
            };
            let created = text(&m, "created");
            let day = pintle_go::time::parse(b"2006-01-02T15:04:05.999999999Z07:00", created.as_bytes())
                .unwrap_or_else(|_| pintle_go::time::Time::zero())
                .format(b"January 2, 2006");
            let old = if m.get_str("deprecated").is_some_and(|d| d.truth()) { "(deprecated)" } else { "" };
            let about = format!("{app}Created: {} {old}", String::from_utf8_lossy(&day));
            Some((Version::new(version.as_str()).ok()?, (version, about.trim_end().to_owned())))
        })
        .collect();
    found.sort_by(|a, b| b.0.compare(&a.0));
    found.into_iter().map(|(_, c)| c).collect()
}

/// Files of this folder whose names begin with a word.
pub fn files_here(word: &str) -> Vec<Candidate> {
    let Ok(entries) = std::fs::read_dir(".") else { return Vec::new() };
    let mut names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|n| n.starts_with(word));
    names.sort();
    names.into_iter().map(|n| (n, String::new())).collect()
}
