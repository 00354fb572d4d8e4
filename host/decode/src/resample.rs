//! Another sample rate on an absolute grid: output k lies at k/rate of media time, whatever was read before it.
//!
//! A windowed sinc (Kaiser; Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5.3) kept as one short filter for each
//! of the phases that two rates can have to each other. It is our own because a cut must be exact to the bit: the filter's
//! place comes from the output's absolute number, and sums are made in a fixed order. Stream resamplers count from wherever
//! they were started.

use std::f64::consts::PI;

/// Zero crossings on each side, counted at the lower of the two rates.
const CROSSINGS: f64 = 48.0;

/// Kaiser's beta for 100 dB (0.1102 * (100 - 8.7)).
const BETA: f64 = 10.06;

/// Middle of the transition as a share of the lower rate's half: with 96 taps and 100 dB the band is 0.134 wide, so nothing
/// of what can't be told apart from lower tones comes through.
const CUTOFF: f64 = 0.933;

/// Beyond so many phases (44,101 to 48,000 Hz) two neighbours are mixed instead: 120 dB below, and bounded memory.
const MOST_PHASES: u64 = 2_048;

/// Longest filter on one side, in input samples; only absurd ratios come near.
const LONGEST_REACH: usize = 1 << 16;

/// Turns one run of samples after another into another rate.
pub struct Resampler {
    from: u64,
    to: u64,
    reach: usize,
    phases: Phases,
    channels: Vec<Vec<f32>>,
    /// Absolute number of the first sample in `channels`.
    held_from: i64,
    /// Absolute number of the sample after the last one of this run.
    run_end: u64,
    next: u64,
}

impl Resampler {
    /// Between two rates, both above 0, for so many interleaved channels.
    pub fn new(from: u32, to: u32, channels: usize) -> Self {
        let shared = gcd(u64::from(from.max(1)), u64::from(to.max(1)));
        let (from, to) = (u64::from(from.max(1)) / shared, u64::from(to.max(1)) / shared);
        let reach = reach_of(from, to);
        Self {
            from,
            to,
            reach,
            phases: Phases::new(from, to, reach),
            channels: vec![Vec::new(); channels.max(1)],
            held_from: 0,
            run_end: 0,
            next: 0,
        }
    }

    /// Input samples on each side on which an output depends.
    pub fn reach(&self) -> u64 {
        self.reach as u64
    }

    /// Begins a run: the next sample pushed is the one with this absolute number. What lies before it counts as silence.
    pub fn begin(&mut self, at: u64) {
        for channel in &mut self.channels {
            channel.clear();
            channel.resize(self.reach, 0.0);
        }
        self.held_from = i64::try_from(at).unwrap_or(i64::MAX).saturating_sub_unsigned(self.reach as u64);
        self.run_end = at;
        self.next = self.output_at_or_after(at);
    }

    /// Absolute number of the output that comes next.
    pub fn next_output(&self) -> u64 {
        self.next
    }

    /// Takes samples, interleaved, and appends the outputs for which all is known.
    pub fn push(&mut self, interleaved: &[f32], out: &mut Vec<f32>) {
        let count = self.channels.len();
        for (index, channel) in self.channels.iter_mut().enumerate() {
            channel.extend(interleaved.iter().skip(index).step_by(count));
        }
        self.run_end += (interleaved.len() / count) as u64;
        self.emit(self.run_end.saturating_sub(self.reach as u64), out);
        self.forget();
    }

