//! Detail: gradients and curvature.

use super::Luma;
use crate::lanes::{F32x4, I16x8, I32x4};

/// How much detail a picture has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spatial {
    /// Spatial information of ITU-T P.910, section 7.7: the standard deviation over the picture of the magnitude of the Sobel gradient, in
    /// levels of coded luma. Edge pixels don't count.
    pub information: f64,
    /// Variance of the Laplacian (4-neighbour), in squared levels of coded luma: falls when a picture is out of focus (Pech-Pacheco et
    /// al., ICPR 2000).
    pub laplacian_variance: f64,
}

/// Pixels in a turn of the loop.
const TURN: usize = 32;
/// Pixels between two carries of the lanes: their squares fit in 31 bits.
const STRETCH: usize = 4096;

/// Sums over a stretch of a row, in lanes.
#[derive(Default)]
struct Stretch {
    magnitudes: [F32x4; 2],
    magnitude_squares: I32x4,
    curvatures: I32x4,
    curvature_squares: I32x4,
}

/// Sums over a picture.
#[derive(Default)]
struct Total {
    magnitudes: f64,
    magnitude_squares: u64,
    curvatures: i64,
    curvature_squares: u64,
}

/// Measures the detail of a picture. All 0 where a side is shorter than 3 pixels.
///
/// ```
/// use rushes_signal::picture::{Luma, spatial};
///
/// let flat = [80; 25];
/// assert_eq!(spatial(Luma::new(&flat, 5, 5).expect("5 x 5")).information, 0.0);
/// ```
pub fn spatial(luma: Luma<'_>) -> Spatial {
    let (width, height) = (luma.width(), luma.height());
    if width < 3 || height < 3 {
        return Spatial::default();
    }
    let mut total = Total::default();
    for rows in luma.pixels().windows(3 * width).step_by(width) {
        let (above, rest) = rows.split_at(width);
        let (here, below) = rest.split_at(width);
        row(above, here, below, &mut total);
    }
    let count = ((width - 2) * (height - 2)) as f64;
    let variance = |sum: f64, squares: u64| (squares as f64 / count - (sum / count).powi(2)).max(0.0);
    Spatial {
        information: variance(total.magnitudes, total.magnitude_squares).sqrt(),
        laplacian_variance: variance(total.curvatures as f64, total.curvature_squares),
    }
}

/// Measures a row between its first and its last pixel.
fn row(above: &[u8], here: &[u8], below: &[u8], total: &mut Total) {
    let inner = here.len() - 2;
    for start in (0..inner).step_by(STRETCH) {
        let end = (start + STRETCH).min(inner);
        let mut sums = Stretch::default();
        let mut at = start;
        while let (true, [Some(above), Some(here), Some(below)]) =
            (at + TURN <= end, [above, here, below].map(|row| turn(row, at)))
        {
            for part in (0..TURN).step_by(8) {
                sums.add([above, here, below], part);
            }
            at += TURN;
        }
        total.add(&sums);
        (at..end).for_each(|at| total.add_one([above, here, below].map(|row| [row[at], row[at + 1], row[at + 2]])));
    }
}

/// The pixels of a turn and one on either side.
#[inline(always)]
fn turn(row: &[u8], at: usize) -> Option<&[u8; TURN + 2]> {
    row.get(at..)?.first_chunk()
}

/// Eight of them, from a place on.
#[inline(always)]
fn columns(row: &[u8; TURN + 2], at: usize) -> I16x8 {
    I16x8::widen(row.get(at..).and_then(<[u8]>::first_chunk).unwrap_or(&[0; 8]))
}

impl Stretch {
    /// Gradient and curvature of the eight pixels after a place, from three rows.
    #[inline(always)]
    fn add(&mut self, rows: [&[u8; TURN + 2]; 3], at: usize) {
        let [a, h, b] = rows.map(|row| [columns(row, at), columns(row, at + 1), columns(row, at + 2)]);
        let smooth = |column: usize| a[column].add(b[column]).add(h[column]).add(h[column]);
        let across = smooth(2).sub(smooth(0));
        let slope = |column: usize| b[column].sub(a[column]);
        let down = slope(0).add(slope(1)).add(slope(1)).add(slope(2));
        let twice = h[1].add(h[1]);
        let curvature = twice.add(twice).sub(a[1].add(b[1])).sub(h[0].add(h[2]));

        let squares = across.squares_with(down);
        for (sum, squares) in self.magnitudes.iter_mut().zip(squares) {
            *sum = sum.add(squares.to_f32().sqrt());
        }
        self.magnitude_squares = self.magnitude_squares.add(squares[0]).add(squares[1]);
        self.curvatures = self.curvatures.add(curvature.pairs());
        self.curvature_squares = self.curvature_squares.add(curvature.squared_pairs());
    }
}

