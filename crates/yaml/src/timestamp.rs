//! Which texts go-yaml takes for timestamps. It keeps them as strings, but the writer must quote them.

/// Whether a text parses under one of go-yaml's `allowedTimestampFormats` by the rules of Go's `time.Parse`.
pub(crate) fn is_timestamp(text: &[u8]) -> bool {
    if text.len() < 8 || text.get(4) != Some(&b'-') || !text.iter().take(4).all(u8::is_ascii_digit) {
        return false;
    }
    parse(text).is_some()
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn literal(&mut self, b: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == b).then_some(())
    }
    /// One or two digits (`getnum`), or two only.
    fn number(&mut self, two: bool) -> Option<u32> {
        let n = match self.0 {
            [a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit() => 2,
            [a, ..] if a.is_ascii_digit() && !two => 1,
            _ => return None,
        };
        let (digits, rest) = self.0.split_at(n);
        self.0 = rest;
        Some(digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
    }
    /// Hours, minutes, seconds and a fraction.
    fn clock(&mut self) -> Option<()> {
        let hour = self.number(false)?;
        self.literal(b':')?;
        let minute = self.number(false)?;
        self.literal(b':')?;
        let second = self.number(false)?;
        if hour >= 24 || minute >= 60 || second >= 60 {
            return None;
        }
        if let [b'.' | b',', d, ..] = self.0
            && d.is_ascii_digit()
        {
            let n = self.0.iter().skip(1).take_while(|b| b.is_ascii_digit()).count();
            self.0 = self.0.get(1 + n..).unwrap_or_default();
        }
        Some(())
    }
}

fn parse(text: &[u8]) -> Option<()> {
    let year = text.iter().take(4).fold(0, |n, d| n * 10 + u32::from(d - b'0'));
    let mut r = Rest(text.get(5..)?);
    let month = r.number(false)?;
    r.literal(b'-')?;
    let day = r.number(false)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > days {
        return None;
    }
    match r.0.first() {
        None => return Some(()),
        Some(b'T' | b't') => {
            r.0 = r.0.get(1..)?;
            r.clock()?;
            match r.0 {
                [b'Z', rest @ ..] => r.0 = rest,
                [b'+' | b'-', rest @ ..] => {
                    let mut zone = Rest(rest);
                    let hours = zone.number(true)?;
                    zone.literal(b':')?;
                    let minutes = zone.number(true)?;
                    if hours > 24 || minutes > 60 {
                        return None;
                    }
                    r.0 = zone.0;
                }
                _ => return None,
            }
        }
        Some(b' ') => {
            let spaces = r.0.iter().take_while(|b| **b == b' ').count();
            r.0 = r.0.get(spaces..)?;
            r.clock()?;
        }
        _ => return None,
    }
    r.0.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn dates_as_go_yaml_allows_them() {
        for yes in
            ["2001-12-14", "2001-1-2", "2001-12-14T21:59:43.10Z", "2001-12-14t1:2:3-05:00", "2001-12-14  21:59:43"]
        {
            assert!(is_timestamp(yes.as_bytes()), "{yes}");
        }
        for no in
            ["2001-13-14", "2001-02-30", "2001-12", "2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43", "20011-2-3"]
        {
            assert!(!is_timestamp(no.as_bytes()), "{no}");
        }
    }
}
