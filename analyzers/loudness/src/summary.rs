//! The report's summary.

use schemars::JsonSchema;
use serde::Serialize;

/// What was found, null where it can't be told. Decibels are rounded to hundredths.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    /// Integrated loudness in LUFS. Null for silence, which has none, and for less than 400 ms.
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU. Null for silence and for less than 3 s.
    pub lra_lu: Option<f64>,
    /// Greatest loudness of 400 ms, in LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Greatest loudness of 3 s, in LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// True peak in dBTP. Null for digital silence.
    pub true_peak_dbtp: Option<f64>,
    /// Greatest sample in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Mean level over all channels in dBFS, a full-scale sine being -3.01.
    pub rms_dbfs: Option<f64>,
    /// Mean of the samples of the channel where it is furthest from 0, as a share of full scale.
    pub dc_offset: Option<f64>,
    /// Samples in runs at full scale, over all channels.
    pub clipped_samples: u64,
    /// Such runs.
    pub clipping_runs: u64,
    /// Level of the quiet moments in dBFS, to half a decibel. Null if there is nothing but digital silence.
    pub noise_floor_dbfs: Option<f64>,
    /// Level of the loud moments over the quiet ones, in dB. Null where the level is steady.
    pub snr_db: Option<f64>,
    /// Seconds in silence events.
    pub silence_seconds: f64,
    /// Their share of what was heard, 0..1.
    pub silence_ratio: f64,
    /// Left over right, in dB. Null but with two channels that both sound.
    pub channel_balance_db: Option<f64>,
    /// Correlation of left and right, -1..1. Null but with two channels that both sound.
    pub phase_correlation: Option<f64>,
    /// Whether left and right are the same, sample by sample. Null but with two channels.
    pub channels_identical: Option<bool>,
    /// Channels, counted from 0, with nothing but digital silence.
    pub silent_channels: Vec<u32>,
    /// Below this frequency lie 95 % of the energy of the differentiated signal, in Hz: about 3,400 for a telephone.
    pub bandwidth_hz: Option<f64>,
    /// How far the loudness is from the target.
    pub targets: Targets,
    /// How it was measured.
    pub method: Method,
}

/// The target and the distance from it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Targets {
    /// The target in LUFS.
    pub r128_target: f64,
    /// Integrated loudness minus target, in LU.
    pub delta_lu: Option<f64>,
}

/// How each group of figures was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Method {
    /// Of `integrated_lufs`, `max_momentary_lufs`, `max_short_term_lufs`.
    pub loudness: &'static str,
    /// Of `lra_lu`.
    pub range: &'static str,
    /// Of `true_peak_dbtp`.
    pub true_peak: &'static str,
    /// Of `clipped_samples`, `clipping_runs`.
    pub clipping: &'static str,
    /// Of `noise_floor_dbfs`.
    pub noise_floor: &'static str,
    /// Of `snr_db`.
    pub snr: &'static str,
    /// Of `silence_seconds`, `silence_ratio`.
    pub silence: String,
    /// Of `bandwidth_hz`.
    pub bandwidth: &'static str,
}
