//! `stsc`: how many samples each chunk has, and after which description (ISO/IEC 14496-12, 8.7.4).

use super::atom::Atom;
use super::rows::Rows;
use crate::error::Error;

/// Runs of chunks.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    rows: Rows,
    row: usize,
}

/// What is said of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChunkShape {
    pub(super) samples: u32,
    /// Counted from 1.
    pub(super) description: u32,
}

impl Chunks {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        let count = fields.u32()?;
        Ok(Self { rows: Rows::read(atom, &fields, count, 12)?, row: 0 })
    }

    /// A chunk's shape; chunks are counted from 1 and asked for in rising order.
    pub(super) fn shape(&mut self, chunk: u64) -> Option<ChunkShape> {
        while self.rows.u32(self.row + 1, 0).is_some_and(|first| u64::from(first) <= chunk) {
            self.row += 1;
        }
        Some(ChunkShape { samples: self.rows.u32(self.row, 4)?, description: self.rows.u32(self.row, 8)? })
    }
}
