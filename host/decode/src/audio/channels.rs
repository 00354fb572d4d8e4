//! Names of channels, and how they become one.

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
