//! What a pipeline may set. None of it needs a new reading of the recording.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Thresholds of the report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MergeParams {
    /// The loudness that the report compares with, in LUFS (EBU R 128: -23).
    #[schemars(range(min = -70.0, max = 0.0))]
    pub target_lufs: f64,
    /// Silence lies below this level, in dBFS, …
    #[schemars(range(min = -120.0, max = 0.0))]
    pub silence_below_dbfs: f64,
    /// … and at most this far above the noise floor, in dB, …
    #[schemars(range(min = 0.0, max = 60.0))]
    pub silence_margin_db: f64,
    /// … for at least this long, in ms.
    #[schemars(range(min = 20, max = 60_000))]
    pub silence_min_ms: u32,
    /// Clipped samples closer than this, in ms, are one event.
    #[schemars(range(min = 0, max = 10_000))]
    pub clipping_gap_ms: u32,
    /// Digital silence between two loud moments is a dropout if it is no longer than this, in ms.
    #[schemars(range(min = 20, max = 10_000))]
    pub dropout_max_ms: u32,
}

impl Default for MergeParams {
    fn default() -> Self {
        Self {
            target_lufs: -23.0,
            silence_below_dbfs: -50.0,
            silence_margin_db: 6.0,
            silence_min_ms: 500,
            clipping_gap_ms: 500,
            dropout_max_ms: 400,
        }
    }
}
