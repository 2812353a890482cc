//! A short run of every target, always the same inputs.

use pintle_fuzz::{Mutator, TARGETS, seeds_of};

#[test]
fn no_bytes_make_a_reader_panic() {
    let run = || {
        for target in &TARGETS {
            let mut mutator = Mutator::new(seeds_of(target), 7);
            for _ in 0..1500 {
                (target.run)(&mutator.next_input());
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(1 << 28).spawn(run).expect("a thread");
    thread.join().expect("no panic");
}

/// Inputs that a reader did not come back from once.
#[test]
fn what_once_hung_comes_back() {
    let nested = "{{ if 1 }}".repeat(60_000);
    for (target, input) in [
        ("template", "{{ range 9223372036854775807 }}{{ end }}"),
        ("template", "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"),
        ("template", "{{ repeat 9223372036 \"ab\" }}"),
        ("template", nested.as_str()),
    ] {
        pintle_fuzz::feed(target, input.as_bytes());
    }
}
