//! One picture, and two.

use rushes_sdk::{Error, Result, VideoFrame};
use rushes_signal::picture::{Histogram, Luma, Range, Thumbnail, bars, difference, spatial};

use crate::code::{PER_LEVEL, PER_ONE, encode};
use crate::partial::{Change, Frame};

/// Steps per level of spatial information, which may be greater than 255.
pub(crate) const SI_PER_LEVEL: f64 = 32.0;
/// Pixels darker than this share of white are black, as for FFmpeg's `blackdetect`.
const BLACK_SHARE: f64 = 0.10;
/// Pixels darker than this share of white may be part of a bar.
const BAR_SHARE: f64 = 0.05;
/// Below this variance of luma (in squared levels) a picture is flat and has no sharpness.
const FLAT_VARIANCE: f64 = 1.0;

/// A picture, and what is needed to compare the next one with it.
#[derive(Debug)]
pub(crate) struct Seen {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
    range: Range,
    histogram: Histogram,
    thumbnail: Thumbnail,
}

impl Seen {
    /// Takes over a picture's pixels.
    pub(crate) fn new(frame: VideoFrame) -> Result<Self> {
        let VideoFrame { data: pixels, width, height, full_range, .. } = frame;
        let luma = Luma::new(&pixels, width, height)
            .ok_or_else(|| Error::bad_input(format!("{} bytes are no picture of {width} x {height}", pixels.len())))?;
        let (histogram, thumbnail) = (Histogram::new(luma), Thumbnail::new(luma));
        let range = if full_range { Range::Full } else { Range::Limited };
        Ok(Self { pixels, width, height, range, histogram, thumbnail })
    }

    /// What a picture shows by itself; place, time and change are for the caller to fill in.
    pub(crate) fn measured(&self) -> Frame {
        let Some(luma) = self.luma() else { return Frame::default() };
        let (histogram, range) = (&self.histogram, self.range);
        let detail = spatial(luma);
        let variance = histogram.coded_deviation().powi(2);
        let whole = |coded: u8| range.luma(coded).round() as u8;
        Frame {
            luma: encode(histogram.mean(range), PER_LEVEL),
            p1: whole(histogram.percentile(0.01)),
            p99: whole(histogram.percentile(0.99)),
            contrast: encode(histogram.deviation(range), PER_LEVEL),
            black: encode(histogram.share_below(range.coded(BLACK_SHARE)), PER_ONE),
            underexposed: encode(histogram.share_below(range.coded(16.0 / 255.0)), PER_ONE),
            overexposed: encode(1.0 - histogram.share_below(range.coded(236.0 / 255.0)), PER_ONE),
            sharpness: if variance < FLAT_VARIANCE { -1.0 } else { (detail.laplacian_variance / variance) as f32 },
            si: encode(detail.information, SI_PER_LEVEL),
            bars: bars(luma, range.coded(BAR_SHARE))
                .map(|bars| [bars.top, bars.bottom, bars.left, bars.right].map(|pixels| pixels as u16)),
            ..Frame::default()
        }
    }

    /// How it differs from the picture before. None if the size changed.
    pub(crate) fn change_from(&self, before: &Self) -> Option<Change> {
        let found = difference(before.luma()?, self.luma()?)?;
        Some(Change {
            motion: encode(found.mean_absolute, PER_LEVEL),
            ti: encode(found.deviation, PER_LEVEL),
            blocks: encode(self.thumbnail.distance(&before.thumbnail), PER_LEVEL),
            histogram: encode(self.histogram.distance(&before.histogram), PER_ONE),
        })
    }

    fn luma(&self) -> Option<Luma<'_>> {
        Luma::new(&self.pixels, self.width, self.height)
    }
}
