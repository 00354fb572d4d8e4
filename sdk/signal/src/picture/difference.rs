//! How much a picture differs from the one before.

use super::Luma;
use crate::lanes::{I16x8, I32x4};

/// How much two pictures differ, in levels of coded luma.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Difference {
    /// Mean of the absolute differences, as FFmpeg's `freezedetect` takes it.
    pub mean_absolute: f64,
    /// Standard deviation of the differences: temporal information of ITU-T P.910, section 7.7.
    pub deviation: f64,
}

/// Pixels between two carries of the lanes into 64 bits: their squares fit in 31 bits.
const STRETCH: usize = 1 << 14;

/// Compares two pictures. None if their sizes differ.
///
/// ```
/// use rushes_signal::picture::{Luma, difference};
///
/// let (before, after) = ([10; 4], [13; 4]);
/// let found = difference(Luma::new(&before, 2, 2).expect("2 x 2"), Luma::new(&after, 2, 2).expect("2 x 2")).expect("one size");
/// assert_eq!((found.mean_absolute, found.deviation), (3.0, 0.0));
/// ```
pub fn difference(before: Luma<'_>, after: Luma<'_>) -> Option<Difference> {
    if (before.width(), before.height()) != (after.width(), after.height()) {
        return None;
    }
    let (mut absolute, mut squares, mut signed) = (0u64, 0u64, 0i64);
    for (before, after) in before.pixels().chunks(STRETCH).zip(after.pixels().chunks(STRETCH)) {
        let sums = stretch(before, after);
        absolute += sums.0;
        squares += sums.1;
        signed += sums.2;
    }
    let count = before.pixels().len() as f64;
    let mean = signed as f64 / count;
    Some(Difference {
        mean_absolute: absolute as f64 / count,
        deviation: (squares as f64 / count - mean * mean).max(0.0).sqrt(),
    })
}

/// Sums of absolute differences, of their squares, and of the differences.
fn stretch(before: &[u8], after: &[u8]) -> (u64, u64, i64) {
    let mut sums = [I32x4::default(); 3];
    let (befores, before_rest) = before.as_chunks::<32>();
    let (afters, after_rest) = after.as_chunks::<32>();
    for (before, after) in befores.iter().zip(afters) {
        for (before, after) in before.as_chunks::<8>().0.iter().zip(after.as_chunks::<8>().0) {
            let difference = I16x8::widen(after).sub(I16x8::widen(before));
            sums[0] = sums[0].add(difference.abs().pairs());
            sums[1] = sums[1].add(difference.squared_pairs());
            sums[2] = sums[2].add(difference.pairs());
        }
    }
    let [mut absolute, mut squares, mut signed] = sums.map(I32x4::total);
    for (&before, &after) in before_rest.iter().zip(after_rest) {
        let difference = i64::from(after) - i64::from(before);
        absolute += difference.abs();
        squares += difference * difference;
        signed += difference;
    }
    (absolute.unsigned_abs(), squares.unsigned_abs(), signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(before: &[u8], after: &[u8]) -> Difference {
        let size = |pixels: &[u8]| pixels.len() as u32;
        difference(Luma::new(before, size(before), 1).unwrap(), Luma::new(after, size(after), 1).unwrap()).unwrap()
    }

    #[test]
    fn differences_are_what_the_definitions_say_at_every_length() {
        for length in [1usize, 15, 16, 17, 100] {
            let before: Vec<u8> = (0..length).map(|n| (n * 71 % 256) as u8).collect();
            let after: Vec<u8> = (0..length).map(|n| (n * n * 13 % 256) as u8).collect();
            let differences: Vec<f64> = before.iter().zip(&after).map(|(&b, &a)| f64::from(a) - f64::from(b)).collect();
            let count = length as f64;
            let mean = differences.iter().sum::<f64>() / count;
            let deviation = (differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / count).sqrt();
            let absolute = differences.iter().map(|d| d.abs()).sum::<f64>() / count;
            let found = compare(&before, &after);
            assert!((found.mean_absolute - absolute).abs() < 1e-9, "{length}: {found:?}");
            assert!((found.deviation - deviation).abs() < 1e-6, "{length}: {found:?}");
        }
    }

    #[test]
    fn the_greatest_difference_does_not_overflow() {
        let (before, mut after) = (vec![0; 640 * 360], vec![255; 640 * 360]);
        after[..160 * 360].fill(0);
        let luma = |pixels| Luma::new(pixels, 640, 360).unwrap();
        let found = difference(luma(&before), luma(&after)).unwrap();
        assert_eq!(found.mean_absolute, 0.75 * 255.0);
        assert!((found.deviation - 255.0 * (0.75f64 * 0.25).sqrt()).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn pictures_of_different_sizes_are_not_compared() {
        assert!(difference(Luma::new(&[0; 6], 2, 3).unwrap(), Luma::new(&[0; 6], 3, 2).unwrap()).is_none());
    }
}
