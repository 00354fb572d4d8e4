//! One track's samples on the movie's line.

use std::ops::Range;

use crate::index::{Coding, Packet, Packets, Track, micros};
use crate::mp4::trak::Trak;

/// A track and which of its ticks are presented.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) trak: Trak,
    presented: Range<i64>,
    /// From the track's microseconds to the movie's.
    shift_us: i64,
}

impl Line {
    /// None if nothing of the track is presented.
    pub(super) fn draw(mut trak: Trak, movie_timescale: u32, has_fragments: bool) -> Option<Self> {
        settle_durations(&mut trak);
        let presented = presented(&trak, movie_timescale, has_fragments)?;
        let delay_us = micros(i64::try_from(trak.edits.delay).ok()?, movie_timescale);
        let shift_us = delay_us.saturating_sub(micros(trak.edits.start, trak.timescale));
        let mut line = Self { trak, presented, shift_us };
        line.count_in_samples();
        (line.presented.start < line.presented.end).then_some(line)
    }

    /// When its first sample or picture is presented.
    pub(super) fn start_us(&self) -> i64 {
        micros(self.presented.start, self.trak.timescale).saturating_add(self.shift_us)
    }

    /// When its last has ended.
    pub(super) fn end_us(&self) -> i64 {
        micros(self.presented.end, self.trak.timescale).saturating_add(self.shift_us)
    }

    /// The track, if it can be decoded.
    pub(super) fn into_track(self, zero_us: i64) -> Option<Track> {
        Some(Track {
            id: self.trak.header.id,
            enabled: self.trak.header.enabled,
            coding: self.trak.coding.ok()?,
            timescale: self.trak.timescale,
            origin_us: self.shift_us.saturating_sub(zero_us),
            presented: self.presented,
            packets: Packets::Table(self.trak.packets),
        })
    }

    /// Turns an audio track's ticks into samples where they aren't. Where they are coarser (QuickTime's 600 a second) packets
    /// still follow each other without holes; who decodes them counts what really comes out.
    fn count_in_samples(&mut self) {
        let Ok(Coding::Audio(config)) = &self.trak.coding else { return };
        let (from, to) = (self.trak.timescale, config.sample_rate);
        if from == to {
            return;
        }
        self.trak.packets.update(|packet| {
            let end = packet.pts.saturating_add(i64::from(packet.duration));
            let pts = rescaled(packet.pts, from, to);
            let duration = rescaled(end, from, to).saturating_sub(pts);
            Some(Packet { pts, duration: u32::try_from(duration).unwrap_or(u32::MAX), ..packet })
        });
        self.presented = rescaled(self.presented.start, from, to)..rescaled(self.presented.end, from, to);
        self.trak.timescale = to;
    }
}

/// Durations in the tables are between decoding times. Where pictures are reordered and their rate varies, a picture is
/// shown until the next one instead.
fn settle_durations(trak: &mut Trak) {
    let mut packets = trak.packets.iter();
    let Some(first) = packets.next() else { return };
    let (mut is_reordered, mut varies, mut last) = (false, false, first.pts);
    for packet in packets {
        is_reordered |= packet.pts < last;
        varies |= packet.duration != first.duration;
        last = packet.pts;
    }
    if is_reordered && varies {
        trak.packets.last_until_next();
    }
}

/// The ticks that the edit list shows, from the first sample or picture inside.
fn presented(trak: &Trak, movie_timescale: u32, has_fragments: bool) -> Option<Range<i64>> {
    let is_picture = trak.kind == crate::mp4::hdlr::Kind::Video;
    let from = trak.edits.start;
    let ends = trak.packets.iter().map(|packet| packet.pts.saturating_add(i64::from(packet.duration)));
    let last = ends.max()?;
    let end = match trak.edits.end(movie_timescale, trak.timescale) {
        // Written before the fragments were: the length says nothing about them.
        Some(_) | None if has_fragments => last,
        // The movie's ticks are coarser; an end within one of them is the end.
        Some(end) if end.saturating_add(i64::from(trak.timescale / movie_timescale.max(1))) < last => end,
        Some(_) | None => last,
    };
    let starts = trak.packets.iter().filter_map(|packet| {
        let after = packet.pts.saturating_add(i64::from(packet.duration));
        let is_shown = if is_picture { packet.pts >= from } else { after > from };
        (is_shown && packet.pts < end).then_some(packet.pts)
    });
    let start = starts.min()?.max(from);
    (start < end).then_some(start..end)
}

/// Ticks of one timescale in another's, to the nearest.
fn rescaled(ticks: i64, from: u32, to: u32) -> i64 {
    let from = i128::from(from.max(1));
    let scaled = (i128::from(ticks) * i128::from(to) + from / 2).div_euclid(from);
    i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
}
