//! A picture reduced to a few block means.

use super::Luma;

/// Means of the blocks of a grid of 32 by 18: what is left of a picture when noise and small movements are not.
///
/// ```
/// use rushes_signal::picture::{Luma, Thumbnail};
///
/// let (dark, bright) = ([10; 64 * 36], [90; 64 * 36]);
/// let thumbnail = |plane| Thumbnail::new(Luma::new(plane, 64, 36).expect("64 x 36"));
/// assert_eq!(thumbnail(&dark).distance(&thumbnail(&bright)), 80.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Thumbnail {
    means: Vec<f32>,
}

impl Thumbnail {
    /// Blocks across.
    pub const COLUMNS: usize = 32;
    /// Blocks down.
    pub const ROWS: usize = 18;

    /// Of a picture. Smaller ones than the grid have a block for each pixel, some of them several times.
    pub fn new(luma: Luma<'_>) -> Self {
        let mut means = Vec::with_capacity(Self::COLUMNS * Self::ROWS);
        let mut columns = vec![0u16; luma.width()];
        for row in 0..Self::ROWS {
            let rows = share(row, Self::ROWS, luma.height());
            let block_row = luma.pixels().get(rows.start * luma.width()..rows.end * luma.width()).unwrap_or_default();
            let mut sums = [0u64; Self::COLUMNS];
            for few in block_row.chunks(ROWS_AT_ONCE * luma.width()) {
                columns.fill(0);
                few.chunks(4 * luma.width()).for_each(|rows| add(&mut columns, rows));
                for (column, sum) in sums.iter_mut().enumerate() {
                    *sum += columns[share(column, Self::COLUMNS, luma.width())]
                        .iter()
                        .map(|&sum| u64::from(sum))
                        .sum::<u64>();
                }
            }
            means.extend((0..).zip(sums).map(|(column, sum)| {
                let count = share(column, Self::COLUMNS, luma.width()).len() * rows.len();
                sum as f32 / count as f32
            }));
        }
        Self { means }
    }

    /// Mean of the absolute differences between the blocks of two pictures, 0 to 255.
    pub fn distance(&self, other: &Self) -> f64 {
        let sum: f64 = self.means.iter().zip(&other.means).map(|(a, b)| f64::from((a - b).abs())).sum();
        sum / self.means.len() as f64
    }
}

/// Rows whose sum fits into 16 bits, and a multiple of four.
const ROWS_AT_ONCE: usize = 256;

/// Adds up to four rows to the sums of the columns.
fn add(columns: &mut [u16], rows: &[u8]) {
    let width = columns.len();
    let row = |index: usize| rows.get(index * width..(index + 1) * width);
    let (Some(first), Some(second), Some(third), Some(fourth)) = (row(0), row(1), row(2), row(3)) else {
        for row in rows.chunks_exact(width) {
            columns.iter_mut().zip(row).for_each(|(sum, &pixel)| *sum += u16::from(pixel));
        }
        return;
    };
    let (sums, rest) = columns.as_chunks_mut::<32>();
    let done = sums.len() * 32;
    let turns = first.as_chunks::<32>().0.iter().zip(second.as_chunks::<32>().0);
    let turns = turns.zip(third.as_chunks::<32>().0.iter().zip(fourth.as_chunks::<32>().0));
    for (sums, ((a, b), (c, d))) in sums.iter_mut().zip(turns) {
        for lane in 0..32 {
            sums[lane] += u16::from(a[lane]) + u16::from(b[lane]) + u16::from(c[lane]) + u16::from(d[lane]);
        }
    }
    for row in [first, second, third, fourth] {
        rest.iter_mut().zip(&row[done..]).for_each(|(sum, &pixel)| *sum += u16::from(pixel));
    }
}

/// Pixels of one part of a side; at least one.
fn share(index: usize, parts: usize, side: usize) -> std::ops::Range<usize> {
    let start = index * side / parts;
    start..((index + 1) * side / parts).max(start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thumbnail(pixels: &[u8], width: u32, height: u32) -> Thumbnail {
        Thumbnail::new(Luma::new(pixels, width, height).unwrap())
    }

    #[test]
    fn each_block_is_the_mean_of_its_pixels() {
        let pixels: Vec<u8> = (0..36).flat_map(|y| (0..64).map(move |x| (3 * (y / 2) + x / 2) as u8)).collect();
        let found = thumbnail(&pixels, 64, 36);
        assert_eq!(found.means.len(), 32 * 18);
        assert_eq!((found.means[0], found.means[31], found.means[32 * 17]), (0.0, 31.0, 51.0));
    }

    #[test]
    fn means_are_exact_for_tall_blocks_and_odd_widths() {
        let (width, height) = (203, 5_000);
        let pixels: Vec<u8> = (0..width * height).map(|n| (n * n / 7 % 256) as u8).collect();
        let found = thumbnail(&pixels, width as u32, height as u32);
        for (index, mean) in found.means.iter().enumerate() {
            let (across, down) = (share(index % 32, 32, width), share(index / 32, 18, height));
            let block = down.clone().flat_map(|y| across.clone().map(move |x| y * width + x));
            let sum: u64 = block.map(|place| u64::from(pixels[place])).sum();
            assert_eq!(*mean, sum as f32 / (across.len() * down.len()) as f32, "{index}");
        }
    }

    #[test]
    fn pictures_of_any_size_can_be_compared() {
        let small = thumbnail(&[7], 1, 1);
        let odd = thumbnail(&[7; 37 * 19], 37, 19);
        assert_eq!(small.distance(&odd), 0.0);
    }
}
