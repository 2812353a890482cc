//! What is signed of a plugin, and how an installed one stands (Helm's `GetPluginSigningInfo`).

use std::path::Path;

use pintle_go::{Map, Value};
use pintle_provenance::{Message, digest};

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
    let Ok(message) = Message::parse(&message) else { return "invalid provenance" };
    let digest = digest(&archive);
    if message.sums().is_ok_and(|sums| sums.iter().any(|(file, sum)| file.contains(&name) && *sum == digest)) {
        "signed"
    } else {
        "mismatched provenance"
    }
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
