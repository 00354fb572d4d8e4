//! MPEG audio frames one after the other, most often called MP3 (ISO/IEC 11172-3, 13818-3).
//!
//! There is no index: frames are found by their headers, each of which says where the next begins. A frame in front may say
//! how many there are, and which samples at either end aren't the recording's.

mod header;
mod xing;

use rushes_decode::{AudioCodec, AudioConfig};
use rushes_model::MediaTime;

use crate::error::Error;
use crate::index::{Coding, Container, Index, Packet, Packets, Table, Track};
use crate::scan::{Begun, Demuxer, Found, Input};
use crate::tags;
use crate::window::{Ahead, Window};
use header::{Header, Layer};
use xing::Tag;

/// So much is searched for the first frame, and for the next at once. FFmpeg takes as much.
const SEARCH: usize = 64 << 10;

/// Finds the first frame; `at` is where the tags end.
pub(crate) fn open(window: &mut Window<'_>, at: u64) -> Result<Begun, Error> {
    let bytes = window.read(at, SEARCH as u64, Ahead::Index)?;
    let is_all = at.saturating_add(bytes.len() as u64) >= window.size();
    let Some((skipped, first)) = find(&bytes, 0, is_all, |_| true) else {
        return Err(no_frame(&bytes));
    };
    refuse(&first)?;
    let at = at.saturating_add(skipped as u64);
    let frame = bytes.get(skipped..skipped + first.bytes).unwrap_or_default();
    let tag = Tag::read(&first, frame);
    let begins = if tag.is_some() { at.saturating_add(first.bytes as u64) } else { at };
    let tag = tag.unwrap_or_default();
    let index = index(&first, &tag);
    let there = window.size().saturating_sub(at);
    let declared = match tag.frames {
        0 => MediaTime::from_ratio(there.saturating_mul(8), u64::from(first.bitrate) * 1_000),
        frames => MediaTime::from_ratio(
            u64::from(frames).saturating_mul(u64::from(first.samples)),
            u64::from(first.sample_rate),
        ),
    };
    let spare = if tag.bytes == 0 { 0 } else { there.saturating_sub(u64::from(tag.bytes)) };
    let demuxer = Box::new(Frames { first, tag, pts: 0, bytes: 0, spare });
    Ok(Begun { index, demuxer, at: begins, declared: Some(declared) })
}

fn no_frame(bytes: &[u8]) -> Error {
    match Header::read(bytes) {
        Some(header) if header.bitrate == 0 => unsupported("MP3 in free format"),
        _ => Error::Unknown { looks_like: "MPEG audio, but no two frames follow each other".to_owned() },
    }
}

/// What the decoder doesn't do.
fn refuse(header: &Header) -> Result<(), Error> {
    match header.layer {
        Layer::One => Err(unsupported("MPEG audio of layer I")),
        Layer::Two if !header.is_mpeg1 => Err(unsupported("MPEG-2 audio of layer II")),
        Layer::Two | Layer::Three => Ok(()),
    }
}

fn unsupported(coding: &str) -> Error {
    Error::Tracks { refused: vec![format!("audio: {coding} isn't supported yet")] }
}

fn index(first: &Header, tag: &Tag) -> Index {
    let config = AudioConfig {
        codec: AudioCodec::Mp3,
        sample_rate: first.sample_rate,
        channels: first.channels,
        channel_mask: None,
        extra: Vec::new(),
    };
    let track = Track {
        id: 1,
        enabled: true,
        timescale: first.sample_rate,
        coding: Coding::Audio(config),
        origin_us: 0,
        presented: i64::from(tag.delay)..i64::MAX,
        packets: Packets::Table(Table::default()),
    };
    Index {
        container: Container::Mp3,
        tracks: vec![track],
        refused: Vec::new(),
        is_complete: false,
        duration: MediaTime::ZERO,
        gaps: Vec::new(),
    }
}

