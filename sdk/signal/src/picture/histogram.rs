//! How often each value of luma occurs, and what follows from it.

use super::Luma;

/// What coded values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// 0 is black, 255 is white.
    Full,
    /// 16 is black, 235 is white, as in ITU-R BT.709.
    Limited,
}

impl Range {
    /// The luma of a coded value, 0 (black) to 255 (white), for either range.
    pub fn luma(self, coded: u8) -> f64 {
        match self {
            Self::Full => f64::from(coded),
            Self::Limited => ((f64::from(coded) - 16.0) * 255.0 / 219.0).clamp(0.0, 255.0),
        }
    }

    /// The smallest coded value whose luma isn't below a share (0..1) of white.
    pub fn coded(self, share: f64) -> u8 {
        let coded = match self {
            Self::Full => 255.0 * share,
            Self::Limited => 16.0 + 219.0 * share,
        };
        coded.ceil().clamp(0.0, 255.0) as u8
    }
}

/// How often each coded value occurs in a picture.
///
/// ```
/// use rushes_signal::picture::{Histogram, Luma, Range};
///
/// let plane = [16, 16, 235, 235];
/// let histogram = Histogram::new(Luma::new(&plane, 2, 2).expect("2 x 2"));
/// assert_eq!(histogram.mean(Range::Limited), 127.5);
/// assert_eq!(histogram.share_below(100), 0.5);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: [u32; 256],
    pixels: u32,
}

/// Tables that take turns, so that neighbours of equal value don't wait for each other.
const TABLES: usize = 4;

impl Histogram {
    /// Of a picture.
    pub fn new(luma: Luma<'_>) -> Self {
        let mut tables = [[0u32; 256]; TABLES];
        let (turns, rest) = luma.pixels().as_chunks::<16>();
        for turn in turns {
            // One load for all sixteen, and a fixed number of them, which compilers unroll.
            let values = u128::from_le_bytes(*turn);
            for place in 0..16 {
                tables[place % TABLES][(values >> (8 * place)) as usize & 0xff] += 1;
            }
        }
        for &value in rest {
            tables[0][usize::from(value)] += 1;
        }
        let counts = std::array::from_fn(|value| tables.iter().map(|table| table[value]).sum());
        Self { counts, pixels: luma.pixels().len() as u32 }
    }

    /// Pixels of each coded value.
    pub fn counts(&self) -> &[u32; 256] {
        &self.counts
    }

    /// Mean luma, 0 to 255.
    pub fn mean(&self, range: Range) -> f64 {
        self.moment(|value| range.luma(value))
    }

    /// Standard deviation of luma, 0 to 127.5.
    pub fn deviation(&self, range: Range) -> f64 {
        let mean = self.mean(range);
        self.moment(|value| (range.luma(value) - mean).powi(2)).sqrt()
    }

    /// Standard deviation of the coded values.
    pub fn coded_deviation(&self) -> f64 {
        self.deviation(Range::Full)
    }

    /// The coded value that a share (0..1) of the pixels reaches but not exceeds.
    pub fn percentile(&self, share: f64) -> u8 {
        let wanted = (f64::from(self.pixels) * share.clamp(0.0, 1.0)).ceil().max(1.0);
        let mut below = 0u32;
        for (value, count) in (0..=255).zip(self.counts) {
            below += count;
            if f64::from(below) >= wanted {
                return value;
            }
        }
        255
    }

    /// The share of pixels with a smaller coded value.
    pub fn share_below(&self, coded: u8) -> f64 {
        let below: u32 = self.counts[..usize::from(coded)].iter().sum();
        f64::from(below) / f64::from(self.pixels)
    }

    /// How much of one picture's histogram lies elsewhere in the other's: 0 (the same) to 1, over 32 bins of 8 values.
    pub fn distance(&self, other: &Self) -> f64 {
        let shares = |histogram: &Self, bin: usize| {
            let count: u32 = histogram.counts[8 * bin..8 * bin + 8].iter().sum();
            f64::from(count) / f64::from(histogram.pixels)
        };
        (0..32).map(|bin| (shares(self, bin) - shares(other, bin)).abs()).sum::<f64>() / 2.0
    }

    fn moment(&self, value_of: impl Fn(u8) -> f64) -> f64 {
        let sum: f64 = (0..=255).zip(self.counts).map(|(value, count)| value_of(value) * f64::from(count)).sum();
        sum / f64::from(self.pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(pixels: &[u8]) -> Histogram {
        Histogram::new(Luma::new(pixels, pixels.len() as u32, 1).unwrap())
    }

    #[test]
    fn every_pixel_is_counted_once() {
        let pixels: Vec<u8> = (0..1_000u32).map(|n| (n * 7 % 251) as u8).collect();
        let found = histogram(&pixels);
        for value in 0..=255 {
            assert_eq!(found.counts()[usize::from(value)] as usize, pixels.iter().filter(|&&p| p == value).count());
        }
    }

    #[test]
    fn limited_range_is_stretched_and_cut_at_black_and_white() {
        assert_eq!([0, 16, 235, 255].map(|value| Range::Limited.luma(value)), [0.0, 0.0, 255.0, 255.0]);
        assert_eq!((Range::Limited.coded(0.10), Range::Full.coded(0.10)), (38, 26));
    }

    #[test]
    fn percentiles_and_shares_count_pixels() {
        let pixels: Vec<u8> = (0..100).collect();
        let found = histogram(&pixels);
        assert_eq!((found.percentile(0.01), found.percentile(0.99), found.percentile(0.0)), (0, 98, 0));
        assert_eq!(found.share_below(25), 0.25);
        let three = histogram(&[5, 6, 7]);
        assert_eq!([0.0, 0.5, 1.0].map(|share| three.percentile(share)), [5, 6, 7]);
    }

    #[test]
    fn deviation_is_that_of_the_pixels() {
        assert_eq!(histogram(&[10, 30]).coded_deviation(), 10.0);
    }

    #[test]
    fn distance_is_zero_for_the_same_and_one_for_disjoint_pictures() {
        assert_eq!(histogram(&[1, 2, 3]).distance(&histogram(&[1, 2, 3])), 0.0);
        assert_eq!(histogram(&[1, 2, 3]).distance(&histogram(&[100])), 1.0);
    }
}
