//! Cuts between shots.

use rushes_sdk::Event;
use serde_json::json;

use super::moments::{Moment, Moments};
use crate::code::{PER_LEVEL, PER_ONE, decode};
use crate::params::MergeParams;

/// Time on either side with which a change is compared, in microseconds.
const AROUND_US: u64 = 400_000;
/// Fewest pictures on either side.
const AROUND_MIN: usize = 2;
/// What a histogram that moved entirely counts, in levels of luma.
const HISTOGRAM_LEVELS: f64 = 16.0;

/// A cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// When the first picture of the new shot is first shown.
    pub(crate) time_us: u64,
    /// The last picture of the old shot was shown until then at least.
    pub(crate) after_us: u64,
    /// How much the picture changed, in levels of luma.
    pub(crate) change: f64,
}

impl Cut {
    pub(crate) fn event(&self) -> Event {
        let change = (self.change * 10.0).round() / 10.0;
        let detail = json!({ "after_s": self.after_us as f64 / 1e6, "change": change });
        Event::new(self.time_us, self.time_us, "cut", "cut").with_detail(detail)
    }
}

/// Finds pictures that differ from the one before much more than those around them do: the idea of PySceneDetect's `AdaptiveDetector`, with
/// block means and histogram of luma for its colours.
pub(crate) fn find(moments: &Moments, params: &MergeParams) -> Vec<Cut> {
    let around = usize::try_from(AROUND_US / moments.interval_us).unwrap_or(usize::MAX).max(AROUND_MIN);
    moments.stretches().flat_map(|stretch| in_stretch(stretch, around, params)).collect()
}

fn in_stretch(stretch: &[Moment], around: usize, params: &MergeParams) -> Vec<Cut> {
    let changes: Vec<f64> = stretch.iter().map(change).collect();
    let is_cut = |&index: &usize| {
        let from = index.saturating_sub(around);
        let window = changes.get(from..(index + around + 1).min(changes.len())).unwrap_or_default();
        let change = changes.get(index).copied().unwrap_or_default();
        let others = (window.iter().sum::<f64>() - change) / (window.len().max(2) - 1) as f64;
        change >= params.cut_min && change >= params.cut_ratio * others
    };
    let cut = |index: usize| {
        let (before, after) = (stretch.get(index.checked_sub(1)?)?, stretch.get(index)?);
        Some(Cut { time_us: after.pts_us, after_us: before.time_us.min(after.pts_us), change: change(after) })
    };
    (1..stretch.len()).filter(is_cut).filter_map(cut).collect()
}

/// How much a picture changed, in levels of luma.
fn change(moment: &Moment) -> f64 {
    moment
        .frame
        .change
        .map_or(0.0, |change| decode(change.blocks, PER_LEVEL) + HISTOGRAM_LEVELS * decode(change.histogram, PER_ONE))
}
