//! What a container's index says: tracks, and for each where its packets lie and when they are shown.

use rushes_decode::{AudioConfig, VideoConfig};
use rushes_model::MediaTime;
use rushes_model::media::Gap;

/// Which container it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// ISO base media, fragmented or not: MP4, MOV, M4A.
    Mp4,
    /// RIFF or RF64 WAVE.
    Wav,
}

/// All that is known of a recording before a sample is decoded.
#[derive(Clone, Debug)]
pub struct Index {
    /// Which container.
    pub container: Container,
    /// Tracks that can be decoded, in the container's order.
    pub tracks: Vec<Track>,
    /// Tracks that can't, with why (for reports and errors): `audio: ac-3 is not supported`.
    pub refused: Vec<String>,
    /// End of the last presented sample or picture.
    pub duration: MediaTime,
    /// What the index already shows to be missing: samples past the end of the file.
    pub gaps: Vec<Gap>,
}

/// One elementary stream.
#[derive(Clone, Debug)]
pub struct Track {
    /// The container's number.
    pub id: u32,
    /// How it is coded.
    pub coding: Coding,
    /// Ticks each second; for audio always the sample rate.
    pub timescale: u32,
    /// Added to a packet's time to get media time, in microseconds; edit lists and other tracks' starts are in it.
    pub origin_us: i64,
    /// Ticks that are presented, half-open; outside of it pictures and samples are decoded (if needed) but not shown.
    pub presented: std::ops::Range<i64>,
    /// In decoding order.
    pub packets: Packets,
}

/// How a track is coded.
#[derive(Clone, Debug, PartialEq)]
pub enum Coding {
    /// Samples.
    Audio(AudioConfig),
    /// Pictures.
    Video(VideoConfig),
}

/// One packet: a picture, or so many samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where its bytes begin in the object.
    pub offset: u64,
    /// How many bytes.
    pub size: u32,
    /// When it is presented, in ticks, before `origin_us`.
    pub pts: i64,
    /// How long, in ticks; 0 = unknown.
    pub duration: u32,
    /// Decoding can begin here.
    pub keyframe: bool,
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
}

/// Packets row by row; 24 bytes each, so that an hour of video and audio stays under 10 MB.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    offset: u64,
    pts: i64,
    size_and_key: u32,
    duration: u32,
}

/// The top bit of `size_and_key`; a packet of 2 GiB is refused long before.
const KEYFRAME: u32 = 1 << 31;

impl Table {
    /// Adds a packet; sizes above 2 GiB - 1 are cut to it.
    pub fn push(&mut self, packet: Packet) {
        let size = packet.size.min(KEYFRAME - 1);
        let key = if packet.keyframe { KEYFRAME } else { 0 };
        self.rows.push(Row {
            offset: packet.offset,
            pts: packet.pts,
            size_and_key: size | key,
            duration: packet.duration,
        });
    }
}

impl Packets {
    /// How many.
    pub fn count(&self) -> usize {
        match self {
            Self::Table(table) => table.rows.len(),
            Self::Constant { bytes, frame_bytes, frames_per_packet, .. } => {
                let packet = u64::from(*frame_bytes).saturating_mul(u64::from(*frames_per_packet)).max(1);
                usize::try_from(bytes.div_ceil(packet)).unwrap_or(usize::MAX)
            }
        }
    }

    /// The packet at an index, none past the end.
    pub fn get(&self, index: usize) -> Option<Packet> {
        match self {
            Self::Table(table) => table.rows.get(index).map(|row| Packet {
                offset: row.offset,
                size: row.size_and_key & !KEYFRAME,
                pts: row.pts,
                duration: row.duration,
                keyframe: row.size_and_key & KEYFRAME != 0,
            }),
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
                })
            }
        }
    }

    /// All, in decoding order.
    pub fn iter(&self) -> impl Iterator<Item = Packet> + '_ {
        (0..self.count()).filter_map(|index| self.get(index))
    }
}

impl Track {
    /// Media time of a tick, in microseconds; negative before media time 0.
    pub fn micros_of(&self, ticks: i64) -> i64 {
        let scale = i128::from(self.timescale.max(1));
        let micros = (i128::from(ticks) * 1_000_000 + scale / 2).div_euclid(scale) + i128::from(self.origin_us);
        i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
    }
}
