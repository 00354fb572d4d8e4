//! Which picture is shown when, and when each want is sent one.

use rushes_model::MediaTime;
use rushes_model::media::Sampling;

use super::plan::{lead_in_start, segment_end};
use super::{VideoWant, Wants};
use crate::index::Track;

/// A presented picture and the time for which it is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    pub(super) start: MediaTime,
    /// Index of its packet.
    pub(super) index: usize,
    /// First moment after; the same as `start` where nobody knows.
    pub(super) end: MediaTime,
    pub(super) keyframe: bool,
}

/// All pictures that are shown at or after `from` and before `end`, by time.
pub(super) fn shown(track: &Track, from: MediaTime, end: MediaTime) -> Vec<Shown> {
    let time = |ticks: i64| MediaTime::from_micros(u64::try_from(track.micros_of(ticks)).unwrap_or(0));
    let presented = track.packets.iter().enumerate().filter(|(_, packet)| track.shows(packet));
    let pictures = presented.map(|(index, packet)| {
        let until = packet.pts.saturating_add(i64::from(packet.duration));
        Shown { start: time(packet.pts), index, end: time(until), keyframe: packet.keyframe }
    });
    let mut all: Vec<Shown> = pictures.collect();
    all.sort_unstable();
    // Of pictures at one moment the last is what stays on the screen.
    all.dedup_by(|later, kept| {
        let is_same = later.start == kept.start;
        if is_same {
            *kept = *later;
        }
        is_same
    });
    // Where durations are unknown or overlap, a picture lasts until the next one; of a recording that is still scanned
    // they are, so the next one counts though it lies behind `end`.
    let starts: Vec<MediaTime> = all.iter().skip(1).map(|picture| picture.start).collect();
    for (picture, next) in all.iter_mut().zip(starts) {
        if picture.end == picture.start || picture.end > next {
            picture.end = next;
        }
    }
    all.retain(|picture| picture.start < end && picture.end >= from);
    all
}

/// When one want is sent a picture, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    sampling: Sampling,
    from: MediaTime,
    end: MediaTime,
}

impl Moments {
    pub(super) fn new(want: &VideoWant, wants: &Wants) -> Self {
        let sampling = match want.request.sampling {
            // A finer grid than any camera's is every picture many times over.
            Sampling::Interval(us) => Sampling::Interval(us.max(1_000)),
            Sampling::Keyframes(us) => Sampling::Keyframes(us.max(1)),
            Sampling::EveryFrame => Sampling::EveryFrame,
        };
        Self { sampling, from: lead_in_start(wants, want.lead_in_ms), end: segment_end(wants) }
    }

    /// The times at which a picture is sent; `keyframe_before` is the last one shown before it.
    pub(super) fn of(self, picture: &Shown, keyframe_before: Option<MediaTime>) -> impl Iterator<Item = MediaTime> {
        let single = match self.sampling {
            Sampling::EveryFrame => Some(picture.start),
            Sampling::Keyframes(us) => {
                let cell = |time: MediaTime| time.as_micros() / us;
                let first = keyframe_before.is_none_or(|before| cell(before) < cell(picture.start));
                (picture.keyframe && first).then_some(picture.start)
            }
            Sampling::Interval(_) => None,
        };
        let single = single.filter(|time| self.from <= *time && *time < self.end);
        let grid = match self.sampling {
            Sampling::Interval(us) => Some(self.grid(picture, us)),
            Sampling::EveryFrame | Sampling::Keyframes(_) => None,
        };
        single.into_iter().chain(grid.into_iter().flatten())
    }

    fn grid(self, picture: &Shown, us: u64) -> impl Iterator<Item = MediaTime> + use<> {
        let first = picture.start.max(self.from).as_micros().div_ceil(us);
        // One of unknown length is shown at its own time at least.
        let end = picture.end.max(picture.start + MediaTime::from_micros(1)).min(self.end);
        (first..).map(move |step| MediaTime::from_micros(step.saturating_mul(us))).take_while(move |time| *time < end)
    }
}
