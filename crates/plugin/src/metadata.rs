//! What `plugin.yaml` says: Helm 4's form (`apiVersion: v1`) and the legacy one of Helm 3, both read into one record
//! (Helm's `internal/plugin` `Metadata`).

use std::collections::BTreeMap;

use pintle_go::semver::Version;
use pintle_go::strconv::quote;
use pintle_go::{Map, Value};
use pintle_yaml::NodeRef;

use crate::LoadError;
use crate::command::PlatformCommand;
use crate::decode::{Decoder, decode};

/// The file that makes a folder a plugin.
pub const FILE: &str = "plugin.yaml";

/// A plugin's description, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// `v1`, or `legacy` for a file without it.
    pub api_version: String,
    /// Letters, digits, `_` and `-`.
    pub name: String,
    /// `cli/v1`, `getter/v1`, `postrenderer/v1` or `test/v1`.
    pub kind: String,
    /// `subprocess` or `extism/v1`.
    pub runtime: String,
    /// A semantic version; may be empty in the legacy form.
    pub version: String,
    /// Where it comes from; mostly empty.
    pub source_url: String,
    /// What belongs to its type.
    pub config: Config,
    /// How it runs.
    pub run: Runtime,
    /// The command of a legacy plugin that also fetches. In Helm 3 such a plugin has both; Helm 4 forgets the command.
    pub fetching_command: Option<Cli>,
}

/// The command that a plugin adds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cli {
    /// The usage line; its first word is the command. Empty: the plugin's name.
    pub usage: String,
    /// One line of help.
    pub short_help: String,
    /// A paragraph of help.
    pub long_help: String,
    /// Whether it gets no arguments at all.
    pub ignore_flags: bool,
}

/// A plugin's configuration by its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Config {
    /// A command of its own.
    Cli(Cli),
    /// Fetches addresses of these schemes.
    Getter {
        /// The schemes.
        protocols: Vec<String>,
    },
    /// Rewrites manifests.
    PostRenderer,
    /// Helm's own tests use it.
    Test,
}

/// How a plugin is run.
#[derive(Clone, Debug, PartialEq)]
pub enum Runtime {
    /// As programs.
    Subprocess(Subprocess),
    /// As WebAssembly, which pintle does not run.
    Wasm,
}

/// The programs of a plugin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subprocess {
    /// What runs it.
    pub commands: Vec<PlatformCommand>,
    /// What runs on `install`, `update` and `delete`.
    pub hooks: BTreeMap<String, Vec<PlatformCommand>>,
    /// What fetches, by scheme; nothing is told apart from an empty list only in signatures.
    pub protocols: Option<Vec<ProtocolCommand>>,
    /// Whether variables are replaced in the arguments of hooks; a legacy hook is left to its shell.
    pub expand_hooks: bool,
}

/// What fetches addresses of some schemes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProtocolCommand {
    /// The schemes.
    pub protocols: Vec<String>,
    /// The command, by platform.
    pub commands: Vec<PlatformCommand>,
}

/// Reads `plugin.yaml`.
///
/// # Errors
/// Helm's texts about what is missing or wrong.
pub fn read(text: &[u8]) -> Result<Metadata, LoadError> {
    let invalid = |e: String| LoadError::Invalid(e);
    let version = decode(text, |d, root| {
        let mut version = String::new();
        d.entries(root, "struct { APIVersion string \"yaml:\\\"apiVersion\\\"\" }", false, |d, key, v| {
            if key == "apiVersion" {
                version = d.text(v);
            }
            true
        });
        version
    })
    .map_err(|e| invalid(format!("failed to peek {FILE} API version: {e}")))?;
    match version.as_str() {
        "" => legacy(text).map_err(invalid),
        "v1" => v1(text).map_err(invalid),
        other => Err(invalid(format!("invalid plugin apiVersion: {}", quote(other.as_bytes())))),
    }
}

