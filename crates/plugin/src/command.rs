//! Commands by platform, and variables in them (Helm's `PrepareCommands`).

use std::collections::BTreeMap;

/// The environment of a program.
pub type Env = BTreeMap<String, String>;

/// A command for a platform.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformCommand {
    /// Go's name of an operating system; empty fits all.
    pub os: String,
    /// Go's name of an architecture; empty fits all.
    pub arch: String,
    /// The program, and its first arguments after spaces.
    pub command: String,
    /// More arguments; an absent list is told apart from an empty one only in signatures.
    pub args: Option<Vec<String>>,
}

/// `runtime.GOOS`
fn goos() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

/// `runtime.GOARCH`
fn goarch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "loongarch64" => "loong64",
        arch => arch,
    }
}

/// The command that fits best: system and architecture, else the system alone, else neither.
fn best(all: &[PlatformCommand]) -> Option<&PlatformCommand> {
    let mut found: Option<&PlatformCommand> = None;
    for c in all {
        let os = c.os.eq_ignore_ascii_case(goos());
        if os && c.arch.eq_ignore_ascii_case(goarch()) {
            return Some(c);
        }
        if !c.arch.is_empty() || !(os || c.os.is_empty()) {
            continue;
        }
        if found.is_none_or(|f| os && f.os.is_empty()) {
            found = Some(c);
        }
    }
    found
}

/// The program and its arguments: those of the plugin, then `extra`.
///
/// # Errors
/// Helm's text where no command fits this platform.
pub(crate) fn prepare(
    all: &[PlatformCommand],
    expand_args: bool,
    extra: &[String],
    env: &Env,
) -> Result<(String, Vec<String>), String> {
    let Some(c) = best(all).filter(|c| !c.command.is_empty() && !c.command.starts_with(' ')) else {
        return Err("no plugin command is applicable".to_owned());
    };
    let mut words = c.command.split(' ');
    let program = expand(words.next().unwrap_or_default(), env);
    let own = words.chain(c.args.iter().flatten().map(String::as_str));
    let mut args: Vec<String> = own.map(|a| if expand_args { expand(a, env) } else { a.to_owned() }).collect();
    args.extend_from_slice(extra);
    Ok((program, args))
}

/// Go's `os.Expand`: `$name` and `${name}`; bad syntax eats its characters.
fn expand(text: &str, env: &Env) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, width) = variable(after);
        match (name, width) {
            // bad syntax is dropped
            ("", w) if w > 0 => {}
            // `$` before anything but a name stays
            ("", _) => out.push('$'),
            (name, _) => out.push_str(env.get(name).map_or("", String::as_str)),
        }
        rest = &after[width..];
    }
    out + rest
}

/// The variable's name after a `$`, and how many bytes it takes there.
fn variable(s: &str) -> (&str, usize) {
    let special = |b: u8| matches!(b, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    match s.as_bytes() {
        [b'{', b, b'}', ..] if special(*b) => (&s[1..2], 3),
        [b'{', ..] => match s.find('}') {
            Some(1) => ("", 2),
            Some(end) => (&s[1..end], end + 1),
            None => ("", 1),
        },
        [b, ..] if special(*b) => (&s[..1], 1),
        bytes => {
            let n = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            (&s[..n], n)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(os: &str, arch: &str, command: &str) -> PlatformCommand {
        PlatformCommand { os: os.into(), arch: arch.into(), command: command.into(), args: None }
    }

    #[test]
    fn the_nearest_platform_wins() {
        let (os, arch) = (goos(), goarch());
        let all = [
            command("", "", "any"),
            command(os, "", "system"),
            command("plan9", "", "other"),
            command(os, "no-arch", "no"),
            command(os, arch, "exact"),
        ];
        let first = |n: usize| best(&all[..n]).map(|c| c.command.as_str());
        assert_eq!(first(5), Some("exact"));
        assert_eq!(first(4), Some("system"));
        assert_eq!(first(1), Some("any"));
        assert_eq!(best(&all[2..4]), None);
        // an architecture alone fits nothing
        assert_eq!(best(&[command("", arch, "x")]), None);
    }

    #[test]
    fn variables_are_replaced_as_go_does() {
        let env: Env = [("A".to_owned(), "1".to_owned()), ("B_2".to_owned(), "two".to_owned())].into();
        let cases = [
            ("$A/${B_2}x", "1/twox"),
            ("$NONE.", "."),
            ("a$", "a$"),
            ("$.x", "$.x"),
            ("${}x", "x"),
            ("${A", "A"),
            ("$$A", "A"),
            ("é$A", "é1"),
        ];
        for (text, want) in cases {
            assert_eq!(expand(text, &env), want, "{text}");
        }
    }

    #[test]
    fn arguments_follow_the_command() {
        let c = PlatformCommand { args: Some(vec!["$A".into()]), ..command("", "", "$A -x $A") };
        let env: Env = [("A".to_owned(), "v".to_owned())].into();
        let (program, args) = prepare(std::slice::from_ref(&c), true, &["$A".into()], &env).unwrap();
        assert_eq!((program.as_str(), args.join(" ").as_str()), ("v", "-x v v $A"));
        let (_, args) = prepare(&[c], false, &[], &env).unwrap();
        assert_eq!(args.join(" "), "-x $A $A");
        assert_eq!(prepare(&[], true, &[], &env).unwrap_err(), "no plugin command is applicable");
    }
}
