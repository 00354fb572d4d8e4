//! `stsz` and `stz2`: how many bytes each sample has (ISO/IEC 14496-12, 8.7.3).

use super::atom::Atom;
use super::rows::Rows;
use crate::error::Error;

/// The sizes.
#[derive(Clone, Debug)]
pub(super) enum Sizes {
    /// All alike.
    Constant { size: u32, count: u32 },
    /// Four bytes each.
    Table(Rows),
    /// One or two bytes each.
    Compact(Rows),
    /// Half a byte each.
    Nibbles { rows: Rows, count: u32 },
}

impl Sizes {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        let size = fields.u32()?;
        let count = fields.u32()?;
        if &atom.kind.0 == b"stz2" {
            return match size & 0xff {
                4 => Ok(Self::Nibbles { rows: Rows::read(atom, &fields, count.div_ceil(2), 1)?, count }),
                8 => Ok(Self::Compact(Rows::read(atom, &fields, count, 1)?)),
                16 => Ok(Self::Compact(Rows::read(atom, &fields, count, 2)?)),
                bits => Err(atom.malformed(format!("its sizes have {bits} bits; there are 4, 8 and 16"))),
            };
        }
        match size {
            0 => Ok(Self::Table(Rows::read(atom, &fields, count, 4)?)),
            size => Ok(Self::Constant { size, count }),
        }
    }

    /// How many samples.
    pub(super) fn count(&self) -> u64 {
        let rows = |rows: &Rows| u64::try_from(rows.len()).unwrap_or(u64::MAX);
        match self {
            Self::Constant { count, .. } | Self::Nibbles { count, .. } => u64::from(*count),
            Self::Table(table) | Self::Compact(table) => rows(table),
        }
    }

    /// Bytes of a sample, counted from 0.
    pub(super) fn get(&self, index: usize) -> Option<u32> {
        match self {
            Self::Constant { size, count } => (index < usize::try_from(*count).ok()?).then_some(*size),
            Self::Table(rows) => rows.u32(index, 0),
            Self::Compact(rows) => Some(rows.get(index)?.iter().fold(0, |size, byte| size << 8 | u32::from(*byte))),
            Self::Nibbles { rows, .. } => {
                let byte = u32::from(*rows.get(index / 2)?.first()?);
                Some(if index.is_multiple_of(2) { byte >> 4 } else { byte & 15 })
            }
        }
    }
}
