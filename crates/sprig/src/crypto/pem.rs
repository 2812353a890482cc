//! PEM blocks as Go's `encoding/pem` writes and finds them.

use crate::encoding::{base64_decode, base64_encode};
use crate::runes::find;

/// A decoded block.
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) der: Vec<u8>,
}

pub(super) fn encode(kind: &str, der: &[u8]) -> Vec<u8> {
    let mut out = format!("-----BEGIN {kind}-----\n").into_bytes();
    for line in base64_encode(der).chunks(64) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("-----END {kind}-----\n").as_bytes());
    out
}

/// `pem.Decode`: the first whole block, whatever stands before it.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let mut rest = text;
    loop {
        let at = find(rest, BEGIN)?;
        let starts_line = at == 0 || rest.get(at - 1) == Some(&b'\n');
        rest = rest.get(at + BEGIN.len()..)?;
        if starts_line && let Some(block) = decode_after_begin(rest) {
            return Some(block);
        }
    }
}

fn decode_after_begin(rest: &[u8]) -> Option<Block> {
    let line_end = rest.iter().position(|b| *b == b'\n')?;
    let kind = rest.get(..line_end)?.trim_ascii_end().strip_suffix(b"-----")?;
    let kind = std::str::from_utf8(kind).ok()?;
    let mut body = rest.get(line_end + 1..)?;
    // headers: `Key: value` lines, then the data
    while let Some(end) = body.iter().position(|b| *b == b'\n')
        && let Some(line) = body.get(..end)
        && line.contains(&b':')
    {
        body = body.get(end + 1..)?;
    }
    let end = find(body, format!("-----END {kind}-----").as_bytes())?;
    let data: Vec<u8> = body.get(..end)?.iter().copied().filter(|b| !matches!(b, b' ' | b'\t')).collect();
    Some(Block { kind: kind.to_owned(), der: base64_decode(&data).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = encode("X KEY", &[7; 100]);
        let block = decode(&[b"junk\n", text.as_slice()].concat()).unwrap();
        assert_eq!((block.kind.as_str(), block.der), ("X KEY", vec![7; 100]));
        assert!(decode(b"nothing").is_none());
    }
}
