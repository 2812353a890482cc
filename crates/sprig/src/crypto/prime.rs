//! Primes for RSA keys, found fast: charts make certificates while they render, and the general library takes seconds.
//!
//! A random start, a sieve by small primes over the odd numbers that follow, then Miller–Rabin in Montgomery form; both
//! primes of a key are looked for side by side. Rounds are those of FIPS 186-5, table B.1, as in Go's `crypto/rsa`.

use num_bigint_dig::BigUint;

use crate::sources;

/// Miller–Rabin rounds with random bases for primes of 1024 bits and more.
const ROUNDS: usize = 5;
/// Candidates are sieved by all odd primes below this.
const SIEVE_BELOW: u64 = 1 << 14;
/// How many odd numbers are looked at before a new start is drawn.
const WINDOW: usize = 1 << 13;
/// The public exponent of all keys: no prime may be one more than a multiple of it.
const EXPONENT: u32 = 65537;

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

fn both<const N: usize>() -> Result<(BigUint, BigUint), String> {
    loop {
        let (p, q) = std::thread::scope(|s| {
            let other = s.spawn(random_prime::<N>);
            let q = random_prime::<N>()?;
            let p = other.join().map_err(|_| "the search for a prime failed".to_owned())??;
            Ok::<_, String>((p, q))
        })?;
        // FIPS 186-5, A.1.3: primes that are near each other give the key away
        let gap = if p > q { &p - &q } else { &q - &p };
        if gap.bits() > N * 64 - 100 {
            return Ok((p, q));
        }
    }
}

/// The odd primes below [`SIEVE_BELOW`].
fn small_primes() -> Vec<u64> {
    let mut composite = vec![false; SIEVE_BELOW as usize];
    let mut primes = Vec::new();
    for n in (3..SIEVE_BELOW).step_by(2) {
        if composite.get(n as usize).is_some_and(|c| *c) {
            continue;
        }
        primes.push(n);
        for m in (n * n..SIEVE_BELOW).step_by(2 * n as usize) {
            if let Some(c) = composite.get_mut(m as usize) {
                *c = true;
            }
        }
    }
    primes
}

