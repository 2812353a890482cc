//! Builds the control plane of `tests/controlplane` where needed and becomes it, with all arguments passed on.
//!
//! ```text
//! cargo run -p pintle-testkit --bin controlplane                      # until Ctrl-C; prints the kubeconfig's path
//! cargo run -p pintle-testkit --bin controlplane -- -- kubectl get ns # runs a command with KUBECONFIG set
//! cargo run -p pintle-testkit --bin controlplane -- --print-binary    # builds it and prints its path
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people and scripts")]

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use pintle_testkit::controlplane::{Binary, StartError};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(e) => {
            eprintln!("controlplane: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, StartError> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let binary = Binary::locate()?;
    if !binary.is_built() {
        eprintln!("building the control plane (the first time this takes some minutes) ...");
        binary.build()?;
    }
    if args.first().is_some_and(|a| a == "--print-binary") {
        println!("{}", binary.path().display());
        return Ok(ExitCode::SUCCESS);
    }
    become_program(binary.path(), &args).map_err(StartError::Io)
}

/// Replaces this process, so that signals, stdin and the exit status need nobody to pass them on.
#[cfg(unix)]
fn become_program(path: &Path, args: &[OsString]) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    Err(Command::new(path).args(args).exec())
}

/// Where a process cannot be replaced, it waits.
#[cfg(not(unix))]
fn become_program(path: &Path, args: &[OsString]) -> io::Result<ExitCode> {
    let status = Command::new(path).args(args).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
