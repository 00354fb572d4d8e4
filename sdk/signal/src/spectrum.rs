//! The power spectrum of short pieces of sound.

use std::f64::consts::PI;

/// Power by frequency, of as many samples as a power of two.
///
/// The transform is Cooley and Tukey's (radix 2), of half the length, with the even samples as real and the odd ones as imaginary parts; the
/// samples are weighted by a Hann window.
///
/// ```
/// use rushes_signal::Spectrum;
///
/// let mut spectrum = Spectrum::new(256).expect("a power of two");
/// let sine: Vec<f32> = (0..256).map(|n| (n as f32 * 0.785_398_2).sin()).collect();
/// let power = spectrum.power(&sine);
/// let loudest = (0..power.len()).max_by(|&a, &b| power[a].total_cmp(&power[b]));
/// assert_eq!(loudest, Some(32)); // an eighth of the rate: bin 256 / 8
/// ```
#[derive(Clone, Debug)]
pub struct Spectrum {
    window: Vec<f32>,
    /// `e^(-2 pi i k / length)` for the first half.
    twiddles: Vec<[f32; 2]>,
    work: Vec<[f32; 2]>,
    power: Vec<f32>,
}

impl Spectrum {
    /// Of so many samples: a power of two from 8 to 65,536, else none.
    pub fn new(length: usize) -> Option<Self> {
        if !length.is_power_of_two() || !(8..=65_536).contains(&length) {
            return None;
        }
        let turn = |k: usize| 2.0 * PI * k as f64 / length as f64;
        Some(Self {
            window: (0..length).map(|n| (0.5 - 0.5 * turn(n).cos()) as f32).collect(),
            twiddles: (0..length / 2).map(|k| [turn(k).cos() as f32, -turn(k).sin() as f32]).collect(),
            work: vec![[0.0; 2]; length / 2],
            power: vec![0.0; length / 2],
        })
    }

    /// How many samples [`power`](Self::power) takes.
    pub fn length(&self) -> usize {
        self.window.len()
    }

    /// The power in each bin from 0 to below half the rate, scaled so that the sum is about the samples' mean square. Samples beyond the
    /// length are ignored, missing ones are zero.
    pub fn power(&mut self, samples: &[f32]) -> &[f32] {
        let half = self.work.len();
        let bits = half.trailing_zeros();
        self.work.fill([0.0; 2]);
        for (index, (pair, window)) in samples.chunks(2).zip(self.window.chunks_exact(2)).enumerate() {
            let reversed = index.reverse_bits() >> (usize::BITS - bits);
            self.work[reversed] = [pair[0] * window[0], pair.get(1).map_or(0.0, |sample| sample * window[1])];
        }
        self.transform();
        self.untangle();
        &self.power
    }

    /// The butterflies, on samples in bit-reversed order.
    fn transform(&mut self) {
        let half = self.work.len();
        let mut size = 2;
        while size <= half {
            let stride = self.window.len() / size;
            for block in self.work.chunks_exact_mut(size) {
                let (low, high) = block.split_at_mut(size / 2);
                for ((a, b), w) in low.iter_mut().zip(high).zip(self.twiddles.iter().step_by(stride)) {
                    let t = [w[0] * b[0] - w[1] * b[1], w[0] * b[1] + w[1] * b[0]];
                    (*a, *b) = ([a[0] + t[0], a[1] + t[1]], [a[0] - t[0], a[1] - t[1]]);
                }
            }
            size *= 2;
        }
    }

    /// Takes apart the transforms of even and odd samples and joins them to that of all.
    fn untangle(&mut self) {
        let half = self.work.len();
        // A Hann window keeps 3/8 of the power; both halves of the spectrum count.
        let scale = 2.0 / (0.375 * (self.window.len() as f32) * (self.window.len() as f32));
        for bin in 0..half {
            let (a, b) = (self.work[bin], self.work[(half - bin) % half]);
            let even = [(a[0] + b[0]) / 2.0, (a[1] - b[1]) / 2.0];
            let odd = [(a[1] + b[1]) / 2.0, (b[0] - a[0]) / 2.0];
            let w = self.twiddles[bin];
            let x = [even[0] + w[0] * odd[0] - w[1] * odd[1], even[1] + w[0] * odd[1] + w[1] * odd[0]];
            self.power[bin] = scale * (x[0] * x[0] + x[1] * x[1]) * if bin == 0 { 0.5 } else { 1.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The discrete Fourier transform by its definition.
    fn slow(samples: &[f32], window: &[f32], bin: usize) -> f64 {
        let length = samples.len() as f64;
        let (mut re, mut im) = (0.0, 0.0);
        for (n, (sample, window)) in samples.iter().zip(window).enumerate() {
            let angle = 2.0 * PI * bin as f64 * n as f64 / length;
            re += f64::from(sample * window) * angle.cos();
            im -= f64::from(sample * window) * angle.sin();
        }
        2.0 / (0.375 * length * length) * (re * re + im * im) * if bin == 0 { 0.5 } else { 1.0 }
    }

    #[test]
    fn the_fast_transform_is_the_slow_one() {
        let mut spectrum = Spectrum::new(64).unwrap();
        let samples: Vec<f32> = (0..64).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        let expected: Vec<f64> = (0..32).map(|bin| slow(&samples, &spectrum.window, bin)).collect();
        for (found, expected) in spectrum.power(&samples).iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn the_power_of_a_sine_is_its_mean_square() {
        let mut spectrum = Spectrum::new(1024).unwrap();
        let sine: Vec<f32> = (0..1024).map(|n| (n as f32 * 0.61).sin()).collect();
        let total: f32 = spectrum.power(&sine).iter().sum();
        assert!((total - 0.5).abs() < 0.01, "{total}");
    }

    #[test]
    fn lengths_that_are_no_power_of_two_are_refused() {
        assert!(Spectrum::new(1000).is_none() && Spectrum::new(4).is_none() && Spectrum::new(1 << 17).is_none());
    }
}
