//! Where segments end, as far as the scan has come: the rule of `segments`, applied while packets are found.

use std::collections::VecDeque;

use rushes_model::media::Segment;
use rushes_model::{MediaTime, Span};
use serde::{Deserialize, Serialize};

use crate::index::{Index, Packets, Track};
use crate::segments::STEP_US;

/// A segment is over when each track in use has come so far past its end: leading pictures, interleaving, and what a
/// resampler looks ahead lie inside.
const MARGIN_US: u64 = 2_000_000;

/// A track may have ended before the others; nobody waits longer for it.
const LAGGING_US: u64 = 20_000_000;

/// Decides segment by segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cut {
    number: u32,
    start: u64,
    /// A keyframe at or after this ends the segment.
    wanted: u64,
    has_video: bool,
    keyframes: VecDeque<u64>,
    /// For audio and video: rows that were looked at, and the latest time among them.
    audio: Seen,
    video: Seen,
    is_over: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    rows: usize,
    latest: u64,
}

impl Cut {
    pub(super) fn new(index: &Index) -> Self {
        Self {
            number: 0,
            start: 0,
            wanted: STEP_US,
            has_video: index.video().is_some(),
            keyframes: VecDeque::new(),
            audio: Seen::default(),
            video: Seen::default(),
            is_over: false,
        }
    }

    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// Latest time that was found.
    pub(super) fn latest(&self) -> MediaTime {
        MediaTime::from_micros(self.audio.latest.max(self.video.latest))
    }

    /// The next segment, none as long as more must be found, or where there is no more.
    pub(super) fn next(&mut self, index: &Index) -> Option<Segment> {
        self.look(index);
        if self.is_over {
            return None;
        }
        let end = index.duration.as_micros();
        let boundary = self.boundary();
        let cut = match boundary {
            Some(boundary) if index.is_complete => Some(boundary).filter(|boundary| *boundary < end),
            Some(boundary) if self.has_passed(boundary, index) => Some(boundary),
            Some(_) | None => None,
        };
        match cut {
            Some(cut) => Some(self.segment(cut, false)),
            None if index.is_complete && end > self.start => Some(self.segment(end, true)),
            None => None,
        }
    }

    /// Whether this is the state one segment after another.
    pub(super) fn follows(&self, before: &Self) -> bool {
        before.number.checked_add(1) == Some(self.number) && before.start < self.start
    }

    fn segment(&mut self, end: u64, is_last: bool) -> Segment {
        let span = Span::new(MediaTime::from_micros(self.start), MediaTime::from_micros(end));
        let segment = Segment { index: self.number, span, is_last };
        self.number = self.number.saturating_add(1);
        self.start = end;
        self.wanted = (end / STEP_US + 1).saturating_mul(STEP_US);
        self.is_over = is_last;
        segment
    }

    fn boundary(&mut self) -> Option<u64> {
        if !self.has_video {
            return Some(self.wanted);
        }
        while self.keyframes.front().is_some_and(|keyframe| *keyframe < self.wanted) {
            self.keyframes.pop_front();
        }
        self.keyframes.front().copied()
    }

    fn has_passed(&self, boundary: u64, index: &Index) -> bool {
        let near = boundary.saturating_add(MARGIN_US);
        let far = boundary.saturating_add(LAGGING_US);
        let has = |track: Option<&Track>, seen: &Seen| track.is_none() || seen.latest >= near;
        let all = has(index.audio(), &self.audio) && has(index.video(), &self.video);
        all || self.audio.latest.max(self.video.latest) >= far
    }

    /// Looks at the rows that are new.
    fn look(&mut self, index: &Index) {
        let (keyframes, wanted) = (&mut self.keyframes, self.wanted);
        if let Some(track) = index.audio() {
            self.audio.look(track, |_, _| {});
        }
        if let Some(track) = index.video() {
            self.video.look(track, |time, is_keyframe| {
                if is_keyframe && time >= wanted {
                    keyframes.push_back(time);
                }
            });
        }
    }
}

impl Seen {
    fn look(&mut self, track: &Track, mut each: impl FnMut(u64, bool)) {
        let Packets::Table(table) = &track.packets else { return };
        while let Some(packet) = table.get(self.rows) {
            self.rows += 1;
            let Some(time) = u64::try_from(track.micros_of(packet.pts)).ok().filter(|_| track.shows(&packet)) else {
                continue;
            };
            self.latest = self.latest.max(time);
            each(time, packet.keyframe);
        }
    }
}
