//! `trex`: what a track's fragments have unless they say otherwise (ISO/IEC 14496-12, 8.8.3).

use super::atom::Atom;
use crate::error::Error;

/// The defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Defaults {
    pub(super) track: u32,
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

impl Defaults {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        let track = fields.u32()?;
        fields.skip(4)?;
        Ok(Self { track, duration: fields.u32()?, size: fields.u32()?, flags: fields.u32()? })
    }
}