    /// Ends the run: what would follow counts as silence.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        for channel in &mut self.channels {
            channel.resize(channel.len() + self.reach, 0.0);
        }
        self.emit(self.run_end, out);
    }

    /// First output at or after an input sample.
    fn output_at_or_after(&self, input: u64) -> u64 {
        let number = (u128::from(input) * u128::from(self.to)).div_ceil(u128::from(self.from));
        u64::try_from(number).unwrap_or(u64::MAX)
    }

    /// All outputs that lie before an input sample.
    fn emit(&mut self, before: u64, out: &mut Vec<f32>) {
        let end = self.output_at_or_after(before);
        let taps = 2 * self.reach;
        for number in self.next..end {
            let position = u128::from(number) * u128::from(self.from);
            let whole = i64::try_from(position / u128::from(self.to)).unwrap_or(i64::MAX);
            let phase = (position % u128::from(self.to)) as u64;
            let first = whole - self.held_from - self.reach as i64 + 1;
            let Ok(first) = usize::try_from(first) else { continue };
            for channel in &self.channels {
                let window = channel.get(first..first + taps).unwrap_or_default();
                out.push(self.phases.apply(phase, window));
            }
        }
        self.next = self.next.max(end);
    }

    /// Drops samples that no later output needs.
    fn forget(&mut self) {
        let position = u128::from(self.next) * u128::from(self.from) / u128::from(self.to);
        let needed = i64::try_from(position).unwrap_or(i64::MAX) - self.reach as i64;
        let spare = usize::try_from(needed - self.held_from).unwrap_or(0);
        // Moving the rest down costs a copy: not for every block.
        if spare < 8_192 {
            return;
        }
        for channel in &mut self.channels {
            channel.drain(..spare.min(channel.len()));
        }
        self.held_from += spare as i64;
    }
}

/// Input samples on each side on which an output depends when `from` becomes `to`.
pub fn resampler_reach(from: u32, to: u32) -> u64 {
    let shared = gcd(u64::from(from.max(1)), u64::from(to.max(1)));
    reach_of(u64::from(from.max(1)) / shared, u64::from(to.max(1)) / shared) as u64
}

fn reach_of(from: u64, to: u64) -> usize {
    let slower = (from as f64 / to as f64).max(1.0);
    // A multiple of four on each side: whole lanes of eight.
    ((CROSSINGS * slower).ceil() as usize).next_multiple_of(4).min(LONGEST_REACH)
}

/// The filter at each phase.
struct Phases {
    to: u64,
    count: u64,
    taps: usize,
    table: Vec<f32>,
}

impl Phases {
    fn new(from: u64, to: u64, reach: usize) -> Self {
        let count = to.min(MOST_PHASES);
        let cutoff = CUTOFF * (to as f64 / from as f64).min(1.0);
        // One more than there are, so that the last has a neighbour too.
        let mut table = Vec::with_capacity((count as usize + 1) * 2 * reach);
        for phase in 0..=count {
            let shift = phase as f64 / count as f64;
            let at = |tap: usize| impulse(tap as f64 - (reach - 1) as f64 - shift, cutoff, reach as f64);
            let sum: f64 = (0..2 * reach).map(at).sum();
            table.extend((0..2 * reach).map(|tap| (at(tap) / sum) as f32));
        }
        Self { to, count, taps: 2 * reach, table }
    }

    fn filter(&self, phase: u64) -> &[f32] {
        let start = phase as usize * self.taps;
        self.table.get(start..start + self.taps).unwrap_or_default()
    }

    /// `phase` of `to`, applied to as many samples as the filter has.
    fn apply(&self, phase: u64, window: &[f32]) -> f32 {
        if self.count == self.to {
            return dot(self.filter(phase), window);
        }
        let position = phase * self.count;
        let (below, share) = (position / self.to, (position % self.to) as f32 / self.to as f32);
        let (below, above) = (dot(self.filter(below), window), dot(self.filter(below + 1), window));
        below + (above - below) * share
    }
}

/// The ideal low-pass under Kaiser's window.
fn impulse(t: f64, cutoff: f64, reach: f64) -> f64 {
    let edge = t / reach;
    if edge.abs() >= 1.0 {
        return 0.0;
    }
    let x = PI * cutoff * t;
    let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
    cutoff * sinc * bessel_i0(BETA * (1.0 - edge * edge).sqrt()) / bessel_i0(BETA)
}

/// Modified Bessel function of order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let half = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..64 {
        term *= half / f64::from(k * k);
        sum += term;
    }
    sum
}

/// Eight sums side by side, added in a fixed order: the same bits on every machine, and as fast as its vectors.
fn dot(filter: &[f32], window: &[f32]) -> f32 {
    let mut sums = [0f32; 8];
    for (filter, window) in filter.as_chunks::<8>().0.iter().zip(window.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += filter[lane] * window[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests;
