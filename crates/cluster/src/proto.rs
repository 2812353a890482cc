//! Lists of records in Kubernetes' protobuf, read while they arrive: the server makes them in half the time of JSON, their
//! data is not in base64, and nothing but the record at hand is kept.
//!
//! Only what a record needs is looked at (fields of `k8s.io/api/core/v1/generated.proto`), so there are no generated
//! types.

use pintle_release::{Labels, Packed};

/// What every answer in protobuf begins with; a `runtime.Unknown` follows.
const MAGIC: &[u8] = b"k8s\0";
/// `raw` of `runtime.Unknown`, with its wire type.
const RAW: u64 = 2 << 3 | LENGTH;
/// `items` of a list.
const ITEMS: u64 = 2;

/// Wire type of what has a length: texts, bytes, messages.
const LENGTH: u64 = 2;

/// Finds the items in pieces of a `SecretList` or `ConfigMapList`.
#[derive(Debug, Default)]
pub(crate) struct Items {
    /// What has arrived and is not done with.
    rest: Vec<u8>,
    within: Within,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Start,
    Envelope,
    List,
}

/// The bytes are not what they should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the server's answer is no protobuf of a list")]
pub(crate) struct Broken;

impl Items {
    /// Takes the next piece, and gives the record of every item that is complete; none for an item without one.
    pub(crate) fn feed(&mut self, piece: &[u8], mut each: impl FnMut(Option<Packed>)) -> Result<(), Broken> {
        self.rest.extend_from_slice(piece);
        let mut at = 0;
        while let Some(rest) = self.rest.get(at..).filter(|r| !r.is_empty()) {
            let used = match self.within {
                Within::Start if rest.len() < MAGIC.len() => None,
                Within::Start => {
                    self.within = Within::Envelope;
                    if !rest.starts_with(MAGIC) {
                        return Err(Broken);
                    }
                    Some(MAGIC.len())
                }
                // the list has all that follows, so its length tells nothing
                Within::Envelope if rest.first() == Some(&(RAW as u8)) => {
                    let mut length = Reader(rest.get(1..).unwrap_or_default());
                    length.varint()?.map(|_| {
                        self.within = Within::List;
                        rest.len() - length.0.len()
                    })
                }
                Within::Envelope | Within::List => {
                    let mut reader = Reader(rest);
                    let field = reader.field()?;
                    if let (Within::List, Some((ITEMS, item))) = (&self.within, field) {
                        each(record(item)?);
                    }
                    field.map(|_| rest.len() - reader.0.len())
                }
            };
            match used {
                Some(used) => at += used,
                None => break,
            }
        }
        self.rest.drain(..at);
        Ok(())
    }

    /// Whether all that began has ended.
    pub(crate) fn is_complete(&self) -> bool {
        self.rest.is_empty() && self.within == Within::List
    }
}

/// The record in a `Secret` or `ConfigMap`.
fn record(object: &[u8]) -> Result<Option<Packed>, Broken> {
    let (mut packed, mut found) = (Packed::default(), false);
    let mut object = Reader(object);
    while let Some((number, field)) = object.whole()? {
        match number {
            // metadata
            1 => {
                let mut metadata = Reader(field);
                while let Some((number, field)) = metadata.whole()? {
                    match number {
                        3 => packed.namespace = text(field),
                        11 => add_label(&mut packed.labels, field)?,
                        _ => {}
                    }
                }
            }
            // data
            2 => {
                let (key, value) = entry(field)?;
                if key == b"release" {
                    (packed.record, found) = (value.to_vec(), true);
                }
            }
            _ => {}
        }
    }
    Ok(found.then_some(packed))
}

fn add_label(labels: &mut Labels, field: &[u8]) -> Result<(), Broken> {
    let (key, value) = entry(field)?;
    labels.insert(text(key), text(value));
    Ok(())
}

