//! Directives (`%YAML`, `%TAG`) and tags.

use std::borrow::Cow;

use crate::chars::{BLANK, WORD, break_width, class, is_blankz, width};
use crate::scanner::{Scan, Scanner};
use crate::token::{Mark, Token, TokenKind};

impl<'a> Scanner<'a> {
    fn skip_blanks(&mut self) -> Scan<()> {
        self.need(1)?;
        while class(self.peek(0)) & BLANK != 0 {
            self.pos += 1;
        }
        self.need(1)
    }

    fn at_breakz(&self) -> bool {
        self.pos >= self.s.len() || break_width(self.s, self.pos) > 0
    }

    fn word(&mut self) -> Scan<&'a [u8]> {
        self.need(1)?;
        let from = self.pos;
        while class(self.peek(0)) & WORD != 0 {
            self.pos += 1;
        }
        self.need(1)?;
        Ok(self.s.get(from..self.pos).unwrap_or_default())
    }

    pub(crate) fn scan_directive(&mut self) -> Scan<Token<'a>> {
        let start = self.mark();
        self.pos += 1;
        let name = self.word()?;
        if name.is_empty() {
            return self.fail(start, "could not find expected directive name");
        }
        if !is_blankz(self.s, self.pos) {
            return self.fail(start, "found unexpected non-alphabetical character");
        }
        let token = match name {
            b"YAML" => {
                self.skip_blanks()?;
                let major = self.version_number(start)?;
                if self.peek(0) != b'.' {
                    return self.fail(start, "did not find expected digit or '.' character");
                }
                self.pos += 1;
                let minor = self.version_number(start)?;
                Token::bare(TokenKind::VersionDirective { major, minor }, start, self.pos as u32)
            }
            b"TAG" => self.tag_directive(start)?,
            _ => return self.fail(start, "found unknown directive name"),
        };
        self.skip_blanks()?;
        if self.peek(0) == b'#' {
            self.skip_comment();
            self.need(1)?;
        }
        if !self.at_breakz() {
            return self.fail(start, "did not find expected comment or line break");
        }
        if break_width(self.s, self.pos) > 0 {
            self.need(2)?;
            self.skip_line();
        }
        Ok(token)
    }

    fn version_number(&mut self, start: Mark) -> Scan<u8> {
        self.need(1)?;
        let (mut value, mut length) = (0u8, 0);
        while self.peek(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return self.fail(start, "found extremely long version number");
            }
            value = value * 10 + (self.peek(0) - b'0');
            self.pos += 1;
            self.need(1)?;
        }
        if length == 0 {
            return self.fail(start, "did not find expected version number");
        }
        Ok(value)
    }

    fn tag_directive(&mut self, start: Mark) -> Scan<Token<'a>> {
        self.skip_blanks()?;
        let handle = self.tag_handle(true, start)?;
        self.need(1)?;
        if class(self.peek(0)) & BLANK == 0 {
            return self.fail(start, "did not find expected whitespace");
        }
        while class(self.peek(0)) & BLANK != 0 {
            self.pos += 1;
        }
        let prefix = self.tag_uri(b"", start)?;
        self.need(1)?;
        if !is_blankz(self.s, self.pos) {
            return self.fail(start, "did not find expected whitespace or line break");
        }
        Ok(self.tag_token(TokenKind::TagDirective, start, handle, &prefix))
    }

    pub(crate) fn scan_tag(&mut self) -> Scan<Token<'a>> {
        let start = self.mark();
        self.need(2)?;
        let (handle, suffix): (&'a [u8], Vec<u8>) = if self.peek(1) == b'<' {
            self.pos += 2;
            let uri = self.tag_uri(b"", start)?;
            if self.peek(0) != b'>' {
                return self.fail(start, "did not find the expected '>'");
            }
            self.pos += 1;
            (b"", uri)
        } else {
            let head = self.tag_handle(false, start)?;
            if head.len() > 1 && head.ends_with(b"!") {
                (head, self.tag_uri(b"", start)?)
            } else {
                let rest = self.tag_uri(head, start)?;
                // `!` alone is the non-specific tag.
                if rest.is_empty() { (b"", b"!".to_vec()) } else { (b"!", rest) }
            }
        };
        self.need(1)?;
        if !is_blankz(self.s, self.pos) {
            return self.fail(start, "did not find expected whitespace or line break");
        }
        Ok(self.tag_token(TokenKind::Tag, start, handle, &suffix))
    }

    fn tag_token(&self, kind: TokenKind, start: Mark, handle: &[u8], suffix: &[u8]) -> Token<'a> {
        Token {
            handle: handle.len() as u32,
            value: Cow::Owned([handle, suffix].concat()),
            ..Token::bare(kind, start, self.pos as u32)
        }
    }

    fn tag_handle(&mut self, directive: bool, start: Mark) -> Scan<&'a [u8]> {
        self.need(1)?;
        if self.peek(0) != b'!' {
            return self.fail(start, "did not find expected '!'");
        }
        let from = self.pos;
        self.pos += 1;
        self.word()?;
        if self.peek(0) == b'!' {
            self.pos += 1;
        } else if directive && self.pos - from != 1 {
            return self.fail(start, "did not find expected '!'");
        }
        Ok(self.s.get(from..self.pos).unwrap_or_default())
    }

    /// The rest of a tag; `head` is what was read of it before, less its `!`.
    fn tag_uri(&mut self, head: &[u8], start: Mark) -> Scan<Vec<u8>> {
        let mut out = head.get(1..).unwrap_or_default().to_vec();
        let mut any = !head.is_empty();
        self.need(1)?;
        loop {
            match self.peek(0) {
                b'%' => self.uri_escape(start, &mut out)?,
                b if class(b) & WORD != 0 || b";/?:@&=+$,.!~*'()[]".contains(&b) => {
                    out.push(b);
                    self.pos += 1;
                }
                _ => break,
            }
            self.need(1)?;
            any = true;
        }
        if !any {
            return self.fail(start, "did not find expected tag URI");
        }
        Ok(out)
    }

    /// `%XX…`: the octets of one UTF-8 character.
    fn uri_escape(&mut self, start: Mark, out: &mut Vec<u8>) -> Scan<()> {
        let mut left = None;
        while left != Some(0) {
            self.need(3)?;
            let octet = match (self.peek(0), hex(self.peek(1)), hex(self.peek(2))) {
                (b'%', Some(high), Some(low)) => high << 4 | low,
                _ => return self.fail(start, "did not find URI escaped octet"),
            };
            left = Some(match left {
                None if octet < 0x80 => 0,
                None if !(0xC0..0xF8).contains(&octet) => {
                    return self.fail(start, "found an incorrect leading UTF-8 octet");
                }
                None => width(octet) - 1,
                Some(_) if octet & 0xC0 != 0x80 => {
                    return self.fail(start, "found an incorrect trailing UTF-8 octet");
                }
                Some(n) => n - 1,
            });
            out.push(octet);
            self.pos += 3;
        }
        Ok(())
    }
}

/// The value of a hexadecimal digit.
pub(crate) fn hex(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}
