//! Tables as Helm draws them (gosuri/uitable): cells padded to their column's width, columns parted by a tab.

use unicode_width::UnicodeWidthStr;

/// A table in the making.
#[derive(Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// Cells longer than this are cut and end in `...`; 0 leaves them whole.
    pub max_width: usize,
}

impl Table {
    /// A table that leaves cells whole.
    pub fn new() -> Self {
        Table { rows: Vec::new(), max_width: 0 }
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The text, without a newline at the end; trailing padding stays, as in Helm.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        // a column is as wide as its longest line; a cell of several lines is cut to that
        let longest = |cell: &String| cell.lines().map(|l| l.width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|i| {
                let widest = self.rows.iter().filter_map(|r| r.get(i)).map(longest).max().unwrap_or(0);
                if self.max_width > 0 { widest.min(self.max_width) } else { widest }
            })
            .collect();
        let line = |row: &Vec<String>| -> String {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(c, w)| fit(c, *w)).collect();
            cells.join("\t")
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A cell in its column: padded, or cut with `...` at the end.
fn fit(cell: &str, width: usize) -> String {
    let own: usize = cell.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum();
    if own <= width && !cell.contains('\n') {
        return format!("{cell}{}", " ".repeat(width - own));
    }
    let mut out = String::new();
    let mut used = 0;
    for c in cell.chars().filter(|c| *c != '\n') {
        let w = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + w > width.saturating_sub(3) {
            break;
        }
        used += w;
        out.push(c);
    }
    format!("{out}...{}", " ".repeat(width.saturating_sub(used + 3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_with_blanks_and_parts_with_tabs() {
        let mut t = Table::new();
        t.row(["NAME", "V"]);
        t.row(["a", "1.2.3"]);
        assert_eq!(t.text(), "NAME\tV    \na   \t1.2.3");
    }
}
