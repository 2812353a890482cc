//! Arithmetic modulo an odd number of a known size, which is where a search for primes spends its time.
//!
//! A number is an array of 64-bit limbs, the lowest first; x stands as x·2^(64·N) modulo n. Nothing here takes the same
//! time for all numbers: whoever can measure the machine closely enough while it makes a key learns something about it.
//! Go's key generation and OpenSSL's test for primes make no such promise of their search either, and no other use is
//! made of this: signing is the `rsa` crate's.

use num_bigint_dig::BigUint;

/// One row of a square for each literal that is less than N - 1, so that each has a fixed length and is unrolled.
macro_rules! rows {
    ($limbs:expr, $a:expr, $($i:literal)*) => {
        $(if $i + 1 < N {
            row::<N, $i>($limbs, $a);
        })*
    };
}

/// Numbers modulo `n`.
pub(super) struct Montgomery<const N: usize> {
    n: [u64; N],
    /// -n⁻¹ modulo 2⁶⁴.
    inverse: u64,
    one: [u64; N],
    minus_one: [u64; N],
}

impl<const N: usize> Montgomery<N> {
    /// For an odd number whose highest bit is set.
    pub(super) fn new(n: [u64; N]) -> Self {
        // Newton's iteration doubles the good bits each time
        let inverse = (0..6).fold(n[0], |x, _| x.wrapping_mul(2u64.wrapping_sub(n[0].wrapping_mul(x))));
        // 2^(64·N) - n, which is less than n
        let one = difference(&[0; N], &n);
        Montgomery { n, inverse: inverse.wrapping_neg(), minus_one: difference(&n, &one), one }
    }

    /// The modulus.
    pub(super) fn number(&self) -> BigUint {
        number(&self.n)
    }

    /// One round of Miller–Rabin to base 2.
    pub(super) fn passes_two(&self) -> bool {
        let (odd, twos) = self.odd_part();
        let mut x = self.one;
        for limb in odd.iter().rev() {
            for shift in (0..64).rev() {
                x = self.square(&x);
                if limb >> shift & 1 == 1 {
                    x = self.double(&x);
                }
            }
        }
        self.ends_in_one(x, twos)
    }

    /// One round of Miller–Rabin to a base between 1 and n - 1. Of a random base the form makes no difference: it is
    /// taken as it stands.
    pub(super) fn passes(&self, base: &[u64; N]) -> bool {
        let (odd, twos) = self.odd_part();
        self.ends_in_one(self.pow(base, &odd), twos)
    }

    /// The odd number d and the count s with n - 1 = d·2^s.
    fn odd_part(&self) -> ([u64; N], u32) {
        let mut odd = self.n;
        odd[0] &= !1;
        let mut twos = 0;
        while odd[0] & 1 == 0 {
            let mut above = 0;
            for limb in odd.iter_mut().rev() {
                (*limb, above) = (*limb >> 1 | above << 63, *limb & 1);
            }
            twos += 1;
        }
        (odd, twos)
    }

    /// Whether x = base^d is 1, or its squares come to n - 1.
    fn ends_in_one(&self, mut x: [u64; N], twos: u32) -> bool {
        if x == self.one || x == self.minus_one {
            return true;
        }
        for _ in 1..twos {
            x = self.square(&x);
            if x == self.minus_one {
                return true;
            }
        }
        false
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
                    out = self.square(&out);
                }
                out = self.mul(&out, &powers[(limb >> (4 * shift) & 15) as usize]);
            }
        }
        out
    }

    /// 2·x modulo n.
    fn double(&self, x: &[u64; N]) -> [u64; N] {
        let (mut out, mut above) = (*x, 0);
        for limb in &mut out {
            (*limb, above) = (*limb << 1 | above, *limb >> 63);
        }
        self.below(out, above)
    }

    /// A number less than 2·n, whose limb above the others is `top`, brought below n.
    fn below(&self, x: [u64; N], top: u64) -> [u64; N] {
        if top > 0 || x.iter().rev().ge(self.n.iter().rev()) { difference(&x, &self.n) } else { x }
    }

    /// a·b·2^(-64·N) modulo n: rows of the product and of its reduction in turn.
    #[allow(clippy::needless_range_loop)] // indices are how the algorithm is written down everywhere
    fn mul(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (mut t, mut top) = ([0u64; N], 0u64);
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
        self.below(t, top)
    }

    /// a·a·2^(-64·N) modulo n. Each product of two different limbs is taken once and doubled.
    #[allow(clippy::needless_range_loop)]
    fn square(&self, a: &[u64; N]) -> [u64; N] {
        let mut product = [[0; N]; 2];
        let limbs = product.as_flattened_mut();
        rows!(limbs, a, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30);
        let (mut bit, mut carry) = (0, 0);
        for (pair, a) in limbs.chunks_exact_mut(2).zip(a) {
            let square = u128::from(*a) * u128::from(*a);
            for (limb, square) in pair.iter_mut().zip([square as u64, (square >> 64) as u64]) {
                let sum = u128::from(*limb << 1 | bit) + u128::from(square) + u128::from(carry);
                bit = *limb >> 63;
                (*limb, carry) = (sum as u64, (sum >> 64) as u64);
            }
        }
        let [mut low, high] = product;
        let mut top = 0;
        for high in high {
            // the lowest limb becomes nought and makes room for the next one of the upper half
            let m = low[0].wrapping_mul(self.inverse);
            let (_, mut carry) = step(low[0], m, self.n[0], 0);
            for j in 1..N {
                (low[j - 1], carry) = step(low[j], m, self.n[j], carry);
            }
            let sum = u128::from(high) + u128::from(carry) + u128::from(top);
            (low[N - 1], top) = (sum as u64, (sum >> 64) as u64);
        }
        self.below(low, top)
    }
}

