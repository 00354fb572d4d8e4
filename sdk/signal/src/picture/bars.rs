//! Black bars around a picture.

use super::Luma;

/// Rows and columns of black at the sides of a picture, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// Rows.
    pub top: u32,
    /// Rows.
    pub bottom: u32,
    /// Columns.
    pub left: u32,
    /// Columns.
    pub right: u32,
}

/// Pixels of a row that may be brighter: a logo, noise of the encoder.
const TOLERATED: usize = 50;

/// Finds rows and columns at the sides in which at most one pixel in 50 reaches a coded value. None if the whole picture is like that.
///
/// ```
/// use rushes_signal::picture::{Bars, Luma, bars};
///
/// let mut plane = [16; 8 * 6];
/// plane[2 * 8..4 * 8].fill(120);
/// let found = bars(Luma::new(&plane, 8, 6).expect("8 x 6"), 27);
/// assert_eq!(found, Some(Bars { top: 2, bottom: 2, left: 0, right: 0 }));
/// ```
pub fn bars(luma: Luma<'_>, coded: u8) -> Option<Bars> {
    let is_dark_row = |row: &&[u8]| row.iter().filter(|&&pixel| pixel >= coded).count() * TOLERATED <= luma.width();
    let top = luma.rows().take_while(is_dark_row).count();
    if top == luma.height() {
        return None;
    }
    let bottom = luma.rows().rev().take_while(is_dark_row).count();
    // Columns are judged by the rows between: dark ones at top and bottom would hide a bright column.
    let rows = luma.height() - top - bottom;
    let is_dark_column = |&column: &usize| {
        let bright = luma.rows().skip(top).take(rows).filter(|row| row[column] >= coded).count();
        bright * TOLERATED <= rows
    };
    let left = (0..luma.width()).take_while(is_dark_column).count();
    let right = (left..luma.width()).rev().take_while(is_dark_column).count();
    Some(Bars { top: top as u32, bottom: bottom as u32, left: left as u32, right: right as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, bright: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        (0..width * height).map(|n| if bright(n % width, n / width) { 150 } else { 16 }).collect()
    }

    fn find(pixels: &[u8], width: u32) -> Option<Bars> {
        bars(Luma::new(pixels, width, pixels.len() as u32 / width).unwrap(), 27)
    }

    #[test]
    fn bars_on_all_four_sides_are_found() {
        let pixels = picture(100, 60, |x, y| (10..95).contains(&x) && (7..58).contains(&y));
        assert_eq!(find(&pixels, 100), Some(Bars { top: 7, bottom: 2, left: 10, right: 5 }));
    }

    #[test]
    fn a_black_picture_has_no_bars() {
        assert_eq!(find(&picture(100, 60, |_, _| false), 100), None);
    }

    #[test]
    fn a_picture_that_fills_the_frame_has_none() {
        assert_eq!(find(&picture(100, 60, |_, _| true), 100), Some(Bars::default()));
    }
}
