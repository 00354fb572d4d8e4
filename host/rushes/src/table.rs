//! A table that fits the terminal: what is too long is cut where it hurts least.

use crate::fault::Fault;
use crate::out;

/// Columns narrower than this say nothing.
const LEAST: usize = 8;
const GAP: usize = 2;

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// A row of as many cells as there are headings.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// To standard output, or a sentence where there are no rows.
    pub(crate) fn print(&self, if_empty: &str) -> Result<(), Fault> {
        if self.rows.is_empty() {
            return out::line(if_empty);
        }
        self.lines(out::width()).iter().try_for_each(out::line)
    }

    fn lines(&self, width: Option<usize>) -> Vec<String> {
        let widths = self.widths(width);
        let headings: Vec<String> = self.headings.iter().map(|&heading| heading.to_owned()).collect();
        std::iter::once(&headings).chain(&self.rows).map(|row| written(row, &widths)).collect()
    }

    /// As wide as their cells; the widest gives way until all fit. The first column is a name that is typed again, and
    /// never cut.
    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let longest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(self.headings.get(column).map(|heading| heading.len())).max().unwrap_or_default()
        };
        let mut widths: Vec<usize> = (0..self.headings.len()).map(longest).collect();
        let Some(width) = width else { return widths };
        while widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > width {
            let widest = widths.iter_mut().skip(1).max_by_key(|width| **width);
            match widest.filter(|width| **width > LEAST) {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
        widths
    }
}

fn written(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, &width)| fitted(cell, width)).collect();
    cells.join(&" ".repeat(GAP)).trim_end().to_owned()
}

/// Exactly so many characters, on one line and without control characters: names and texts are foreign.
fn fitted(cell: &str, width: usize) -> String {
    let plain: String = cell.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    if plain.chars().count() <= width {
        return format!("{plain:<width$}");
    }
    plain.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["JOB", "STATE", "OBJECT"]);
        table.row(["0198-1".into(), "failed".into(), "s3://interviews/video/42/a-rather-long-name.mp4".into()]);
        table.row(["0198-2".into(), "completed".into(), "s3://b/k\n\x1b[31m".into()]);
        table
    }

    #[test]
    fn the_longest_column_gives_way() {
        let lines = table().lines(Some(40));
        assert!(lines.iter().all(|line| line.chars().count() <= 40), "{lines:#?}");
        assert_eq!(lines[1], "0198-1  failed     s3://interviews/vide…");
    }

    #[test]
    fn a_pipe_gets_everything() {
        assert!(table().lines(None)[1].ends_with("a-rather-long-name.mp4"));
    }

    #[test]
    fn a_cell_cannot_speak_to_the_terminal() {
        assert_eq!(table().lines(None)[2], "0198-2  completed  s3://b/k  [31m");
    }
}
