//! How many samples a packet decodes to.

use rushes_decode::{AudioCodec, AudioConfig, audio_shape};

use super::opus;
use super::vorbis::Blocks;

/// What tells it, codec by codec.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Samples {
    /// All alike.
    Fixed(u32),
    /// Bytes of one sample of all channels.
    Pcm(u32),
    Opus,
    Vorbis(Blocks),
    Flac,
    /// Samples of a full packet.
    Alac(u32),
    /// The container alone.
    Unknown,
}

impl Samples {
    /// A packet's first bytes that are looked at, at least.
    pub(crate) const HEAD: usize = 16;

    pub(crate) fn new(config: &AudioConfig) -> Self {
        match (config.codec, audio_shape(config).ok().and_then(|shape| shape.packet_samples)) {
            (_, Some(samples)) => Self::Fixed(samples),
            (AudioCodec::Pcm(pcm), None) => {
                let bytes = u32::try_from(pcm.sample_bytes()).unwrap_or(1);
                Self::Pcm(bytes.saturating_mul(config.channels).max(1))
            }
            (AudioCodec::Opus, None) => Self::Opus,
            (AudioCodec::Vorbis, None) => Blocks::of_laced(&config.extra).map_or(Self::Unknown, Self::Vorbis),
            (AudioCodec::Flac, None) => Self::Flac,
            (AudioCodec::Alac, None) => {
                let full = config.extra.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
                full.filter(|full| *full <= 1 << 16).map_or(Self::Unknown, Self::Alac)
            }
            (AudioCodec::Aac | AudioCodec::Mp3 | AudioCodec::AdpcmIma | AudioCodec::AdpcmMs, None) => Self::Unknown,
        }
    }

    /// Samples of a packet by its first bytes and its size; `previous` is what the packet before left, 0 at first. None where
    /// the bytes make no sense.
    pub(crate) fn of(&self, head: &[u8], size: u32, previous: &mut u32) -> Option<u32> {
        match self {
            Self::Fixed(samples) => Some(*samples),
            Self::Pcm(bytes) => Some(size / bytes),
            Self::Opus => opus::samples(head),
            Self::Vorbis(blocks) => {
                let block = blocks.size(head)?;
                // Halves of two blocks overlap, so the first gives nothing (Vorbis I, 1.3.2).
                let before = std::mem::replace(previous, block);
                Some(if before == 0 { 0 } else { before / 4 + block / 4 })
            }
            Self::Flac => flac(head),
            Self::Alac(full) => Some(alac(head).unwrap_or(*full).min(*full)),
            Self::Unknown => None,
        }
    }
}

/// A frame's block size (RFC 9639, 9.1.1 and 9.1.6).
fn flac(head: &[u8]) -> Option<u32> {
    let [0xff, 0xf8 | 0xf9, third, _, number, ..] = head else { return None };
    let code = u32::from(third >> 4);
    // The frame's number is coded as UTF-8 codes characters, in up to seven bytes.
    let behind = 4 + match number.leading_ones() {
        0 => 1,
        ones @ 2..=7 => ones as usize,
        _ => return None,
    };
    match code {
        1 => Some(192),
        2..=5 => Some(144 << code),
        6 => head.get(behind).map(|low| u32::from(*low) + 1),
        7 => {
            let low = head.get(behind..behind + 2)?;
            Some(low.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)) + 1)
        }
        8.. => Some(256 << (code - 8)),
        0 => None,
    }
}

/// A packet that isn't full says so with bit 19 and has its length from bit 23 on (Apple's ALAC, `ALACEncoder.cpp`).
fn alac(head: &[u8]) -> Option<u32> {
    let bits = head.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))?;
    let is_short = bits >> (63 - 19) & 1 == 1;
    is_short.then(|| u32::try_from(bits >> (64 - 23 - 32) & 0xffff_ffff).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flac_frame_says_how_long_it_is() {
        assert_eq!(flac(&[0xff, 0xf8, 0xc9, 0x18, 0, 0]), Some(4_096));
        assert_eq!(flac(&[0xff, 0xf8, 0x29, 0x18, 0, 0]), Some(576));
        assert_eq!(flac(&[0xff, 0xf8, 0x69, 0x18, 0xc2, 0x80, 99]), Some(100));
        assert_eq!(flac(&[0xff, 0xf9, 0x79, 0x18, 5, 0x01, 0x00]), Some(257));
        assert_eq!((flac(&[0xff, 0xf8, 0x09, 0x18, 0]), flac(&[0xfe; 9]), flac(&[])), (None, None, None));
    }

    #[test]
    fn a_short_alac_packet_says_how_long_it_is() {
        assert_eq!(alac(&[0x20, 0x00, 0x10, 0x00, 0x00, 0x00, 0x02, 0x00]), Some(1));
        assert_eq!(alac(&[0x20, 0, 0, 0, 0, 0, 0, 0]), None);
    }
}
