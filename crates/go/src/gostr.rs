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
    Inline { len: u8, buf: [u8; INLINE] },
    Static(&'static [u8]),
    Heap(Rc<[u8]>),
}

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
        }
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
        if s.len() <= INLINE { GoStr::from_bytes(&s) } else { GoStr(Repr::Heap(Rc::from(s))) }
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
