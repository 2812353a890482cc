//! Primes for RSA keys, found fast: charts make certificates while they render, and the general library takes seconds.
//!
//! A random start, a sieve by small primes over the odd numbers that follow, Miller–Rabin to base 2, which almost no
//! composite passes, then rounds with random bases: as many as Go's `crypto/rsa` and BoringSSL make, after FIPS 186-5,
//! table B.1. What that standard asks of p and q is kept: full length, coprime to the exponent, far from each other.
//! The search does not take the same time for all primes (see [`super::montgomery`]).

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use num_bigint_dig::BigUint;

use super::montgomery::Montgomery;
use crate::sources;

/// Miller–Rabin rounds with random bases for primes of 1024 bits and more.
const ROUNDS: usize = 5;
/// Candidates are sieved by all odd primes below this.
const SIEVE_BELOW: u32 = 1 << 16;
/// How many odd numbers are looked at before a new start is drawn.
const WINDOW: usize = 1 << 13;
/// The public exponent of all keys: no prime may be one more than a multiple of it.
const EXPONENT: u32 = 65537;
/// A key is not worth more threads.
const MOST_THREADS: usize = 8;

/// Two different primes of half the size; nothing for sizes other than 2048 and 4096.
///
/// # Errors
/// The system gives no random bytes.
pub(super) fn pair(bits: usize) -> Result<Option<(BigUint, BigUint)>, String> {
    match bits {
        2048 => both::<16>().map(Some),
        4096 => both::<32>().map(Some),
        _ => Ok(None),
    }
}

/// Every processor looks for primes of its own; the first two that come make the key.
fn both<const N: usize>() -> Result<(BigUint, BigUint), String> {
    let small = SmallPrimes::new();
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST_THREADS));
    loop {
        let found = Mutex::new(Vec::new());
        let missing = AtomicUsize::new(2);
        let search = || {
            while let Some(p) = random_prime::<N>(&small, &missing)? {
                missing.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1)).ok();
                found.lock().unwrap_or_else(PoisonError::into_inner).push(p);
            }
            Ok(())
        };
        std::thread::scope(|s| {
            let others: Vec<_> = (1..threads).map(|_| s.spawn(search)).collect();
            let mut done = search();
            for other in others {
                let other = other.join().map_err(|_| "the search for a prime failed".to_owned());
                done = done.and(other.flatten());
            }
            done
        })?;
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter();
        if let (Some(p), Some(q)) = (found.next(), found.next()) {
            // FIPS 186-5, A.1.3: primes that are near each other give the key away
            let gap = if p > q { &p - &q } else { &q - &p };
            if gap.bits() > N * 64 - 100 {
                return Ok((p, q));
            }
        }
    }
}

/// Primes whose product fits into 64 bits: one division of a large number serves them all.
struct Group {
    product: u64,
    primes: Vec<u32>,
}

/// The odd primes below [`SIEVE_BELOW`].
struct SmallPrimes {
    groups: Vec<Group>,
}

impl SmallPrimes {
    fn new() -> Self {
        let mut composite = vec![false; SIEVE_BELOW as usize];
        let mut groups: Vec<Group> = Vec::new();
        for n in (3..SIEVE_BELOW).step_by(2) {
            if composite.get(n as usize).is_some_and(|c| *c) {
                continue;
            }
            for c in composite.iter_mut().skip(n as usize * n as usize).step_by(2 * n as usize) {
                *c = true;
            }
            match groups.last_mut().and_then(|g| Some((g.product.checked_mul(u64::from(n))?, g))) {
                Some((product, group)) => {
                    group.product = product;
                    group.primes.push(n);
                }
                None => groups.push(Group { product: u64::from(n), primes: vec![n] }),
            }
        }
        SmallPrimes { groups }
    }

