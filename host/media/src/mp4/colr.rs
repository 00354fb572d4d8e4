//! `colr`: what the numbers of a picture mean (ISO/IEC 14496-12, 12.1.5; QuickTime's `nclc`).

use super::atom::Atom;

/// What is needed of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Colour {
    /// ITU-T H.273; none where it says "unspecified" (2).
    pub(super) matrix: Option<u16>,
    pub(super) full_range: Option<bool>,
}

impl Colour {
    /// Nothing where it is an ICC profile or too short: pictures can be decoded without it.
    pub(super) fn read(atom: &Atom) -> Self {
        let mut fields = atom.fields();
        let kind = fields.take(4).ok();
        let matrix = fields.skip(4).and_then(|()| fields.u16()).ok().filter(|matrix| *matrix != 2);
        match kind {
            Some(b"nclx") => Self { matrix, full_range: fields.u8().ok().map(|flags| flags & 0x80 != 0) },
            Some(b"nclc") => Self { matrix, full_range: None },
            _ => Self::default(),
        }
    }
}
