//! `tkhd`: a track's number, whether it is meant to be used, and how its pictures are turned (ISO/IEC 14496-12, 8.3.2).

use super::atom::Atom;
use crate::error::Error;

/// What is needed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrackHeader {
    pub(super) id: u32,
    pub(super) enabled: bool,
    /// Clockwise turn that makes the picture upright.
    pub(super) rotation: u16,
}

impl TrackHeader {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        let (version, flags) = fields.full()?;
        fields.wide(version)?;
        fields.wide(version)?;
        let id = fields.u32()?;
        fields.skip(4)?;
        fields.wide(version)?;
        fields.skip(16)?;
        let a = fields.i32()?;
        let b = fields.i32()?;
        Ok(Self { id, enabled: flags & 1 != 0, rotation: quarter_turn(a, b) })
    }
}

/// The matrix takes the picture's x axis (1, 0) to (a, b), with y downwards; nearest quarter, mirrors are ignored.
fn quarter_turn(a: i32, b: i32) -> u16 {
    if b.unsigned_abs() > a.unsigned_abs() {
        if b > 0 { 90 } else { 270 }
    } else if a < 0 {
        180
    } else {
        0
    }
}
