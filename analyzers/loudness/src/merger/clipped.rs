//! Clipped spans.

use rushes_sdk::Event;
use serde_json::json;

use crate::partial::ClippedSlot;

/// Joins clipped slots that are close to each other.
pub(crate) fn events(slots: &[ClippedSlot], sample_rate: u32, gap_ms: u32) -> Vec<Event> {
    let mut spans: Vec<Clip> = Vec::new();
    for slot in slots {
        let clip = Clip::new(slot, sample_rate);
        let reach = |last: &Clip| last.end_us.saturating_add(u64::from(gap_ms) * 1000) >= clip.start_us;
        match spans.last_mut().filter(|last| reach(last)) {
            Some(last) => last.join(&clip),
            None => spans.push(clip),
        }
    }
    spans.iter().map(Clip::event).collect()
}

struct Clip {
    start_us: u64,
    end_us: u64,
    samples: u64,
    runs: u64,
}

impl Clip {
    fn new(slot: &ClippedSlot, sample_rate: u32) -> Self {
        let start = slot.slot.saturating_mul(100_000);
        let offset = |frames: u32| u64::from(frames) * 1_000_000 / u64::from(sample_rate.max(1));
        Self {
            start_us: start.saturating_add(offset(slot.first)),
            end_us: start.saturating_add(offset(slot.end)),
            samples: u64::from(slot.samples),
            runs: u64::from(slot.runs),
        }
    }

    fn join(&mut self, next: &Self) {
        self.end_us = self.end_us.max(next.end_us);
        self.samples += next.samples;
        self.runs += next.runs;
    }

    fn event(&self) -> Event {
        let label = format!("{} samples in {} runs at full scale", self.samples, self.runs);
        Event::new(self.start_us, self.end_us, "clipping", label)
            .with_detail(json!({ "samples": self.samples, "runs": self.runs }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipped_slots_close_to_each_other_are_one_event() {
        let slot = |slot| ClippedSlot { slot, samples: 30, runs: 5, first: 480, end: 4_800 };
        let found = events(&[slot(10), slot(12), slot(20)], 48_000, 250);
        let spans: Vec<_> = found.iter().map(|event| (event.start_us, event.end_us)).collect();
        assert_eq!(spans, [(1_010_000, 1_300_000), (2_010_000, 2_100_000)]);
        assert_eq!(found[0].detail, Some(json!({ "samples": 60, "runs": 10 })));
    }
}
