//! What the analyzer says about itself.

use rushes_sdk::{AudioRequest, Descriptor, Feed};
use serde_json::json;

/// Blocks of 100 ms: a block is a slot.
const BLOCK_MS: u32 = 100;

/// Lead-in in ms. The weighting filter forgets in 500 ms, a momentary window is 400 ms long; 3-second windows are made by the merger.
const LEAD_IN_MS: u32 = 1_000;

pub(crate) fn descriptor() -> Descriptor {
    Descriptor::new(
        "loudness",
        env!("CARGO_PKG_VERSION"),
        "Loudness after EBU R 128, true peak, clipping, noise floor, silence and dropouts",
    )
    .requires(Feed::Audio(AudioRequest::native(BLOCK_MS)))
    .independent(LEAD_IN_MS)
    .extra(json!({
        "method": {
            "loudness": "ITU-R BS.1770-5 Annex 1, EBU Tech 3341",
            "range": "EBU Tech 3342",
            "true_peak": "ITU-R BS.1770-5 Annex 2, 4x, own 64-tap filter",
            "clipping": "3 samples in a row or more at 0.999 of full scale",
            "noise_floor": "10th percentile of the level in 20 ms, without digital silence",
            "bandwidth": "95 % of the energy of the differentiated signal"
        },
        "limits": [
            "the noise floor is a percentile: in a recording without pauses it is that of quiet speech or music",
            "clipping before a limiter or a lossy encoder below full scale isn't seen",
            "no voice activity: signal to noise is that of loud against quiet moments"
        ],
        "infers": [],
        "series": { "momentary": "LUFS", "short_term": "LUFS", "peak": "dBTP" }
    }))
}
