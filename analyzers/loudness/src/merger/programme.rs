//! Loudness over time and of the whole.

use rushes_sdk::Series;
use rushes_signal::loudness::{self, lufs};

use super::timeline::Timeline;

/// Slots in a gating block of 400 ms, which begin every 100 ms.
const BLOCK: usize = 4;
/// Slots in a short-term window of 3 s.
const WINDOW: usize = 30;
/// What the series shows for silence.
const FLOOR_LUFS: f64 = -120.0;

/// The programme's loudness.
pub(crate) struct Programme<'a> {
    timeline: &'a Timeline,
}

impl<'a> Programme<'a> {
    pub(crate) fn new(timeline: &'a Timeline) -> Self {
        Self { timeline }
    }

    /// In LUFS.
    pub(crate) fn integrated(&self) -> Option<f64> {
        loudness::integrated(self.timeline.windows(BLOCK).map(|(_, energy)| energy))
    }

    /// In LU. Windows step by 100 ms; EBU Tech 3342 asks for steps of a second at most.
    pub(crate) fn range(&self) -> Option<f64> {
        loudness::range(self.timeline.windows(WINDOW).map(|(_, energy)| energy))
    }

    /// In LUFS.
    pub(crate) fn max_short_term(&self) -> Option<f64> {
        let greatest = self.timeline.windows(WINDOW).map(|(_, energy)| energy).fold(0.0, f64::max);
        (greatest > 0.0).then(|| lufs(greatest))
    }

    /// A value for each second of media time: the greatest loudness of 3 s that ends in the second before it.
    pub(crate) fn short_term_series(&self) -> Series {
        let first_us = self.timeline.slot_us(0);
        let second_of = |slot: usize| self.timeline.slot_us(slot + 1).div_ceil(1_000_000);
        let start = first_us / 1_000_000 + 1;
        let slots = self.timeline.energies.len();
        let count = slots.checked_sub(1).map_or(0, |last| second_of(last) - start + 1);
        let mut values = vec![f32::NAN; usize::try_from(count).unwrap_or(0)];
        for (last, energy) in self.timeline.windows(WINDOW) {
            let place = usize::try_from(second_of(last) - start).ok().and_then(|index| values.get_mut(index));
            if let Some(value) = place {
                *value = value.max(lufs(energy).max(FLOOR_LUFS) as f32);
            }
        }
        Series::regular("short_term", "LUFS", start.saturating_mul(1_000_000), 1_000_000, values)
    }
}
