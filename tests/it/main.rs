//! Tests of the whole program, in one binary: it links once, and shares one control plane.

#![allow(missing_docs, reason = "tests are named for what they show")]

mod advisories;
mod bad_input;
mod commandline;
mod crash;
mod explain;
mod faults;
mod integrators;
mod interop;
mod kit;
mod lifecycle;
mod plugin_sources;
mod plugins;
mod registries;
mod render;
mod requests;
mod rights;
mod scenarios;
mod server;
mod shells;
mod signing;
mod surface;
mod tools;

/// A file that is no module here would never run.
#[test]
fn every_file_is_a_module() {
    let text = include_str!("main.rs");
    for entry in std::fs::read_dir(kit::project("tests/it")).expect("the folder of this file").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(module) = name.strip_suffix(".rs").filter(|m| *m != "main") else { continue };
        assert!(text.contains(&format!("\nmod {module};\n")), "tests/it/{name} is not named in main.rs");
    }
}
