//! What a session hands to the merger.

use serde::{Deserialize, Serialize};

/// Measurements over the time of a segment. About 120 bytes a second, and hardly more with many channels.
///
/// A measurement belongs to the segment in which its last sample lies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    /// Slots of 100 ms; a new stretch begins after each gap.
    pub stretches: Vec<Stretch>,
    /// Peaks in each second. Both segments may hold one that was cut: the greater counts.
    pub seconds: Vec<Second>,
    /// Slots with clipped samples.
    pub clipped: Vec<ClippedSlot>,
    /// Sums over the segment.
    pub totals: Totals,
}

/// Consecutive slots of 100 ms. Slot n begins at sample ceil(n * rate / 10).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Index of the first slot, counted from media time 0.
    pub first_slot: u64,
    /// K-weighted, channel-weighted mean square of each slot; negative where a slot isn't complete.
    pub energies: Vec<f32>,
    /// The greatest momentary loudness (400 ms, in steps of 10 ms) that ends in each slot, coded.
    pub momentary: Vec<u16>,
    /// Mean square over all channels in 20 ms, five for each slot, coded.
    pub levels: Vec<u8>,
}

/// Peaks in one second, linear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Second {
    /// Counted from media time 0.
    pub index: u64,
    /// The greatest magnitude of a sample.
    pub sample_peak: f32,
    /// The greatest magnitude at four times the rate.
    pub true_peak: f32,
}

/// Clipping in a slot of 100 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClippedSlot {
    /// Counted from media time 0.
    pub slot: u64,
    /// Samples in runs, over all channels.
    pub samples: u32,
    /// Runs.
    pub runs: u32,
    /// First clipped frame, counted from the slot's first.
    pub first: u32,
    /// After the last one.
    pub end: u32,
}

/// Sums over a segment, as whole numbers: exact, whatever the order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Samples of each channel.
    pub frames: u64,
    /// Of each channel: samples, and squares.
    pub channels: Vec<(i128, i128)>,
    /// Left times right, with two channels.
    pub cross: i128,
    /// Whether left and right differ anywhere, with two channels.
    pub differ: bool,
    /// Power of the channels' mean in bands of equal width up to half the rate.
    pub bands: Vec<i128>,
}

impl Totals {
    /// Adds those of another segment.
    pub fn add(&mut self, other: &Self) {
        self.frames = self.frames.saturating_add(other.frames);
        self.channels.resize(self.channels.len().max(other.channels.len()), (0, 0));
        for (mine, theirs) in self.channels.iter_mut().zip(&other.channels) {
            *mine = (mine.0.saturating_add(theirs.0), mine.1.saturating_add(theirs.1));
        }
        self.cross = self.cross.saturating_add(other.cross);
        self.differ |= other.differ;
        self.bands.resize(self.bands.len().max(other.bands.len()), 0);
        for (mine, theirs) in self.bands.iter_mut().zip(&other.bands) {
            *mine = mine.saturating_add(*theirs);
        }
    }
}
