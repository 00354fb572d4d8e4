//! Peaks between samples.

use std::f64::consts::PI;

use crate::lanes::F32x4;

/// Taps of each phase: samples that an interpolated value is made of.
const TAPS: usize = 16;
/// Values computed in a turn of the loop.
const LANES: usize = 8;

/// The true peak of ITU-R BS.1770-5, Annex 2: the greatest magnitude of the signal at four times its rate.
///
/// The interpolation filter is a sinc of 16 taps a phase under a Kaiser window (beta 5), flat within 0.03 dB up to 0.4 times the rate,
/// where the Recommendation's example filter of 12 taps reads up to 0.5 dB too high. Phase 0 are the samples themselves. Only values with
/// 16 real samples around them count: what came before the first is unknown, not zero, so that a tone that begins at once shows no overshoot.
///
/// ```
/// use rushes_signal::TruePeak;
///
/// // A quarter of the rate at 45 degrees: every sample is 0.707 of the amplitude.
/// let sine: Vec<f32> = (0..4_800).map(|n| (n as f32 * 1.570_796_4 + 0.785_398_2).sin()).collect();
/// let mut peak = TruePeak::new(1);
/// let found = peak.push(&sine, 0.0);
/// assert!((found.sample - 0.707).abs() < 0.001 && (found.true_peak - 1.0).abs() < 0.01);
/// ```
#[derive(Clone, Debug)]
pub struct TruePeak {
    channels: usize,
    taps: [Tap; TAPS / 2],
    /// The greatest value between samples of magnitude 1.
    gain: f32,
    /// The last 15 frames, then what is pushed.
    buffer: Vec<f32>,
    /// Frames of the history that are real.
    known: usize,
}

/// Coefficients of a tap and of its mirror image. The phases at 1/4 and 3/4 are each other's mirror image, so both come from one part that is
/// the same on either side and one that is opposite: two products for a pair of taps instead of four.
#[derive(Clone, Copy, Debug, Default)]
struct Tap {
    /// Of the sum of both samples, for 1/4 and 3/4.
    even: f32,
    /// Of their difference: added for 1/4, subtracted for 3/4.
    odd: f32,
    /// Of their sum, for 1/2.
    middle: f32,
}

/// The greatest magnitudes over all channels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peaks {
    /// Of the samples.
    pub sample: f32,
    /// Of the samples and of the values between them.
    pub true_peak: f32,
}

impl TruePeak {
    /// For so many interleaved channels, at least one.
    pub fn new(channels: usize) -> Self {
        let channels = channels.max(1);
        let taps = taps();
        let gain = |of: fn(&Tap) -> f32| taps.iter().map(of).sum::<f32>();
        let outer = gain(|tap| (tap.even + tap.odd).abs() + (tap.even - tap.odd).abs());
        let gain = outer.max(gain(|tap| 2.0 * tap.middle.abs()));
        Self { channels, taps, gain, buffer: vec![0.0; (TAPS - 1) * channels], known: 0 }
    }

    /// Forgets what came before, as after a gap.
    pub fn reset(&mut self) {
        self.known = 0;
    }

    /// Takes interleaved frames and returns the greatest magnitudes: of these samples, and of the values between those up to 8 frames
    /// before the last one. 0 for no frames.
    ///
    /// True peaks up to `floor` needn't be exact: where samples are too small for more, values between them aren't computed. The greatest peak so
    /// far is a good floor, 0 computes all.
    pub fn push(&mut self, interleaved: &[f32], floor: f32) -> Peaks {
        let history = (TAPS - 1) * self.channels;
        self.buffer.truncate(history);
        let sample = greatest(interleaved);
        let reach = self.gain * greatest(&self.buffer).max(sample);
        self.buffer.extend_from_slice(interleaved);
        let unknown = (TAPS - 1 - self.known) * self.channels;
        let between = match self.channels {
            _ if reach <= floor => 0.0,
            1 => self.between::<1>(unknown, interleaved.len()),
            2 => self.between::<2>(unknown, interleaved.len()),
            _ => self.between::<0>(unknown, interleaved.len()),
        };
        let frames = interleaved.len() / self.channels;
        self.known = (self.known + frames).min(TAPS - 1);
        self.buffer.drain(..interleaved.len());
        Peaks { sample, true_peak: sample.max(between) }
    }

