//! Containers without an index: packets are found while the bytes are read, and the plan of segments grows with them.
//!
//! ```text
//! Reader.stream ─► Input ─► Demuxer ─► Found ─► rows of the Index ─► Cut ─► the next Segment
//!                    └─ Held: what was read last, so that feeding a segment doesn't fetch it again
//! ```
//! A demuxer knows one container and nothing of segments. What is found depends on the object alone, so a segment is the
//! same whether it was scanned now or comes from a [mark](Scan::mark) that an earlier attempt left.

mod cut;
mod held;
mod input;
mod mark;

use bytes::Bytes;
use rushes_model::media::{Cause, Gap, Segment};
use rushes_model::{MediaTime, Span};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::index::{Coding, Index, Odd, Packet, Packets, micros};
use crate::limits;
use crate::reader::{ByteStream, Reader};
use cut::Cut;
pub use held::HELD;
use held::Held;
pub(crate) use input::Input;
use input::Place;

/// Before the first segment, so much is scanned at most for the first packet of each track: media time 0 depends on them.
const FIRST_PACKETS: u64 = 4 << 20;

/// Pictures may be shown in another order than they are decoded; sixteen wait at most (ITU-T H.264, A.3.1).
const FIRST_PICTURES: usize = 24;

/// Reads one container from front to back.
pub(crate) trait Demuxer: Send {
    /// Reads on until something is found; false at the end of the recording. Damage is stepped over, not returned.
    fn next(&mut self, input: &mut Input<'_>, found: &mut Vec<Found>) -> Result<bool, Error>;

    /// Once the first packets are known, and before media time 0 is: sets what they tell, as `presented` of a track whose first
    /// samples are padding.
    fn begin(&mut self, _index: &mut Index) {}

    /// At the end: sets what only the end tells, as `presented` of a track whose last samples are padding.
    fn end(&mut self, _index: &mut Index) {}

    /// What `next` depends on besides the bytes from here on.
    fn state(&self) -> Vec<u8>;

    /// Goes on from such a state; none where it isn't one.
    fn restore(&mut self, state: &[u8]) -> Option<()>;
}

/// What a demuxer comes upon.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// A packet of a track, by the track's place in the index.
    Packet(usize, Packet),
    /// The same, with something odd about it.
    Odd(usize, Packet, Odd),
    /// A packet of a track that can't be decoded ends here, in microseconds of the container's time.
    Other(i64),
    /// Something was lost, in microseconds of the container's time.
    Lost(Kind, i64, i64),
}

/// Which of the tracks in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Audio,
    Video,
}

/// A container whose head was read: tracks without packets, each presented from its start to `i64::MAX`.
pub(crate) struct Begun {
    pub(crate) index: Index,
    pub(crate) demuxer: Box<dyn Demuxer>,
    /// Where packets begin.
    pub(crate) at: u64,
    /// Length as the head or the tail says; only for showing how far we are.
    pub(crate) declared: Option<MediaTime>,
}

/// A recording that is being scanned.
pub(crate) struct Scan {
    demuxer: Box<dyn Demuxer>,
    place: Place,
    cut: Cut,
    declared: Option<MediaTime>,
    found: Vec<Found>,
    /// Latest end in tracks that can't be decoded, in media time.
    other_end_us: i64,
    lost: Vec<(Kind, i64, i64)>,
    /// Rows of each track that are in a mark already.
    marked: Vec<usize>,
    rows: usize,
    ended: bool,
}

impl Scan {
    /// Scans until media time 0 is known; `ahead` are the first bytes, as many as were read already.
    pub(crate) fn begin(begun: Begun, ahead: Bytes, reader: &dyn Reader) -> Result<(Index, Self), Error> {
        let Begun { mut index, demuxer, at, declared } = begun;
        let tracks = index.tracks.len();
        let mut scan = Self {
            demuxer,
            place: Place::new(at, reader.identity().size, ahead),
            cut: Cut::new(&index),
            declared,
            found: Vec::new(),
            other_end_us: 0,
            lost: Vec::new(),
            marked: vec![0; tracks],
            rows: 0,
            ended: false,
        };
        while !scan.knows_all_beginnings(&index, at) && scan.advance(&mut index, reader)? {}
        scan.demuxer.begin(&mut index);
        set_origin(&mut index);
        scan.ended_if_over(&mut index)?;
        Ok((index, scan))
    }

    fn knows_all_beginnings(&self, index: &Index, from: u64) -> bool {
        let begins = |track: &crate::index::Track| match track.coding {
            Coding::Video(_) => track.packets.count() >= FIRST_PICTURES,
            Coding::Audio(_) => track.packets.count() >= 1,
        };
        index.tracks.iter().all(begins) || self.place.at().saturating_sub(from) > FIRST_PACKETS
    }

    /// Finds more; false at the end.
    fn advance(&mut self, index: &mut Index, reader: &dyn Reader) -> Result<bool, Error> {
        if self.ended {
            return Ok(false);
        }
        let mut found = std::mem::take(&mut self.found);
        let more = self.demuxer.next(&mut Input::new(&mut self.place, reader), &mut found);
        for one in found.drain(..) {
            self.keep(index, one)?;
        }
        self.found = found;
        let more = more?;
        self.ended = !more;
        Ok(more)
    }