/// Whether a name may be a plugin's.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn is_version(text: &str) -> bool {
    Version::strict(text).is_ok()
}

fn v1(text: &[u8]) -> Result<Metadata, String> {
    let mut m = Metadata {
        api_version: "v1".to_owned(),
        name: String::new(),
        kind: String::new(),
        runtime: String::new(),
        version: String::new(),
        source_url: String::new(),
        config: Config::PostRenderer,
        run: Runtime::Wasm,
        fetching_command: None,
    };
    decode(text, |d, root| {
        d.entries(root, "plugin.MetadataV1", true, |d, key, v| {
            match key {
                "apiVersion" => {}
                "name" => m.name = d.text(v),
                "type" => m.kind = d.text(v),
                "runtime" => m.runtime = d.text(v),
                "version" => m.version = d.text(v),
                "sourceURL" => m.source_url = d.text(v),
                "config" | "runtimeConfig" => d.entries(v, "map[string]interface {}", false, |d, _, v| {
                    d.anything(v);
                    true
                }),
                _ => return false,
            }
            true
        });
    })?;
    if !is_name(&m.name) {
        return Err("invalid plugin `name`".to_owned());
    }
    if m.version.is_empty() {
        return Err("plugin `version` is required".to_owned());
    }
    if !is_version(&m.version) {
        return Err(format!("invalid plugin `version` {}: must be valid semver", quote(m.version.as_bytes())));
    }
    if m.kind.is_empty() {
        return Err("`type` missing".to_owned());
    }
    if m.runtime.is_empty() {
        return Err("`runtime` missing".to_owned());
    }
    let converting = |e: String| format!("failed to convert MetadataV1 to Metadata: {e}");
    m.config = config(&m.kind, text).map_err(converting)?;
    m.run = match m.runtime.as_str() {
        "subprocess" => subprocess(text)
            .map(Runtime::Subprocess)
            .map_err(|e| converting(format!("failed to unmarshal runtimeConfig for subprocess runtime: {e}")))?,
        "extism/v1" => Runtime::Wasm,
        other => return Err(converting(format!("unsupported plugin runtime type: {}", quote(other.as_bytes())))),
    };
    m.validated()
}

/// A part of the file written anew, as Helm does before it reads it a second time: lines in errors count in that.
fn part(text: &[u8], key: &str) -> Result<Vec<u8>, String> {
    let whole = pintle_yaml::read_map(text).map_err(|e| e.to_string())?;
    let part = match whole.get_str(key) {
        Some(Value::Nil) | None => Value::Map(Map::default()),
        Some(v) => v,
    };
    pintle_yaml::write_pretty(&part).map_err(|e| e.to_string())
}

fn config(kind: &str, text: &[u8]) -> Result<Config, String> {
    let mut cli = Cli::default();
    let mut protocols = Vec::new();
    let ty = match kind {
        "cli/v1" => "schema.ConfigCLIV1",
        "getter/v1" => "schema.ConfigGetterV1",
        "postrenderer/v1" => "schema.ConfigPostRendererV1",
        "test/v1" => "schema.ConfigTestV1",
        _ => return Err(format!("unknown plugin type {}", quote(kind.as_bytes()))),
    };
    decode(&part(text, "config")?, |d, root| {
        d.entries(root, ty, true, |d, key, v| {
            match (kind, key) {
                ("cli/v1", "usage") => cli.usage = d.text(v),
                ("cli/v1", "shortHelp") => cli.short_help = d.text(v),
                ("cli/v1", "longHelp") => cli.long_help = d.text(v),
                ("cli/v1", "ignoreFlags") => cli.ignore_flags = d.boolean(v),
                ("getter/v1", "protocols") => protocols = d.texts(v),
                _ => return false,
            }
            true
        });
    })?;
    Ok(match kind {
        "cli/v1" => Config::Cli(cli),
        "getter/v1" => Config::Getter { protocols },
        "test/v1" => Config::Test,
        _ => Config::PostRenderer,
    })
}

