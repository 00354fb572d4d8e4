//! A recording in memory.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;
use rushes_media::{ByteStream, Chunk, ReadError, Reader};
use rushes_model::Identity;

pub(crate) struct Memory {
    bytes: Bytes,
    identity: Identity,
}

impl Memory {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let identity =
            Identity { size: bytes.len() as u64, etag: None, version: None, modified: None, place: String::new() };
        Self { bytes: Bytes::copy_from_slice(bytes), identity }
    }

    fn slice(&self, offset: u64, length: usize) -> Bytes {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.slice(start..start.saturating_add(length).min(self.bytes.len()))
    }
}

impl Reader for Memory {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        Ok(self.slice(offset, length))
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        let piece = |range: Range<u64>| {
            assert!(range.end <= self.identity.size, "{range:?} of {} bytes", self.identity.size);
            let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
            Chunk { offset: range.start, bytes: self.slice(range.start, length) }
        };
        Ok(Box::new(Pieces(ranges.into_iter().map(piece).collect())))
    }
}

struct Pieces(VecDeque<Chunk>);

impl ByteStream for Pieces {
    fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        Ok(self.0.pop_front())
    }
}
