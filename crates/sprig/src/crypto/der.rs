//! DER: enough to write certificates and keys, and to read what charts pass in.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
pub(super) const NULL: &[u8] = &[5, 0];
pub(super) const TRUE: &[u8] = &[1, 1, 0xff];

/// A value with its tag and length.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let mut out = Vec::with_capacity(len + 6);
    out.push(tag);
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let bytes = len.to_be_bytes();
        let skip = bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend(bytes.iter().skip(skip));
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

/// A non-negative number from its big-endian bytes.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let skip = bytes.iter().take_while(|b| **b == 0).count().min(bytes.len().saturating_sub(1));
    let bytes = bytes.get(skip..).unwrap_or_default();
    match bytes.first() {
        None => tlv(INTEGER, &[0]),
        Some(b) if *b & 0x80 != 0 => tlv(INTEGER, &[&[0], bytes].concat()),
        Some(_) => tlv(INTEGER, bytes),
    }
}

pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes].concat())
}

/// A cursor over DER values.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next value: tag, content, and all of its bytes.
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let start = self.0;
        let (&tag, rest) = start.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (len, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let n = usize::from(first & 0x7f);
            if n == 0 || n > 4 {
                return None;
            }
            let (digits, rest) = rest.split_at_checked(n)?;
            (digits.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)), rest)
        };
        let (content, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((tag, content, start.get(..start.len() - rest.len())?))
    }

    /// The content of the next value, which must have that tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut probe = *self;
        let (got, content, _) = probe.next()?;
        if got != tag {
            return None;
        }
        *self = probe;
        Some(content)
    }

    /// A non-negative number's bytes, without the sign byte.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.expect(INTEGER)?;
        match bytes {
            [0, rest @ ..] if !rest.is_empty() => Some(rest),
            [b, ..] if *b & 0x80 != 0 => None,
            bytes => Some(bytes),
        }
    }

    pub(super) fn sequence(&mut self) -> Option<Reader<'a>> {
        self.expect(SEQUENCE).map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let der = sequence(&[&integer(&[0, 0x80]), &tlv(OCTET_STRING, &[1; 300])]);
        let mut r = Reader(&der).sequence().unwrap();
        assert_eq!(r.integer(), Some(&[0x80][..]));
        assert_eq!(r.expect(OCTET_STRING).map(<[u8]>::len), Some(300));
        assert!(Reader(&der[..20]).next().is_none());
    }
}
