//! From luma and chroma to red, green and blue (ITU-T H.273, 8.3), always full range.

use std::sync::Arc;

use crate::video::Colour;

/// Fraction bits of the coefficients.
const BITS: u32 = 16;

/// From this height on a picture that says nothing is taken for BT.709, below for BT.601, as players do.
const HIGH_DEFINITION: usize = 720;

/// Coefficients in fixed point.
pub(super) struct Matrix {
    luma_offset: i32,
    luma: i32,
    red_by_v: i32,
    green_by_u: i32,
    green_by_v: i32,
    blue_by_u: i32,
}

impl Matrix {
    pub(super) fn of(colour: Colour, height: usize) -> Self {
        let (red, blue) = weights(colour.matrix, height);
        let green = 1.0 - red - blue;
        let (luma, chroma) = if colour.full_range { (1.0, 1.0) } else { (255.0 / 219.0, 255.0 / 224.0) };
        let fixed = |value: f64| (value * f64::from(1 << BITS)).round() as i32;
        Self {
            luma_offset: if colour.full_range { 0 } else { 16 },
            luma: fixed(luma),
            red_by_v: fixed(2.0 * (1.0 - red) * chroma),
            green_by_u: fixed(-2.0 * blue * (1.0 - blue) / green * chroma),
            green_by_v: fixed(-2.0 * red * (1.0 - red) / green * chroma),
            blue_by_u: fixed(2.0 * (1.0 - blue) * chroma),
        }
    }

    /// Planes Y, U, V one after the other, chroma sides rounded up; each chroma sample serves its four pixels.
    pub(super) fn convert(&self, planes: &[u8], width: usize, height: usize) -> Arc<[u8]> {
        let chroma_width = width.div_ceil(2);
        let (luma, chroma) = planes.split_at(width * height);
        let (u, v) = chroma.split_at(chroma_width * height.div_ceil(2));
        let mut rgb = Vec::with_capacity(3 * luma.len());
        for (y, row) in luma.chunks_exact(width).enumerate() {
            let start = y / 2 * chroma_width;
            let (u, v) = (&u[start..start + chroma_width], &v[start..start + chroma_width]);
            for ((pair, &u), &v) in row.chunks(2).zip(u).zip(v) {
                pair.iter().for_each(|&luma| rgb.extend_from_slice(&self.pixel(luma, u, v)));
            }
        }
        Arc::from(rgb)
    }

    fn pixel(&self, luma: u8, u: u8, v: u8) -> [u8; 3] {
        let luma = (i32::from(luma) - self.luma_offset) * self.luma + (1 << (BITS - 1));
        let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
        let byte = |value: i32| (value >> BITS).clamp(0, 255) as u8;
        [
            byte(luma + v * self.red_by_v),
            byte(luma + u * self.green_by_u + v * self.green_by_v),
            byte(luma + u * self.blue_by_u),
        ]
    }
}

/// Shares of red and blue in luma (H.273, table 4).
fn weights(matrix: u16, height: usize) -> (f64, f64) {
    match matrix {
        1 => (0.2126, 0.0722),
        4 => (0.30, 0.11),
        5 | 6 => (0.299, 0.114),
        7 => (0.212, 0.087),
        9 | 10 => (0.2627, 0.0593),
        _ if height >= HIGH_DEFINITION => (0.2126, 0.0722),
        _ => (0.299, 0.114),
    }
}
