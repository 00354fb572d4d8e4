//! Native FLAC (RFC 9639).
//!
//! ```text
//! fLaC ─► STREAMINFO, other blocks (stepped over) ─► frame … frame
//! ```
//! A frame doesn't say how long it is: it ends where its checksum is right and the next header begins.

mod header;

use rushes_decode::{AudioCodec, AudioConfig};
use rushes_model::MediaTime;

use crate::crc::SIXTEEN;
use crate::error::Error;
use crate::index::{Coding, Container, Index, Packet, Packets, Table, Track, micros};
use crate::scan::{Begun, Demuxer, Found, Input, Kind};
use crate::tags;
use crate::window::{Ahead, Window};
pub(crate) use header::{Header, INFO, Info};

/// So much is looked at first of a frame; more where it isn't enough.
const LOOK: usize = 32 << 10;

/// A frame so much later than one without an end shows that it is broken.
const NEAR_SECONDS: u64 = 10;

/// Blocks before the frames; an album's pictures are a handful.
const BLOCKS: usize = 1_024;

/// Reads the metadata; `at` is where the tags end.
pub(crate) fn open(window: &mut Window<'_>, at: u64) -> Result<Begun, Error> {
    let head = window.read(at, 8 + INFO as u64, Ahead::Index)?;
    let body = head.get(8..).filter(|body| body.len() == INFO && head.get(4).is_some_and(|kind| kind & 0x7f == 0));
    let Some((body, info)) = body.and_then(|body| Some((body, Info::read(body)?))) else {
        return Err(Error::malformed("fLaC", at, "it doesn't begin with STREAMINFO"));
    };
    if info.sample_rate == 0 {
        return Err(Error::malformed("STREAMINFO", at, "its sample rate is 0"));
    }
    let begins = frames_at(window, at.saturating_add(4))?;
    let config = AudioConfig {
        codec: AudioCodec::Flac,
        sample_rate: info.sample_rate,
        channels: info.channels,
        channel_mask: None,
        extra: body.to_vec(),
    };
    let track = Track {
        id: 1,
        enabled: true,
        timescale: info.sample_rate,
        coding: Coding::Audio(config),
        origin_us: 0,
        presented: 0..i64::MAX,
        packets: Packets::Table(Table::default()),
    };
    let index = Index {
        container: Container::Flac,
        tracks: vec![track],
        refused: Vec::new(),
        is_complete: false,
        duration: MediaTime::ZERO,
        gaps: Vec::new(),
    };
    let declared = (info.samples > 0).then(|| MediaTime::from_ratio(info.samples, u64::from(info.sample_rate)));
    let demuxer = Box::new(Frames { info, block: info.largest_block, expected: None, shift: 0 });
    Ok(Begun { index, demuxer, at: begins, declared })
}

/// Behind the last block of metadata.
fn frames_at(window: &mut Window<'_>, mut at: u64) -> Result<u64, Error> {
    for _ in 0..BLOCKS {
        let header = window.read(at, 4, Ahead::Header)?;
        let Some(&[kind, a, b, c]) = header.first_chunk::<4>() else {
            return Err(Error::Truncated { first: at, size: window.size() });
        };
        at = at.saturating_add(4 + u64::from(u32::from_be_bytes([0, a, b, c])));
        if kind & 0x80 != 0 {
            return Ok(at);
        }
    }
    Err(Error::limits("fLaC", "blocks of metadata without end", BLOCKS.to_string()))
}

struct Frames {
    info: Info,
    /// Samples of each block but the last, where they are equal.
    block: u32,
    /// Number of the sample that comes next; none before the first frame.
    expected: Option<u64>,
    /// Added to the stream's numbers: recordings that were joined count anew.
    shift: u64,
}

/// What stands at the beginning of some bytes.
enum Look {
    /// A whole frame, and its length.
    Frame(Header, usize),
    /// No frame for so many bytes.
    Other(usize),
    /// More must be seen.
    More,
    /// A frame begins, and the file ends before it does.
    CutOff,
}

impl Demuxer for Frames {
    fn next(&mut self, input: &mut Input<'_>, found: &mut Vec<Found>) -> Result<bool, Error> {
        let left = input.size().saturating_sub(input.at());
        let mut length = LOOK;
        let look = loop {
            let bytes = input.peek(length)?;
            let is_all = bytes.len() as u64 >= left;
            match self.look(bytes, is_all) {
                Look::More if bytes.len() < self.largest_frame() => length = length.saturating_mul(4),
                Look::More => break Look::Other(1),
                look => break look,
            }
        };
        match look {
            Look::Frame(header, bytes) => {
                self.keep(&header, bytes, input.at(), found);
                input.skip(bytes as u64)?;
            }
            Look::Other(0) => return Ok(false),
            Look::Other(bytes) => input.skip(bytes as u64)?,
            Look::CutOff => {
                self.name_what_is_cut_off(found);
                return Ok(false);
            }
            Look::More => {}
        }
        Ok(true)
    }

