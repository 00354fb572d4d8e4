//! Which video packets are decoded: for each picture that somebody is sent, everything from the keyframe before it.

use std::ops::Range;

use rushes_decode::VideoConfig;
use rushes_model::{MediaTime, Span};

use super::Wants;
use super::gaps::Gaps;
use super::plan::{lead_in_start, segment_end};
use super::shown::{Moments, Shown, shown};
use crate::index::{Packet, Track};

/// A picture that is sent to somebody.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    pub(super) picture: Shown,
    /// For each want that is sent it: when.
    pub(super) moments: Vec<(usize, Vec<MediaTime>)>,
}

/// What is read and decoded of the video track.
pub(super) struct VideoPlan<'a> {
    pub(super) config: &'a VideoConfig,
    track: &'a Track,
    /// By time.
    pub(super) needed: Vec<Needed>,
    /// Runs of packets, each beginning at a keyframe.
    spans: Vec<Range<usize>>,
    /// Pictures of the segment itself.
    pub(super) pictures_there: u64,
    /// When the first picture of the segment is shown, and until when the last is.
    shown: Option<Span>,
}

impl<'a> VideoPlan<'a> {
    pub(super) fn new(track: &'a Track, config: &'a VideoConfig, wants: &Wants) -> Self {
        let from = wants.video.iter().map(|want| lead_in_start(wants, want.lead_in_ms)).min().unwrap_or_default();
        let pictures = shown(track, from, segment_end(wants));
        let needed = needed_of(track, &pictures, wants);
        let spans = spans_of(track, &needed);
        let start = wants.segment.span.start;
        let pictures_there = pictures.iter().filter(|picture| picture.start >= start).count() as u64;
        let last = pictures.iter().map(|picture| picture.end).max();
        let shown = pictures.first().zip(last).map(|(first, last)| Span::new(first.start, last));
        Self { config, track, needed, spans, pictures_there, shown }
    }

    pub(super) fn packets(&self) -> impl Iterator<Item = (usize, Packet)> {
        self.spans.iter().cloned().flatten().filter_map(|index| Some((index, self.track.packets.get(index)?)))
    }

    /// What each packet begins with before its own bytes.
    pub(super) fn prefix(&self) -> &'a [u8] {
        self.track.packets.prefix()
    }

    pub(super) fn packet(&self, index: usize) -> Option<Packet> {
        self.track.packets.get(index)
    }

    pub(super) fn time(&self, ticks: i64) -> MediaTime {
        MediaTime::from_micros(u64::try_from(self.track.micros_of(ticks)).unwrap_or(0))
    }

    /// Whether the decoder begins anew at this packet.
    pub(super) fn begins_at(&self, index: usize) -> bool {
        self.spans.binary_search_by_key(&index, |span| span.start).is_ok()
    }

    /// Names the ends of the segment at which no picture is shown.
    pub(super) fn name_holes(&self, segment: Span, gaps: &mut Gaps<'_>) {
        match self.shown {
            Some(shown) => {
                gaps.missing("video", Span::new(segment.start, shown.start));
                gaps.missing("video", Span::new(shown.end, segment.end));
            }
            None => gaps.missing("video", segment),
        }
    }
}

fn needed_of(track: &Track, pictures: &[Shown], wants: &Wants) -> Vec<Needed> {
    let moments: Vec<Moments> = wants.video.iter().map(|want| Moments::new(want, wants)).collect();
    let first = pictures.first().map_or(MediaTime::ZERO, |picture| picture.start);
    let mut keyframe_before = last_keyframe_before(track, first);
    let mut needed = Vec::new();
    for picture in pictures {
        let of_want = moments.iter().enumerate().filter_map(|(want, moments)| {
            let times: Vec<MediaTime> = moments.of(picture, keyframe_before).collect();
            (!times.is_empty()).then_some((want, times))
        });
        let of_want: Vec<_> = of_want.collect();
        if !of_want.is_empty() {
            needed.push(Needed { picture: *picture, moments: of_want });
        }
        if picture.keyframe {
            keyframe_before = Some(picture.start);
        }
    }
    needed
}

fn last_keyframe_before(track: &Track, time: MediaTime) -> Option<MediaTime> {
    let keyframes = track.packets.iter().filter(|packet| packet.keyframe && track.shows(packet));
    let times = keyframes.filter_map(|packet| u64::try_from(track.micros_of(packet.pts)).ok());
    times.filter(|micros| *micros < time.as_micros()).max().map(MediaTime::from_micros)
}

/// A picture needs everything from the last keyframe before it, in order of decoding, that isn't shown after it: pictures
/// that follow a keyframe and are shown before it refer to what is before the keyframe.
fn spans_of(track: &Track, needed: &[Needed]) -> Vec<Range<usize>> {
    let mut indexes: Vec<usize> = needed.iter().map(|needed| needed.picture.index).collect();
    indexes.sort_unstable();
    let mut spans: Vec<Range<usize>> = Vec::new();
    for index in indexes {
        let known = spans.last().map_or(0, |span| span.end);
        let start = keyframe_of(track, index, known);
        match spans.last_mut() {
            Some(last) if start <= last.end => last.end = index + 1,
            _ => spans.push(start..index + 1),
        }
    }
    spans
}

/// Looks back no further than the end of what is decoded anyway.
fn keyframe_of(track: &Track, index: usize, known: usize) -> usize {
    let pts = track.packets.get(index).map_or(i64::MAX, |packet| packet.pts);
    let begins = |at: &usize| track.packets.get(*at).is_some_and(|packet| packet.keyframe && packet.pts <= pts);
    (known..=index).rev().find(begins).unwrap_or(known)
}
