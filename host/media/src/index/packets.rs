//! A track's packets.

use super::table::{Odd, Table};

/// One packet: a picture, or so many samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where its bytes begin in the object.
    pub offset: u64,
    /// How many bytes.
    pub size: u32,
    /// When it is presented, in ticks, before `origin_us`.
    pub pts: i64,
    /// How long, in ticks; 0 = unknown. Of audio as the container says, often one tick off from what a packet decodes to.
    pub duration: u32,
    /// Decoding can begin here.
    pub keyframe: bool,
    /// It is decoded and never shown, as VP8's alternate reference pictures.
    pub hidden: bool,
}

/// A track's packets, in decoding order.
#[derive(Clone, Debug)]
pub enum Packets {
    /// One row a packet.
    Table(Table),
    /// Uncompressed samples: packets of equal length from `offset` on.
    Constant {
        /// Of the first sample.
        offset: u64,
        /// Bytes in all.
        bytes: u64,
        /// Bytes of one sample of all channels.
        frame_bytes: u32,
        /// Samples (of all channels) in a packet but the last.
        frames_per_packet: u32,
    },
    /// Blocks of equal length that decode to equally many samples, as ADPCM has them; from `offset` on.
    Blocks {
        /// Of the first block.
        offset: u64,
        /// How many.
        count: u32,
        /// Bytes of one.
        block_bytes: u32,
        /// Samples (of all channels) of one.
        block_frames: u32,
    },
}

impl Packets {
    /// How many.
    pub fn count(&self) -> usize {
        match self {
            Self::Table(table) => table.len(),
            Self::Constant { bytes, frame_bytes, frames_per_packet, .. } => {
                let packet = u64::from(*frame_bytes).saturating_mul(u64::from(*frames_per_packet)).max(1);
                usize::try_from(bytes.div_ceil(packet)).unwrap_or(usize::MAX)
            }
            Self::Blocks { count, .. } => usize::try_from(*count).unwrap_or(usize::MAX),
        }
    }

    /// What each packet begins with before its own bytes; most often nothing.
    pub(crate) fn prefix(&self) -> &[u8] {
        match self {
            Self::Table(table) => table.prefix(),
            Self::Constant { .. } | Self::Blocks { .. } => &[],
        }
    }

    /// The packet at an index, none past the end.
    pub fn get(&self, index: usize) -> Option<Packet> {
        match self {
            Self::Table(table) => table.get(index),
            Self::Constant { offset, bytes, frame_bytes, frames_per_packet } => {
                let step = u64::from(*frame_bytes).checked_mul(u64::from(*frames_per_packet))?;
                let before = step.checked_mul(u64::try_from(index).ok()?)?;
                let size = bytes.checked_sub(before).filter(|left| *left > 0)?.min(step);
                let frames = size / u64::from(*frame_bytes).max(1);
                Some(Packet {
                    offset: offset.checked_add(before)?,
                    size: u32::try_from(size).ok()?,
                    pts: i64::try_from(before / u64::from(*frame_bytes).max(1)).ok()?,
                    duration: u32::try_from(frames).ok()?,
                    keyframe: true,
                    hidden: false,
                })
            }
            Self::Blocks { offset, count, block_bytes, block_frames } => {
                let number = u32::try_from(index).ok().filter(|number| number < count)?;
                Some(Packet {
                    offset: offset.checked_add(u64::from(number).checked_mul(u64::from(*block_bytes))?)?,
                    size: *block_bytes,
                    pts: i64::from(number).checked_mul(i64::from(*block_frames))?,
                    duration: *block_frames,
                    keyframe: true,
                    hidden: false,
                })
            }
        }
    }

    /// What is odd about a packet.
    pub(crate) fn odd(&self, index: usize) -> Option<&Odd> {
        match self {
            Self::Table(table) => table.odd(index),
            Self::Constant { .. } | Self::Blocks { .. } => None,
        }
    }

    /// All, in decoding order.
    pub fn iter(&self) -> impl Iterator<Item = Packet> + '_ {
        (0..self.count()).filter_map(|index| self.get(index))
    }
}
