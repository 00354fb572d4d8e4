//! One line of blocks and pictures out of two: sessions are pushed by start time, at equal times audio before video.
//!
//! Decoders deliver each kind in order, but the kinds as the container interleaves them. A session with one kind of
//! input needs nothing of this; one with two gets the earliest unit as soon as the other kind has one pending.

use std::collections::VecDeque;

use rushes_model::MediaTime;
use rushes_model::media::{AudioBlock, VideoFrame};

/// What a session is pushed.
#[derive(Clone, Debug)]
pub(crate) enum Unit {
    Audio(AudioBlock),
    Video(VideoFrame),
}

impl Unit {
    /// The time by which it is ordered, and by which it belongs to a segment.
    pub(crate) fn start(&self) -> MediaTime {
        match self {
            Self::Audio(block) => block.start,
            Self::Video(frame) => frame.time,
        }
    }

    /// What it holds in memory.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::Audio(block) => size_of_val(&*block.samples),
            Self::Video(frame) => frame.data.len(),
        };
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// Holds units back until their turn is sure.
#[derive(Debug)]
pub(crate) struct Order {
    audio: Option<VecDeque<Unit>>,
    video: Option<VecDeque<Unit>>,
}

impl Order {
    /// For a session with these kinds of input.
    pub(crate) fn new(audio: bool, video: bool) -> Self {
        Self { audio: audio.then(VecDeque::new), video: video.then(VecDeque::new) }
    }

    /// Takes a unit in, gives back those whose turn has come.
    pub(crate) fn push(&mut self, unit: Unit, out: &mut Vec<Unit>) {
        let (Some(audio), Some(video)) = (&mut self.audio, &mut self.video) else {
            out.push(unit);
            return;
        };
        match unit {
            Unit::Audio(_) => audio.push_back(unit),
            Unit::Video(_) => video.push_back(unit),
        }
        while let (Some(a), Some(v)) = (audio.front(), video.front()) {
            let next = if a.start() <= v.start() { audio.pop_front() } else { video.pop_front() };
            out.extend(next);
        }
    }

    /// Gives back what is left, at the end of a segment.
    pub(crate) fn flush(&mut self, out: &mut Vec<Unit>) {
        let (Some(audio), Some(video)) = (&mut self.audio, &mut self.video) else { return };
        out.extend(audio.drain(..).chain(video.drain(..)));
        out.sort_by_key(Unit::start); // stable: only one of the two had any left
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn audio(ms: u64) -> Unit {
        Unit::Audio(AudioBlock { start: MediaTime::from_millis(ms), first_sample: 0, samples: Arc::new([]) })
    }

    fn video(ms: u64) -> Unit {
        let time = MediaTime::from_millis(ms);
        Unit::Video(VideoFrame {
            time,
            pts: time,
            duration: MediaTime::ZERO,
            width: 0,
            height: 0,
            keyframe: false,
            full_range: false,
            data: Arc::new([]),
        })
    }

    fn names(units: &[Unit]) -> Vec<String> {
        let name = |unit: &Unit| if matches!(unit, Unit::Audio(_)) { 'a' } else { 'v' };
        units.iter().map(|unit| format!("{}{}", name(unit), unit.start().as_micros() / 1000)).collect()
    }

    #[test]
    fn two_kinds_come_out_by_start_time_and_audio_first() {
        let (mut order, mut out) = (Order::new(true, true), Vec::new());
        for unit in [video(0), video(40), audio(0), audio(100), video(80), video(120)] {
            order.push(unit, &mut out);
        }
        assert_eq!(names(&out), ["a0", "v0", "v40", "v80", "a100"]);
        out.clear();
        order.flush(&mut out);
        assert_eq!(names(&out), ["v120"]);
    }

    #[test]
    fn one_kind_passes_at_once() {
        let (mut order, mut out) = (Order::new(true, false), Vec::new());
        order.push(audio(0), &mut out);
        assert_eq!(names(&out), ["a0"]);
    }
}
