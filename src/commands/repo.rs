//! `repo`: the repositories that charts come from.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pintle_registry::{Entry, Getter, IndexFile, Repositories, brief_file, charts_file, index_file};
use serde_json::{Value, json};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::prompt;
use crate::ops::repositories::{self, getter, places, unnamed};
use crate::output::release;
use crate::output::table::Table;

/// Repositories that are no more, and what took their place.
const MOVED: [(&str, &str); 4] = [
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
    ("//kubernetes-charts.storage.googleapis.com.", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com.", "https://charts.helm.sh/incubator"),
];

/// How long another process may hold the lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

fn timeout(cx: &Context<'_>) -> Option<Duration> {
    let nanos = pintle_go::time::Duration::parse(cx.args.text("timeout").as_bytes()).ok()?.0;
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}

/// Keeps other processes from changing `repositories.yaml` until it is dropped; the lock file stays.
fn lock(repositories: &Path) -> Result<std::fs::File, CliError> {
    let path: PathBuf = match repositories.extension() {
        Some(_) => repositories.with_extension("lock"),
        None => format!("{}.lock", repositories.display()).into(),
    };
    let fail = |e: std::io::Error| CliError::new(pintle_chart::os_error("open", &path, &e));
    let file = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(fail)?;
    let start = Instant::now();
    while file.try_lock().is_err() {
        if start.elapsed() > LOCK_TIMEOUT {
            return Err(CliError::new("context deadline exceeded")
                .hint(format!("another process holds {}: wait for it to end", path.display())));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(file)
}

/// The password of the standard input, for `--password-stdin` and at a prompt.
fn password(cx: &Context<'_>) -> Result<String, CliError> {
    let stdin = std::io::stdin();
    if cx.args.on("password-stdin") {
        let mut text = String::new();
        stdin.lock().read_to_string(&mut text).map_err(|e| e.to_string())?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        return Ok(text.strip_suffix('\r').unwrap_or(text).to_owned());
    }
    let read = prompt::secret(cx, "Password: ", "give --password-stdin where there is no terminal");
    if read.is_err() {
        cx.out.line("");
    }
    read
}

/// `repo add`
pub fn add(cx: &Context<'_>) -> CliResult {
    let [name, url] = cx.args.args.as_slice() else { return Err("give a name and an address".into()) };
    if !cx.args.on("allow-deprecated-repos")
        && let Some((_, new)) = MOVED.iter().find(|(old, _)| url.contains(old))
    {
        return Err(CliError::new(format!("repo {url:?} is no longer available; try {new:?} instead")));
    }
    let at = places(cx);
    if let Some(dir) = at.repositories.parent() {
        std::fs::create_dir_all(dir).map_err(|e| pintle_chart::os_error("mkdir", dir, &e))?;
    }
    let _lock = lock(&at.repositories)?;
    let mut file = Repositories::load_or_empty(&at.repositories).map_err(|e| e.to_string())?;
    let mut entry = Entry { name: name.clone(), url: url.clone(), ..unnamed(cx) };
    if !entry.username.is_empty() && entry.password.is_empty() {
        entry.password = password(cx)?;
    }
    if name.contains('/') {
        return Err(CliError::new(format!(
            "repository name ({name}) contains '/', please specify a different name without '/'"
        )));
    }
    if let Some(old) = file.get(name)
        && !cx.args.on("force-update")
    {
        if *old != entry {
            return Err(CliError::new(format!(
                "repository name ({name}) already exists, please specify a different name"
            ))
            .hint("--force-update puts the new address in place of the old one"));
        }
        cx.out.line(format!("{name:?} already exists with the same configuration, skipping"));
        return Ok(());
    }
    let getter = getter(cx, timeout(cx));
    entry.check(&getter).map_err(|e| e.to_string())?;
    entry.update(&getter, &at.repository_cache, cx.out).map_err(|e| {
        CliError::new(format!("looks like {url:?} is not a valid chart repository or cannot be reached: {e}"))
    })?;
    file.set(entry);
    file.write(&at.repositories).map_err(|e| e.to_string())?;
    cx.out.line(format!("{name:?} has been added to your repositories"));
    Ok(())
}

/// `repo list`
pub fn list(cx: &Context<'_>) -> CliResult {
    // a file that cannot be read counts as none, as in Helm
    let file = Repositories::load(&places(cx).repositories).unwrap_or_default();
    let format = cx.args.text("output");
    if file.entries.is_empty() && format != "json" && format != "yaml" {
        cx.out.note("no repositories to show");
        return Ok(());
    }
    let shown: Vec<Value> = file.entries.iter().map(|e| json!({"name": e.name, "url": e.url})).collect();
    release::write(cx.out, &format, &shown, || {
        let mut table = Table::new();
        if !cx.args.on("no-headers") {
            table.row(["NAME", "URL"]);
        }
        for e in &file.entries {
            table.row([&e.name, &e.url]);
        }
        cx.out.line(table.text());
        Ok(())
    })
}

/// `repo remove`
pub fn remove(cx: &Context<'_>) -> CliResult {
    let at = places(cx);
    let _lock = if at.repositories.exists() { Some(lock(&at.repositories)?) } else { None };
    let mut file = Repositories::load(&at.repositories).unwrap_or_default();
    if file.entries.is_empty() {
        return Err("no repositories configured".into());
    }
    for name in &cx.args.args {
        if !file.remove(name) {
            return Err(CliError::new(format!("no repo named {name:?} found")));
        }
        file.write(&at.repositories).map_err(|e| e.to_string())?;
        let index = index_file(&at.repository_cache, name);
        for path in [charts_file(&at.repository_cache, name), brief_file(&index), index] {
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(pintle_chart::os_error("remove", &path, &e).into());
                }
                _ => {}
            }
        }
        cx.out.line(format!("{name:?} has been removed from your repositories"));
    }
    Ok(())
}

/// `repo update`
pub fn update(cx: &Context<'_>) -> CliResult {
    const NONE: &str = "no repositories found. You must add one before updating";
    let at = places(cx);
    let file = match Repositories::load(&at.repositories) {
        Ok(file) => file,
        Err(pintle_registry::Error::NotFound(_)) => return Err(NONE.into()),
        Err(e) => {
            return Err(CliError::new(format!("failed loading file: {}: {e}", at.repositories.display())));
        }
    };
    if file.entries.is_empty() {
        return Err(NONE.into());
    }
    let wanted = &cx.args.args;
    if let Some(unknown) = wanted.iter().find(|w| file.get(w).is_none()) {
        return Err(CliError::new(format!("no repositories found matching '{unknown}'.  Nothing will be updated")));
    }
    let chosen: Vec<&Entry> = file.entries.iter().filter(|e| wanted.is_empty() || wanted.contains(&e.name)).collect();
    let getter = getter(cx, timeout(cx));
    for entry in &chosen {
        entry.check(&getter).map_err(|e| e.to_string())?;
    }
    update_all(cx, &chosen, &at.repository_cache, &getter)?;
    cx.out.line("Update Complete. ⎈Happy Helming!⎈");
    Ok(())
}

/// Fetches indexes side by side and tells of each as it comes.
///
/// # Errors
/// The addresses that could not be updated; the others were.
fn update_all(cx: &Context<'_>, entries: &[&Entry], cache: &Path, getter: &Getter) -> CliResult {
    cx.out.line("Hang tight while we grab the latest from your chart repositories...");
    cx.out.flush();
    let mut failed = Vec::new();
    repositories::update(getter, entries, cache, |entry, result, lines| {
        lines.iter().for_each(|l| cx.out.note(l));
        match result {
            Ok(()) => {
                cx.out.line(format!("...Successfully got an update from the {:?} chart repository", entry.name));
            }
            Err(e) => {
                cx.out.line(format!(
                    "...Unable to get an update from the {:?} chart repository ({}):\n\t{e}",
                    entry.name, entry.url
                ));
                failed.push(entry.url.clone());
            }
        }
    });
    if failed.is_empty() {
        return Ok(());
    }
    Err(CliError::new(format!("failed to update the following repositories: [{}]", failed.join(" "))))
}

/// `repo index`
pub fn index(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let dir = p.args.first().map_or("", String::as_str);
    let dir = std::path::absolute(dir).map_err(|e| e.to_string())?;
    let as_json = p.on("json");
    let mut index = IndexFile::of_directory(&dir, &p.text("url"), cx.out).map_err(|e| e.to_string())?;
    let merge = p.text("merge");
    if !merge.is_empty() {
        let merge = Path::new(&merge);
        if merge.exists() {
            let other = IndexFile::load(merge, cx.out).map_err(|e| format!("merge failed: {e}"))?;
            index.merge(other);
        } else {
            IndexFile::default().write(merge, as_json).map_err(|e| e.to_string())?;
        }
    }
    index.sort();
    if !dir.is_dir() {
        // Helm names the file that it would have renamed
        let name = dir.join(format!("index.yaml{}", std::process::id()));
        return Err(CliError::new(format!("open {}: no such file or directory", name.display())));
    }
    index.write(&dir.join("index.yaml"), as_json).map_err(|e| e.to_string().into())
}
