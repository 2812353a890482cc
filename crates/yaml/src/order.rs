//! The order in which go-yaml writes a mapping's keys: numbers within them count as numbers (`keyList.Less`).
//!
//! It is no total order for some sets of keys (Go's output varies there), so the sort is one that cannot go wrong.

use std::ops::ControlFlow;

use pintle_go::{GoStr, Value};

/// Which go-yaml's rule: v3 differs where a letter meets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V2,
    V3,
}

/// The order of the pairs; none if they stand right already.
pub(crate) fn natural_order(pairs: &[(GoStr, Value)], version: Version) -> Option<Vec<u32>> {
    let key = |i: u32| pairs.get(i as usize).map_or(&[][..], |p| p.0.as_bytes());
    let sorted = pairs.windows(2).try_for_each(|w| match w {
        [a, b] if less(&b.0, &a.0, version) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    if sorted.is_continue() {
        return None;
    }
    let mut order: Vec<u32> = (0..pairs.len() as u32).collect();
    merge_sort(&mut order, &mut Vec::new(), &|a, b| less(key(a), key(b), version));
    Some(order)
}

fn merge_sort(v: &mut [u32], buf: &mut Vec<u32>, less: &impl Fn(u32, u32) -> bool) {
    let n = v.len();
    if n <= 12 {
        for i in 1..n {
            let mut j = i;
            while j > 0 && less(v[j], v[j - 1]) {
                v.swap(j, j - 1);
                j -= 1;
            }
        }
        return;
    }
    let (left, right) = v.split_at_mut(n / 2);
    merge_sort(left, buf, less);
    merge_sort(right, buf, less);
    buf.clear();
    let (mut l, mut r) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    while let (Some(&a), Some(&b)) = (l.peek(), r.peek()) {
        let from = if less(b, a) { &mut r } else { &mut l };
        buf.extend(from.next());
    }
    buf.extend(l);
    buf.extend(r);
    v.copy_from_slice(buf);
}

/// go-yaml's `Less` for two string keys.
pub(crate) fn less(a: &[u8], b: &[u8], version: Version) -> bool {
    let mut i = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    if i == a.len() || i == b.len() {
        return a.len() < b.len();
    }
    while i > 0 && (is_inner(a, i) || is_inner(b, i)) {
        i -= 1;
    }
    let (ca, cb) = (char_at(a, i), char_at(b, i));
    let (la, lb) = (is_letter(ca), is_letter(cb));
    if la && lb {
        return ca < cb;
    }
    if la || lb {
        let after_digit = version == Version::V3 && i > 0 && a.get(i - 1).is_some_and(u8::is_ascii_digit);
        return if after_digit { la } else { lb };
    }
    let prefix = a.get(..i).unwrap_or_default();
    let start = if ca == '0' || cb == '0' {
        // Zeros within a longer number are not leading ones.
        let digits = prefix.iter().rev().take_while(|c| c.is_ascii_digit());
        i64::from(digits.into_iter().any(|c| *c != b'0'))
    } else {
        0
    };
    let (na, wa) = number(a, i, start);
    let (nb, wb) = number(b, i, start);
    if na != nb {
        return na < nb;
    }
    if wa != wb {
        return wa < wb;
    }
    ca < cb
}

fn is_inner(s: &[u8], i: usize) -> bool {
    s.get(i).is_some_and(|b| b & 0xC0 == 0x80)
}

fn char_at(s: &[u8], i: usize) -> char {
    let rest = s.get(i..).unwrap_or_default();
    match rest.first() {
        Some(b) if b.is_ascii() => char::from(*b),
        _ => {
            let head = rest.get(..4).unwrap_or(rest);
            head.utf8_chunks().next().and_then(|c| c.valid().chars().next()).unwrap_or('\u{FFFD}')
        }
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

/// The number at `i` appended to `start`, and how many digits it has.
fn number(s: &[u8], i: usize, start: i64) -> (i64, usize) {
    let digits = s.iter().skip(i).take_while(|c| c.is_ascii_digit());
    digits.fold((start, 0), |(n, w), d| (n.wrapping_mul(10).wrapping_add(i64::from(d - b'0')), w + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(keys: &[&str], version: Version) -> Vec<String> {
        let pairs: Vec<(GoStr, Value)> = keys.iter().map(|k| ((*k).into(), Value::Nil)).collect();
        let order = natural_order(&pairs, version).unwrap_or_else(|| (0..pairs.len() as u32).collect());
        order.iter().map(|i| pairs[*i as usize].0.to_string()).collect()
    }

    #[test]
    fn numbers_within_keys_count() {
        assert_eq!(ordered(&["a1", "a10", "a2", "a9"], Version::V2), ["a1", "a2", "a9", "a10"]);
        assert_eq!(ordered(&["v1", "v1alpha1", "v1beta1", "v2"], Version::V2), ["v1", "v1alpha1", "v1beta1", "v2"]);
        assert_eq!(ordered(&["a", "a-1", "a.1", "a1", "a_1"], Version::V2), ["a", "a-1", "a.1", "a_1", "a1"]);
    }

    #[test]
    fn many_keys_are_merged_in_order() {
        let keys: Vec<String> = (0..100).map(|i| format!("k{i}")).collect();
        let mut sorted: Vec<&str> = keys.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        assert_eq!(ordered(&sorted, Version::V2), keys);
    }
}
