//! Samples as decoders give them, made 8 bit and 4:2:0.
//!
//! More than 8 bit are rounded to the nearest. Where chroma is finer than 4:2:0, each of our chroma samples is the rounded mean
//! of those that lie in its two by two pixels; sites (H.273, 8.7) are not looked at. Without chroma both planes are 128.

use super::picture::Plane;

/// A plane as a decoder holds it.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, S> {
    pub(super) samples: &'a [S],
    pub(super) stride: usize,
    /// The first sample that is shown.
    pub(super) first: usize,
    /// Bits of a sample.
    pub(super) depth: u8,
}

/// A sample of any depth.
pub(super) trait Sample: Copy {
    fn wide(self) -> u32;
}

impl Sample for u8 {
    fn wide(self) -> u32 {
        u32::from(self)
    }
}

impl Sample for u16 {
    fn wide(self) -> u32 {
        u32::from(self)
    }
}

/// More than 8 bit as bytes, little-endian.
impl Sample for [u8; 2] {
    fn wide(self) -> u32 {
        u32::from(u16::from_le_bytes(self))
    }
}

/// How many pixels share a chroma sample, across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chroma {
    /// 4:2:0.
    Quarter,
    /// 4:0:0.
    None,
    /// 4:2:2.
    HalfAcross,
    /// 4:4:0.
    HalfDown,
    Full,
}

impl<'a, S: Sample> Source<'a, S> {
    /// Makes a plane of what is shown; `None` where samples are missing.
    pub(super) fn to_plane(self, width: usize, height: usize) -> Option<Plane> {
        let mut samples = Vec::with_capacity(width.checked_mul(height)?);
        let (shift, half) = self.rounding();
        for y in 0..height {
            let row = self.row(y, width)?;
            if shift == 0 {
                samples.extend(row.iter().map(|sample| sample.wide() as u8));
            } else {
                samples.extend(row.iter().map(|sample| ((sample.wide() + half) >> shift).min(255) as u8));
            }
        }
        Some(Plane::whole(samples, width, height))
    }

    /// Makes a 4:2:0 chroma plane for a picture of `width` by `height` pixels.
    pub(super) fn to_chroma(self, chroma: Chroma, width: usize, height: usize) -> Option<Plane> {
        let (out_width, out_height) = (width.div_ceil(2), height.div_ceil(2));
        let (across, down) = match chroma {
            Chroma::None => return gray(width, height),
            Chroma::Quarter => return self.to_plane(out_width, out_height),
            Chroma::HalfAcross => (1, 2),
            Chroma::HalfDown => (2, 1),
            Chroma::Full => (2, 2),
        };
        let (in_width, in_height) =
            (if across == 2 { width } else { out_width }, if down == 2 { height } else { out_height });
        let (shift, _) = self.rounding();
        let mut samples = Vec::with_capacity(out_width.checked_mul(out_height)?);
        for y in 0..out_height {
            let upper = self.row(y * down, in_width)?;
            let lower = self.row((y * down + down - 1).min(in_height - 1), in_width)?;
            for (upper, lower) in upper.chunks(across).zip(lower.chunks(across)) {
                let sum: u32 = upper.iter().chain(lower).map(|sample| sample.wide()).sum();
                let divisor = 2 * upper.len() as u32 * (1 << shift);
                samples.push(((sum + divisor / 2) / divisor).min(255) as u8);
            }
        }
        Some(Plane::whole(samples, out_width, out_height))
    }

    /// Plane 0 is luma.
    pub(super) fn to_luma_or_chroma(self, index: usize, chroma: Chroma, width: usize, height: usize) -> Option<Plane> {
        if index == 0 { self.to_plane(width, height) } else { self.to_chroma(chroma, width, height) }
    }

    fn row(&self, y: usize, width: usize) -> Option<&'a [S]> {
        let start = y.checked_mul(self.stride)?.checked_add(self.first)?;
        self.samples.get(start..start.checked_add(width)?)
    }

    /// Bits too many, and half of what they are worth.
    fn rounding(&self) -> (u32, u32) {
        let shift = u32::from(self.depth.saturating_sub(8).min(8));
        (shift, (1 << shift) >> 1)
    }
}

/// A chroma plane that colours nothing.
pub(super) fn gray(width: usize, height: usize) -> Option<Plane> {
    let (width, height) = (width.div_ceil(2), height.div_ceil(2));
    Some(Plane::whole(vec![128; width.checked_mul(height)?], width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(samples: &[u16], stride: usize, depth: u8) -> Source<'_, u16> {
        Source { samples, stride, first: 0, depth }
    }

    #[test]
    fn ten_bits_are_rounded_to_the_nearest_of_eight() {
        let plane = source(&[0, 1, 2, 513, 514, 1023], 6, 10).to_plane(6, 1).unwrap();
        assert_eq!(plane.samples, [0, 0, 1, 128, 129, 255]);
    }

    #[test]
    fn finer_chroma_is_the_mean_of_its_pixels() {
        let full = source(&[10, 20, 90, 30, 41, 70, 7, 8, 9], 3, 8).to_chroma(Chroma::Full, 3, 3).unwrap();
        // (10 + 20 + 30 + 41) / 4, (90 + 70) / 2; the last row stands for its missing neighbour.
        assert_eq!((full.samples.as_slice(), full.width, full.height), ([25, 80, 8, 9].as_slice(), 2, 2));
        let half = source(&[10, 20, 30, 41], 2, 8).to_chroma(Chroma::HalfAcross, 4, 2).unwrap();
        assert_eq!(half.samples, [20, 31]);
        let deep = source(&[400, 402], 1, 10).to_chroma(Chroma::HalfAcross, 2, 2).unwrap();
        assert_eq!(deep.samples, [100]);
        let down = source(&[10, 20, 30, 41], 4, 8).to_chroma(Chroma::HalfDown, 4, 2).unwrap();
        assert_eq!(down.samples, [15, 36]);
    }

    #[test]
    fn missing_samples_make_no_plane() {
        assert_eq!(source(&[1, 2, 3], 2, 8).to_plane(2, 2), None);
        assert_eq!(source(&[], 0, 8).to_chroma(Chroma::None, 3, 1).unwrap().samples, [128, 128]);
    }
}
