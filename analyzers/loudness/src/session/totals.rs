//! Sums over a segment.

use super::hop::Hop;
use crate::code::fixed;
use crate::partial::Totals;

/// Bands of the spectrum: 188 Hz each at 48 kHz.
const BANDS: usize = 128;

/// Totals that grow.
#[derive(Debug)]
pub(crate) struct Adding(Totals);

impl Adding {
    pub(crate) fn new(channels: usize, sample_rate: u32) -> Self {
        // Below 10,240 Hz a slot's transform has fewer bins than there are bands.
        let bands = if sample_rate < 10_240 { BANDS / 4 } else { BANDS };
        Self(Totals { channels: vec![(0, 0); channels], bands: vec![0; bands], ..Totals::default() })
    }

    pub(crate) fn add(&mut self, hop: &Hop) {
        let Self(totals) = self;
        totals.frames = totals.frames.saturating_add(hop.frames);
        for (mine, channel) in totals.channels.iter_mut().zip(&hop.sums.channels) {
            mine.0 = mine.0.saturating_add(fixed::encode(channel.sum));
            mine.1 = mine.1.saturating_add(fixed::encode(channel.squares));
        }
        totals.cross = totals.cross.saturating_add(fixed::encode(hop.sums.cross));
        totals.differ |= hop.sums.differ;
    }

    pub(crate) fn add_spectrum(&mut self, power: &[f32]) {
        let bands = &mut self.0.bands;
        let width = (power.len() / bands.len()).max(1);
        for (band, bins) in bands.iter_mut().zip(power.chunks(width)) {
            let sum: f64 = bins.iter().map(|&bin| f64::from(bin)).sum();
            *band = band.saturating_add(fixed::encode(sum));
        }
    }

    pub(crate) fn into_totals(self) -> Totals {
        self.0
    }
}
