//! The `pintle` binary.

use std::process::ExitCode;

/// A rendering makes millions of small things and throws them away.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let lossy = |s: std::ffi::OsString| s.to_string_lossy().into_owned();
    let argv: Vec<String> = std::env::args_os().map(lossy).collect();
    let env = std::env::vars_os().map(|(k, v)| (lossy(k), lossy(v))).collect();
    pintle::run(&argv, env, &pintle::output::Output::process())
}
