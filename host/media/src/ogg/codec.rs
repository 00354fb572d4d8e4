//! What a stream's first packet says, and how long its packets are.

use rushes_decode::{AudioCodec, AudioConfig};
use serde::{Deserialize, Serialize};

use super::vorbis::Blocks;
use crate::flac;

/// Opus counts in 48 kHz whatever is inside (RFC 7845, 4).
const OPUS_RATE: u32 = 48_000;

/// What a stream is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Audio(Codec),
    /// Known, and not decoded.
    Refused(&'static str),
    /// Of no interest, as Skeleton.
    Ignored,
}

/// A coding of sound in Ogg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Codec {
    /// By the identification header (RFC 7845, 5.1).
    Opus(Vec<u8>),
    /// By STREAMINFO and the number of headers (RFC 9639, 10.1).
    Flac(Vec<u8>, u16),
    /// By the identification header (Vorbis I, 4.2.2); block sizes after the third header.
    Vorbis(Vec<u8>, Option<Blocks>),
}

impl Stream {
    /// From a stream's first packet.
    pub(super) fn read(packet: &[u8]) -> Self {
        match packet {
            [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', version, ..]
                if version >> 4 == 0 && packet.len() >= 19 =>
            {
                Self::Audio(Codec::Opus(packet.to_vec()))
            }
            [0x7f, b'F', b'L', b'A', b'C', 1, _, high, low, b'f', b'L', b'a', b'C', _, _, _, _, info @ ..]
                if info.len() >= flac::INFO =>
            {
                let info = info.get(..flac::INFO).unwrap_or_default().to_vec();
                Self::Audio(Codec::Flac(info, u16::from_be_bytes([*high, *low])))
            }
            [1, b'v', b'o', b'r', b'b', b'i', b's', ..] if packet.len() >= 30 => {
                Self::Audio(Codec::Vorbis(packet.to_vec(), None))
            }
            [0x80, b't', b'h', b'e', b'o', b'r', b'a', ..] => Self::Refused("video: Theora isn't supported yet"),
            [b'S', b'p', b'e', b'e', b'x', b' ', ..] => Self::Refused("audio: Speex isn't supported yet"),
            _ => Self::Ignored,
        }
    }
}

impl Codec {
    /// Header packets in all.
    pub(super) fn headers(&self) -> u32 {
        match self {
            Self::Opus(_) => 2,
            // The first says how many follow; 0 where it doesn't know.
            Self::Flac(_, count) => u32::from(*count).max(1) + 1,
            Self::Vorbis(..) => 3,
        }
    }

    /// Samples in front that aren't presented.
    pub(super) fn pre_skip(&self) -> u32 {
        match self {
            Self::Opus(head) => head
                .get(10..12)
                .map_or(0, |skip| skip.first_chunk::<2>().map_or(0, |skip| u32::from(u16::from_le_bytes(*skip)))),
            Self::Flac(..) | Self::Vorbis(..) => 0,
        }
    }

    /// Whether packets of a later link go through the decoder of the first.
    pub(super) fn goes_on_with(&self, other: &Self) -> bool {
        match (self, other) {
            // Family 0 is one stream, and its decoder takes one channel as two and two as one.
            (Self::Opus(ours), Self::Opus(theirs)) => {
                let family = |head: &[u8]| head.get(18).copied();
                let mapping = |head: &[u8]| head.get(18..).map(<[u8]>::to_vec);
                family(ours) == Some(0) && family(theirs) == Some(0)
                    || (ours.get(9), mapping(ours)) == (theirs.get(9), mapping(theirs))
            }
            (Self::Flac(ours, _), Self::Flac(theirs, _)) => ours.get(10..13) == theirs.get(10..13),
            // Codebooks differ from encoder to encoder, and the decoder knows the first link's.
            (Self::Vorbis(ours, _), Self::Vorbis(theirs, _)) => ours == theirs,
            _ => false,
        }
    }

    /// Samples that a packet decodes to; none where it isn't sound. `before` is the last block's size, of a coding whose blocks overlap.
    pub(super) fn samples(&self, packet: &[u8], before: &mut Option<u32>) -> Option<u32> {
        match self {
            Self::Opus(_) => Some(opus_samples(packet)).filter(|samples| *samples > 0),
            Self::Flac(info, _) => Some(flac::Header::read(packet, &flac::Info::read(info)?)?.samples),
            Self::Vorbis(_, blocks) => {
                let block = blocks.as_ref()?.block(packet)?;
                Some(before.replace(block).map_or(0, |before| before / 4 + block / 4))
            }
        }
    }

    /// For the decoder; `laced` are Vorbis' three headers.
    pub(super) fn config(&self, laced: Vec<u8>) -> Option<AudioConfig> {
        let config = |codec, sample_rate, channels, extra| AudioConfig {
            codec,
            sample_rate,
            channels,
            channel_mask: None,
            extra,
        };
        Some(match self {
            Self::Opus(head) => config(AudioCodec::Opus, OPUS_RATE, u32::from(*head.get(9)?), head.clone()),
            Self::Flac(info, _) => {
                let flac::Info { sample_rate, channels, .. } = flac::Info::read(info)?;
                config(AudioCodec::Flac, sample_rate, channels, info.clone())
            }
            Self::Vorbis(head, _) => {
                let rate = u32::from_le_bytes(*head.get(12..)?.first_chunk()?);
                config(AudioCodec::Vorbis, rate, u32::from(*head.get(11)?), laced)
            }
        })
    }
}

/// From the first byte, and the second where it counts frames (RFC 6716, 3.1 and 3.2).
fn opus_samples(packet: &[u8]) -> u32 {
    let Some(&toc) = packet.first() else { return 0 };
    let place = u32::from(toc >> 3 & 3);
    let frame = match toc >> 3 {
        0..=11 if place == 3 => 2_880,
        0..=11 => 480 << place,
        12..=15 => 480 << (place & 1),
        _ => 120 << place,
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1).copied().unwrap_or_default() & 63),
    };
    // No packet holds more than 120 ms.
    (frame * count).min(5_760)
}
