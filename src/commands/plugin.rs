//! `plugin`: installs, lists, packs, updates, removes and verifies plugins.

use std::path::Path;

use pintle_plugin::install::{self, Installer, Remote};
use pintle_plugin::{Plugin, Query, printable};
use pintle_provenance::Signer;

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::plugins::{self, folders, own_env, places};
use crate::ops::signing::{self, Extent, Passphrase};
use crate::output::table::Table;

/// Archives over HTTP and from registries.
struct Network<'a>(&'a Context<'a>);

impl Remote for Network<'_> {
    fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        crate::ops::chart::download(self.0, address)
    }

    fn pull(&self, reference: &str, name: &str) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
        crate::ops::oci::fetch_plugin(self.0, reference, name)
    }
}

pub fn install(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let places = places(&cx.settings);
    let source = p.args.first().map_or("", String::as_str);
    let network = Network(cx);
    let installer = Installer::new(source, &p.text("version"), &places, &network, cx.out)?;
    let check =
        |archive: &[u8], prov: &[u8], name: &str| signing::verify_plugin(cx, archive, prov, name).map_err(|e| e.text);
    let mut verify: Option<install::Verify<'_>> = None;
    if installer.is_local_folder() {
        cx.out.line("Installing plugin from local directory (development mode)");
    } else if !p.on("verify") {
        cx.out.line("WARNING: Skipping plugin signature verification");
    } else if installer.can_verify() {
        cx.out.line("Verifying plugin signature...");
        verify = Some(&check);
    } else {
        return Err("plugin source does not support verification. Use --verify=false to skip verification".into());
    }
    if let Some(by) = installer.install(verify)? {
        cx.out.data(signing::told(&by, "Plugin"));
    }
    cx.out.debug_record("loading plugin", &[("path", installer.path().display().to_string())]);
    let usable = pintle_plugin::load(installer.path())
        .map_err(|e| CliError::new(format!("plugin is installed but unusable: {e}")))
        .and_then(|p| hook(cx, &p, "install").map(|()| p));
    // all or nothing: Helm leaves what it then calls an existing plugin
    let plugin = usable.inspect_err(|_| installer.undo())?;
    cx.out.line(format!("Installed plugin: {}", plugin.metadata.name));
    Ok(())
}

pub fn list(cx: &Context<'_>) -> CliResult {
    cx.out.debug_record("pluginDirs", &[("directory", cx.settings.plugins())]);
    let kind = cx.args.text("type");
    let found = pintle_plugin::find(&folders(&cx.settings), Query { name: "", kind: &kind }, cx.out)?;
    let data = places(&cx.settings).data;
    let mut table = Table::new();
    table.row(["NAME", "VERSION", "TYPE", "APIVERSION", "PROVENANCE", "SOURCE"]);
    for p in &found {
        let m = &p.metadata;
        let source = if m.source_url.is_empty() { "unknown".to_owned() } else { printable(&m.source_url) };
        let signed = pintle_plugin::signing::status(m, &data);
        table.row([&m.name, &m.version, &m.kind, &m.api_version, signed, &source]);
    }
    cx.out.line(table.text());
    Ok(())
}

pub fn update(cx: &Context<'_>) -> CliResult {
    each(cx, "update", "Updated", |p| {
        let path = install::update(p, &places(&cx.settings), cx.out)?;
        cx.out.debug_record("loading plugin", &[("path", path.display().to_string())]);
        hook(cx, &pintle_plugin::load(&path)?, "update")
    })
}

pub fn uninstall(cx: &Context<'_>) -> CliResult {
    let places = places(&cx.settings);
    each(cx, "uninstall", "Uninstalled", |p| {
        let removed = if p.dir.is_symlink() { std::fs::remove_file(&p.dir) } else { std::fs::remove_dir_all(&p.dir) };
        removed.map_err(|e| pintle_chart::os_error("unlinkat", &p.dir, &e))?;
        if !p.metadata.version.is_empty() {
            let archive = p.metadata.archive_name();
            for folder in [&places.plugins, &places.data] {
                // what was never kept cannot be removed
                let _ = std::fs::remove_file(folder.join(&archive));
                let _ = std::fs::remove_file(folder.join(format!("{archive}.prov")));
            }
        }
        hook(cx, p, "delete")
    })
}

