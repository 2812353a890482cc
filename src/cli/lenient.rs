//! The global flags of a command line that is not understood otherwise: a plugin's flags may stand between them.
//!
//! Helm reads every command line twice, first for its own flags alone, with pflag's rules for unknown ones.

use super::parse::{Parsed, command};
use super::spec::Flag;
use super::table::GLOBAL;

/// Global flags whose values Helm takes out of a plugin's arguments (`manuallyProcessArgs`).
const TAKEN: [&str; 14] = [
    "--kube-context",
    "--namespace",
    "-n",
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-ca-file",
    "--registry-config",
    "--repository-cache",
    "--repository-config",
    "--kube-insecure-skip-tls-verify",
    "--kube-tls-server-name",
];

/// Reads the global flags, wherever they stand, and skips everything else. It ends at what it cannot read, as pflag.
pub fn globals(argv: &[String]) -> Parsed {
    let mut parsed = command("").map_or_else(Parsed::default, Parsed::of);
    let mut i = 0;
    while let Some(word) = argv.get(i) {
        i += 1;
        if word == "--" || word == "--help" || word == "-h" {
            break;
        }
        let next = argv.get(i).filter(|n| !n.starts_with('-'));
        let Some(flag) = global(word) else {
            // an unknown flag takes the word after it along
            if word.starts_with('-') && !word.contains('=') && next.is_some() {
                i += 1;
            }
            continue;
        };
        let glued = word.contains('=') || (!word.starts_with("--") && word.len() > 2);
        let takes_next = flag.no_opt.is_empty() && !glued;
        let words = &argv[i - 1..(i + usize::from(takes_next)).min(argv.len())];
        i += usize::from(takes_next);
        if parsed.read(words).is_err() {
            break;
        }
    }
    parsed
}

fn global(word: &str) -> Option<&'static Flag> {
    if let Some(long) = word.strip_prefix("--") {
        let name = long.split('=').next().unwrap_or(long);
        return GLOBAL.iter().find(|f| f.name == name);
    }
    let letter = word.strip_prefix('-')?.chars().next()?;
    GLOBAL.iter().find(|f| f.short.starts_with(letter))
}

/// Takes Helm's own flags out of a plugin's arguments: first those flags, then what is left.
pub fn take_globals(argv: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or(word);
        if word == "--debug" || (word.contains('=') && TAKEN.contains(&name)) {
            known.push(word.clone());
        } else if TAKEN.contains(&word.as_str()) {
            known.push(word.clone());
            known.extend(words.next().cloned());
        } else {
            unknown.push(word.clone());
        }
    }
    (known, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn global_flags_are_found_among_others() {
        let p = globals(&args("plug --own x -n ns --debug y --kube-context=c --else -- --namespace no"));
        assert_eq!((p.text("namespace").as_str(), p.on("debug"), p.text("kube-context").as_str()), ("ns", true, "c"));
        assert_eq!(globals(&args("plug --help -n ns")).text("namespace"), "");
        // the value of an unknown flag is not looked at, a flag after it is
        assert_eq!(globals(&args("plug --own -n ns")).text("namespace"), "ns");
        assert_eq!(globals(&args("plug -n")).text("namespace"), "");
    }

    #[test]
    fn a_plugin_does_not_see_them() {
        let (known, unknown) = take_globals(&args("a --namespace foo --debug --b -n=x -c d --kube-context"));
        assert_eq!(known, args("--namespace foo --debug -n=x --kube-context"));
        assert_eq!(unknown, args("a --b -c d"));
    }
}
