//! Containers: from bytes at offsets to an index, segments, packets and, through the decoders, blocks and frames.

mod index;
mod reader;

pub use index::{Coding, Container, Index, Packet, Packets, Table, Track};
pub use reader::{ByteStream, Chunk, ReadError, Reader};
