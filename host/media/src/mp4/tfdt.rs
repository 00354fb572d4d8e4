//! `tfdt`: when a fragment's first sample is decoded (ISO/IEC 14496-12, 8.8.12).

use super::atom::Atom;
use crate::error::Error;

/// In the track's ticks.
pub(super) fn read(atom: &Atom) -> Result<i64, Error> {
    let mut fields = atom.fields();
    let (version, _) = fields.full()?;
    let time = fields.wide(version)?;
    i64::try_from(time).map_err(|_| atom.malformed(format!("its time is {time} ticks")))
}
