//! `--qps` and `--burst-limit`: how fast requests may follow each other.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A bucket that fills with turns, of which every request takes one (client-go's `flowcontrol`).
#[derive(Debug)]
pub(crate) struct Pace {
    /// Turns a second; 0 for no limit.
    qps: f64,
    burst: f64,
    /// Turns left at a time; below zero when requests wait for theirs.
    state: Cell<(f64, Instant)>,
}

impl Pace {
    /// A full bucket.
    pub(crate) fn new(qps: f64, burst: u32) -> Pace {
        let burst = f64::from(burst.max(1));
        Pace { qps: qps.max(0.0), burst, state: Cell::new((burst, Instant::now())) }
    }

    /// Takes a turn; gives how long to wait for it.
    pub(crate) fn turn(&self) -> Option<Duration> {
        if self.qps == 0.0 {
            return None;
        }
        let (left, at) = self.state.get();
        let now = Instant::now();
        let left = (left + now.duration_since(at).as_secs_f64() * self.qps).min(self.burst) - 1.0;
        self.state.set((left, now));
        (left < 0.0).then(|| Duration::from_secs_f64(-left / self.qps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_after_the_burst() {
        let pace = Pace::new(10.0, 2);
        assert_eq!((pace.turn(), pace.turn()), (None, None));
        let (third, fourth) = (pace.turn().unwrap(), pace.turn().unwrap());
        assert!(third <= Duration::from_millis(100) && fourth > third && fourth <= Duration::from_millis(200));
        let free = Pace::new(0.0, 1);
        assert!((0..100).all(|_| free.turn().is_none()));
    }
}
