//! 10 ms of sound.

use rushes_signal::{SampleGrid, Sums};

/// Sums over a hop, so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hop {
    /// Counted from media time 0.
    pub(crate) index: u64,
    /// The sample after its last.
    pub(crate) end: u64,
    /// Frames of a complete one.
    length: u64,
    /// Frames seen.
    pub(crate) frames: u64,
    /// K-weighted and channel-weighted.
    pub(crate) energy: f64,
    pub(crate) sums: Sums,
}

impl Hop {
    /// The hop in which a sample lies.
    pub(crate) fn begin(grid: SampleGrid, sample: u64) -> Self {
        let index = grid.index_of(sample);
        let end = grid.start_of(index.saturating_add(1));
        let length = end.saturating_sub(grid.start_of(index));
        Self { index, end, length, ..Self::default() }
    }

    /// Adds a piece of it.
    pub(crate) fn add(&mut self, frames: usize, energy: f64, sums: &Sums) {
        if self.frames == 0 {
            self.sums.clone_from(sums);
        } else {
            for (mine, theirs) in self.sums.channels.iter_mut().zip(&sums.channels) {
                mine.sum += theirs.sum;
                mine.squares += theirs.squares;
            }
            self.sums.cross += sums.cross;
            self.sums.differ |= sums.differ;
        }
        self.frames += frames as u64;
        self.energy += energy;
    }

    /// Whether every sample of it was seen.
    pub(crate) fn is_complete(&self) -> bool {
        self.frames == self.length
    }

    /// Sum of squares over all channels.
    pub(crate) fn squares(&self) -> f64 {
        self.sums.channels.iter().map(|channel| channel.squares).sum()
    }
}
