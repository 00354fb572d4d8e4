//! `hdlr`: what kind of track it is (ISO/IEC 14496-12, 8.4.3).

use super::atom::Atom;
use crate::error::Error;

/// Kinds that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    Video,
}

impl Kind {
    /// None for timecode, metadata, hints; and for subtitles (`text`, `sbtl`, `subt`, `clcp`), which nobody asks for yet.
    pub(super) fn read(atom: &Atom) -> Result<Option<Self>, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        fields.skip(4)?;
        Ok(match fields.take(4)? {
            b"soun" => Some(Self::Audio),
            b"vide" => Some(Self::Video),
            _ => None,
        })
    }

    /// The name of such an input in reports and gaps.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}
