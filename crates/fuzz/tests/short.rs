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
