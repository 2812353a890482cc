//! Go's `string`: immutable bytes, cheap to copy, not always UTF-8.
//!
//! Sprig cuts strings by byte (`trunc`, `substr`), so a value may hold half a character; Go carries it on and so do we.
//! Up to [`INLINE`] bytes live in the value itself: keys and most scalars of a chart never touch the heap.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

/// Strings up to this many bytes are stored without a heap allocation.
pub const INLINE: usize = 22;

/// An immutable byte string with Go's semantics: compared and measured by bytes, usually UTF-8 but not by promise.
///
/// ```
/// use pintle_go::GoStr;
/// let s = GoStr::from("value");
/// assert_eq!(s.len(), 5);
/// assert_eq!(&*s.to_str_lossy(), "value");
/// ```
#[derive(Clone)]
pub struct GoStr(Repr);

#[derive(Clone)]
enum Repr {
    Inline {
        len: u8,
        buf: [u8; INLINE],
    },
    Static(&'static [u8]),
    Heap(Rc<[u8]>),
    /// Made as a vector and long: kept as it is rather than copied, and so are parts of it.
    Long {
        whole: Rc<Vec<u8>>,
        start: u32,
        end: u32,
    },
}

/// From this many bytes on a vector is kept.
const LONG: usize = 4096;

impl GoStr {
    /// The empty string.
    pub const EMPTY: GoStr = GoStr(Repr::Static(b""));

    /// A string that lives as long as the program; never copied.
    pub const fn from_static(s: &'static str) -> Self {
        GoStr(Repr::Static(s.as_bytes()))
    }

    /// Copies bytes (inline where they fit).
    pub fn from_bytes(b: &[u8]) -> Self {
        if b.len() <= INLINE {
            let mut buf = [0; INLINE];
            buf[..b.len()].copy_from_slice(b);
            GoStr(Repr::Inline { len: b.len() as u8, buf })
        } else {
            GoStr(Repr::Heap(Rc::from(b)))
        }
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, buf } => &buf[..*len as usize],
            Repr::Static(s) => s,
            Repr::Heap(s) => s,
            Repr::Long { whole, start, end } => whole.get(*start as usize..*end as usize).unwrap_or_default(),
        }
    }

    /// The part that `part`, a slice of this string's bytes, stands for; a long one shares this string's memory. Bytes
    /// from elsewhere are copied.
    pub fn part(&self, part: &[u8]) -> GoStr {
        if let Repr::Long { whole, .. } = &self.0
            && part.len() >= LONG
        {
            let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
            let range = start..start.saturating_add(part.len());
            if whole.get(range.clone()).is_some_and(|p| std::ptr::eq(p, part))
                && let (Ok(start), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end))
            {
                return GoStr(Repr::Long { whole: whole.clone(), start, end });
            }
        }
        GoStr::from_bytes(part)
    }

    /// The text, if the bytes are UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The text, each broken sequence replaced by U+FFFD.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }
}

impl Deref for GoStr {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}
impl Default for GoStr {
    fn default() -> Self {
        GoStr::EMPTY
    }
}
impl From<&str> for GoStr {
    fn from(s: &str) -> Self {
        GoStr::from_bytes(s.as_bytes())
    }
}
impl From<String> for GoStr {
    fn from(s: String) -> Self {
        GoStr::from(s.into_bytes())
    }
}
impl From<&[u8]> for GoStr {
    fn from(s: &[u8]) -> Self {
        GoStr::from_bytes(s)
    }
}
impl From<Vec<u8>> for GoStr {
    fn from(s: Vec<u8>) -> Self {
        match s.len() {
            0..=INLINE => GoStr::from_bytes(&s),
            LONG.. if let Ok(end) = u32::try_from(s.len()) => {
                let mut s = s;
                s.shrink_to_fit();
                GoStr(Repr::Long { whole: Rc::new(s), start: 0, end })
            }
            _ => GoStr(Repr::Heap(Rc::from(s))),
        }
    }
}
impl From<Cow<'_, str>> for GoStr {
    fn from(s: Cow<'_, str>) -> Self {
        GoStr::from_bytes(s.as_bytes())
    }
}
impl PartialEq for GoStr {
    #[inline]
    fn eq(&self, o: &Self) -> bool {
        self.as_bytes() == o.as_bytes()
    }
}
impl Eq for GoStr {}
impl PartialEq<str> for GoStr {
    fn eq(&self, o: &str) -> bool {
        self.as_bytes() == o.as_bytes()
    }
}
impl PartialEq<&str> for GoStr {
    fn eq(&self, o: &&str) -> bool {
        self.as_bytes() == o.as_bytes()
    }
}
impl PartialOrd for GoStr {
    fn partial_cmp(&self, o: &Self) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for GoStr {
    #[inline]
    fn cmp(&self, o: &Self) -> Ordering {
        self.as_bytes().cmp(o.as_bytes())
    }
}
impl Hash for GoStr {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.as_bytes().hash(h);
    }
}
impl Borrow<[u8]> for GoStr {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}
impl AsRef<[u8]> for GoStr {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}
impl fmt::Display for GoStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_str_lossy())
    }
}
impl fmt::Debug for GoStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str_lossy(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_part_shares_and_says_the_same() {
        let long: Vec<u8> = (0..20_000u32).map(|i| i as u8).collect();
        let s = GoStr::from(long.clone());
        let part = s.part(&s[100..10_000]);
        assert_eq!(part.as_bytes(), &long[100..10_000]);
        assert!(std::ptr::eq(part.as_bytes(), &s[100..10_000]));
        assert_eq!(part.part(&part[..5000]).as_bytes(), &long[100..5100]);
        assert_eq!(s.part(&s[5..8]).as_bytes(), &long[5..8]);
        // bytes of another string
        assert_eq!(s.part(&long[..9000]).as_bytes(), &long[..9000]);
    }
}