impl Total {
    fn add(&mut self, stretch: &Stretch) {
        self.magnitudes += stretch.magnitudes.iter().flat_map(|lanes| lanes.values()).map(f64::from).sum::<f64>();
        self.magnitude_squares += stretch.magnitude_squares.total().unsigned_abs();
        self.curvatures += stretch.curvatures.total();
        self.curvature_squares += stretch.curvature_squares.total().unsigned_abs();
    }

    /// The pixel in the middle of nine, for what is left over at the end of a row.
    fn add_one(&mut self, nine: [[u8; 3]; 3]) {
        let [a, h, b] = nine.map(|row| row.map(i32::from));
        let across = (a[2] + 2 * h[2] + b[2]) - (a[0] + 2 * h[0] + b[0]);
        let down = (b[0] + 2 * b[1] + b[2]) - (a[0] + 2 * a[1] + a[2]);
        let curvature = 4 * h[1] - a[1] - b[1] - h[0] - h[2];
        let square = across * across + down * down;
        self.magnitudes += f64::from((square as f32).sqrt());
        self.magnitude_squares += u64::from(square.unsigned_abs());
        self.curvatures += i64::from(curvature);
        self.curvature_squares += u64::from((curvature * curvature).unsigned_abs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(pixels: &[u8], width: u32) -> Spatial {
        spatial(Luma::new(pixels, width, pixels.len() as u32 / width).unwrap())
    }

    /// By the definitions, pixel after pixel.
    fn slow(pixels: &[u8], width: usize) -> Spatial {
        let at = |x: usize, y: usize| f64::from(pixels[y * width + x]);
        let (mut gradients, mut curvatures) = (Vec::new(), Vec::new());
        for y in 1..pixels.len() / width - 1 {
            for x in 1..width - 1 {
                let column = |x: usize| at(x, y - 1) + 2.0 * at(x, y) + at(x, y + 1);
                let row = |y: usize| at(x - 1, y) + 2.0 * at(x, y) + at(x + 1, y);
                gradients.push((column(x + 1) - column(x - 1)).hypot(row(y + 1) - row(y - 1)));
                curvatures.push(4.0 * at(x, y) - at(x - 1, y) - at(x + 1, y) - at(x, y - 1) - at(x, y + 1));
            }
        }
        let variance = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
        };
        Spatial { information: variance(&gradients).sqrt(), laplacian_variance: variance(&curvatures) }
    }

    #[test]
    fn detail_is_what_the_definitions_say_at_every_width() {
        for width in [3usize, 17, 18, 19, 34, 50] {
            let pixels: Vec<u8> = (0..width * 9).map(|n| (n * n * 31 % 256) as u8).collect();
            let (found, expected) = (measure(&pixels, width as u32), slow(&pixels, width));
            assert!(
                (found.information - expected.information).abs() < 1e-4 * expected.information,
                "{width}: {found:?}"
            );
            assert!(
                (found.laplacian_variance - expected.laplacian_variance).abs() < 1e-9 * expected.laplacian_variance,
                "{width}: {found:?}"
            );
        }
    }

    #[test]
    fn the_strongest_contrast_does_not_overflow() {
        let picture = |bright: fn(u32, u32) -> bool| -> Vec<u8> {
            (0..3 * 16_384).map(|n| if bright(n % 16_384, n / 16_384) { 255 } else { 0 }).collect()
        };
        let board = measure(&picture(|x, y| (x + y) % 2 == 0), 16_384);
        assert_eq!(board.laplacian_variance.round(), 1020.0 * 1020.0);
        let stripes = picture(|x, _| x % 4 < 2);
        let (found, expected) = (measure(&stripes, 16_384), slow(&stripes, 16_384));
        assert!((found.information - expected.information).abs() < 0.01, "{found:?} for {expected:?}");
    }

    #[test]
    fn a_picture_too_small_for_gradients_has_no_detail() {
        assert_eq!(measure(&[0, 255, 0, 255], 2), Spatial::default());
        assert_eq!(measure(&[0, 255, 0, 255], 1), Spatial::default());
    }
}
