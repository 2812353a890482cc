//! Where chance and the clock come from: the operating system, unless a test sets them for its thread.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use pintle_go::FuncError;

thread_local! {
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
    static NOW: Cell<Option<(i64, u32)>> = const { Cell::new(None) };
}

/// Makes every random function of this thread repeatable (or random again). For tests: never for real secrets.
pub fn set_seed(seed: Option<u64>) {
    SEED.set(seed);
}

/// Stops the clock of this thread at a Unix time (seconds, nanoseconds), or lets it run again.
pub fn set_now(time: Option<(i64, u32)>) {
    NOW.set(time);
}

/// The Unix time: seconds and nanoseconds.
pub(crate) fn now() -> (i64, u32) {
    NOW.get().unwrap_or_else(|| match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(d) => (d.as_secs() as i64, d.subsec_nanos()),
        Err(_) => (0, 0),
    })
}

/// Fills with random bytes from the operating system.
pub(crate) fn fill(buf: &mut [u8]) -> Result<(), FuncError> {
    let Some(mut state) = SEED.get() else {
        return getrandom::fill(buf).map_err(|e| e.to_string().into());
    };
    for chunk in buf.chunks_mut(8) {
        // splitmix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
    }
    SEED.set(Some(state));
    Ok(())
}

/// A number below `span`, each as likely; 0 where `span` is 0.
pub(crate) fn below(span: u64) -> Result<u64, FuncError> {
    if span == 0 {
        return Ok(0);
    }
    let limit = u64::MAX - u64::MAX % span;
    loop {
        let mut buf = [0; 8];
        fill(&mut buf)?;
        let n = u64::from_le_bytes(buf);
        if n < limit {
            return Ok(n % span);
        }
    }
}

/// `count` characters of an alphabet, one byte each.
pub(crate) fn pick(alphabet: &[u8], count: usize) -> Result<Vec<u8>, FuncError> {
    let mut out = Vec::with_capacity(count.min(1 << 20));
    let span = alphabet.len().clamp(1, 256);
    let limit = 256 - 256 % span;
    let mut pool = [0; 64];
    while out.len() < count {
        fill(&mut pool)?;
        let good = pool.iter().map(|b| usize::from(*b)).filter(|b| *b < limit);
        out.extend(good.filter_map(|b| alphabet.get(b % span)).take(count - out.len()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats() {
        set_seed(Some(7));
        let first = pick(b"abc", 20).unwrap();
        set_seed(Some(7));
        assert_eq!(pick(b"abc", 20).unwrap(), first);
        set_seed(None);
        assert!(below(3).unwrap() < 3);
    }
}
