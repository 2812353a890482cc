//! Finding what `include` and `tpl` wrote again in a text that pipes made of it.

use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Made, Piece, Span};

/// Adds the spans of what was printed as `whole`, with the spans of the pieces wherever a line of theirs is found:
/// blank space around lines does not matter, their order does where lines read the same.
pub(super) fn splice(out: &[u8], whole: Span, pieces: &[Rc<Piece>], spans: &mut Vec<Span>) {
    if pieces.is_empty() {
        return spans.push(whole);
    }
    let lines: Vec<(&Piece, Range<usize>)> =
        pieces.iter().flat_map(|p| trimmed_lines(&p.text, 0).map(|(_, line)| (&**p, line))).collect();
    let mut by_text: FxHashMap<&[u8], Vec<usize>> = FxHashMap::default();
    for (n, (piece, line)) in lines.iter().enumerate() {
        by_text.entry(piece.text.get(line.clone()).unwrap_or_default()).or_default().push(n);
    }
    let printed = out.get(whole.start..whole.end).unwrap_or_default();
    let mut next = 0;
    for (line, text) in trimmed_lines(printed, whole.start) {
        let candidates = by_text.get(out.get(text.clone()).unwrap_or_default()).filter(|_| !text.is_empty());
        let found = candidates.and_then(|all| all.iter().find(|n| **n >= next).or(all.first()));
        let Some((piece, from)) = found.and_then(|n| lines.get(*n)) else {
            push(spans, Span { start: line.start, end: line.end, ..whole.clone() });
            continue;
        };
        next = found.map_or(next, |n| n + 1);
        let first = spans.len();
        for s in within(&piece.spans, from) {
            let (start, end) = (s.start.max(from.start), s.end.min(from.end));
            let pos = if s.made == Made::Text { s.pos + (start - s.start) } else { s.pos };
            let moved = |at: usize| at - from.start + text.start;
            spans.push(Span { start: moved(start), end: moved(end), pos, ..s.clone() });
        }
        widen(spans, first, &line);
    }
}

/// The spans that touch a range.
fn within<'a>(spans: &'a [Span], range: &Range<usize>) -> impl Iterator<Item = &'a Span> {
    let from = spans.partition_point(|s| s.end <= range.start);
    let end = range.end;
    spans.get(from..).unwrap_or_default().iter().take_while(move |s| s.start < end)
}

/// The blank space around a line belongs to whom its first and last bytes belong to.
fn widen(spans: &mut Vec<Span>, first: usize, line: &Range<usize>) {
    let Some(head) = spans.get(first).cloned() else { return };
    let blank = |made| if made == Made::Text { Made::Blank } else { made };
    if head.start > line.start {
        spans.insert(first, Span { start: line.start, end: head.start, made: blank(head.made), ..head });
    }
    if let Some(tail) = spans.last().cloned()
        && tail.end < line.end
    {
        spans.push(Span { start: tail.end, end: line.end, made: blank(tail.made), ..tail });
    }
}

/// Adds a span, or lengthens the last one if it is of the same place.
fn push(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last)
            if last.end == span.start
                && last.made == Made::Filled
                && (last.frame, last.pos, &last.reads) == (span.frame, span.pos, &span.reads) =>
        {
            last.end = span.end;
        }
        _ => spans.push(span),
    }
}

/// The lines of a text that begins at offset `at`: each whole, with its end of line, and without blank space around.
fn trimmed_lines(text: &[u8], at: usize) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let mut start = at;
    text.split_inclusive(|b| *b == b'\n').map(move |line| {
        let whole = start..start + line.len();
        let from = start + (line.len() - line.trim_ascii_start().len());
        start = whole.end;
        (whole, from..from + line.trim_ascii().len())
    })
}