/// The first header from a place on which another one follows, or the end.
fn find(bytes: &[u8], from: usize, is_all: bool, is_wanted: impl Fn(&Header) -> bool) -> Option<(usize, Header)> {
    (from..bytes.len()).find_map(|at| {
        let header = bytes.get(at..).and_then(Header::read).filter(|header| header.bytes > 4 && is_wanted(header))?;
        let end = at.checked_add(header.bytes)?;
        let follows = || bytes.get(end..).and_then(Header::read).is_some_and(|next| next.is_like(&header));
        let is_last = is_all && end == bytes.len() && from > 0;
        (is_last || follows()).then_some((at, header))
    })
}

struct Frames {
    /// Others are like it, or are no frames.
    first: Header,
    tag: Tag,
    pts: i64,
    /// Of all frames so far: what was lost had most likely their mean size.
    bytes: u64,
    /// So many more there are than the tag says: they were put in, and took no time.
    spare: u64,
}

impl Demuxer for Frames {
    fn next(&mut self, input: &mut Input<'_>, found: &mut Vec<Found>) -> Result<bool, Error> {
        let at = input.at();
        let header = Header::read(input.peek(header::LENGTH)?).filter(|header| header.is_like(&self.first));
        let Some(header) = header else { return self.resync(input) };
        let size = header.bytes as u64;
        if input.size().saturating_sub(at) < size {
            return Ok(false);
        }
        input.skip(size)?;
        let packet = Packet {
            offset: at,
            size: u32::try_from(header.bytes).unwrap_or(u32::MAX),
            pts: self.pts,
            duration: header.samples,
            keyframe: true,
            hidden: false,
        };
        found.push(Found::Packet(0, packet));
        self.bytes = self.bytes.saturating_add(size);
        self.pts = self.pts.saturating_add(i64::from(header.samples));
        Ok(true)
    }

    /// Padding is cut off where the tag counts right; of files that were put together or cut off it says nothing.
    fn end(&mut self, index: &mut Index) {
        let promised = i64::from(self.tag.frames).saturating_mul(i64::from(self.first.samples));
        if let Some(track) = index.tracks.first_mut().filter(|_| self.pts <= promised) {
            track.presented.end = promised.saturating_sub(i64::from(self.tag.padding));
        }
    }

    fn state(&self) -> Vec<u8> {
        [self.pts.to_le_bytes(), self.bytes.to_le_bytes(), self.spare.to_le_bytes()].concat()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        let [pts, bytes, spare] = state.as_chunks::<8>().0 else { return None };
        self.pts = i64::from_le_bytes(*pts);
        self.bytes = u64::from_le_bytes(*bytes);
        self.spare = u64::from_le_bytes(*spare);
        Some(())
    }
}

impl Frames {
    /// Steps over what is no frame. A tag takes no time; what was lost took as long as frames of its size.
    fn resync(&mut self, input: &mut Input<'_>) -> Result<bool, Error> {
        let left = input.size().saturating_sub(input.at());
        if let Some(length) = tags::length(input.peek(tags::HEADER)?).filter(|length| *length <= left) {
            input.skip(length)?;
            return Ok(true);
        }
        let bytes = input.peek(SEARCH)?;
        let is_all = bytes.len() as u64 == left;
        let next = find(bytes, 1, is_all, |header| header.is_like(&self.first)).map(|(at, _)| at);
        if next.is_none() && is_all {
            return Ok(false);
        }
        // A header may lie so near the end that the next one isn't seen.
        let step = next.unwrap_or(bytes.len().saturating_sub(header::LARGEST_FRAME)).max(1) as u64;
        input.skip(step)?;
        let inserted = step.min(self.spare);
        self.spare -= inserted;
        self.lose(step - inserted);
        Ok(true)
    }

    fn lose(&mut self, bytes: u64) {
        let samples = i64::from(self.first.samples);
        let ticks = u128::from(bytes) * u128::from(self.pts.unsigned_abs()) / u128::from(self.bytes.max(1));
        let frames = i64::try_from(ticks).unwrap_or(0) / samples.max(1);
        self.pts = self.pts.saturating_add(frames.saturating_mul(samples));
    }
}
