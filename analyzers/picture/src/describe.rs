//! What the analyzer says about itself.

use rushes_sdk::{Descriptor, Feed, PixelFormat, Sampling, VideoRequest};
use serde_json::json;

use crate::params::Params;

/// Longer side of the pictures: sharpness and detail depend on it.
const MAX_SIDE: u32 = 640;

/// Lead-in in ms: the longest interval, so that the sampled picture before a segment is in it.
const LEAD_IN_MS: u32 = 1_000;

pub(crate) fn descriptor(params: Params) -> Descriptor {
    let pictures = VideoRequest {
        max_side: Some(MAX_SIDE),
        pixels: PixelFormat::Gray8,
        sampling: Sampling::Interval(params.interval_us()),
    };
    Descriptor::new(
        "picture",
        env!("CARGO_PKG_VERSION"),
        "Exposure, contrast, sharpness, motion, freezes, black, cuts and framing",
    )
    .requires(Feed::Video(pictures))
    .independent(LEAD_IN_MS)
    .extra(json!({
        "method": {
            "exposure": "mean, percentiles and shares of luma, limited range stretched to 0..255",
            "sharpness": "variance of the Laplacian over variance of luma, longer side at most 640 pixels",
            "si, ti": "ITU-T P.910, 8-bit luma as coded",
            "freeze": "mean absolute difference, as FFmpeg's freezedetect",
            "black": "98 % of the pixels below 10 % of white, as FFmpeg's blackdetect",
            "cut": "change of block means and histogram against the changes around it"
        },
        "limits": [
            "luma only: no colour, and a cut between pictures of equal brightness everywhere isn't seen",
            "places are known to within the interval",
            "dissolves and fades are no cuts",
            "sharpness can be compared between recordings of the same size only"
        ],
        "infers": [],
        "series": { "luma": "0..255", "contrast": "share", "sharpness": "ratio", "motion": "levels", "si": "levels", "ti": "levels" }
    }))
}
