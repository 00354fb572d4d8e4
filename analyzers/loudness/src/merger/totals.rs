//! What the sums over the recording tell.

use rushes_signal::level::power_db;

use crate::code::fixed;
use crate::partial::Totals;

/// Share of the differentiated signal's energy below the bandwidth.
const BANDWIDTH_SHARE: f64 = 0.95;

/// Sums over the whole recording.
pub(crate) struct Whole<'a> {
    totals: &'a Totals,
    sample_rate: u32,
}

impl<'a> Whole<'a> {
    pub(crate) fn new(totals: &'a Totals, sample_rate: u32) -> Self {
        Self { totals, sample_rate }
    }

    /// Share of the media that was measured.
    pub(crate) fn coverage(&self, duration_us: u64) -> f32 {
        let heard_s = self.totals.frames as f64 / f64::from(self.sample_rate.max(1));
        let duration_s = duration_us as f64 / 1_000_000.0;
        if duration_s > 0.0 { (heard_s / duration_s).min(1.0) as f32 } else { 0.0 }
    }

    /// Over all channels.
    pub(crate) fn rms_dbfs(&self) -> Option<f64> {
        let squares: f64 = self.totals.channels.iter().map(|channel| fixed::decode(channel.1)).sum();
        let samples = self.totals.frames as f64 * self.totals.channels.len() as f64;
        (squares > 0.0).then(|| power_db(squares / samples))
    }

    /// Of the channel where it is greatest, to six places.
    pub(crate) fn dc_offset(&self) -> Option<f64> {
        let means = self.totals.channels.iter().map(|channel| fixed::decode(channel.0) / self.totals.frames as f64);
        let greatest = means.max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
        (self.totals.frames > 0).then(|| (greatest * 1e6).round() / 1e6)
    }

    /// Left over right.
    pub(crate) fn balance_db(&self) -> Option<f64> {
        self.stereo().map(|(left, right)| power_db(left) - power_db(right))
    }

    /// Of left and right, to four places.
    pub(crate) fn correlation(&self) -> Option<f64> {
        let (left, right) = self.stereo()?;
        let correlation = fixed::decode(self.totals.cross) / (left * right).sqrt();
        Some((correlation.clamp(-1.0, 1.0) * 1e4).round() / 1e4)
    }

    pub(crate) fn identical(&self) -> Option<bool> {
        (self.totals.channels.len() == 2).then_some(!self.totals.differ)
    }

    pub(crate) fn silent_channels(&self) -> Vec<u32> {
        let silent = |&(_, channel): &(u32, &(i128, i128))| channel.1 == 0;
        (0..).zip(&self.totals.channels).filter(silent).map(|(index, _)| index).collect()
    }

    /// To whole Hz, in steps of a band.
    pub(crate) fn bandwidth_hz(&self) -> Option<f64> {
        // Differentiating multiplies each band's power by its frequency squared.
        let powers = (0u32..).zip(&self.totals.bands);
        let weighted: Vec<f64> =
            powers.map(|(band, &power)| fixed::decode(power) * (f64::from(band) + 0.5).powi(2)).collect();
        let wanted = weighted.iter().sum::<f64>() * BANDWIDTH_SHARE;
        let mut below = 0.0;
        let last = weighted.iter().position(|power| {
            below += power;
            below >= wanted
        })?;
        let width_hz = f64::from(self.sample_rate) / 2.0 / weighted.len() as f64;
        (wanted > 0.0).then(|| ((last + 1) as f64 * width_hz).round())
    }

    /// Squares of left and right, where both sound.
    fn stereo(&self) -> Option<(f64, f64)> {
        let &[left, right] = self.totals.channels.as_slice() else { return None };
        (left.1 > 0 && right.1 > 0).then(|| (fixed::decode(left.1), fixed::decode(right.1)))
    }
}
