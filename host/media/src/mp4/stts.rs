//! `stts`: how long each sample lasts, in decoding order (ISO/IEC 14496-12, 8.6.1.2).

use super::atom::Atom;
use super::rows::Rows;
use super::runs::{AfterEnd, Runs};
use crate::error::Error;

/// Reads it. Samples that it doesn't reach last as long as the last one it does.
pub(super) fn read(atom: &Atom) -> Result<Runs, Error> {
    let mut fields = atom.fields();
    fields.full()?;
    let count = fields.u32()?;
    Ok(Runs::new(Rows::read(atom, &fields, count, 8)?, AfterEnd::Last))
}
