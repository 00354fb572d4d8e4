//! `stco` and `co64`: where each chunk begins in the file (ISO/IEC 14496-12, 8.7.5).

use super::atom::Atom;
use super::rows::Rows;
use crate::error::Error;

/// The offsets.
#[derive(Clone, Debug)]
pub(super) struct ChunkOffsets {
    rows: Rows,
    wide: bool,
}

impl ChunkOffsets {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        let count = fields.u32()?;
        let wide = &atom.kind.0 == b"co64";
        Ok(Self { rows: Rows::read(atom, &fields, count, if wide { 8 } else { 4 })?, wide })
    }

    /// All, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.rows.len())
            .filter_map(|index| if self.wide { self.rows.u64(index) } else { self.rows.u32(index, 0).map(u64::from) })
    }
}