fn subprocess(text: &[u8]) -> Result<Subprocess, String> {
    decode(&part(text, "runtimeConfig")?, |d, root| {
        let mut s = Subprocess::default();
        d.entries(root, "plugin.RuntimeConfigSubprocess", false, |d, key, v| {
            match key {
                "platformCommand" => s.commands = commands(d, v),
                "platformHooks" => s.hooks = hooks(d, v),
                "protocolCommands" => s.protocols = Some(d.list(v, "[]plugin.SubprocessProtocolCommand", protocol)),
                _ => {}
            }
            true
        });
        s
    })
}

fn protocol(d: &mut Decoder, n: NodeRef<'_, '_>) -> ProtocolCommand {
    let mut p = ProtocolCommand::default();
    d.entries(n, "plugin.SubprocessProtocolCommand", false, |d, key, v| {
        match key {
            "protocols" => p.protocols = d.texts(v),
            "platformCommand" => p.commands = commands(d, v),
            _ => {}
        }
        true
    });
    p
}

fn commands(d: &mut Decoder, n: NodeRef<'_, '_>) -> Vec<PlatformCommand> {
    d.list(n, "[]plugin.PlatformCommand", |d, n| {
        let mut c = PlatformCommand::default();
        d.entries(n, "plugin.PlatformCommand", false, |d, key, v| {
            match key {
                "os" => c.os = d.text(v),
                "arch" => c.arch = d.text(v),
                "command" => c.command = d.text(v),
                "args" => c.args = Some(d.texts(v)),
                _ => {}
            }
            true
        });
        c
    })
}

fn hooks(d: &mut Decoder, n: NodeRef<'_, '_>) -> BTreeMap<String, Vec<PlatformCommand>> {
    let mut all = BTreeMap::new();
    d.entries(n, "plugin.PlatformHooks", false, |d, key, v| {
        all.insert(key.to_owned(), commands(d, v));
        true
    });
    all
}

#[derive(Default)]
struct Legacy {
    name: String,
    version: String,
    usage: String,
    description: String,
    platform_command: Vec<PlatformCommand>,
    command: String,
    ignore_flags: bool,
    platform_hooks: BTreeMap<String, Vec<PlatformCommand>>,
    hooks: BTreeMap<String, String>,
    downloaders: Vec<(Vec<String>, String)>,
}

fn legacy(text: &[u8]) -> Result<Metadata, String> {
    let l = decode(text, |d, root| {
        let mut l = Legacy::default();
        d.entries(root, "plugin.MetadataLegacy", false, |d, key, v| {
            match key {
                "name" => l.name = d.text(v),
                "version" => l.version = d.text(v),
                "usage" => l.usage = printable(&d.text(v)),
                "description" => l.description = d.text(v),
                "platformCommand" => l.platform_command = commands(d, v),
                "command" => l.command = d.text(v),
                "ignoreFlags" => l.ignore_flags = d.boolean(v),
                "platformHooks" => l.platform_hooks = hooks(d, v),
                "hooks" => d.entries(v, "plugin.Hooks", false, |d, key, v| {
                    l.hooks.insert(key.to_owned(), d.text(v));
                    true
                }),
                "downloaders" => l.downloaders = d.list(v, "[]plugin.Downloaders", downloader),
                _ => {}
            }
            true
        });
        l
    })?;
    l.check()?;
    l.metadata().validated()
}

fn downloader(d: &mut Decoder, n: NodeRef<'_, '_>) -> (Vec<String>, String) {
    let (mut protocols, mut command) = Default::default();
    d.entries(n, "plugin.Downloaders", false, |d, key, v| {
        match key {
            "protocols" => protocols = d.texts(v),
            "command" => command = d.text(v),
            _ => {}
        }
        true
    });
    (protocols, command)
}

/// Blank space becomes spaces, and what cannot be printed goes: it would reach the terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            c if c.is_whitespace() => Some(' '),
            c => pintle_go::strconv::is_print(c.into()).then_some(c),
        })
        .collect()
}

