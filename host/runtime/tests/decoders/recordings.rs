//! Recordings as configurations and packets.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rushes_media::{ByteStream, Chunk, Coding, Packet, ReadError, Reader};
use rushes_model::Identity;

/// A file in memory.
struct File {
    bytes: Bytes,
    identity: Identity,
}

impl Reader for File {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        let start = (offset as usize).min(self.bytes.len());
        Ok(self.bytes.slice(start..start.saturating_add(length).min(self.bytes.len())))
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        let piece = |range: Range<u64>| {
            let bytes = self.bytes.slice(range.start as usize..range.end as usize);
            Chunk { offset: range.start, bytes }
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

/// A track that can be decoded.
pub(crate) struct Track {
    pub(crate) coding: Coding,
    pub(crate) packets: Vec<(Packet, Bytes)>,
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media")
}

/// All of a file's tracks; none where it can't be read.
pub(crate) fn tracks(path: &Path) -> Vec<Track> {
    let bytes: Bytes = std::fs::read(path).expect("the recordings lie beside the checkout").into();
    let identity =
        Identity { size: bytes.len() as u64, etag: None, version: None, modified: None, place: String::new() };
    let file = File { bytes, identity };
    let Ok(index) = rushes_media::open(&file) else { return Vec::new() };
    let packet = |packet: Packet| Some((packet, file.read_at(packet.offset, packet.size as usize).ok()?));
    let track = |track: rushes_media::Track| Track {
        packets: track.packets.iter().filter_map(packet).collect(),
        coding: track.coding,
    };
    index.tracks.into_iter().map(track).collect()
}