    /// The greatest interpolated magnitude of values `from..to`; value n uses the 16 frames that begin at n in the buffer. `STEP`: all
    /// channels where known at compile time, else 0; where they are, the taps are unrolled into one turn.
    fn between<const STEP: usize>(&self, from: usize, to: usize) -> f32 {
        let step = if STEP == 0 { self.channels } else { STEP };
        let reach = (TAPS - 1) * step + LANES;
        let mut peaks = [F32x4::default(); LANES / 4];
        let mut at = from;
        while let Some(samples) = self.buffer.get(at..at + reach).filter(|_| at + LANES <= to) {
            let mut sums = [[F32x4::default(); LANES / 4]; 3];
            // Two taps in a turn: compilers unroll the inner loop, and metering charges turns.
            for (turn, taps) in self.taps.as_chunks::<2>().0.iter().enumerate() {
                for (place, coefficients) in taps.iter().enumerate() {
                    let tap = 2 * turn + place;
                    let (before, after) = (eight(samples, tap * step), eight(samples, (TAPS - 1 - tap) * step));
                    for half in 0..LANES / 4 {
                        let (sum, difference) = (before[half].add(after[half]), before[half].sub(after[half]));
                        sums[0][half] = sums[0][half].add(F32x4::splat(coefficients.even).mul(sum));
                        sums[1][half] = sums[1][half].add(F32x4::splat(coefficients.odd).mul(difference));
                        sums[2][half] = sums[2][half].add(F32x4::splat(coefficients.middle).mul(sum));
                    }
                }
            }
            let [evens, odds, middles] = sums;
            for (half, peak) in peaks.iter_mut().enumerate() {
                let (even, odd) = (evens[half], odds[half]);
                let outer = even.add(odd).abs().greater(even.sub(odd).abs());
                *peak = peak.greater(outer).greater(middles[half].abs());
            }
            at += LANES;
        }
        let tail = (at..to).fold(0.0, |peak, at| self.value(at).max(peak));
        peaks.into_iter().flat_map(F32x4::values).fold(tail, f32::max)
    }

    /// The greatest of the three values at one place.
    fn value(&self, at: usize) -> f32 {
        let (mut even, mut odd, mut middle) = (0.0, 0.0, 0.0);
        for (tap, coefficients) in self.taps.iter().enumerate() {
            let sample = |tap: usize| self.buffer.get(at + tap * self.channels).copied().unwrap_or_default();
            let (before, after) = (sample(tap), sample(TAPS - 1 - tap));
            even += coefficients.even * (before + after);
            odd += coefficients.odd * (before - after);
            middle += coefficients.middle * (before + after);
        }
        (even + odd).abs().max((even - odd).abs()).max(f32::abs(middle))
    }
}

/// Eight samples from a place on; zeros where there are fewer.
#[inline(always)]
fn eight(samples: &[f32], at: usize) -> [F32x4; LANES / 4] {
    match samples.get(at..at + LANES) {
        Some(&[a, b, c, d, e, f, g, h]) => [F32x4::new([a, b, c, d]), F32x4::new([e, f, g, h])],
        _ => [F32x4::default(); LANES / 4],
    }
}

/// The greatest magnitude of samples.
fn greatest(samples: &[f32]) -> f32 {
    let mut peaks = [F32x4::default(); 4];
    let (turns, rest) = samples.as_chunks::<16>();
    for turn in turns {
        let [first, second] = [eight(turn, 0), eight(turn, LANES)];
        for (peak, four) in peaks.iter_mut().zip([first[0], first[1], second[0], second[1]]) {
            *peak = peak.greater(four.abs());
        }
    }
    peaks.into_iter().flat_map(F32x4::values).chain(rest.iter().map(|sample| sample.abs())).fold(0.0, f32::max)
}

