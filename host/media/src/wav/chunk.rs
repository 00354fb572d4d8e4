//! A chunk's header: four letters and a size.

use crate::error::Error;
use crate::window::{Ahead, Window};

/// A chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    /// Where its header begins.
    pub(super) at: u64,
    /// Where its body begins.
    pub(super) body: u64,
    /// Bytes of its body, as claimed.
    pub(super) size: u32,
}

impl Chunk {
    /// The chunk at an offset, none where the file ends before its header does.
    pub(super) fn read(window: &mut Window<'_>, at: u64) -> Result<Option<Self>, Error> {
        let header = window.read(at, 8, Ahead::Header)?;
        let (Some(&id), Some(&size)) = (header.first_chunk::<4>(), header.last_chunk::<4>()) else {
            return Ok(None);
        };
        if header.len() < 8 {
            return Ok(None);
        }
        Ok(Some(Self { id, at, body: at.saturating_add(8), size: u32::from_le_bytes(size) }))
    }

    /// Where the next begins: bodies are padded to an even length.
    pub(super) fn next(&self) -> Option<u64> {
        let size = u64::from(self.size);
        self.body.checked_add(size)?.checked_add(size % 2)
    }
}