/// A prime of exactly `64 * N` bits whose two highest bits are set, so that a product of two has full length.
fn random_prime<const N: usize>() -> Result<BigUint, String> {
    let small = small_primes();
    loop {
        let start = random_limbs::<N>(true)?;
        let mut composite = vec![false; WINDOW];
        for p in &small {
            // candidates are start + 2k; the first k with p | start + 2k
            let rest = start
                .iter()
                .rev()
                .fold(0u64, |r, limb| (((u128::from(r) << 64) | u128::from(*limb)) % u128::from(*p)) as u64);
            let away = (p - rest) % p;
            let first = if away.is_multiple_of(2) { away / 2 } else { (away + p) / 2 };
            for c in composite.iter_mut().skip(first as usize).step_by(*p as usize) {
                *c = true;
            }
        }
        for (k, _) in composite.iter().enumerate().filter(|(_, c)| !**c) {
            let Some(n) = plus(&start, 2 * k as u64) else { break };
            let field = Montgomery::new(n);
            if field.passes(&field.two()) && usable(&field.number()) {
                let mut certain = true;
                for _ in 0..ROUNDS {
                    let mut base = random_limbs::<N>(false)?;
                    // below the modulus, whose two highest bits are set, and above 1
                    base[N - 1] >>= 2;
                    base[0] |= 2;
                    certain = certain && field.passes(&base);
                }
                if certain {
                    return Ok(field.number());
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

fn number<const N: usize>(limbs: &[u64; N]) -> BigUint {
    let bytes: Vec<u8> = limbs.iter().flat_map(|l| l.to_le_bytes()).collect();
    BigUint::from_bytes_le(&bytes)
}

fn limbs<const N: usize>(n: &BigUint) -> [u64; N] {
    let mut out = [0; N];
    for (limb, bytes) in out.iter_mut().zip(n.to_bytes_le().chunks(8)) {
        *limb = bytes.iter().rev().fold(0, |l, b| l << 8 | u64::from(*b));
    }
    out
}

/// Arithmetic modulo an odd number in Montgomery form: x stands as x·2^(64·N).
struct Montgomery<const N: usize> {
    n: [u64; N],
    /// -n⁻¹ modulo 2⁶⁴.
    inverse: u64,
    one: [u64; N],
    minus_one: [u64; N],
    /// 2^(128·N) modulo n, which brings a number into this form.
    square: [u64; N],
}

impl<const N: usize> Montgomery<N> {
    fn new(n: [u64; N]) -> Self {
        let big = number(&n);
        let one = (BigUint::from(1u8) << (64 * N)) % &big;
        // Newton's iteration doubles the good bits each time
        let inverse = (0..6).fold(n[0], |x, _| x.wrapping_mul(2u64.wrapping_sub(n[0].wrapping_mul(x))));
        Montgomery {
            n,
            inverse: inverse.wrapping_neg(),
            minus_one: limbs(&(&big - &one)),
            square: limbs(&((BigUint::from(1u8) << (128 * N)) % &big)),
            one: limbs(&one),
        }
    }

    fn number(&self) -> BigUint {
        number(&self.n)
    }

    fn two(&self) -> [u64; N] {
        let mut two = [0; N];
        two[0] = 2;
        two
    }

    /// a·b·2^(-64·N) modulo n.
    #[allow(clippy::needless_range_loop)] // indices are how the algorithm is written down everywhere
    fn mul(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (mut t, mut top) = ([0u64; N], 0u64);
        let step = |t: u64, x: u64, y: u64, carry: u64| {
            let v = u128::from(t) + u128::from(x) * u128::from(y) + u128::from(carry);
            (v as u64, (v >> 64) as u64)
        };
        for &b in b {
            let mut carry = 0;
            for j in 0..N {
                (t[j], carry) = step(t[j], a[j], b, carry);
            }
            let (high, over) = top.overflowing_add(carry);
            let m = t[0].wrapping_mul(self.inverse);
            (_, carry) = step(t[0], m, self.n[0], 0);
            for j in 1..N {
                (t[j - 1], carry) = step(t[j], m, self.n[j], carry);
            }
            let (high, again) = high.overflowing_add(carry);
            t[N - 1] = high;
            top = u64::from(over) + u64::from(again);
        }
        if top > 0 || t.iter().rev().ge(self.n.iter().rev()) {
            let mut borrow = false;
            for (t, n) in t.iter_mut().zip(&self.n) {
                let (d, first) = t.overflowing_sub(*n);
                let (d, second) = d.overflowing_sub(u64::from(borrow));
                (*t, borrow) = (d, first || second);
            }
        }
        t
    }

    /// base^exponent, four bits at a time; base is in this form.
    fn pow(&self, base: &[u64; N], exponent: &[u64; N]) -> [u64; N] {
        let mut powers = [self.one; 16];
        for i in 1..16 {
            powers[i] = self.mul(&powers[i - 1], base);
        }
        let mut out = self.one;
        for limb in exponent.iter().rev() {
            for shift in (0..16).rev() {
                for _ in 0..4 {
                    out = self.mul(&out, &out);
                }
                out = self.mul(&out, &powers[(limb >> (4 * shift) & 15) as usize]);
            }
        }
        out
    }

    /// One round of Miller–Rabin.
    fn passes(&self, base: &[u64; N]) -> bool {
        let below = self.number() - 1u32;
        let twos = below.trailing_zeros().unwrap_or(0);
        let odd = limbs(&(&below >> twos));
        let mut x = self.pow(&self.mul(base, &self.square), &odd);
        if x == self.one || x == self.minus_one {
            return true;
        }
        for _ in 1..twos {
            x = self.mul(&x, &x);
            if x == self.minus_one {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint_dig::prime::probably_prime;

    #[test]
    fn primes_are_prime_and_of_full_length() {
        let (p, q) = pair(2048).unwrap().unwrap();
        for n in [&p, &q] {
            assert!(probably_prime(n, 20));
            assert_eq!(n.bits(), 1024);
        }
        assert_eq!((&p * &q).bits(), 2048);
        assert_ne!(p, q);
        assert!(pair(1024).unwrap().is_none());
    }

    #[test]
    fn powers_are_those_of_the_general_library() {
        let n = random_limbs::<16>(true).unwrap();
        let field = Montgomery::new(n);
        let (base, exponent) = (random_limbs::<16>(false).unwrap(), random_limbs::<16>(false).unwrap());
        let base = limbs::<16>(&(number(&base) % field.number()));
        let mut one = [0; 16];
        one[0] = 1;
        let power = field.mul(&field.pow(&field.mul(&base, &field.square), &exponent), &one);
        assert_eq!(number(&power), number(&base).modpow(&number(&exponent), &field.number()));
    }

    #[test]
    fn composites_do_not_pass() {
        // a product of two primes that no small prime divides
        let (p, q) = (random_prime::<16>().unwrap(), random_prime::<16>().unwrap());
        let field = Montgomery::new(limbs::<32>(&(p * q)));
        assert!(!field.passes(&field.two()));
    }
}
