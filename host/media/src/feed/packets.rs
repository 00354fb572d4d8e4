//! From packets to ranges of bytes, and from a stream of those ranges back to packets.

use std::ops::Range;

use bytes::Bytes;

use super::plan::Read;
use crate::error::Error;
use crate::reader::{ByteStream, Chunk};

/// What must be read for these packets, in their order. Holes of up to `worth_skipping` bytes are read over.
pub(super) fn merge<'a>(reads: impl Iterator<Item = Read<'a>>, worth_skipping: u64) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for read in reads {
        for (offset, size) in read.runs() {
            let end = offset.saturating_add(u64::from(size));
            match ranges.last_mut() {
                _ if size == 0 => {}
                Some(last) if offset >= last.end && offset - last.end <= worth_skipping => last.end = end,
                _ => ranges.push(offset..end),
            }
        }
    }
    ranges
}

/// Cuts packets out of a stream.
pub(super) struct Packets<'a> {
    stream: &'a mut dyn ByteStream,
    chunk: Chunk,
}

impl<'a> Packets<'a> {
    pub(super) fn new(stream: &'a mut dyn ByteStream) -> Self {
        Self { stream, chunk: Chunk { offset: 0, bytes: Bytes::new() } }
    }

    /// A packet, put together from its runs.
    pub(super) fn packet(&mut self, read: &Read<'_>) -> Result<Bytes, Error> {
        if read.pieces.is_empty() {
            return self.take(read.offset, read.size);
        }
        let mut packet = Vec::new();
        for (offset, size) in read.runs() {
            packet.extend_from_slice(&self.take(offset, size)?);
        }
        Ok(Bytes::from(packet))
    }

    /// The bytes at an offset; what lies between the last packet and it is dropped.
    fn take(&mut self, offset: u64, size: u32) -> Result<Bytes, Error> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size == 0 {
            return Ok(Bytes::new());
        }
        self.seek(offset)?;
        let first = self.chunk.bytes.split_to(size.min(self.chunk.bytes.len()));
        self.chunk.offset = offset.saturating_add(first.len() as u64);
        if first.len() == size {
            return Ok(first);
        }
        // Grows as bytes come, so that a claimed size alone takes no memory.
        let mut packet = first.to_vec();
        while packet.len() < size {
            let at = offset.saturating_add(packet.len() as u64);
            self.seek(at)?;
            let part = self.chunk.bytes.split_to((size - packet.len()).min(self.chunk.bytes.len()));
            self.chunk.offset = at.saturating_add(part.len() as u64);
            packet.extend_from_slice(&part);
        }
        Ok(Bytes::from(packet))
    }

    /// Moves on to the chunk that holds a byte, and to that byte.
    fn seek(&mut self, offset: u64) -> Result<(), Error> {
        loop {
            let inside = offset.checked_sub(self.chunk.offset).and_then(|inside| usize::try_from(inside).ok());
            if let Some(inside) = inside.filter(|inside| *inside < self.chunk.bytes.len()) {
                drop(self.chunk.bytes.split_to(inside));
                self.chunk.offset = offset;
                return Ok(());
            }
            // The old chunk goes first: its share of the budget may be what the next one waits for.
            self.chunk.bytes = Bytes::new();
            self.chunk = self.stream.next()?.ok_or(Error::Short { at: offset })?;
        }
    }
}
