//! Run-length tables: so many samples with the same value.

use super::rows::Rows;

/// One value a sample, read run by run.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    rows: Rows,
    row: usize,
    left: u32,
    value: u32,
    after_end: AfterEnd,
}

/// What samples have that the table doesn't reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AfterEnd {
    /// The last value.
    Last,
    /// Nothing.
    #[default]
    Zero,
}

impl Runs {
    /// Rows of count and value.
    pub(super) fn new(rows: Rows, after_end: AfterEnd) -> Self {
        Self { rows, row: 0, left: 0, value: 0, after_end }
    }

    /// The next sample's value.
    pub(super) fn step(&mut self) -> u32 {
        while self.left == 0 {
            match (self.rows.u32(self.row, 0), self.rows.u32(self.row, 4)) {
                (Some(count), Some(value)) => (self.left, self.value) = (count, value),
                _ => return if self.after_end == AfterEnd::Last { self.value } else { 0 },
            }
            self.row += 1;
        }
        self.left -= 1;
        self.value
    }
}
