//! A table as it stands in a box: rows of equal width.

use bytes::Bytes;

use super::atom::Atom;
use super::fields::Fields;
use crate::error::Error;
use crate::limits;

/// The rows, still packed.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    bytes: Bytes,
    width: usize,
}

impl Rows {
    /// The next `count` rows of a box, which must be in it.
    pub(super) fn read(atom: &Atom, fields: &Fields<'_>, count: u32, width: usize) -> Result<Self, Error> {
        let rest = fields.rest();
        let length = usize::try_from(count).ok().and_then(|count| count.checked_mul(width));
        match length.and_then(|length| rest.get(..length)) {
            Some(rows) => Ok(Self { bytes: atom.body.slice_ref(rows), width }),
            None if usize::try_from(count).is_ok_and(|count| count <= limits::PACKETS) => {
                Err(atom.malformed(format!("it claims {count} rows and has {}", rest.len() / width.max(1))))
            }
            None => Err(Error::limits(atom.kind, format!("{count} rows"), limits::PACKETS.to_string())),
        }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.bytes.len().checked_div(self.width).unwrap_or(0)
    }

    /// One, none past the end.
    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        let from = index.checked_mul(self.width)?;
        self.bytes.get(from..from.checked_add(self.width)?)
    }

    /// A field of a row: four bytes from `at` on.
    pub(super) fn u32(&self, index: usize, at: usize) -> Option<u32> {
        self.get(index)?.get(at..)?.first_chunk::<4>().map(|field| u32::from_be_bytes(*field))
    }

    /// A field of a row: eight bytes from its beginning.
    pub(super) fn u64(&self, index: usize) -> Option<u64> {
        self.get(index)?.first_chunk::<8>().map(|field| u64::from_be_bytes(*field))
    }
}
