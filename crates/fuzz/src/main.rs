//! `pintle-fuzz TARGET|all [--seconds N] [--seed N]`: feeds a target with mutated seeds. A panic is told with its input,
//! which is written to `fuzz/artifacts/TARGET`; so is an input that takes over ten seconds. One that does not come back ends
//! the run.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for developers: it talks to them")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pintle_fuzz::{Mutator, TARGETS, Target, seeds_of};

/// An input that takes longer counts as bad; the machine may have other things to do.
const SLOW: Duration = Duration::from_secs(10);
/// An input that takes longer will not come back.
const HUNG: Duration = Duration::from_secs(60);

/// What is being read, and since when.
static CURRENT: Mutex<Option<(&str, Vec<u8>, Instant)>> = Mutex::new(None);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str, default: u64| {
        let at = args.iter().position(|a| a == flag);
        at.and_then(|i| args.get(i + 1)).and_then(|v| v.parse().ok()).unwrap_or(default)
    };
    let name = args.first().map_or("all", String::as_str);
    let chosen: Vec<&Target> = TARGETS.iter().filter(|t| name == "all" || t.name == name).collect();
    if chosen.is_empty() {
        eprintln!("targets: all {}", TARGETS.map(|t| t.name).join(" "));
        return ExitCode::from(2);
    }
    let (seconds, seed) = (number("--seconds", 10), number("--seed", 1));
    // deep recursion is the program's business: it runs on a big stack, too
    let run = move || chosen.into_iter().map(|t| feed(t, Duration::from_secs(seconds), seed)).sum::<usize>();
    std::thread::spawn(watch);
    let found = std::thread::Builder::new().stack_size(1 << 28).spawn(run).map(std::thread::JoinHandle::join);
    match found {
        Ok(Ok(0)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Runs a target for a while; gives the number of inputs that it did not stand.
fn feed(target: &Target, time: Duration, seed: u64) -> usize {
    let mut mutator = Mutator::new(seeds_of(target), seed);
    let (begin, mut runs, mut bad) = (Instant::now(), 0_u64, 0);
    while begin.elapsed() < time {
        let input = mutator.next_input();
        let started = Instant::now();
        *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some((target.name, input.clone(), started));
        let result = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        runs += 1;
        if result.is_err() || started.elapsed() > SLOW {
            bad += 1;
            keep(target.name, &input, bad);
            if bad >= 20 {
                break;
            }
        }
    }
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = None;
    println!("{}: {runs} inputs, {bad} bad", target.name);
    bad
}

/// Ends the program when an input does not come back: nothing else could.
fn watch() {
    loop {
        std::thread::sleep(Duration::from_secs(1));
        if let Some((name, input, started)) = &*CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
            && started.elapsed() > HUNG
        {
            keep(name, input, 0);
            std::process::exit(1);
        }
    }
}

fn keep(name: &str, input: &[u8], n: usize) {
    let dir = std::path::Path::new("fuzz/artifacts").join(name);
    let file = dir.join(format!("{n}"));
    let written = std::fs::create_dir_all(&dir).and_then(|()| std::fs::write(&file, input));
    println!(
        "{name}: bad input {}: {:?}",
        file.display(),
        written.map(|()| String::from_utf8_lossy(input).into_owned())
    );
}
