//! Names of channels, their order, and how they become one.
//!
//! Codecs have orders of their own; what leaves this room is always in the order of WAVE's channel mask.

use rushes_model::media::AudioFormat;

/// Speakers in order of their bits in a channel mask (WAVEFORMATEXTENSIBLE, `dwChannelMask`).
const SPEAKERS: [&str; 18] = [
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
];

/// Names from a mask; without names where the mask doesn't fit the count. One channel is `M` wherever it stands.
pub(super) fn names_of(mask: u64, count: usize) -> Vec<String> {
    if count == 1 {
        return vec!["M".to_owned()];
    }
    let named: Vec<String> = (0..64)
        .filter(|bit| mask >> bit & 1 == 1)
        .map(|bit| SPEAKERS.get(bit).copied().unwrap_or_default().to_owned())
        .collect();
    if named.len() == count { named } else { vec![String::new(); count] }
}

/// What a count means where the file doesn't say: stereo, 5.1 and 7.1 are without rivals, others are unknown.
pub(super) fn usual_mask(count: usize) -> u64 {
    match count {
        2 => 0x3,
        6 => 0x3f,
        8 => 0x63f,
        _ => 0,
    }
}

/// Where a codec puts the speakers that it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Which speakers.
    mask: u64,
    /// For each of them, in the mask's order, its place in the codec's; empty where both are the same.
    order: &'static [usize],
}

impl Layout {
    /// Channels without names stay where they are.
    pub(super) const UNKNOWN: Self = Self { mask: 0, order: &[] };

    /// In the order of the output.
    pub(super) fn names(self, count: usize) -> Vec<String> {
        names_of(self.mask, count)
    }

    /// Where the codec has the channel that comes out at `place`.
    pub(super) fn source(self, place: usize) -> usize {
        self.order.get(place).copied().unwrap_or(place)
    }
}

/// By count of channels, from one on: Vorbis I, 4.3.9, which Opus shares (RFC 7845, 5.1.1.2).
pub(super) const VORBIS_LAYOUTS: [Layout; 8] = [
    Layout { mask: 0x4, order: &[] },
    Layout { mask: 0x3, order: &[] },
    Layout { mask: 0x7, order: &[0, 2, 1] },
    Layout { mask: 0x33, order: &[] },
    Layout { mask: 0x37, order: &[0, 2, 1, 3, 4] },
    Layout { mask: 0x3f, order: &[0, 2, 1, 5, 3, 4] },
    Layout { mask: 0x70f, order: &[0, 2, 1, 6, 5, 3, 4] },
    Layout { mask: 0x63f, order: &[0, 2, 1, 7, 5, 6, 3, 4] },
];

/// Of what Vorbis means by a count of channels, in the order of the mask; FLAC means the same (RFC 9639, 9.1.3).
pub(super) fn vorbis_names(count: usize) -> Vec<String> {
    VORBIS_LAYOUTS.get(count.wrapping_sub(1)).copied().unwrap_or(Layout::UNKNOWN).names(count)
}

/// The mean of all channels but LFE.
#[derive(Clone, Debug)]
pub struct Mono {
    channels: usize,
    heard: Vec<usize>,
}

impl Mono {
    /// For samples of this format.
    pub fn new(format: &AudioFormat) -> Self {
        let heard: Vec<usize> =
            format.channels.iter().enumerate().filter(|(_, name)| *name != "LFE").map(|(index, _)| index).collect();
        let all = || (0..format.channels.len()).collect();
        Self { channels: format.channels.len(), heard: if heard.is_empty() { all() } else { heard } }
    }

    /// Appends the mean of each sample of `interleaved`.
    pub fn mix(&self, interleaved: &[f32], mono: &mut Vec<f32>) {
        if self.channels <= 1 {
            mono.extend_from_slice(interleaved);
            return;
        }
        let share = 1.0 / self.heard.len() as f32;
        mono.extend(interleaved.chunks_exact(self.channels).map(|sample| {
            let sum: f32 = self.heard.iter().filter_map(|&channel| sample.get(channel)).sum();
            sum * share
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_named_in_the_order_of_the_mask() {
        assert_eq!(names_of(0x3f, 6), ["FL", "FR", "FC", "LFE", "BL", "BR"]);
        assert_eq!(names_of(0x63f, 8), ["FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"]);
        assert_eq!(names_of(0x4, 1), ["M"]);
    }

    #[test]
    fn a_mask_that_does_not_fit_names_nothing() {
        assert_eq!(names_of(0x3f, 4), ["", "", "", ""]);
    }

    #[test]
    fn mono_leaves_the_lfe_out() {
        let format = AudioFormat { sample_rate: 48_000, channels: names_of(0x3f, 6) };
        let mut mono = Vec::new();
        Mono::new(&format).mix(&[0.5, 0.5, 0.5, 9.0, 0.0, 1.0], &mut mono);
        assert_eq!(mono, [0.5]);
    }
}