/// Does something to every plugin that is named; what fails is told at the end.
fn each(cx: &Context<'_>, what: &str, done: &str, mut f: impl FnMut(&Plugin) -> CliResult) -> CliResult {
    if cx.args.args.is_empty() {
        return Err(CliError::new(format!("please provide plugin name to {what}")));
    }
    let all = pintle_plugin::find(&folders(&cx.settings), Query::default(), cx.out)?;
    let mut failures = Vec::new();
    for name in &cx.args.args {
        match all.iter().find(|p| p.metadata.name == *name).map(&mut f) {
            Some(Ok(())) => cx.out.line(format!("{done} plugin: {name}")),
            Some(Err(e)) => failures.push(format!("failed to {what} plugin {name}, got error ({})", e.text)),
            None => failures.push(format!("plugin: {name} not found")),
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(CliError::new(failures.join("\n"))) }
}

pub fn package(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let given = p.args.first().map_or("", String::as_str);
    let dir = Path::new(given);
    let meta = std::fs::metadata(dir).map_err(|e| pintle_chart::os_error("stat", dir, &e))?;
    if !meta.is_dir() {
        return Err("plugin package only supports directories, not tarballs".into());
    }
    let plugin = pintle_plugin::load(dir).map_err(|e| format!("invalid plugin directory: {e}"))?;
    let destination = p.text("destination");
    let destination = Path::new(&destination);
    std::fs::create_dir_all(destination).map_err(|e| pintle_chart::os_error("mkdir", destination, &e))?;
    let ring;
    let mut signer = None;
    if p.on("sign") {
        ring = signing::keyring(cx).map_err(|e| signing::wrap("error reading from keyring", e))?;
        signer = Some(Passphrase::new(Extent::Whole).signer(cx, &ring)?);
    } else {
        cx.out.line("WARNING: Skipping plugin signing. This is not recommended for plugins intended for distribution.");
    }
    let name = plugin.metadata.archive_name();
    let path = pintle_go::path::join(&[destination.to_string_lossy().as_bytes(), name.as_bytes()]);
    let path = String::from_utf8_lossy(&path).into_owned();
    let file = std::fs::File::create(&path)
        .map_err(|e| format!("failed to create tarball: {}", pintle_chart::os_error("open", Path::new(&path), &e)))?;
    if let Err(e) = pintle_plugin::pack(dir, &plugin.metadata.name, Path::new(&path), file) {
        let _ = std::fs::remove_file(&path);
        return Err(CliError::new(format!("failed to create plugin tarball: {e}")));
    }
    if let Some(signer) = signer {
        let signed = sign(&path, &plugin, &name, &signer).inspect_err(|_| {
            let _ = std::fs::remove_file(&path);
        })?;
        cx.out.line(format!("Successfully signed. Signature written to: {signed}"));
    }
    cx.out.line(format!("Successfully packaged plugin and saved it to: {path}"));
    Ok(())
}

/// Writes the provenance file of a packed plugin; gives its path.
fn sign(path: &str, plugin: &Plugin, name: &str, signer: &Signer<'_>) -> Result<String, CliError> {
    let archive = std::fs::read(path).map_err(|e| {
        format!("failed to read tarball for signing: {}", pintle_chart::os_error("open", Path::new(path), &e))
    })?;
    let text = pintle_provenance::sign(signer, &archive, name, &plugin.metadata.signed_yaml())
        .map_err(|e| format!("failed to sign plugin: {e}"))?;
    let beside = format!("{path}.prov");
    std::fs::write(&beside, text).map_err(|e| pintle_chart::os_error("open", Path::new(&beside), &e))?;
    Ok(beside)
}

pub fn verify(cx: &Context<'_>) -> CliResult {
    let given = cx.args.args.first().map_or("", String::as_str);
    let path = Path::new(given);
    let meta = std::fs::metadata(path).map_err(|e| pintle_chart::os_error("stat", path, &e))?;
    if meta.is_dir() {
        return Err("directory verification not supported - only plugin tarballs can be verified".into());
    }
    if !given.ends_with(".gz") && !given.ends_with(".tgz") {
        return Err("plugin file must be a gzipped tarball (.tar.gz or .tgz)".into());
    }
    let beside = format!("{given}.prov");
    let beside = Path::new(&beside);
    std::fs::metadata(beside).map_err(|e| {
        let e = pintle_chart::os_error("stat", beside, &e);
        format!("could not find provenance file {}: {e}", beside.display())
    })?;
    let read = |what: &str, p: &Path| {
        std::fs::read(p).map_err(|e| format!("failed to read {what} file: {}", pintle_chart::os_error("open", p, &e)))
    };
    let (archive, prov) = (read("plugin", path)?, read("provenance", beside)?);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    cx.out.data(signing::told(&signing::verify_plugin(cx, &archive, &prov, &name)?, "Plugin"));
    Ok(())
}

/// Runs a plugin's hook; it writes to our streams.
fn hook(cx: &Context<'_>, p: &Plugin, event: &str) -> CliResult {
    cx.out.flush();
    Ok(p.hook(event, &own_env(&cx.settings), cx.out)?)
}

/// Names of plugins that a command could be given, with their help.
pub fn candidates(cx: &Context<'_>) -> Vec<(String, String)> {
    let query = Query { name: "", kind: "cli/v1" };
    let found = pintle_plugin::find(&folders(&cx.settings), query, cx.out).unwrap_or_default();
    let left = found.iter().filter(|p| !cx.args.args.contains(&p.metadata.name));
    left.map(|p| (p.metadata.name.clone(), plugins::short_help(p))).collect()
}
