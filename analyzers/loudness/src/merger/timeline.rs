//! Slots of the whole recording, in order.

use rushes_sdk::Series;

use crate::code::{level, momentary};
use crate::partial::Stretch;

/// Slots in a day.
const DAY: u64 = 24 * 36_000;
/// Bounds the memory that a partial with absurd times can ask for.
pub(crate) const MAX_DAYS: u64 = 10;
/// Levels in a slot.
const LEVELS: usize = 5;

/// Values of slots without a hole: what is missing is unknown.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    /// Index of the first slot.
    first: u64,
    /// Mean squares; negative where unknown.
    pub(crate) energies: Vec<f32>,
    momentary: Vec<u16>,
    /// Five a slot.
    pub(crate) levels: Vec<u8>,
}

impl Timeline {
    /// Adds slots after those that are there. None if they are too far away.
    pub(crate) fn add(&mut self, stretch: &Stretch) -> Option<()> {
        if self.energies.is_empty() {
            self.first = stretch.first_slot;
        }
        let skipped = stretch.first_slot.checked_sub(self.first)?;
        if stretch.first_slot > MAX_DAYS * DAY {
            return None;
        }
        let start = usize::try_from(skipped).ok()?;
        // A slot that two segments hold: the later one has seen all of it.
        self.resize(start);
        self.energies.extend(&stretch.energies);
        self.momentary.extend(&stretch.momentary);
        self.levels.extend(&stretch.levels);
        self.resize(start + stretch.energies.len());
        Some(())
    }

    fn resize(&mut self, slots: usize) {
        self.energies.resize(slots, -1.0);
        self.momentary.resize(slots, momentary::UNKNOWN);
        self.levels.resize(slots * LEVELS, level::UNKNOWN);
    }

    /// When slot `index` of the timeline begins.
    pub(crate) fn slot_us(&self, index: usize) -> u64 {
        self.first.saturating_add(index as u64).saturating_mul(100_000)
    }

    /// When level `index` of the timeline begins.
    pub(crate) fn level_us(&self, index: usize) -> u64 {
        self.slot_us(0).saturating_add((index as u64).saturating_mul(20_000))
    }

    /// Mean squares over each run of so many slots in which all are known, by the index of the last.
    pub(crate) fn windows(&self, slots: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        self.energies.windows(slots).enumerate().filter_map(move |(index, window)| {
            let is_known = window.iter().all(|&energy| energy >= 0.0);
            let sum: f64 = window.iter().map(|&energy| f64::from(energy)).sum();
            is_known.then(|| (index + slots - 1, sum / slots as f64))
        })
    }

    /// Greatest momentary loudness in LUFS. None for silence.
    pub(crate) fn max_momentary(&self) -> Option<f64> {
        let greatest = self.momentary.iter().copied().max().and_then(momentary::decode)?;
        (greatest > momentary::FLOOR_LUFS).then_some(greatest)
    }

    /// Momentary loudness, a value for each 100 ms, at the end of its window.
    pub(crate) fn momentary_series(&self) -> Series {
        let values = self.momentary.iter().map(|&code| momentary::decode(code).map_or(f32::NAN, |lufs| lufs as f32));
        Series::regular("momentary", "LUFS", self.slot_us(1), 100_000, values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(first_slot: u64, energies: &[f32]) -> Stretch {
        Stretch {
            first_slot,
            energies: energies.to_vec(),
            momentary: vec![1; energies.len()],
            levels: vec![9; energies.len() * LEVELS],
        }
    }

    #[test]
    fn what_lies_between_two_stretches_is_unknown() {
        let mut timeline = Timeline::default();
        timeline.add(&stretch(3, &[1.0, 1.0])).unwrap();
        timeline.add(&stretch(6, &[2.0])).unwrap();
        assert_eq!(timeline.energies, [1.0, 1.0, -1.0, 2.0]);
        assert_eq!((timeline.levels.len(), timeline.slot_us(3), timeline.level_us(5)), (20, 600_000, 400_000));
        assert_eq!(timeline.windows(2).collect::<Vec<_>>(), [(1, 1.0)]);
    }

    #[test]
    fn times_beyond_reason_are_refused_before_anything_is_allocated() {
        let mut timeline = Timeline::default();
        timeline.add(&stretch(0, &[1.0])).unwrap();
        assert!(timeline.add(&stretch(u64::MAX, &[1.0])).is_none());
        assert_eq!(timeline.energies.len(), 1);
    }
}
