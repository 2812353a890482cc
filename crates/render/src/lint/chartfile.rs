//! Chart.yaml: its form, its types and its fields.

use pintle_chart::Metadata;
use pintle_go::semver::{Constraint, Version};
use pintle_go::{Map, Value};

use super::{Linter, Severity, urls};

const FILE: &str = "Chart.yaml";

pub(super) fn check(linter: &mut Linter) {
    let path = linter.chart_dir.join(FILE);
    let folder = path.is_dir().then(|| "should be a file, not a directory".to_owned());
    linter.rule(Severity::Error, FILE, folder);

    let data = std::fs::read(&path).map_err(|e| pintle_chart::os_error("open", &path, &e));
    let parsed = match &data {
        Ok(d) => Metadata::from_yaml(d).map_err(|e| e.to_string()),
        Err(e) => Err(e.clone()),
    };
    let meta = match parsed {
        Ok(m) => m,
        Err(e) => {
            linter.rule(Severity::Error, FILE, Some(format!("unable to parse YAML\n\t{e}")));
            return;
        }
    };
    let data = data.unwrap_or_default();
    let strict = Metadata::from_yaml_strict(&data).err();
    linter.rule(
        Severity::Warning,
        FILE,
        strict.map(|e| format!("failed to strictly parse chart metadata file\n\t{e}")),
    );
    let plain = match pintle_yaml::read(&data) {
        Ok(Value::Map(m)) => m,
        _ => Map::new(),
    };
    let mut rule = |severity, finding| linter.rule(severity, FILE, finding);
    rule(Severity::Error, name(&meta));
    rule(Severity::Error, api_version(&meta));
    rule(Severity::Error, not_a_string(&plain, "version"));
    rule(Severity::Error, version(&meta));
    rule(Severity::Error, not_a_string(&plain, "appVersion"));
    rule(Severity::Error, maintainers(&meta, &plain));
    rule(Severity::Error, sources(&meta));
    rule(Severity::Info, meta.icon.is_empty().then(|| "icon is recommended".to_owned()));
    rule(Severity::Error, icon(&meta));
    rule(Severity::Error, chart_type(&meta));
    rule(Severity::Error, dependencies(&meta));
    rule(
        Severity::Warning,
        Version::strict(meta.version.as_str())
            .err()
            .map(|_| format!("version '{}' is not a valid SemVerV2", meta.version)),
    );
}

fn name(m: &Metadata) -> Option<String> {
    if m.name.is_empty() {
        return Some("name is required".to_owned());
    }
    m.name.contains('/').then(|| format!("chart name {} is invalid", quote(&m.name)))
}

fn quote(s: &str) -> String {
    pintle_go::strconv::quote(s.as_bytes())
}

fn api_version(m: &Metadata) -> Option<String> {
    match m.api_version.as_str() {
        "" => Some("apiVersion is required. The value must be either \"v1\" or \"v2\"".to_owned()),
        "v1" | "v2" => None,
        v => Some(format!("apiVersion '{v}' is not valid. The value must be either \"v1\" or \"v2\"")),
    }
}

fn not_a_string(m: &Map, key: &str) -> Option<String> {
    match m.get_str(key)? {
        Value::Str(_) => None,
        v => Some(format!("{key} should be of type string but it's of type {}", v.type_name())),
    }
}

fn version(m: &Metadata) -> Option<String> {
    if m.version.is_empty() {
        return Some("version is required".to_owned());
    }
    let Ok(version) = Version::new(m.version.as_str()) else {
        return Some(format!("version '{}' is not a valid SemVer", m.version));
    };
    let lowest = Constraint::new(">0.0.0-0").ok()?;
    let reasons = lowest.validate(&version).err()?;
    reasons.first().map(|r| format!("version {r}"))
}

fn maintainers(m: &Metadata, plain: &Map) -> Option<String> {
    // a null entry is known only to the plain document
    let nulls: Vec<usize> = match plain.get_str("maintainers") {
        Some(Value::List(l)) => l.iter().enumerate().filter(|(_, v)| v.is_nil()).map(|(i, _)| i).collect(),
        _ => Vec::new(),
    };
    let first = m.maintainers.iter().enumerate().find_map(|(i, p)| {
        if nulls.iter().any(|n| *n <= i) {
            Some("a maintainer entry is empty".to_owned())
        } else if p.name.is_empty() {
            Some("each maintainer requires a name".to_owned())
        } else if !p.email.is_empty() && !urls::is_email(&p.email) {
            Some(format!("invalid email '{}' for maintainer '{}'", p.email, p.name))
        } else if !p.url.is_empty() && !urls::is_url(&p.url) {
            Some(format!("invalid url '{}' for maintainer '{}'", p.url, p.name))
        } else {
            None
        }
    });
    first.or_else(|| (!nulls.is_empty()).then(|| "a maintainer entry is empty".to_owned()))
}

fn sources(m: &Metadata) -> Option<String> {
    m.sources.iter().find(|s| !urls::is_request_url(s)).map(|s| format!("invalid source URL '{s}'"))
}

fn icon(m: &Metadata) -> Option<String> {
    (!m.icon.is_empty() && !urls::is_request_url(&m.icon)).then(|| format!("invalid icon URL '{}'", m.icon))
}

fn dependencies(m: &Metadata) -> Option<String> {
    let any = m.dependencies.as_ref().is_some_and(|d| !d.is_empty());
    (any && m.api_version != "v2").then(|| {
        format!(
            "dependencies are not valid in the Chart file with apiVersion '{}'. They are valid in apiVersion 'v2'",
            m.api_version
        )
    })
}

fn chart_type(m: &Metadata) -> Option<String> {
    (!m.kind.is_empty() && m.api_version != "v2")
        .then(|| format!("chart type is not valid in apiVersion '{}'. It is valid in apiVersion 'v2'", m.api_version))
}