    /// Even numbers below twice [`WINDOW`] that make no multiple of a small prime when added to an odd number.
    fn sieve<const N: usize>(&self, start: &[u64; N]) -> Vec<u64> {
        let mut composite = vec![false; WINDOW];
        for group in &self.groups {
            let product = u128::from(group.product);
            let rest = start.iter().rev().fold(0, |r, limb| (r << 64 | u128::from(*limb)) % product) as u64;
            for p in &group.primes {
                // candidates are start + 2k; the first k with p | start + 2k
                let away = (p - (rest % u64::from(*p)) as u32) % p;
                let first = if away.is_multiple_of(2) { away / 2 } else { (away + p) / 2 };
                for c in composite.iter_mut().skip(first as usize).step_by(*p as usize) {
                    *c = true;
                }
            }
        }
        (0u64..).step_by(2).zip(composite).filter(|(_, composite)| !composite).map(|(k, _)| k).collect()
    }
}

/// A prime of exactly `64 * N` bits whose two highest bits are set, so that a product of two has full length; nothing
/// when no more are missing.
fn random_prime<const N: usize>(small: &SmallPrimes, missing: &AtomicUsize) -> Result<Option<BigUint>, String> {
    loop {
        let start = random_limbs::<N>(true)?;
        for k in small.sieve(&start) {
            if missing.load(Relaxed) == 0 {
                return Ok(None);
            }
            let Some(n) = plus(&start, k) else { break };
            let field = Montgomery::new(n);
            if field.passes_two() && usable(&field.number()) {
                let mut certain = true;
                for _ in 0..ROUNDS {
                    let mut base = random_limbs::<N>(false)?;
                    // below the modulus, whose two highest bits are set, and above 1
                    base[N - 1] >>= 2;
                    base[0] |= 2;
                    certain = certain && field.passes(&base);
                }
                if certain {
                    return Ok(Some(field.number()));
                }
            }
        }
    }
}

/// Whether the public exponent has an inverse for this prime.
fn usable(p: &BigUint) -> bool {
    (p - 1u32) % EXPONENT != BigUint::from(0u32)
}

/// Random limbs, the lowest first; of a candidate the two highest bits and the lowest are set.
fn random_limbs<const N: usize>(candidate: bool) -> Result<[u64; N], String> {
    let mut limbs = [0; N];
    for limb in &mut limbs {
        let mut bytes = [0; 8];
        sources::fill(&mut bytes).map_err(|e| e.to_string())?;
        *limb = u64::from_le_bytes(bytes);
    }
    if candidate {
        limbs[N - 1] |= 3 << 62;
        limbs[0] |= 1;
    }
    Ok(limbs)
}

/// The sum, unless it has one limb more.
fn plus<const N: usize>(a: &[u64; N], b: u64) -> Option<[u64; N]> {
    let (mut out, mut carry) = (*a, b);
    for limb in &mut out {
        let (sum, over) = limb.overflowing_add(carry);
        (*limb, carry) = (sum, u64::from(over));
    }
    (carry == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::montgomery::number;
    use num_bigint_dig::prime::probably_prime;

    #[test]
    fn primes_are_prime_and_of_full_length() {
        let (p, q) = pair(2048).unwrap().unwrap();
        for n in [&p, &q] {
            assert!(probably_prime(n, 20));
            assert_eq!(n.bits(), 1024);
            assert!(usable(n));
        }
        assert_eq!((&p * &q).bits(), 2048);
        assert_ne!(p, q);
        assert!(pair(1024).unwrap().is_none());
    }

    #[test]
    fn the_sieve_leaves_what_no_small_prime_divides() {
        let small = SmallPrimes::new();
        let start = random_limbs::<16>(true).unwrap();
        let left = small.sieve(&start);
        let product = |primes: &[u32]| primes.iter().fold(BigUint::from(1u8), |n, p| n * *p);
        let first: Vec<u32> = small.groups.iter().flat_map(|g| g.primes.clone()).take(100).collect();
        assert_eq!(first[..4], [3, 5, 7, 11]);
        let all = product(&first);
        let one = BigUint::from(1u8);
        for k in &left {
            let n = number(&plus(&start, *k).unwrap());
            assert_eq!(gcd(&n, &all), one, "start + {k}");
        }
        // about e^-γ / ln(2^16) of all numbers are left, twice that of odd ones
        assert!((500..1200).contains(&left.len()), "{}", left.len());
    }

    fn gcd(a: &BigUint, b: &BigUint) -> BigUint {
        let (mut a, mut b) = (a.clone(), b.clone());
        while b != BigUint::default() {
            (a, b) = (b.clone(), a % b);
        }
        a
    }
}
