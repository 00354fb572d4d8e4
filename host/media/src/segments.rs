//! Where a recording is cut for resuming. A pure function of the object: no pipeline, no setting, no host has a say.

use rushes_model::media::Segment;
use rushes_model::{MediaTime, Span};

use crate::index::{Index, Track};

/// A segment begins at the first keyframe at or after each of these.
pub(crate) const STEP_US: u64 = 60_000_000;

impl Index {
    /// The segments: they begin at 0 and at the first keyframe at or after each 60 s, or, without video, at each 60 s.
    /// They cover `duration` without holes; the last one says so. None for a recording of no length.
    ///
    /// Leading pictures of an open GOP are shown before their keyframe, so they belong to the segment before it.
    pub fn segments(&self) -> Vec<Segment> {
        let end = self.duration;
        let mut starts = match self.video() {
            Some(video) => starts_at_keyframes(video),
            None => (1..).map(|step| MediaTime::from_micros(step * STEP_US)).take_while(|start| *start < end).collect(),
        };
        starts.retain(|start| *start < end);
        if end > MediaTime::ZERO {
            starts.insert(0, MediaTime::ZERO);
        }
        let ends = starts.iter().skip(1).copied().chain([end]);
        let count = starts.len();
        (0u32..)
            .zip(starts.iter().zip(ends))
            .map(|(index, (&start, end))| Segment {
                index,
                span: Span::new(start, end),
                is_last: usize::try_from(index).is_ok_and(|index| index + 1 == count),
            })
            .collect()
    }
}

/// Media times, rising, of the first keyframe at or after each step but 0.
fn starts_at_keyframes(video: &Track) -> Vec<MediaTime> {
    let mut keyframes: Vec<u64> = video
        .packets
        .iter()
        .filter(|packet| packet.keyframe && video.shows(packet))
        .filter_map(|packet| u64::try_from(video.micros_of(packet.pts)).ok())
        .collect();
    keyframes.sort_unstable();
    let mut starts = Vec::new();
    let mut wanted = STEP_US;
    for keyframe in keyframes.into_iter().filter(|keyframe| *keyframe > 0) {
        if keyframe >= wanted {
            starts.push(MediaTime::from_micros(keyframe));
            wanted = (keyframe / STEP_US + 1).saturating_mul(STEP_US);
        }
    }
    starts
}
