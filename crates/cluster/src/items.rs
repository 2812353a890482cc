//! The items of a list's JSON, cut out one by one while it arrives: a long list needs no more memory than its longest item.

/// Finds the items in pieces of a document of the form `{..., "items": [{...}, ...], ...}`.
#[derive(Debug, Default)]
pub(crate) struct Items {
    /// The item that has begun, as far as it is here.
    item: Vec<u8>,
    /// Open brackets and braces.
    depth: usize,
    /// Depth of the array of items, once it has begun.
    array: Option<usize>,
    in_text: bool,
    escaped: bool,
    /// The last text at depth 1, which may be the key before the array.
    key: Vec<u8>,
}

impl Items {
    /// Takes the next piece, and gives every item that is complete.
    pub(crate) fn feed(&mut self, piece: &[u8], mut each: impl FnMut(&[u8])) {
        for &byte in piece {
            let in_item = self.array.is_some_and(|at| self.depth > at);
            if in_item {
                self.item.push(byte);
            }
            if self.in_text {
                self.text(byte);
                continue;
            }
            match byte {
                b'"' => {
                    self.in_text = true;
                    self.key.clear();
                }
                b'{' | b'[' => {
                    if byte == b'[' && self.depth == 1 && self.key == b"items" {
                        self.array = Some(2);
                    } else if byte == b'{' && self.array == Some(self.depth) {
                        self.item.push(byte);
                    }
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.array.is_some_and(|at| self.depth == at) && byte == b'}' {
                        each(&self.item);
                        self.item.clear();
                    } else if self.array.is_some_and(|at| self.depth < at) {
                        self.array = None;
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether the document has ended.
    pub(crate) fn is_complete(&self) -> bool {
        self.depth == 0 && !self.in_text
    }

    fn text(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_text = false,
            _ if self.depth == 1 => self.key.push(byte),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_anywhere() {
        let document = br#"{"kind":"SecretList","metadata":{"items":[{"no":1}]},"items":[{"a":"}]\"{"},{"b":[{"c":{}}]},{}],"x":[{}]}"#;
        let wanted: [&[u8]; 3] = [br#"{"a":"}]\"{"}"#, br#"{"b":[{"c":{}}]}"#, b"{}"];
        for size in [1, 2, 7, document.len()] {
            let mut items = Items::default();
            let mut found: Vec<Vec<u8>> = Vec::new();
            for piece in document.chunks(size) {
                items.feed(piece, |item| found.push(item.to_vec()));
            }
            assert_eq!(found, wanted, "in pieces of {size}");
            assert!(items.is_complete());
        }
        let mut cut = Items::default();
        cut.feed(document.split_at(60).0, |_| {});
        assert!(!cut.is_complete());
        let mut empty = Items::default();
        empty.feed(br#"{"items":[],"metadata":{}}"#, |_| panic!("no items"));
        empty.feed(br#"{"items":null}"#, |_| panic!("no items"));
    }
}
