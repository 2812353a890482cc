//! What is waited for: on a terminal as a table that is drawn again and again, elsewhere one line for each change.

use std::cell::RefCell;
use std::io::Write;
use std::time::Duration;

/// The state of the last look.
#[derive(Default)]
pub struct Waiting {
    shown: RefCell<Vec<String>>,
}

/// `Kind/namespace/name` of `Kind/namespace/name: reason`.
fn object(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(object, _)| object)
}

impl Waiting {
    /// Shows what is not ready after so long.
    pub fn show(&self, out: &mut dyn Write, terminal: bool, elapsed: Duration, pending: &[String]) {
        let mut shown = self.shown.borrow_mut();
        let age = elapsed.as_secs();
        if terminal {
            if !shown.is_empty() {
                // up to the first line of the table, and everything below it away
                let _ = write!(out, "\x1b[{}A\x1b[J", shown.len());
            }
            let width = pending.iter().map(|line| object(line).len()).max().unwrap_or(0);
            for line in pending {
                let reason = line.split_once(": ").map_or("", |(_, reason)| reason).replace('\n', " ");
                let _ = writeln!(out, "{:width$}  {age:>4}s  {reason}", object(line));
            }
        } else {
            for line in pending.iter().filter(|line| !shown.contains(line)) {
                let _ = writeln!(out, "[{age}s] {}", line.replace('\n', " "));
            }
            let is_over = |line: &&String| !pending.iter().any(|p| object(p) == object(line));
            for line in shown.iter().filter(is_over) {
                let _ = writeln!(out, "[{age}s] {}: ready", object(line));
            }
        }
        *shown = pending.to_vec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_change() {
        let waiting = Waiting::default();
        let mut out = Vec::new();
        let both = ["Pod/n/a: Pending".to_owned(), "Job/n/b: 0/1".to_owned()];
        for (age, pending) in [(0, &both[..]), (1, &both[..]), (2, &both[1..])] {
            waiting.show(&mut out, false, Duration::from_secs(age), pending);
        }
        let text = String::from_utf8_lossy(&out).into_owned();
        assert_eq!(text, "[0s] Pod/n/a: Pending\n[0s] Job/n/b: 0/1\n[2s] Pod/n/a: ready\n");
    }

    #[test]
    fn a_table_is_drawn_over_the_last() {
        let waiting = Waiting::default();
        let mut out = Vec::new();
        for _ in 0..2 {
            waiting.show(&mut out, true, Duration::from_secs(3), &["Pod/n/a: Pending".to_owned()]);
        }
        let row = "Pod/n/a     3s  Pending\n";
        assert_eq!(String::from_utf8_lossy(&out), format!("{row}\x1b[1A\x1b[J{row}"));
    }
}