impl Legacy {
    fn check(&self) -> Result<(), String> {
        if !is_name(&self.name) {
            return Err(bad_name(&self.name));
        }
        if !self.version.is_empty() && !is_version(&self.version) {
            return Err(format!("invalid plugin version {}: must be valid semver", quote(self.version.as_bytes())));
        }
        if !self.platform_command.is_empty() && !self.command.is_empty() {
            return Err("both platformCommand and command are set".to_owned());
        }
        if !self.platform_hooks.is_empty() && !self.hooks.is_empty() {
            return Err("both platformHooks and hooks are set".to_owned());
        }
        for (i, (protocols, command)) in self.downloaders.iter().enumerate() {
            if command.is_empty() {
                return Err(format!("downloader {i} has empty command"));
            }
            if protocols.is_empty() {
                return Err(format!("downloader {i} has no protocols"));
            }
            if let Some(j) = protocols.iter().position(String::is_empty) {
                return Err(format!("downloader {i} has empty protocol at index {j}"));
            }
        }
        Ok(())
    }

    fn metadata(self) -> Metadata {
        let getter = !self.downloaders.is_empty();
        let of = |command: &str| PlatformCommand { command: command.to_owned(), ..PlatformCommand::default() };
        let mut run = Subprocess { expand_hooks: true, hooks: self.platform_hooks, ..Subprocess::default() };
        run.commands = match self.platform_command {
            c if c.is_empty() && !self.command.is_empty() => vec![of(&self.command)],
            c => c,
        };
        if run.hooks.is_empty() && !self.hooks.is_empty() {
            run.expand_hooks = false;
            let shell = |text: String| PlatformCommand { args: Some(vec!["-c".to_owned(), text]), ..of("sh") };
            run.hooks = self.hooks.into_iter().map(|(k, v)| (k, vec![shell(v)])).collect();
        }
        let cli = Cli {
            usage: String::new(),
            short_help: self.usage,
            long_help: self.description,
            ignore_flags: self.ignore_flags,
        };
        let (config, fetching_command) = if getter {
            let protocols = self.downloaders.iter().flat_map(|(p, _)| p.clone()).collect();
            (Config::Getter { protocols }, (!run.commands.is_empty()).then_some(cli))
        } else {
            (Config::Cli(cli), None)
        };
        if getter {
            let one = |(protocols, c): (Vec<String>, String)| ProtocolCommand { protocols, commands: vec![of(&c)] };
            run.protocols = Some(self.downloaders.into_iter().map(one).collect());
        }
        Metadata {
            api_version: "legacy".to_owned(),
            name: self.name,
            kind: if getter { "getter/v1" } else { "cli/v1" }.to_owned(),
            runtime: "subprocess".to_owned(),
            version: self.version,
            source_url: String::new(),
            config,
            run: Runtime::Subprocess(run),
            fetching_command,
        }
    }
}

fn bad_name(name: &str) -> String {
    format!("invalid plugin name {}: must contain only a-z, A-Z, 0-9, _ and -", quote(name.as_bytes()))
}

impl Metadata {
    /// The command that it adds, if it does.
    pub fn cli(&self) -> Option<&Cli> {
        match &self.config {
            Config::Cli(cli) => Some(cli),
            _ => self.fetching_command.as_ref(),
        }
    }

    /// The checks that both forms share and that are left.
    fn validated(self) -> Result<Metadata, String> {
        let Config::Getter { protocols } = &self.config else { return Ok(self) };
        let wrong = match protocols.iter().position(String::is_empty) {
            _ if protocols.is_empty() => "getter has no protocols".to_owned(),
            Some(i) => format!("getter has empty protocol at index {i}"),
            None => return Ok(self),
        };
        Err(format!("config validation failed: {wrong}"))
    }

    /// `NAME-VERSION.tgz`, the name of its archive.
    pub fn archive_name(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }
}
