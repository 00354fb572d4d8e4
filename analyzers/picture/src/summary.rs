//! The report's summary.

use schemars::JsonSchema;
use serde::Serialize;

/// What was found, null where it can't be told. Luma runs from 0 (black) to 255 (white), whatever range was coded.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    /// Pictures that were measured.
    pub frames_analysed: u64,
    /// Time between them, in seconds: how exactly places are known.
    pub interval_s: f64,
    /// Mean luma, 0..255.
    pub luma_mean: Option<f64>,
    /// Mean of the pictures' 1st percentile of luma.
    pub luma_p1: Option<f64>,
    /// Mean of the pictures' 99th percentile of luma.
    pub luma_p99: Option<f64>,
    /// Mean share of pixels with luma below 16, 0..1.
    pub underexposed_ratio: Option<f64>,
    /// Mean share of pixels with luma above 235, 0..1.
    pub overexposed_ratio: Option<f64>,
    /// Mean standard deviation of luma, as a share of 255: 0..0.5.
    pub contrast_rms: Option<f64>,
    /// Median of the variance of the Laplacian over the variance of luma. Null if no picture has any detail.
    pub sharpness: Option<f64>,
    /// Share of the pictures with detail whose sharpness is below the threshold, 0..1.
    pub blurry_ratio: Option<f64>,
    /// Mean spatial information, in levels of coded luma.
    pub si_mean: Option<f64>,
    /// Mean temporal information between sampled pictures, in levels of coded luma.
    pub ti_mean: Option<f64>,
    /// Mean absolute difference between sampled pictures, in levels of coded luma.
    pub motion_mean: Option<f64>,
    /// Spans without any motion.
    pub freezes: Spans,
    /// Spans of black.
    pub black: Spans,
    /// Cuts.
    pub cuts: u64,
    /// Shots (one more than cuts) by minutes. Null without pictures.
    pub shots_per_min: Option<f64>,
    /// Black bars around all pictures. Null if all are black.
    pub letterbox: Option<Letterbox>,
    /// How it was measured.
    pub method: Method,
}

/// How many spans there are of a kind, and how long they are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Spans {
    /// Spans.
    pub count: u64,
    /// Seconds in them.
    pub seconds: f64,
}

/// Bars in pixels of the measured pictures, whose longer side is 640 at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Letterbox {
    /// Rows above.
    pub top: u16,
    /// Rows below.
    pub bottom: u16,
    /// Columns at the left.
    pub left: u16,
    /// Columns at the right.
    pub right: u16,
}

/// How each group of figures was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Method {
    /// Of `luma_…`, `underexposed_ratio`, `overexposed_ratio`, `contrast_rms`.
    pub exposure: &'static str,
    /// Of `sharpness`, `blurry_ratio`.
    pub sharpness: String,
    /// Of `si_mean`, `ti_mean`, `motion_mean`.
    pub motion: &'static str,
    /// Of `freezes`.
    pub freezes: String,
    /// Of `black`.
    pub black: String,
    /// Of `cuts`, `shots_per_min`.
    pub cuts: String,
}
