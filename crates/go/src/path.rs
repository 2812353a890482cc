//! Go's `path` on bytes. On Unix `path/filepath` gives the same answers, so both are served here.

/// `path.Clean`: the shortest equivalent path; the empty one is `.`.
pub fn clean(p: &[u8]) -> Vec<u8> {
    let rooted = is_abs(p);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in p.split(|c| *c == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(&last) if last != b".." => {
                    parts.pop();
                }
                _ if !rooted => parts.push(part),
                _ => {}
            },
            part => parts.push(part),
        }
    }
    let mut out = Vec::with_capacity(p.len().max(1));
    if rooted {
        out.push(b'/');
    }
    out.extend_from_slice(&parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    out
}

/// `path.Base`: the last element; `.` for the empty path, `/` for nothing but slashes.
pub fn base(p: &[u8]) -> &[u8] {
    if p.is_empty() {
        return b".";
    }
    let end = p.iter().rposition(|c| *c != b'/').map_or(0, |at| at + 1);
    if end == 0 {
        return b"/";
    }
    let p = &p[..end];
    p.rsplit(|c| *c == b'/').next().unwrap_or(p)
}

/// `path.Dir`: all but the last element, cleaned.
pub fn dir(p: &[u8]) -> Vec<u8> {
    clean(split(p).0)
}

/// `path.Split`: the directory with its slash, and the file.
pub fn split(p: &[u8]) -> (&[u8], &[u8]) {
    p.split_at(p.iter().rposition(|c| *c == b'/').map_or(0, |at| at + 1))
}

/// `path.Ext`: from the last dot of the last element on; empty where there is none.
pub fn ext(p: &[u8]) -> &[u8] {
    let file = split(p).1;
    file.iter().rposition(|c| *c == b'.').map_or(b"", |at| &file[at..])
}

/// `path.IsAbs`.
pub fn is_abs(p: &[u8]) -> bool {
    p.first() == Some(&b'/')
}

/// `path.Join`: empty elements are left out; the result is cleaned, and empty if nothing was there.
pub fn join(elements: &[&[u8]]) -> Vec<u8> {
    let there: Vec<&[u8]> = elements.iter().copied().filter(|e| !e.is_empty()).collect();
    if there.is_empty() { Vec::new() } else { clean(&there.join(&b'/')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go() {
        for (p, want) in [
            ("", "."),
            ("/", "/"),
            ("//a//b/", "/a/b"),
            ("a/../..", ".."),
            ("/..", "/"),
            ("./a/./b/..", "a"),
            ("../../a", "../../a"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(p.as_bytes()), want.as_bytes(), "{p}");
        }
        assert_eq!(base(b"/a/b//"), b"b");
        assert_eq!(base(b"//"), b"/");
        assert_eq!(base(b""), b".");
        assert_eq!(dir(b"/a/b"), b"/a");
        assert_eq!(dir(b"a"), b".");
        assert_eq!(dir(b"/a/b/"), b"/a/b");
        assert_eq!(ext(b"a.tar.gz"), b".gz");
        assert_eq!(ext(b"a.b/c"), b"");
        assert_eq!(join(&[b"a", b"", b"../b"]), b"b");
        assert_eq!(join(&[b"", b""]), b"");
    }
}
