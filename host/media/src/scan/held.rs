//! The bytes that were read last.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use rushes_model::ByteSize;

use crate::error::Error;
use crate::reader::{ByteStream, Chunk, ReadError, Reader};

/// Most bytes of a recording without an index that are held to be fed: a minute at 3 Mbit/s, as browsers record. What is more is fetched a second time.
pub const HELD: ByteSize = ByteSize::mib(24);

/// Chunks by rising offset.
#[derive(Default)]
pub(super) struct Held {
    chunks: VecDeque<(u64, Bytes)>,
    bytes: usize,
}

impl Held {
    pub(super) fn keep(&mut self, offset: u64, bytes: Bytes) {
        self.bytes += bytes.len();
        self.chunks.push_back((offset, bytes));
        while self.bytes as u64 > HELD.as_bytes() {
            let Some((_, first)) = self.chunks.pop_front() else { break };
            self.bytes -= first.len();
        }
    }

    /// The bytes from an offset on that lie in one chunk, none where they aren't held.
    fn at(&self, offset: u64) -> Option<Bytes> {
        let after = self.chunks.partition_point(|(start, _)| *start <= offset);
        let (start, bytes) = self.chunks.get(after.checked_sub(1)?)?;
        let inside = usize::try_from(offset - start).ok().filter(|inside| *inside < bytes.len())?;
        Some(bytes.slice(inside..))
    }

    pub(super) fn has_all(&self, ranges: &[Range<u64>]) -> bool {
        ranges.iter().all(|range| {
            let mut at = range.start;
            while at < range.end {
                let Some(bytes) = self.at(at) else { return false };
                at = at.saturating_add(bytes.len() as u64);
            }
            true
        })
    }

    /// The ranges in their order: from here, or from the reader.
    pub(super) fn stream<'a>(
        &'a self,
        reader: &'a dyn Reader,
        ranges: &[Range<u64>],
    ) -> Result<Box<dyn ByteStream + 'a>, Error> {
        let mut pieces: VecDeque<Piece> = VecDeque::new();
        let mut missing: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            let mut at = range.start;
            while at < range.end {
                if let Some(mut bytes) = self.at(at) {
                    bytes.truncate(usize::try_from(range.end - at).unwrap_or(usize::MAX));
                    let next = at.saturating_add(bytes.len() as u64);
                    pieces.push_back(Piece::Here(at, bytes));
                    at = next;
                    continue;
                }
                let next = self.chunks.iter().map(|(start, _)| *start).find(|start| *start > at);
                let end = next.unwrap_or(u64::MAX).min(range.end);
                missing.push(at..end);
                pieces.push_back(Piece::There(end));
                at = end;
            }
        }
        let stream = if missing.is_empty() { None } else { Some(reader.stream(missing)?) };
        Ok(Box::new(Mixed { pieces, stream }))
    }
}

enum Piece {
    Here(u64, Bytes),
    /// From the reader, up to this offset.
    There(u64),
}

struct Mixed {
    pieces: VecDeque<Piece>,
    stream: Option<Box<dyn ByteStream>>,
}

impl ByteStream for Mixed {
    fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        match self.pieces.pop_front() {
            None => Ok(None),
            Some(Piece::Here(offset, bytes)) => Ok(Some(Chunk { offset, bytes })),
            Some(Piece::There(end)) => {
                let Some(stream) = &mut self.stream else { return Ok(None) };
                let chunk = stream.next()?;
                if let Some(chunk) = &chunk
                    && chunk.offset.saturating_add(chunk.bytes.len() as u64) < end
                {
                    self.pieces.push_front(Piece::There(end));
                }
                Ok(chunk)
            }
        }
    }
}
