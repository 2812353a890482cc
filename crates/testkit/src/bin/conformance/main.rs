//! Runs conformance suites: folders of `SUITE.jsonl`, one case a line, with the answers that Helm gave.
//!
//! `conformance DIR [SUITE] [-v] [-g] [-k TEXT] [--binary PINTLE]` prints `NAME: N passed, M failed` for each suite;
//! `-v` shows the first failures, `-g` counts them by group, `-k` takes only cases whose id contains TEXT.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod case;
mod command;
mod library;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use case::Case;

const SUITES: [&str; 8] = ["gotemplate", "sprig", "helmfuncs", "yaml", "strvals", "values", "lintpkg", "numbers"];

/// What was asked for on the command line.
struct Options {
    dir: PathBuf,
    suite: Option<String>,
    verbose: usize,
    groups: bool,
    filter: Option<String>,
    binary: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(o) = options() else {
        eprintln!("usage: conformance DIR [SUITE] [-v] [-g] [-k TEXT] [--binary PINTLE]");
        return ExitCode::from(2);
    };
    // deep templates recurse deep
    let run = std::thread::Builder::new().stack_size(256 << 20).spawn(move || run(&o));
    match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn options() -> Option<Options> {
    let mut o = Options { dir: PathBuf::new(), suite: None, verbose: 0, groups: false, filter: None, binary: None };
    let mut args = std::env::args().skip(1);
    let mut plain = Vec::new();
    while let Some(a) = args.next() {
        match a.as_str() {
            "-v" => o.verbose += 15,
            "-g" => o.groups = true,
            "-k" => o.filter = Some(args.next()?),
            "--binary" => o.binary = Some(args.next()?.into()),
            a if a.starts_with('-') => return None,
            _ => plain.push(a),
        }
    }
    let mut plain = plain.into_iter();
    o.dir = plain.next()?.into();
    o.suite = plain.next();
    Some(o)
}

fn run(o: &Options) -> bool {
    let datasets = std::fs::read(o.dir.join("datasets.json")).unwrap_or_default();
    let mut all = true;
    for suite in SUITES {
        if o.suite.as_deref().is_some_and(|s| s != suite) {
            continue;
        }
        let file = o.dir.join(format!("{suite}.jsonl"));
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("{suite}: skipped: {} is missing", file.display());
            continue;
        };
        match suite_run(suite, &text, &datasets, o) {
            Ok((passed, failed)) => {
                println!("{suite}: {passed} passed, {failed} failed");
                all &= failed == 0;
            }
            Err(why) => println!("{suite}: skipped: {why}"),
        }
    }
    all
}

fn suite_run(suite: &str, text: &str, datasets: &[u8], o: &Options) -> Result<(usize, usize), String> {
    let binary = match suite {
        "values" | "lintpkg" => Some(find_binary(o.binary.as_deref())?),
        _ => None,
    };
    let (mut passed, mut failed) = (0, 0);
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let case = Case::read(line, datasets)?;
        if o.filter.as_deref().is_some_and(|f| !case.id.contains(f)) {
            continue;
        }
        let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match &binary {
            Some(b) => command::judge(&case, b),
            None => library::judge(suite, &case),
        }))
        .unwrap_or_else(|_| Err("it panicked".to_owned()));
        match verdict {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                let group = case.id.rsplit_once('-').map_or(case.id.as_str(), |(g, _)| g);
                *groups.entry(group.to_owned()).or_default() += 1;
                if failed <= o.verbose {
                    println!("--- {}\n{}\n{why}", case.id, case.summary());
                }
            }
        }
    }
    if o.groups {
        for (g, n) in groups {
            println!("    {g}: {n} failed");
        }
    }
    Ok((passed, failed))
}

/// The program under test: as given, or beside this one.
fn find_binary(given: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(b) = given {
        return std::path::absolute(b).map_err(|e| e.to_string());
    }
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let beside = own.with_file_name("pintle");
    if beside.exists() {
        return Ok(beside);
    }
    Err(format!("{} is missing: build it (`cargo build --release`) or name one with --binary", beside.display()))
}
