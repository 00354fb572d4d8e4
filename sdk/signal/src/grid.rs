//! Where spans of so many milliseconds begin, in samples.

use std::num::NonZeroU32;

/// Cuts a stream of samples into spans of equal time, whatever the rate: span n begins at sample `ceil(n * ms * rate / 1000)`, as blocks
/// of the contract do. Spans of 10 ms therefore nest in those of 100 ms at every rate.
///
/// ```
/// use std::num::NonZeroU32;
/// use rushes_signal::SampleGrid;
///
/// let grid = SampleGrid::new(NonZeroU32::new(11_025).expect("not 0"), NonZeroU32::new(10).expect("not 0"));
/// assert_eq!(grid.start_of(1), 111); // 110.25, rounded up
/// assert_eq!(grid.index_of(110), 0);
/// assert_eq!(grid.index_of(111), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SampleGrid {
    /// `ms * rate`: thousandths of a sample in a span.
    thousandths: u64,
}

impl SampleGrid {
    /// Spans of `step_ms` at `sample_rate` samples each second.
    pub fn new(sample_rate: NonZeroU32, step_ms: NonZeroU32) -> Self {
        Self { thousandths: u64::from(sample_rate.get()) * u64::from(step_ms.get()) }
    }

    /// First sample of span `index`; saturates far beyond any recording.
    pub fn start_of(self, index: u64) -> u64 {
        let sample = (u128::from(index) * u128::from(self.thousandths)).div_ceil(1000);
        u64::try_from(sample).unwrap_or(u64::MAX)
    }

    /// The span in which a sample lies.
    pub fn index_of(self, sample: u64) -> u64 {
        let index = u128::from(sample) * 1000 / u128::from(self.thousandths);
        u64::try_from(index).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(sample_rate: u32, step_ms: u32) -> SampleGrid {
        SampleGrid::new(NonZeroU32::new(sample_rate).unwrap(), NonZeroU32::new(step_ms).unwrap())
    }

    #[test]
    fn a_sample_lies_in_the_span_that_begins_at_or_before_it() {
        for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_001] {
            let grid = grid(rate, 10);
            for sample in 0..5_000 {
                let index = grid.index_of(sample);
                assert!(grid.start_of(index) <= sample && sample < grid.start_of(index + 1), "{rate} {sample}");
            }
        }
    }

    #[test]
    fn short_spans_nest_in_long_ones_at_every_rate() {
        for rate in [8_000, 11_025, 44_100, 47_999] {
            for index in 0..100 {
                assert_eq!(grid(rate, 100).start_of(index), grid(rate, 10).start_of(10 * index), "{rate}");
            }
        }
    }
}
