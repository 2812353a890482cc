//! Errors: go-yaml's text, and beside it the place that the text often leaves out.

use std::fmt;

/// A spot in the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Bytes before it.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Which half of `sigs.k8s.io/yaml`'s `Unmarshal` failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// YAML to JSON: the text is what `YAMLToJSON` says.
    Convert,
    /// JSON to a value: the text already has its prefix.
    Decode,
    /// Value to JSON, when writing.
    Encode,
}

/// A YAML error with go-yaml's text, e.g. `yaml: line 3: did not find expected key`.
///
/// go-yaml counts lines from 0 or from 1 and drops line 0; [`Error::place`] gives the true spot where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub String, pub(crate) Option<Place>, pub(crate) Phase);

impl Error {
    pub(crate) fn convert(text: impl Into<String>) -> Self {
        Error(text.into(), None, Phase::Convert)
    }
    pub(crate) fn encode(text: impl Into<String>) -> Self {
        Error(text.into(), None, Phase::Encode)
    }
    pub(crate) fn decode(text: impl Into<String>) -> Self {
        Error(text.into(), None, Phase::Decode)
    }
    /// The JSON decoder's refusal of a value nested too deeply (`encoding/json`'s `maxNestingDepth`).
    pub(crate) fn too_deep() -> Self {
        let text = "error unmarshaling JSON: while decoding JSON: invalid character '[' exceeded max depth";
        Error(text.into(), None, Phase::Decode)
    }
    /// Where in the text it went wrong, if the error belongs to one spot.
    pub fn place(&self) -> Option<Place> {
        self.1
    }
    /// The text of `yaml.Unmarshal`'s error: `error converting YAML to JSON: yaml: …`.
    pub fn unmarshal_text(&self) -> String {
        match self.2 {
            Phase::Convert => format!("error converting YAML to JSON: {}", self.0),
            Phase::Decode | Phase::Encode => self.0.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A failure inside scanner, parser or composer, before go-yaml's line rule is applied.
#[derive(Debug)]
pub(crate) struct Fault {
    pub kind: FaultKind,
    pub problem: String,
    /// 0-based lines of libyaml's marks.
    pub problem_line: u32,
    pub context_line: u32,
    pub offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Scanner,
    Parser,
    /// The byte reader, and go-yaml's own composer: never a line in the text.
    Plain,
}

impl Fault {
    /// go-yaml's `(*parser).fail`: which line, if any, the text names.
    pub(crate) fn into_error(self, text: &[u8]) -> Error {
        let line = match (self.problem_line, self.context_line) {
            (0, 0) => 0,
            (0, context) => context,
            (problem, _) if self.kind == FaultKind::Scanner => problem + 1,
            (problem, _) => problem,
        };
        let message = match line {
            0 => format!("yaml: {}", self.problem),
            n => format!("yaml: line {n}: {}", self.problem),
        };
        Error(message, Some(place_of(text, self.offset)), Phase::Convert)
    }
}

/// Line and column of a byte offset, counting lines as the scanner does.
pub(crate) fn place_of(text: &[u8], offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let (mut line, mut start, mut i) = (1, 0, 0);
    while i < before.len() {
        let w = match crate::chars::break_width(text, i) {
            0 => 1,
            w => {
                let w = if text.get(i..i + 2) == Some(b"\r\n") { 2 } else { w };
                line += 1;
                start = i + w;
                w
            }
        };
        i += w;
    }
    let tail = before.get(start..).unwrap_or_default();
    let column = 1 + tail.iter().filter(|b| **b & 0xC0 != 0x80).count();
    Place { offset: before.len(), line, column }
}
