//! What is signed of a plugin, and how an installed one stands (Helm's `GetPluginSigningInfo`).

use std::path::Path;

use pintle_go::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::command::PlatformCommand;
use crate::{Config, Metadata, Runtime};

/// How the provenance of an installed plugin stands, in the words of `plugin list`. `plugins` is the folder below the
/// data home. Signatures are not checked here, only whether the archive is the one that was signed.
pub fn status(metadata: &Metadata, plugins: &Path) -> &'static str {
    let Ok(found) = std::fs::symlink_metadata(plugins.join(&metadata.name)) else { return "unknown" };
    if found.is_symlink() {
        return "local dev";
    }
    let name = metadata.archive_name();
    let Ok(archive) = std::fs::read(plugins.join(&name)) else { return "unsigned" };
    let message = match std::fs::read(plugins.join(format!("{name}.prov"))) {
        Ok(m) => m,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return "unsigned",
        Err(_) => return "unknown",
    };
    let Some(text) = signed_text(&message) else { return "invalid provenance" };
    let digest = digest(&archive);
    if sums(&text).iter().any(|(file, sum)| file.contains(&name) && *sum == digest) {
        "signed"
    } else {
        "mismatched provenance"
    }
}

/// The text of a clear-signed message, without the dashes that shield its lines.
fn signed_text(message: &[u8]) -> Option<String> {
    let message = String::from_utf8_lossy(message);
    let (_, after) = message.split_once("-----BEGIN PGP SIGNED MESSAGE-----\n")?;
    let (_, body) = after.split_once("\n\n")?;
    let (text, signature) = body.split_once("\n-----BEGIN PGP SIGNATURE-----")?;
    signature.contains("-----END PGP SIGNATURE-----").then_some(())?;
    Some(text.lines().map(|l| l.strip_prefix("- ").unwrap_or(l)).collect::<Vec<_>>().join("\n"))
}

/// The digests of files in a signed text: the part after `...`.
fn sums(text: &str) -> Vec<(String, String)> {
    let Some((_, part)) = text.split_once("\n...\n") else { return Vec::new() };
    let files = pintle_yaml::read_map(part.as_bytes()).ok().and_then(|m| m.get_str("files")?.as_map());
    let pairs = files.map(|m| m.entries()).unwrap_or_default();
    let text = |s: &pintle_go::GoStr| s.to_str_lossy().into_owned();
    pairs.iter().filter_map(|(k, v)| Some((text(k), text(v.as_str()?)))).collect()
}

/// `sha256:HEX` of an archive.
pub fn digest(archive: &[u8]) -> String {
    Sha256::digest(archive).iter().fold("sha256:".to_owned(), |out, b| format!("{out}{b:02x}"))
}

impl Metadata {
    /// What is signed beside an archive's digest: the description as Helm writes its own record of it in YAML.
    pub fn signed_yaml(&self) -> Vec<u8> {
        let text = |s: &str| Value::str(s);
        let strings = |l: &[String]| Value::strings(l.iter().map(String::as_str));
        let command = |c: &PlatformCommand| {
            record([
                ("OperatingSystem", text(&c.os)),
                ("Architecture", text(&c.arch)),
                ("Command", text(&c.command)),
                ("Args", c.args.as_deref().map_or(Value::Nil, strings)),
            ])
        };
        let commands = |l: &[PlatformCommand]| match l {
            [] => Value::Nil,
            l => Value::list(l.iter().map(command).collect()),
        };
        let config = match &self.config {
            Config::Cli(c) => record([
                ("Usage", text(&c.usage)),
                ("ShortHelp", text(&c.short_help)),
                ("LongHelp", text(&c.long_help)),
                ("IgnoreFlags", Value::Bool(c.ignore_flags)),
            ]),
            Config::Getter { protocols } => record([("Protocols", strings(protocols))]),
            Config::PostRenderer | Config::Test => record([]),
        };
        let run = match &self.run {
            Runtime::Wasm => record([]),
            Runtime::Subprocess(s) => {
                let hooks = s.hooks.iter().map(|(k, v)| (k.as_str().into(), commands(v))).collect();
                let protocol = |p: &crate::ProtocolCommand| {
                    record([("Protocols", strings(&p.protocols)), ("PlatformCommand", commands(&p.commands))])
                };
                let protocols = s.protocols.as_deref().map(|l| Value::list(l.iter().map(protocol).collect()));
                record([
                    ("PlatformCommand", commands(&s.commands)),
                    ("PlatformHooks", if s.hooks.is_empty() { Value::Nil } else { Value::Map(Map::from_pairs(hooks)) }),
                    ("ProtocolCommands", protocols.unwrap_or(Value::Nil)),
                ])
            }
        };
        let all = record([
            ("APIVersion", text(&self.api_version)),
            ("Name", text(&self.name)),
            ("Type", text(&self.kind)),
            ("Runtime", text(&self.runtime)),
            ("Version", text(&self.version)),
            ("SourceURL", text(&self.source_url)),
            ("Config", config),
            ("RuntimeConfig", run),
        ]);
        // texts, booleans and lists of them can always be written
        pintle_yaml::write(&all).unwrap_or_default()
    }
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(Map::from_pairs(fields.into_iter().map(|(k, v)| (k.into(), v)).collect()))
}
