//! The K-weighting of ITU-R BS.1770.

use std::f64::consts::PI;

use crate::biquad::{Biquad, State};
use crate::lanes::F64x2;

/// Filters all channels with the K-weighting of ITU-R BS.1770-5, Annex 1, and sums their energies.
///
/// The Recommendation gives coefficients for 48 kHz only; for other rates they come from the analogue prototypes behind them (a high
/// shelf of 4 dB at 1682 Hz and a high-pass at 38 Hz), the way libebur128 does it. At 48 kHz both agree to 1e-8.
///
/// The filter forgets: after 500 ms of lead-in its state no longer depends on what came before. It begins settled on the first sample, as if
/// that had lasted for ever: what came before is unknown, and a DC offset is no thump.
///
/// ```
/// use rushes_signal::{KWeighting, loudness};
///
/// // 1 kHz at 0 dBFS in one channel is -3.01 LUFS, by definition.
/// let sine: Vec<f32> = (0..48_000).map(|n| (n as f32 * 0.130_899_69).sin()).collect();
/// let mut weighting = KWeighting::new(48_000, &[1.0]).expect("a rate that it knows");
/// let energy = weighting.energy(&sine) / 48_000.0;
/// assert!((loudness::lufs(energy) + 3.01).abs() < 0.02);
/// ```
#[derive(Clone, Debug)]
pub struct KWeighting {
    shelf: Biquad,
    highpass: Biquad,
    weights: Vec<f64>,
    /// Shelf and high-pass of two channels each; the last pair may be half empty.
    pairs: Vec<[State; 2]>,
    /// Whether the states come from samples.
    has_begun: bool,
}

/// Frames in a turn of the loop: enough work to make metering cheap.
const UNROLL: usize = 8;

impl KWeighting {
    /// The lowest rate at which the shelf can be built: its frequency lies below half the rate.
    pub const MIN_SAMPLE_RATE: u32 = 4_000;

    /// For channels with these weights (see [`channel_weights`](crate::channel_weights)), in order of interleaving. None below
    /// [`MIN_SAMPLE_RATE`](Self::MIN_SAMPLE_RATE).
    pub fn new(sample_rate: u32, weights: &[f64]) -> Option<Self> {
        if sample_rate < Self::MIN_SAMPLE_RATE {
            return None;
        }
        let rate = f64::from(sample_rate);
        let pairs = vec![[[[0.0; 2]; 2]; 2]; weights.len().div_ceil(2)];
        Some(Self { shelf: shelf(rate), highpass: highpass(rate), weights: weights.to_vec(), pairs, has_begun: false })
    }

    /// Forgets what came before, as after a gap.
    pub fn reset(&mut self) {
        self.has_begun = false;
    }

    /// Filters interleaved frames and returns the sum over all samples of weight times square: divided by the frames it is the mean
    /// square that [`loudness::lufs`](crate::loudness::lufs) takes.
    pub fn energy(&mut self, interleaved: &[f32]) -> f64 {
        let channels = self.weights.len();
        self.begin(interleaved);
        let mut total = 0.0;
        for index in 0..self.pairs.len() {
            let first = 2 * index;
            let [left, right] = match (channels, channels - first) {
                (2, _) => self.run::<2, 2>(index, interleaved),
                (1, _) => self.run::<1, 1>(index, interleaved),
                (_, 1) => self.run::<0, 1>(index, interleaved),
                _ => self.run::<0, 2>(index, interleaved),
            };
            total += self.weights[first] * left + self.weights.get(first + 1).map_or(0.0, |weight| weight * right);
        }
        total
    }

    /// Settles the filters on the first frame.
    fn begin(&mut self, interleaved: &[f32]) {
        let Some(frame) = interleaved.get(..self.weights.len()).filter(|_| !self.has_begun) else { return };
        for (pair, samples) in self.pairs.iter_mut().zip(frame.chunks(2)) {
            let x = [f64::from(samples[0]), samples.get(1).copied().map_or(0.0, f64::from)];
            let (shelved, y) = self.shelf.settled(x);
            let (passed, _) = self.highpass.settled(y);
            *pair = [shelved, passed];
        }
        self.has_begun = true;
    }

    /// Squares of a pair of channels. `STEP`: all channels where known at compile time, else 0; `LANES`: of the pair that are there.
    fn run<const STEP: usize, const LANES: usize>(&mut self, index: usize, interleaved: &[f32]) -> [f64; 2] {
        let step = if STEP == 0 { self.weights.len() } else { STEP };
        let first = 2 * index;
        let [shelved, passed] = self.pairs[index];
        let (mut shelf, mut highpass) = (self.shelf.resume(shelved), self.highpass.resume(passed));
        let mut squares = F64x2::default();
        let mut take = |frame: &[f32]| {
            let right = if LANES == 2 { f64::from(frame[first + 1]) } else { 0.0 };
            let y = highpass.step(shelf.step(F64x2::new([f64::from(frame[first]), right])));
            squares = squares.add(y.mul(y));
        };
        let mut turns = interleaved.chunks_exact(UNROLL * step);
        for turn in &mut turns {
            for frame in 0..UNROLL {
                take(&turn[frame * step..(frame + 1) * step]);
            }
        }
        turns.remainder().chunks_exact(step).for_each(take);
        self.pairs[index] = [shelf.pause(), highpass.pause()];
        squares.values()
    }
}

/// Stage 1 of the Recommendation: the head's effect, a high shelf.
fn shelf(rate: f64) -> Biquad {
    const FREQUENCY: f64 = 1681.974450955533;
    const GAIN_DB: f64 = 3.999843853973347;
    const Q: f64 = 0.7071752369554196;
    let k = (PI * FREQUENCY / rate).tan();
    let high = 10f64.powf(GAIN_DB / 20.0);
    let band = high.powf(0.4996667741545416);
    let a0 = 1.0 + k / Q + k * k;
    Biquad {
        b: [(high + band * k / Q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / Q + k * k) / a0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / Q + k * k) / a0],
    }
}

/// Stage 2: the revised low-frequency B curve, a high-pass. Its numerator is not scaled, as in the Recommendation.
fn highpass(rate: f64) -> Biquad {
    const FREQUENCY: f64 = 38.13547087602444;
    const Q: f64 = 0.5003270373238773;
    let k = (PI * FREQUENCY / rate).tan();
    let a0 = 1.0 + k / Q + k * k;
    Biquad { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / Q + k * k) / a0] }
}

#[cfg(test)]
mod tests;
