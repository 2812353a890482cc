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
        let cut = |s: String| {
            // a cell ends at its first line break
            if self.max_width == 0 || s.width() <= self.max_width {
                return s;
            }
            let mut out = String::new();
            for c in s.chars() {
                if format!("{out}{c}").width() > self.max_width.saturating_sub(3) {
                    break;
                }
                out.push(c);
            }
            out + "..."
        };
        let row = cells.into_iter().map(|c| cut(c.into())).collect();
        self.rows.push(row);
    }

    /// The text, without a newline at the end; trailing padding stays, as in Helm.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|i| self.rows.iter().filter_map(|r| r.get(i)).map(|c| c.width()).max().unwrap_or(0))
            .collect();
        let lines: Vec<String> = self
            .rows
            .iter()
            .map(|r| {
                let cells: Vec<String> = r
                    .iter()
                    .zip(&widths)
                    .map(|(c, w)| format!("{c}{}", " ".repeat(w.saturating_sub(c.width()))))
                    .collect();
                cells.join("\t")
            })
            .collect();
        lines.join("\n")
    }
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
