//! `ctts`: from decoding to presentation (ISO/IEC 14496-12, 8.6.1.3).

use super::atom::Atom;
use super::rows::Rows;
use super::runs::{AfterEnd, Runs};
use crate::error::Error;

/// Reads it. Version 0 has unsigned offsets by the standard and signed ones by what writers do (QuickTime, older FFmpeg);
/// an offset above 2^31 ticks is none, so all are taken as signed.
pub(super) fn read(atom: &Atom) -> Result<Runs, Error> {
    let mut fields = atom.fields();
    fields.full()?;
    let count = fields.u32()?;
    Ok(Runs::new(Rows::read(atom, &fields, count, 8)?, AfterEnd::Zero))
}
