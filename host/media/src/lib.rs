//! Containers: from bytes at offsets to an index, segments, packets and, through the decoders, blocks and frames.
//!
//! ```text
//! Reader ─► open ─► Index ─► segments ─► …       small reads: boxes, chunks, tables; never samples
//!   │                 └────► facts
//!   └─ stream ─► feed ─► decoders ─► blocks and frames
//! ```
//! Begin with [`open`]: it finds out what a file is by its bytes, reads its [`Index`] by a few small ranges, and refuses
//! what isn't read with an [`Error`] that says what, where and what to do. Every number in a file is checked before
//! anything is allocated because of it: no file makes this room panic, loop, or grow past about 200 MB.
//!
//! This room must not know where bytes come from (that is behind [`Reader`]), what a job is, or what a decoder does inside.

#![warn(clippy::indexing_slicing, clippy::cast_possible_truncation)]

mod adts;
mod aiff;
mod caf;
mod crc;
mod error;
mod facts;
pub mod feed;
mod flac;
mod index;
mod limits;
mod mkv;
mod mp3;
mod mp4;
mod ogg;
mod open;
mod packet;
mod probe;
mod reader;
mod scan;
mod segments;
mod tags;
mod uncompressed;
mod wav;
mod window;

/// Name of how packets are found in containers without an index: a change of it makes what was kept of it worthless.
pub const SCANNER: &str = "scan 1";

pub use error::Error;
pub use index::{Coding, Container, Index, Packet, Packets, Table, Track};
pub use open::{Recording, open};
pub use rushes_decode::{Decoders, Native};

pub use scan::HELD;

pub use reader::{ByteStream, Chunk, ReadError, Reader};
