//! Statistics of luma planes.
//!
//! Start from [`Luma`], a plane whose size has been checked. Kernels take the values as coded (0..255); what depends on whether 16..235 or
//! 0..255 was meant takes a [`Range`].

mod bars;
mod difference;
mod histogram;
mod spatial;
mod thumbnail;

pub use self::bars::{Bars, bars};
pub use self::difference::{Difference, difference};
pub use self::histogram::{Histogram, Range};
pub use self::spatial::{Spatial, spatial};
pub use self::thumbnail::Thumbnail;

/// A plane of luma: rows from the top, one byte a pixel, no padding.
///
/// ```
/// use rushes_signal::picture::Luma;
///
/// assert!(Luma::new(&[0; 12], 4, 3).is_some());
/// assert!(Luma::new(&[0; 11], 4, 3).is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
}

impl<'a> Luma<'a> {
    /// The longest side that kernels take: their sums of a row fit in 32 bits.
    pub const MAX_SIDE: u32 = 16_384;

    /// A plane of so many pixels. None if there is no pixel, a side is longer than [`MAX_SIDE`](Self::MAX_SIDE), or the slice has
    /// another length.
    pub fn new(pixels: &'a [u8], width: u32, height: u32) -> Option<Self> {
        let sides = 1..=Self::MAX_SIDE;
        let is_sound = sides.contains(&width)
            && sides.contains(&height)
            && pixels.len() as u64 == u64::from(width) * u64::from(height);
        is_sound.then_some(Self { pixels, width: width as usize, height: height as usize })
    }

    /// All pixels, row by row.
    pub fn pixels(self) -> &'a [u8] {
        self.pixels
    }

    /// Pixels across.
    pub fn width(self) -> usize {
        self.width
    }

    /// Pixels down.
    pub fn height(self) -> usize {
        self.height
    }

    /// The rows, from the top.
    pub fn rows(self) -> std::slice::ChunksExact<'a, u8> {
        self.pixels.chunks_exact(self.width)
    }
}