    fn keep(&mut self, index: &mut Index, found: Found) -> Result<(), Error> {
        match found {
            Found::Packet(place, packet) => self.keep(index, Found::Odd(place, packet, Odd::default()))?,
            Found::Odd(place, packet, odd) => {
                let Some(track) = index.tracks.get_mut(place) else { return Ok(()) };
                self.rows += 1;
                if self.rows > limits::PACKETS {
                    return Err(Error::limits("the recording", "packets without end", limits::PACKETS.to_string()));
                }
                if micros(packet.pts, track.timescale).abs() > limits::DURATION_US {
                    let days = limits::DURATION_US / 86_400_000_000;
                    let claimed = format!("a time of {} ticks", packet.pts);
                    return Err(Error::limits("the recording", claimed, format!("{days} days")));
                }
                if let Packets::Table(table) = &mut track.packets {
                    table.push_odd(packet, odd);
                }
            }
            Found::Other(end_us) => self.other_end_us = self.other_end_us.max(end_us.min(limits::DURATION_US)),
            Found::Lost(input, start, end) => self.lost.push((input, start, end)),
        }
        Ok(())
    }

    /// The next segment, none after the last.
    pub(crate) fn next_segment(&mut self, index: &mut Index, reader: &dyn Reader) -> Result<Option<Segment>, Error> {
        loop {
            if let Some(segment) = self.cut.next(index) {
                return Ok(Some(segment));
            }
            if index.is_complete {
                return Ok(None);
            }
            self.place.reach_for_all();
            self.advance(index, reader)?;
            self.ended_if_over(index)?;
        }
    }

    /// Segments that were given.
    pub(crate) fn found(&self) -> u32 {
        self.cut.number()
    }

    /// Scans all that is left.
    pub(crate) fn finish(&mut self, index: &mut Index, reader: &dyn Reader) -> Result<(), Error> {
        self.place.reach_for_all();
        while !index.is_complete {
            self.advance(index, reader)?;
            self.ended_if_over(index)?;
        }
        Ok(())
    }

    /// At the end of the bytes, the index is complete: what only the end tells is set.
    fn ended_if_over(&mut self, index: &mut Index) -> Result<(), Error> {
        if !self.ended || index.is_complete {
            return Ok(());
        }
        self.demuxer.end(index);
        let origin = index.tracks.first().map_or(0, |track| track.origin_us);
        let mut end_us = self.other_end_us.saturating_add(origin).max(0);
        for track in &mut index.tracks {
            if let Packets::Table(table) = &mut track.packets {
                table.fill_durations();
            }
            let ends = track.packets.iter().map(|packet| packet.pts.saturating_add(i64::from(packet.duration)));
            let end = ends.max().unwrap_or(track.presented.start);
            track.presented.end = track.presented.end.min(end).max(track.presented.start);
            end_us = end_us.max(track.micros_of(track.presented.end));
        }
        if index.tracks.iter().all(|track| track.packets.count() == 0) {
            return Err(Error::Empty { what: "there is no packet of any track in it" });
        }
        if index.tracks.iter().all(|track| track.presented.is_empty()) {
            return Err(Error::Empty { what: "it holds nothing but padding" });
        }
        index.duration = MediaTime::from_micros(u64::try_from(end_us).unwrap_or(0));
        let time = |us: i64| MediaTime::from_micros(u64::try_from(us.saturating_add(origin)).unwrap_or(0));
        let gaps = self.lost.iter().map(|(input, start, end)| {
            let span = Span::new(time(*start).min(index.duration), time(*end).min(index.duration));
            let input = match input {
                Kind::Audio => "audio",
                Kind::Video => "video",
            };
            Gap { input: input.to_owned(), span, cause: Cause::Damaged }
        });
        let gaps: Vec<Gap> = gaps.filter(|gap| gap.span.start < gap.span.end).collect();
        index.gaps.extend(gaps);
        index.gaps.sort();
        index.is_complete = true;
        Ok(())
    }

    /// Some ranges, from what is held where it is.
    pub(crate) fn stream<'a>(
        &'a mut self,
        reader: &'a dyn Reader,
        ranges: &[std::ops::Range<u64>],
    ) -> Result<Box<dyn ByteStream + 'a>, Error> {
        if !self.place.held().has_all(ranges) {
            // Two streams would share the reader's budget.
            self.place.pause();
        }
        self.place.held().stream(reader, ranges)
    }

    /// How long the recording most likely is.
    pub(crate) fn estimate(&self, index: &Index) -> MediaTime {
        if index.is_complete {
            return index.duration;
        }
        let scanned = self.cut.latest();
        let by_size =
            u128::from(scanned.as_micros()) * u128::from(self.place.size()) / u128::from(self.place.at().max(1));
        let guess = MediaTime::from_micros(u64::try_from(by_size).unwrap_or(u64::MAX));
        self.declared.unwrap_or(guess).max(scanned)
    }
}

/// Media time 0 is the earliest presented sample or picture.
fn set_origin(index: &mut Index) {
    let first_of = |track: &crate::index::Track| {
        let shown = track.packets.iter().filter(|packet| !packet.hidden);
        let first = shown.map(|packet| packet.pts).min()?;
        Some(micros(first.max(track.presented.start), track.timescale))
    };
    let first = index.tracks.iter().filter_map(first_of).min().unwrap_or(0);
    for track in &mut index.tracks {
        track.origin_us = track.origin_us.saturating_sub(first);
    }
}

#[cfg(test)]
pub(crate) mod tests;
