//! Blocks on their grid: block n begins at sample ceil(n * ms * rate / 1000), counted from media time 0.

use std::ops::Range;
use std::sync::Arc;

use rushes_model::MediaTime;
use rushes_model::media::AudioBlock;
use rushes_model::stop::Stop;

use super::plan::{lead_in_start, segment_end};
use super::{AudioWant, Sink, Wants};

/// The grid of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    rate: u32,
    block_ms: u32,
}

impl Grid {
    pub(super) fn new(rate: u32, block_ms: u32) -> Self {
        Self { rate: rate.max(1), block_ms: block_ms.max(1) }
    }

    /// First sample of a block.
    fn start(self, block: u64) -> u64 {
        let samples = (u128::from(block) * u128::from(self.block_ms) * u128::from(self.rate)).div_ceil(1_000);
        u64::try_from(samples).unwrap_or(u64::MAX)
    }

    fn time(self, block: u64) -> MediaTime {
        MediaTime::from_ratio(self.start(block), u64::from(self.rate))
    }

    /// The first block that begins at or after a time.
    fn at_or_after(self, time: MediaTime) -> u64 {
        // Rounding of times may put the answer one further.
        let mut block = time.as_micros() / (u64::from(self.block_ms) * 1_000);
        while self.time(block) < time {
            block += 1;
        }
        block
    }

    /// The block that a sample is in.
    fn holding(self, sample: u64) -> u64 {
        let block = u128::from(sample) * 1_000 / (u128::from(self.rate) * u128::from(self.block_ms));
        u64::try_from(block).unwrap_or(u64::MAX)
    }

    /// Samples of the blocks that a want is delivered in this segment.
    pub(super) fn samples(self, want: &AudioWant, wants: &Wants) -> Range<u64> {
        let first = self.start(self.at_or_after(lead_in_start(wants, want.lead_in_ms)));
        let end = segment_end(wants);
        let end = if end == MediaTime::MAX { u64::MAX } else { self.start(self.at_or_after(end)) };
        first..end
    }
}

/// Cuts samples into the blocks of one want.
pub(super) struct Blocks {
    want: usize,
    grid: Grid,
    channels: usize,
    wanted: Range<u64>,
    segment_start: MediaTime,
    held: Vec<f32>,
    held_from: u64,
}

impl Blocks {
    pub(super) fn new(want: usize, grid: Grid, channels: usize, wanted: Range<u64>, segment_start: MediaTime) -> Self {
        Self { want, grid, channels: channels.max(1), wanted, segment_start, held: Vec::new(), held_from: 0 }
    }

    /// Values of one sample.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// Takes samples from number `at` on; a jump ends the block begun.
    pub(super) fn push(&mut self, at: u64, mut samples: &[f32], sink: &mut dyn Sink) -> Result<(), Stop> {
        let mut at = at;
        if at != self.held_end() {
            self.flush(sink)?;
        }
        while !samples.is_empty() && at < self.wanted.end {
            if at < self.wanted.start {
                let (before, rest) = self.split(samples, self.wanted.start - at);
                at += (before.len() / self.channels) as u64;
                samples = rest;
                continue;
            }
            if self.held.is_empty() {
                self.held_from = at;
            }
            let block_end = self.grid.start(self.grid.holding(at) + 1);
            let (now, rest) = self.split(samples, block_end - at);
            self.held.extend_from_slice(now);
            at += (now.len() / self.channels) as u64;
            samples = rest;
            if at == block_end {
                self.flush(sink)?;
            }
        }
        Ok(())
    }

    /// Delivers what there is of the block begun.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        if self.held.is_empty() {
            return Ok(());
        }
        let samples: Arc<[f32]> = Arc::from(self.held.as_slice());
        self.held.clear();
        let start = MediaTime::from_ratio(self.held_from, u64::from(self.grid.rate));
        // The late half of a block that began before the segment is the segment before's, and no lead-in by its time.
        let of_before = self.grid.time(self.grid.holding(self.held_from)) < self.segment_start;
        if of_before && start >= self.segment_start {
            return Ok(());
        }
        sink.audio(self.want, AudioBlock { start, first_sample: self.held_from, samples })
    }

    fn held_end(&self) -> u64 {
        self.held_from + (self.held.len() / self.channels) as u64
    }

    fn split<'a>(&self, samples: &'a [f32], count: u64) -> (&'a [f32], &'a [f32]) {
        let values = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(self.channels);
        samples.split_at(values.min(samples.len()))
    }
}
