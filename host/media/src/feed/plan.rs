//! What is read of a segment, and in which order.

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
pub(super) struct Read {
    pub(super) kind: Kind,
    pub(super) index: usize,
    pub(super) offset: u64,
    pub(super) size: u32,
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

    pub(super) fn pictures_there(&self) -> u64 {
        self.video.as_ref().map_or(0, |video| video.pictures_there)
    }

    /// All packets. Each track's come in decoding order; between tracks, as they lie in the file.
    pub(super) fn reads(&self) -> impl Iterator<Item = Read> {
        let read = |kind| {
            move |(index, packet): (usize, Packet)| Read { kind, index, offset: packet.offset, size: packet.size }
        };
        let audio = self.audio.iter().flat_map(AudioPlan::packets).map(read(Kind::Audio));
        let video = self.video.iter().flat_map(VideoPlan::packets).map(read(Kind::Video));
        Merged { audio: audio.peekable(), video: video.peekable() }
    }
}

struct Merged<A: Iterator<Item = Read>, V: Iterator<Item = Read>> {
    audio: std::iter::Peekable<A>,
    video: std::iter::Peekable<V>,
}

impl<A: Iterator<Item = Read>, V: Iterator<Item = Read>> Iterator for Merged<A, V> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
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