/// Key and value of a map's entry.
fn entry(message: &[u8]) -> Result<(&[u8], &[u8]), Broken> {
    let (mut key, mut value) = (&[][..], &[][..]);
    let mut message = Reader(message);
    while let Some((number, field)) = message.whole()? {
        match number {
            1 => key = field,
            2 => value = field,
            _ => {}
        }
    }
    Ok((key, value))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads fields off the front; a number for what has no length is given as no bytes.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    /// A number in base 128; none when its end is not there yet.
    fn varint(&mut self) -> Result<Option<u64>, Broken> {
        let mut value = 0;
        for (i, byte) in self.0.iter().enumerate() {
            let shift = i * 7;
            if shift > 63 {
                return Err(Broken);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                self.0 = self.0.get(i + 1..).unwrap_or_default();
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// The next field; none when its end is not there yet.
    fn field(&mut self) -> Result<Option<(u64, &'b [u8])>, Broken> {
        let Some(tag) = self.varint()? else { return Ok(None) };
        let length = match tag & 7 {
            0 => return Ok(self.varint()?.map(|_| (tag >> 3, &[][..]))),
            1 => 8,
            LENGTH => match self.varint()? {
                Some(length) => usize::try_from(length).map_err(|_| Broken)?,
                None => return Ok(None),
            },
            5 => 4,
            _ => return Err(Broken),
        };
        let Some((field, rest)) = self.0.split_at_checked(length) else { return Ok(None) };
        self.0 = rest;
        Ok(Some((tag >> 3, field)))
    }

    /// The next field of a message that is here as a whole; none at its end.
    fn whole(&mut self) -> Result<Option<(u64, &'b [u8])>, Broken> {
        if self.0.is_empty() {
            return Ok(None);
        }
        self.field()?.ok_or(Broken).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(mut n: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while n > 0x7f {
            out.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        out
    }

    fn field(number: usize, content: &[u8]) -> Vec<u8> {
        [varint(number << 3 | 2), varint(content.len()), content.to_vec()].concat()
    }

    fn pair(key: &str, value: &[u8]) -> Vec<u8> {
        [field(1, key.as_bytes()), field(2, value)].concat()
    }

    fn list() -> Vec<u8> {
        let metadata = [
            field(1, b"sh.helm.release.v1.a.v1"),
            field(3, b"n"),
            vec![7 << 3, 5],
            field(11, &pair("name", b"a")),
            field(11, &pair("version", b"1")),
        ];
        let record = "x".repeat(300);
        let secret = [
            field(1, &metadata.concat()),
            field(2, &pair("other", b"1")),
            field(2, &pair("release", record.as_bytes())),
            field(3, b"helm.sh/release.v1"),
        ];
        let raw = [field(1, &field(2, b"5")), field(2, &secret.concat()), field(2, &field(1, b""))].concat();
        let types = field(1, &pair("v1", b"SecretList"));
        [MAGIC.to_vec(), types, field(2, &raw), field(3, b""), field(4, b"")].concat()
    }

    #[test]
    fn cut_anywhere() {
        let labels = [("name", "a"), ("version", "1")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let wanted = Packed { namespace: "n".into(), labels, record: "x".repeat(300).into_bytes() };
        let document = list();
        for size in [1, 2, 7, 100, document.len()] {
            let mut items = Items::default();
            let mut found = Vec::new();
            for piece in document.chunks(size) {
                items.feed(piece, |item| found.push(item)).expect("protobuf");
            }
            assert_eq!(found, [Some(wanted.clone()), None], "in pieces of {size}");
            assert!(items.is_complete(), "in pieces of {size}");
        }
        let mut items = Items::default();
        let (most, _) = document.split_at(document.len() - 20);
        items.feed(most, |_| {}).expect("so far");
        assert!(!items.is_complete());
        assert_eq!(Items::default().feed(br#"{"kind":"SecretList"}"#, |_| {}), Err(Broken));
    }

    #[test]
    fn what_is_no_protobuf_is_refused() {
        for bytes in [&[0xff; 12][..], &[3 << 3 | 7, 0], &[ITEMS as u8 * 8 + 2, 2, 0x0a, 9]] {
            let mut items = Items::default();
            let document = [MAGIC, &[RAW as u8, 99], bytes].concat();
            assert_eq!(items.feed(&document, |_| {}), Err(Broken), "{bytes:?}");
        }
    }
}