    fn state(&self) -> Vec<u8> {
        let expected = self.expected.unwrap_or(u64::MAX);
        [expected, u64::from(self.block), self.shift].iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        let [expected, block, shift] = state.as_chunks::<8>().0 else { return None };
        self.expected = Some(u64::from_le_bytes(*expected)).filter(|expected| *expected != u64::MAX);
        self.block = u32::try_from(u64::from_le_bytes(*block)).ok()?;
        self.shift = u64::from_le_bytes(*shift);
        Some(())
    }
}

impl Frames {
    /// Looks for the frame at the beginning. The checksum over all of a frame is 0.
    fn look(&self, bytes: &[u8], is_all: bool) -> Look {
        let Some(first) = Header::read(bytes, &self.info) else { return self.search(bytes, is_all) };
        let mut crc = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let rest = bytes.get(at..).unwrap_or_default();
            if at > 0
                && *byte == 0xff
                && let Some(next) = Header::read(rest, &self.info)
            {
                if crc == 0 {
                    return Look::Frame(first, at);
                }
                // The next frame is whole, most likely; this one or its neighbour's header isn't.
                if self.comes_after(&next, &first) {
                    return Look::Other(at);
                }
            }
            if at > 0 && crc == 0 && tags::length(rest).is_some() {
                return Look::Frame(first, at);
            }
            crc = SIXTEEN.next(crc, *byte);
        }
        match (is_all, crc) {
            (true, 0) => Look::Frame(first, bytes.len()),
            (true, _) if bytes.len() < self.largest_frame() => Look::CutOff,
            _ => Look::More,
        }
    }

    /// To the next header; a tag is stepped over.
    fn search(&self, bytes: &[u8], is_all: bool) -> Look {
        if let Some(length) = tags::length(bytes) {
            return Look::Other(usize::try_from(length).unwrap_or(usize::MAX).max(1));
        }
        let is_header = |at: &usize| bytes.get(*at..).and_then(|rest| Header::read(rest, &self.info)).is_some();
        let unseen = if is_all { 0 } else { header::LONGEST };
        Look::Other((1..bytes.len()).find(is_header).unwrap_or(bytes.len().saturating_sub(unseen)))
    }

    /// Not far: in the body of a frame, some bytes may look like a header of any number.
    fn comes_after(&self, next: &Header, first: &Header) -> bool {
        let end = first.first_sample(self.block).saturating_add(u64::from(first.samples));
        let near = end.saturating_add(NEAR_SECONDS * u64::from(self.info.sample_rate));
        (end..near).contains(&next.first_sample(self.block))
    }

    /// No frame is larger: all samples as they are, one bit more for a difference of channels, and what is around them.
    fn largest_frame(&self) -> usize {
        let bits = u64::from(self.info.channels) * u64::from(self.info.bits + 1);
        usize::try_from(u64::from(u16::MAX) * bits / 8 + 256).unwrap_or(usize::MAX)
    }

    fn keep(&mut self, header: &Header, bytes: usize, offset: u64, found: &mut Vec<Found>) {
        if self.expected.is_none() && header.first_sample(1) == 0 {
            self.block = header.samples;
        }
        let number = header.first_sample(self.block).saturating_add(self.shift);
        let expected = self.expected.unwrap_or(number);
        self.shift = self.shift.saturating_add(expected.saturating_sub(number));
        let pts = number.max(expected);
        if pts > expected {
            found.push(Found::Lost(Kind::Audio, self.micros(expected), self.micros(pts)));
        }
        found.push(Found::Packet(
            0,
            Packet {
                offset,
                size: u32::try_from(bytes).unwrap_or(u32::MAX),
                pts: i64::try_from(pts).unwrap_or(i64::MAX),
                duration: header.samples,
                keyframe: true,
                hidden: false,
            },
        ));
        self.expected = Some(pts.saturating_add(u64::from(header.samples)));
    }

    fn name_what_is_cut_off(&self, found: &mut Vec<Found>) {
        let Some(expected) = self.expected.filter(|expected| *expected < self.info.samples) else { return };
        found.push(Found::Lost(Kind::Audio, self.micros(expected), self.micros(self.info.samples)));
        found.push(Found::Other(self.micros(self.info.samples)));
    }

    fn micros(&self, sample: u64) -> i64 {
        micros(i64::try_from(sample).unwrap_or(i64::MAX), self.info.sample_rate)
    }
}

#[cfg(test)]
mod tests;
