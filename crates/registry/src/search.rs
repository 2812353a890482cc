//! Searching the indexes of the repositories that were added (`pkg/cmd/search`).

use pintle_go::semver::Version;

use crate::{ChartVersion, IndexFile};

/// From this score on a chart does not count as found.
const MOST_DISTANT: usize = 25;

/// A chart that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// `REPOSITORY/CHART`
    pub name: String,
    /// Where the text stands: 0 in the chart's name, 1 in the whole name, 2 in the description, 3 in the keywords.
    pub score: usize,
    /// The version.
    pub chart: ChartVersion,
}

/// What a chart is searched by.
pub enum Term<'a> {
    /// Everything is found.
    All,
    /// A text, whatever its case.
    Text(&'a str),
    /// An expression in Go's syntax.
    Pattern(&'a pintle_go::regexp::Regexp),
}

/// Searches one repository: each version of a chart, or its newest one.
pub fn search(repository: &str, index: IndexFile, all_versions: bool, term: &Term<'_>, found: &mut Vec<Found>) {
    let lower = match term {
        Term::Text(text) => text.to_lowercase(),
        _ => String::new(),
    };
    for (chart, mut versions) in index.entries {
        versions.truncate(if all_versions { usize::MAX } else { 1 });
        for version in versions {
            let line = line(repository, &version);
            let at = match term {
                Term::All => Some((0, line)),
                Term::Text(_) => {
                    let line = line.to_lowercase();
                    line.find(&lower).map(|at| (at, line))
                }
                Term::Pattern(re) => re.find(line.as_bytes()).map(|m| (m.0, line)),
            };
            let Some((at, line)) = at else { continue };
            let score = if matches!(term, Term::All) { 0 } else { score(at, &line) };
            if score < MOST_DISTANT {
                found.push(Found { name: format!("{repository}/{chart}"), score, chart: version });
            }
        }
    }
}

/// The nearest first, then by name, then the newest version.
pub fn sort(found: &mut [Found]) {
    found.sort_by_cached_key(|f| {
        let version = Version::new(f.chart.version()).ok().map(crate::index::Ordered);
        (f.score, f.name.clone(), std::cmp::Reverse(version))
    });
}

const SEPARATOR: char = '\u{b}';

fn line(repository: &str, v: &ChartVersion) -> String {
    let m = &v.metadata;
    let keywords = m.keywords.join(" ");
    format!("{}{SEPARATOR}{repository}/{}{SEPARATOR}{}{SEPARATOR}{keywords}", m.name, m.name, m.description)
}

/// How many separators stand before a place.
fn score(at: usize, line: &str) -> usize {
    line.bytes().take(at).filter(|b| *b == SEPARATOR as u8).count()
}
