//! `ds64`: sizes of 64 bits (EBU Tech 3306, section 3).

use super::chunk::Chunk;
use crate::error::Error;
use crate::window::Window;

/// What is needed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ds64 {
    /// Bytes of the whole file but the first eight.
    pub(super) outer_size: u64,
    /// Bytes of the `data` chunk.
    pub(super) data_size: u64,
}

impl Ds64 {
    pub(super) fn read(window: &mut Window<'_>, chunk: &Chunk) -> Result<Self, Error> {
        let body = super::body(window, chunk)?;
        let Some([outer_size, data_size]) = body
            .first_chunk::<16>()
            .map(|sizes| sizes.as_chunks::<8>().0)
            .and_then(|sizes| sizes.first_chunk::<2>().copied())
        else {
            return Err(Error::malformed("ds64", chunk.at, format!("it has {} bytes, 16 are needed", body.len())));
        };
        Ok(Self { outer_size: u64::from_le_bytes(outer_size), data_size: u64::from_le_bytes(data_size) })
    }
}
