//! `tfhd`: which track a fragment is of, and its defaults (ISO/IEC 14496-12, 8.8.7).

use super::atom::Atom;
use super::trex::Defaults;
use crate::error::Error;

/// The header, with the track's defaults filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FragmentHeader {
    pub(super) defaults: Defaults,
    /// Where offsets count from, if it says so.
    pub(super) base: Option<u64>,
    /// Offsets count from the `moof`.
    pub(super) base_is_moof: bool,
}

impl FragmentHeader {
    pub(super) fn read(atom: &Atom, known: &[Defaults]) -> Result<Self, Error> {
        let mut fields = atom.fields();
        let (_, flags) = fields.full()?;
        let track = fields.u32()?;
        let mut defaults = known
            .iter()
            .find(|defaults| defaults.track == track)
            .copied()
            .unwrap_or(Defaults { track, ..Defaults::default() });
        let base = if flags & 0x01 != 0 { Some(fields.u64()?) } else { None };
        if flags & 0x02 != 0 {
            fields.skip(4)?;
        }
        if flags & 0x08 != 0 {
            defaults.duration = fields.u32()?;
        }
        if flags & 0x10 != 0 {
            defaults.size = fields.u32()?;
        }
        if flags & 0x20 != 0 {
            defaults.flags = fields.u32()?;
        }
        Ok(Self { defaults, base, base_is_moof: flags & 0x02_0000 != 0 })
    }
}
