//! What tests of demuxers begin with.

use std::ops::Range;

use bytes::Bytes;
use rushes_model::Identity;

use crate::reader::{ByteStream, Chunk, ReadError, Reader};

/// An object in memory; streams come in chunks of a few thousand bytes.
pub(crate) struct Memory {
    bytes: Bytes,
    identity: Identity,
}

impl Memory {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let size = bytes.len() as u64;
        let identity = Identity { size, etag: None, version: None, modified: None, place: String::new() };
        Self { bytes: Bytes::copy_from_slice(bytes), identity }
    }

    fn piece(&self, range: Range<u64>) -> Bytes {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.slice(place(range.start)..place(range.end))
    }
}

impl Reader for Memory {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        Ok(self.piece(offset..offset + length as u64))
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        const CHUNK: u64 = 5_000;
        const STEP: usize = 5_000;
        let steps = |range: Range<u64>| {
            let starts = (range.start..range.end).step_by(STEP);
            starts.map(move |start| start..(start + CHUNK).min(range.end))
        };
        let chunks = ranges.into_iter().flat_map(steps);
        let chunks: Vec<Chunk> = chunks.map(|range| Chunk { offset: range.start, bytes: self.piece(range) }).collect();
        Ok(Box::new(Chunks(chunks.into_iter())))
    }
}

struct Chunks(std::vec::IntoIter<Chunk>);

impl ByteStream for Chunks {
    fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        Ok(self.0.next())
    }
}