/// Windowed sincs at 1/4 and 1/2 between the two middle taps, each normalised to a gain of 1 at 0 Hz.
fn taps() -> [Tap; TAPS / 2] {
    let phase = |offset: f64| -> [f64; TAPS] {
        let raw: [f64; TAPS] = std::array::from_fn(|tap| {
            let distance = tap as f64 - (TAPS / 2 - 1) as f64 - offset;
            let sinc = (PI * distance).sin() / (PI * distance);
            sinc * kaiser(distance / (TAPS / 2) as f64, 5.0)
        });
        let gain: f64 = raw.iter().sum();
        raw.map(|value| value / gain)
    };
    let (quarter, half) = (phase(0.25), phase(0.5));
    std::array::from_fn(|tap| {
        let (before, after) = (quarter[tap], quarter[TAPS - 1 - tap]);
        Tap { even: ((before + after) / 2.0) as f32, odd: ((before - after) / 2.0) as f32, middle: half[tap] as f32 }
    })
}

/// Kaiser's window at -1..1: a ratio of Bessel functions I0, by their power series.
fn kaiser(x: f64, beta: f64) -> f64 {
    let bessel = |x: f64| {
        let quarter = x * x / 4.0;
        (1..40)
            .fold((1.0, 1.0), |(sum, term), k| {
                let term = term * quarter / f64::from(k * k);
                (sum + term, term)
            })
            .0
    };
    bessel(beta * (1.0 - x * x).max(0.0).sqrt()) / bessel(beta)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(cycles_per_sample: f64, phase_degrees: f64, len: usize) -> Vec<f32> {
        (0..len).map(|n| (2.0 * PI * (n as f64 * cycles_per_sample + phase_degrees / 360.0)).sin() as f32).collect()
    }

    #[test]
    fn the_peak_of_a_sine_is_its_amplitude_up_to_two_fifths_of_the_rate() {
        for (frequency, phase) in
            [(0.02, 10.0), (0.125, 67.5), (1.0 / 6.0, 60.0), (0.25, 45.0), (0.33, 17.0), (0.4, 3.0)]
        {
            let found = 20.0 * TruePeak::new(1).push(&sine(frequency, phase, 4_800), 0.0).true_peak.log10();
            // At four times the rate a sine's top is missed by up to cos(pi * f / 4) at most.
            let missed = -20.0 * (PI * frequency / 4.0).cos().log10() as f32;
            assert!(found < 0.05 && found > -missed - 0.05, "{frequency}: {found} dB");
        }
    }

    #[test]
    fn peaks_do_not_depend_on_how_samples_are_pushed() {
        let samples: Vec<f32> =
            sine(0.237, 0.0, 999).iter().zip(sine(0.011, 0.0, 999)).flat_map(|(&a, b)| [a, b, a * b]).collect();
        let whole = TruePeak::new(3).push(&samples, 0.0).true_peak;
        for frames in [1, 5, 64] {
            let mut parts = TruePeak::new(3);
            let found = samples.chunks(3 * frames).fold(0.0, |peak, part| parts.push(part, 0.0).true_peak.max(peak));
            assert_eq!(found, whole, "{frames}");
        }
    }

    #[test]
    fn a_tone_that_begins_at_once_does_not_overshoot() {
        let found = TruePeak::new(1).push(&sine(0.25, 90.0, 480), 0.0).true_peak;
        assert!(found < 1.005, "{found}");
    }

    #[test]
    fn after_a_gap_nothing_is_interpolated_across_it() {
        let mut peak = TruePeak::new(1);
        peak.push(&[1.0; 100], 0.0);
        peak.reset();
        assert!(peak.push(&[-1.0; 100], 0.0).true_peak <= 1.0001);
    }

    #[test]
    fn a_floor_hides_no_peak_above_it() {
        let samples: Vec<f32> =
            sine(0.25, 45.0, 4_800).iter().zip(0..).map(|(sample, n)| sample * (n % 480) as f32 / 480.0).collect();
        let (mut all, mut some) = (TruePeak::new(1), TruePeak::new(1));
        for floor in [0.1, 0.5, 0.9, 2.5] {
            for part in samples.chunks(48) {
                let (expected, found) = (all.push(part, 0.0).true_peak, some.push(part, floor).true_peak);
                assert_eq!(found.max(floor), expected.max(floor));
            }
        }
    }
}
