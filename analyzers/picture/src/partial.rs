//! What a session hands to the merger.

use serde::{Deserialize, Serialize};

/// Measurements of the pictures of a segment: about 35 bytes each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    /// Each picture, by time.
    pub frames: Vec<Frame>,
}

/// A sampled picture. Codes are whole numbers of small steps, to save room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Time in steps of the interval.
    pub index: u64,
    /// How long it had been shown by then, in microseconds.
    pub shown_us: u32,
    /// Mean luma, in 1/64 of a level of 0 (black) to 255 (white).
    pub luma: u16,
    /// 1st percentile of luma.
    pub p1: u8,
    /// 99th percentile of luma.
    pub p99: u8,
    /// Standard deviation of luma, in 1/64 of a level.
    pub contrast: u16,
    /// Share of pixels below a tenth of white, in 1/10,000.
    pub black: u16,
    /// Share of pixels with luma below 16, in 1/10,000.
    pub underexposed: u16,
    /// Share of pixels with luma above 235, in 1/10,000.
    pub overexposed: u16,
    /// Variance of the Laplacian over that of luma; negative for a flat picture.
    pub sharpness: f32,
    /// Spatial information, in 1/32 of a level.
    pub si: u16,
    /// Black rows at top and bottom, black columns at left and right; none for a black picture.
    pub bars: Option<[u16; 4]>,
    /// How it differs from the sampled picture before it; none for the first one and after a gap.
    pub change: Option<Change>,
}

/// How a picture differs from the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Mean of the absolute differences, in 1/64 of a level.
    pub motion: u16,
    /// Temporal information, in 1/64 of a level.
    pub ti: u16,
    /// Mean of the absolute differences of block means, in 1/64 of a level.
    pub blocks: u16,
    /// Distance of the histograms, in 1/10,000.
    pub histogram: u16,
}
