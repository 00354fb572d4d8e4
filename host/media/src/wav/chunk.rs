//! A chunk's header: a name and a size, in each of the three dialects.

use crate::error::Error;
use crate::window::{Ahead, Window};

/// How chunks are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Four letters and 32 bits; RIFF, RF64, BW64.
    Riff,
    /// The same, big-endian: RIFX.
    Rifx,
    /// A GUID that begins with the four letters, and 64 bits that count the header too (Sonic Foundry's Wave64).
    Wave64,
}

/// A chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    /// Where its header begins.
    pub(super) at: u64,
    /// Where its body begins.
    pub(super) body: u64,
    /// Bytes of its body, as claimed.
    pub(super) size: u64,
    dialect: Dialect,
}

impl Dialect {
    /// By the file's first bytes, which the probe has seen.
    pub(super) fn of(form: &[u8]) -> Self {
        match form.first_chunk::<4>() {
            Some(b"RIFX") => Self::Rifx,
            Some(b"riff") => Self::Wave64,
            _ => Self::Riff,
        }
    }

    /// Where the first chunk inside the outermost lies: behind its header and the form's name.
    pub(super) const fn first(self) -> u64 {
        match self {
            Self::Riff | Self::Rifx => 12,
            Self::Wave64 => 40,
        }
    }

    const fn header(self) -> u64 {
        match self {
            Self::Riff | Self::Rifx => 8,
            Self::Wave64 => 24,
        }
    }

    /// Bodies are padded to a multiple of so many bytes.
    const fn padding(self) -> u64 {
        match self {
            Self::Riff | Self::Rifx => 2,
            Self::Wave64 => 8,
        }
    }

    /// Bytes of a body, by the field of its header; none where it isn't there or is less than the header.
    fn size(self, header: &[u8]) -> Option<u64> {
        let short = || header.get(4..)?.first_chunk::<4>().copied();
        match self {
            Self::Riff => short().map(u32::from_le_bytes).map(u64::from),
            Self::Rifx => short().map(u32::from_be_bytes).map(u64::from),
            Self::Wave64 => {
                let whole = u64::from_le_bytes(*header.get(16..)?.first_chunk::<8>()?);
                // 0 where the writer never came back.
                if whole == 0 { Some(0) } else { whole.checked_sub(self.header()) }
            }
        }
    }
}

impl Chunk {
    /// The chunk at an offset, none where the file ends before its header does.
    pub(super) fn read(window: &mut Window<'_>, dialect: Dialect, at: u64) -> Result<Option<Self>, Error> {
        let length = dialect.header();
        let header = window.read(at, length, Ahead::Header)?;
        let Some(&id) = header.first_chunk::<4>().filter(|_| u64::try_from(header.len()) == Ok(length)) else {
            return Ok(None);
        };
        let size =
            dialect.size(&header).ok_or_else(|| Error::malformed("chunk", at, "it is shorter than its header"))?;
        Ok(Some(Self { id, at, body: at.saturating_add(length), size, dialect }))
    }

    /// Where the next begins.
    pub(super) fn next(&self) -> Option<u64> {
        self.body.checked_add(self.size.checked_next_multiple_of(self.dialect.padding())?)
    }
}
