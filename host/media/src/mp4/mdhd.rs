//! `mdhd` and `mvhd`: ticks each second, of a track and of edit lists (ISO/IEC 14496-12, 8.4.2 and 8.2.2).
//! Their durations aren't used: writers of fragments leave 0 or the largest number there.

use super::atom::Atom;
use crate::error::Error;

/// Ticks each second; both boxes begin alike. Never 0.
pub(super) fn timescale(atom: &Atom) -> Result<u32, Error> {
    let mut fields = atom.fields();
    let (version, _) = fields.full()?;
    fields.wide(version)?;
    fields.wide(version)?;
    match fields.u32()? {
        0 => Err(atom.malformed("its second has 0 ticks")),
        timescale => Ok(timescale),
    }
}
