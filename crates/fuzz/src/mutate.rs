//! Bytes made from seeds: pieces changed, cut, doubled, swapped between seeds, and words that grammars know.

/// Words that readers give a meaning.
const WORDS: [&[u8]; 40] = [
    b"{{",
    b"}}",
    b"{{-",
    b"-}}",
    b"(",
    b")",
    b"|",
    b":=",
    b"=",
    b",",
    b".",
    b"..",
    b"$",
    b"$x",
    b"\"",
    b"`",
    b"'",
    b"\\",
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b":",
    b"- ",
    b"? ",
    b"&a ",
    b"*a",
    b"!!",
    b"<<: ",
    b"[",
    b"]",
    b"{",
    b"}",
    b"#",
    b"%",
    b"---\n",
    b"-1",
    b"9223372036854775807",
    b"1e999",
    b"\xff\xfe",
];

/// Makes inputs from seeds; the same number gives the same inputs.
pub struct Mutator {
    seeds: Vec<Vec<u8>>,
    random: fastrand::Rng,
}

impl Mutator {
    /// Begins with these texts.
    pub fn new(seeds: Vec<Vec<u8>>, number: u64) -> Self {
        Mutator { seeds, random: fastrand::Rng::with_seed(number) }
    }

    fn pick(&mut self) -> Vec<u8> {
        let n = self.random.usize(..self.seeds.len().max(1));
        self.seeds.get(n).cloned().unwrap_or_default()
    }

    /// A place within the text or at its end.
    fn place(&mut self, text: &[u8]) -> usize {
        self.random.usize(..=text.len())
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut text = self.pick();
        for _ in 0..=self.random.usize(..6) {
            self.change(&mut text);
        }
        text.truncate(1 << 16);
        text
    }

    fn change(&mut self, text: &mut Vec<u8>) {
        let (a, b) = (self.place(text), self.place(text));
        let (from, to) = (a.min(b), a.max(b));
        match self.random.u8(..8) {
            0 => {
                if let Some(byte) = text.get_mut(a) {
                    *byte = self.random.u8(..);
                }
            }
            1 => drop(text.drain(from..to.min(from + 8))),
            2 => {
                let piece = text[from..to].to_vec();
                text.splice(a..a, piece);
            }
            3 => {
                let piece = text[from..to.min(from + 16)].repeat(self.random.usize(1..40));
                text.splice(b..b, piece);
            }
            4 => {
                let other = self.pick();
                let cut = self.place(&other);
                text.splice(a.., other[cut..].iter().copied());
            }
            5 => text.truncate(a),
            _ => {
                let word = WORDS[self.random.usize(..WORDS.len())];
                text.splice(a..a, word.iter().copied());
            }
        }
    }
}
