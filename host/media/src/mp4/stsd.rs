//! `stsd`: how a track's samples are coded (ISO/IEC 14496-12, 8.5.2).

use super::atom::Atom;
use super::audio;
use super::hdlr::Kind;
use super::visual;
use crate::error::Error;
use crate::index::Coding;

/// The first of its descriptions; or, inside, why samples can't be decoded.
pub(super) fn read(atom: &Atom, kind: Kind, rotation: u16) -> Result<Result<Coding, String>, Error> {
    let mut fields = atom.fields();
    let (version, _) = fields.full()?;
    fields.u32()?;
    let Some(entry) = atom.children(8).next() else {
        return Ok(Err("its coding isn't described".to_owned()));
    };
    let entry = entry?;
    match kind {
        Kind::Audio => audio::read(&entry, version),
        Kind::Video => visual::read(&entry, rotation),
    }
}
