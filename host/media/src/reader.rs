//! The door through which bytes come. Whoever owns an object implements it; media never learns what is behind.

use std::ops::Range;

use bytes::Bytes;
use rushes_model::{Failure, Identity};

/// Bytes could not be had; what a user should see of it.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(#[from] pub Failure);

/// An object's bytes, for threads: calls block.
pub trait Reader: Send + Sync {
    /// Which version of the object this is; all reads are of this one.
    fn identity(&self) -> &Identity;

    /// Bytes `offset..offset + length`, fewer only at the end of the object. For indexes: small, cached in blocks.
    ///
    /// # Errors
    /// When the bytes can't be had, after the reader's own retries.
    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError>;

    /// All bytes of some ranges, in the order given, read ahead within the reader's budget. Ranges may overlap.
    ///
    /// # Errors
    /// When the stream can't be begun.
    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError>;
}

/// Bytes in the order in which ranges were asked for.
pub trait ByteStream: Send {
    /// The next run of bytes, within one range; none at the end of the last.
    ///
    /// # Errors
    /// When the bytes can't be had, after the reader's own retries.
    fn next(&mut self) -> Result<Option<Chunk>, ReadError>;
}

/// A run of bytes. Dropping it gives its share of the reader's budget back: don't hoard.
#[derive(Debug)]
pub struct Chunk {
    /// Where it lies in the object.
    pub offset: u64,
    /// The bytes.
    pub bytes: Bytes,
}
