//! What a pipeline may set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Time between two sampled pictures, in ms. Places of cuts, black and freezes are known to within one interval; one that is no longer
    /// than a picture sees every picture, which costs the decoder more.
    #[schemars(range(min = 20, max = 1_000))]
    pub interval_ms: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self { interval_ms: 200 }
    }
}

impl Params {
    pub(crate) fn interval_us(self) -> u64 {
        u64::from(self.interval_ms.max(1)) * 1000
    }
}

/// Thresholds of the report. None of them needs a new reading of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MergeParams {
    /// Black shorter than this, in ms, is no event.
    #[schemars(range(min = 0, max = 60_000))]
    pub black_min_ms: u32,
    /// A freeze shorter than this, in ms, is no event.
    #[schemars(range(min = 0, max = 60_000))]
    pub freeze_min_ms: u32,
    /// A picture stands still that differs less than this from the one before: mean absolute difference as a share of full scale.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub freeze_below: f64,
    /// A cut changes the picture by at least this many levels of luma, …
    #[schemars(range(min = 0.0, max = 255.0))]
    pub cut_min: f64,
    /// … and this many times more than the pictures around it.
    #[schemars(range(min = 1.0, max = 100.0))]
    pub cut_ratio: f64,
    /// Too dark: mean luma below this, of 255.
    #[schemars(range(min = 0.0, max = 255.0))]
    pub dark_below: f64,
    /// Too bright: mean luma above this, of 255.
    #[schemars(range(min = 0.0, max = 255.0))]
    pub bright_above: f64,
    /// Blurry: sharpness below this.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub blurry_below: f64,
    /// Too dark, too bright or blurry for less than this, in ms, is no event.
    #[schemars(range(min = 0, max = 60_000))]
    pub fault_min_ms: u32,
}

impl Default for MergeParams {
    fn default() -> Self {
        Self {
            black_min_ms: 500,
            freeze_min_ms: 2_000,
            freeze_below: 0.001,
            cut_min: 10.0,
            cut_ratio: 3.0,
            dark_below: 40.0,
            bright_above: 220.0,
            blurry_below: 0.005,
            fault_min_ms: 1_000,
        }
    }
}
