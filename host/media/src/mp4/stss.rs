//! `stss`: at which samples decoding can begin (ISO/IEC 14496-12, 8.6.2). Without it, at all.

use super::atom::Atom;
use super::rows::Rows;
use crate::error::Error;

/// Sample numbers, rising, counted from 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Keyframes {
    rows: Option<Rows>,
    row: usize,
}

impl Keyframes {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        let count = fields.u32()?;
        Ok(Self { rows: Some(Rows::read(atom, &fields, count, 4)?), row: 0 })
    }

    /// Whether a sample, counted from 1, is one. Asked in rising order.
    pub(super) fn contains(&mut self, number: u64) -> bool {
        let Some(rows) = &self.rows else { return true };
        while let Some(keyframe) = rows.u32(self.row, 0) {
            if u64::from(keyframe) >= number {
                return u64::from(keyframe) == number;
            }
            self.row += 1;
        }
        false
    }
}