/// Adds a[I] times the limbs after it.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn row<const N: usize, const I: usize>(limbs: &mut [u64], a: &[u64; N]) {
    let mut carry = 0;
    for j in I + 1..N {
        (limbs[I + j], carry) = step(limbs[I + j], a[I], a[j], carry);
    }
    limbs[I + N] = carry;
}

/// t + x·y + carry. Written so that the carry comes last: each step waits for the one before it only there.
#[inline(always)]
fn step(t: u64, x: u64, y: u64, carry: u64) -> (u64, u64) {
    let product = u128::from(x) * u128::from(y);
    let (sum, over) = (product as u64).overflowing_add(t);
    let high = (product >> 64) as u64 + u64::from(over);
    let (sum, over) = sum.overflowing_add(carry);
    (sum, high + u64::from(over))
}

/// a - b modulo 2^(64·N).
fn difference<const N: usize>(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
    let (mut out, mut borrow) = (*a, false);
    for (out, b) in out.iter_mut().zip(b) {
        let (d, first) = out.overflowing_sub(*b);
        let (d, second) = d.overflowing_sub(u64::from(borrow));
        (*out, borrow) = (d, first || second);
    }
    out
}

/// The number that limbs stand for.
pub(super) fn number<const N: usize>(limbs: &[u64; N]) -> BigUint {
    let bytes: Vec<u8> = limbs.iter().flat_map(|l| l.to_le_bytes()).collect();
    BigUint::from_bytes_le(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources;

    fn random<const N: usize>() -> [u64; N] {
        let mut bytes = [[0; 8]; N];
        sources::fill(bytes.as_flattened_mut()).unwrap();
        bytes.map(u64::from_le_bytes)
    }

    fn products_are_those_of_the_general_library<const N: usize>(mut n: [u64; N]) {
        n[0] |= 1;
        n[N - 1] |= 1 << 63;
        let field = Montgomery::new(n);
        let big = field.number();
        let r = (BigUint::from(1u8) << (64 * N)) % &big;
        assert_eq!(number(&field.one), r);
        for (a, b) in [(random(), random()), (field.minus_one, field.minus_one), ([u64::MAX; N], random())] {
            let [a, b] = [a, b].map(|x| field.below(x, 0));
            let mul = |a: &[u64; N], b: &[u64; N]| (number(a) * number(b)) % &big;
            assert_eq!(number(&field.mul(&a, &b)) * &r % &big, mul(&a, &b));
            assert_eq!(field.square(&a), field.mul(&a, &a));
            assert_eq!(number(&field.double(&a)), number(&a) * 2u8 % &big);
            let e = random::<N>();
            // a stands for a/r, whose power is (a/r)^e·r in this form
            let form = number(&field.pow(&a, &e)) * r.modpow(&number(&e), &big) % &big;
            assert_eq!(form, number(&a).modpow(&number(&e), &big) * &r % &big);
        }
    }

    #[test]
    fn products() {
        for _ in 0..50 {
            products_are_those_of_the_general_library(random::<16>());
        }
        products_are_those_of_the_general_library([u64::MAX; 16]);
        products_are_those_of_the_general_library([0; 16]);
        products_are_those_of_the_general_library(random::<32>());
    }

    #[test]
    fn known_primes_and_composites() {
        // 2^1024 - 105 is the greatest prime below 2^1024, 2^1024 - 107 is none
        let mut n = [u64::MAX; 16];
        n[0] -= 104;
        let prime = Montgomery::new(n);
        assert!(prime.passes_two() && prime.passes(&random()));
        n[0] -= 2;
        let composite = Montgomery::new(n);
        assert!(!composite.passes_two() && !composite.passes(&random()));
        let (odd, twos) = prime.odd_part();
        assert_eq!(number(&odd) << twos as usize, prime.number() - 1u8);
    }
}
