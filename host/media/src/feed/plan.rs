//! What is read of a segment, and in which order.

use bytes::Bytes;
use rushes_model::MediaTime;

use super::Wants;
use super::placed::AudioPlan;
use super::spans::VideoPlan;
use crate::error::Error;
use crate::index::{Coding, Index, Packet};

/// Which track a packet is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    Video,
}

/// One packet to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read<'a> {
    pub(super) kind: Kind,
    pub(super) index: usize,
    pub(super) offset: u64,
    pub(super) size: u32,
    /// Where its bytes don't lie together.
    pub(super) pieces: &'a [(u64, u32)],
}

impl Read<'_> {
    /// Offset and size of each run of its bytes.
    pub(super) fn runs(&self) -> impl Iterator<Item = (u64, u32)> {
        let whole = self.pieces.is_empty().then_some((self.offset, self.size));
        whole.into_iter().chain(self.pieces.iter().copied())
    }
}

/// A pure function of index and wants.
pub(super) struct Plan<'a> {
    pub(super) audio: Option<AudioPlan<'a>>,
    pub(super) video: Option<VideoPlan<'a>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(index: &'a Index, wants: &Wants) -> Result<Self, Error> {
        let audio = match index.audio().map(|track| (track, &track.coding)) {
            Some((track, Coding::Audio(config))) if !wants.audio.is_empty() => {
                Some(AudioPlan::new(track, config, wants)?)
            }
            _ => None,
        };
        let video = match index.video().map(|track| (track, &track.coding)) {
            Some((track, Coding::Video(config))) if !wants.video.is_empty() => {
                Some(VideoPlan::new(track, config, wants))
            }
            _ => None,
        };
        Ok(Self { audio, video })
    }

    /// A packet as its decoder wants it: with the beginning that the container leaves out.
    pub(super) fn whole(&self, kind: Kind, packet: Bytes) -> Bytes {
        let prefix = match kind {
            Kind::Audio => self.audio.as_ref().map(|audio| audio.track.packets.prefix()),
            Kind::Video => self.video.as_ref().map(VideoPlan::prefix),
        };
        match prefix {
            None | Some([]) => packet,
            Some(prefix) => [prefix, &packet].concat().into(),
        }
    }

    pub(super) fn pictures_there(&self) -> u64 {
        self.video.as_ref().map_or(0, |video| video.pictures_there)
    }

    fn pieces(&self, index: usize) -> &[(u64, u32)] {
        self.audio.as_ref().and_then(|audio| audio.track.packets.odd(index)).map_or(&[], |odd| odd.pieces.as_slice())
    }

    /// All packets. Each track's come in decoding order; between tracks, as they lie in the file.
    pub(super) fn reads(&self) -> impl Iterator<Item = Read<'_>> {
        let read = |kind| {
            move |(index, packet): (usize, Packet)| {
                let Packet { offset, size, .. } = packet;
                Read { kind, index, offset, size, pieces: &[] }
            }
        };
        let whole = self.audio.iter().flat_map(AudioPlan::packets).map(read(Kind::Audio));
        let audio = whole.map(|read| Read { pieces: self.pieces(read.index), ..read });
        let video = self.video.iter().flat_map(VideoPlan::packets).map(read(Kind::Video));
        Merged { audio: audio.peekable(), video: video.peekable() }
    }
}

struct Merged<'a, A: Iterator<Item = Read<'a>>, V: Iterator<Item = Read<'a>>> {
    audio: std::iter::Peekable<A>,
    video: std::iter::Peekable<V>,
}

impl<'a, A: Iterator<Item = Read<'a>>, V: Iterator<Item = Read<'a>>> Iterator for Merged<'a, A, V> {
    type Item = Read<'a>;

    fn next(&mut self) -> Option<Read<'a>> {
        match (self.audio.peek(), self.video.peek()) {
            (Some(audio), Some(video)) if audio.offset < video.offset => self.audio.next(),
            (Some(_), None) => self.audio.next(),
            (Some(_) | None, Some(_)) => self.video.next(),
            (None, None) => None,
        }
    }
}

/// Where delivering begins for a lead-in.
pub(super) fn lead_in_start(wants: &Wants, lead_in_ms: u32) -> MediaTime {
    wants.segment.span.start - MediaTime::from_millis(u64::from(lead_in_ms))
}

/// Where a segment's units stop beginning: nowhere for the last.
pub(super) fn segment_end(wants: &Wants) -> MediaTime {
    if wants.segment.is_last { MediaTime::MAX } else { wants.segment.span.end }
}
