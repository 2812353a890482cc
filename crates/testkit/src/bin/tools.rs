//! Builds the programs that tests run beside pintle, and says where each is or why it is not.
//!
//! ```text
//! cargo run -p pintle-testkit --bin tools              # all that build in a few minutes
//! PINTLE_BUILD_TOOLS=1 cargo run -p pintle-testkit --bin tools -- helmfile
//! ```

#![allow(clippy::print_stdout, reason = "a program for people and scripts")]

use std::time::Instant;

use pintle_testkit::tools::ALL;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for tool in ALL.iter().filter(|t| wanted.is_empty() || wanted.iter().any(|w| w == t.name)) {
        let start = Instant::now();
        match tool.program() {
            Ok(path) => println!("{} ({} s)", path.display(), start.elapsed().as_secs()),
            Err(why) => println!("{why}"),
        }
    }
}
