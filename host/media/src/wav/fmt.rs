//! `fmt `: how samples are coded.

use rushes_decode::Pcm;

use super::chunk::Chunk;
use crate::error::Error;
use crate::limits;
use crate::window::Window;

/// `WAVE_FORMAT_EXTENSIBLE`: the coding is in the first two bytes of a GUID.
const EXTENSIBLE: u16 = 0xfffe;

/// The rest of that GUID (KSDATAFORMAT_SUBTYPE_*).
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// What is needed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) coding: Pcm,
    pub(super) channels: u32,
    pub(super) sample_rate: u32,
    /// Bytes of one sample of all channels; at least 1.
    pub(super) frame_bytes: u32,
    pub(super) channel_mask: Option<u32>,
}

impl Format {
    pub(super) fn read(window: &mut Window<'_>, chunk: &Chunk) -> Result<Self, Error> {
        Self::parse(&super::body(window, chunk)?, chunk.at)
    }

    fn parse(body: &[u8], at: u64) -> Result<Self, Error> {
        let (Some(tag), Some(channels), Some(sample_rate), Some(align), Some(bits)) =
            (u16_at(body, 0), u16_at(body, 2), u32_at(body, 4), u16_at(body, 12), u16_at(body, 14))
        else {
            return Err(Error::malformed("fmt ", at, format!("it has {} bytes, 16 are needed", body.len())));
        };
        let (tag, channel_mask) = if tag == EXTENSIBLE { extensible(body, at)? } else { (tag, None) };
        let channels = u32::from(channels);
        check_rate(sample_rate, at)?;
        check_channels(channels, at)?;
        if align == 0 {
            return Err(Error::malformed("fmt ", at, "a sample of all channels would have 0 bytes (block align)"));
        }
        let bytes = sample_bytes(u32::from(align), u32::from(bits), channels);
        let coding = coding(tag, bits, bytes)?;
        Ok(Self { coding, channels, sample_rate, frame_bytes: bytes * channels, channel_mask })
    }
}

/// Tag and channel mask of the extension (Microsoft, WAVEFORMATEXTENSIBLE). A mask of 0 says nothing.
fn extensible(body: &[u8], at: u64) -> Result<(u16, Option<u32>), Error> {
    let (Some(mask), Some(tag)) = (u32_at(body, 20), u16_at(body, 24)) else {
        return Err(Error::malformed("fmt ", at, format!("its extension ends at byte {}, 40 are needed", body.len())));
    };
    if body.get(26..40) != Some(GUID_TAIL.as_slice()) {
        return Err(refused("an unknown sub-format"));
    }
    Ok((tag, Some(mask).filter(|mask| *mask != 0)))
}

fn check_rate(sample_rate: u32, at: u64) -> Result<(), Error> {
    match sample_rate {
        0 => Err(Error::malformed("fmt ", at, "its sample rate is 0")),
        rate if rate > limits::SAMPLE_RATE => {
            Err(Error::limits("fmt ", format!("{rate} samples a second"), limits::SAMPLE_RATE.to_string()))
        }
        _ => Ok(()),
    }
}

fn check_channels(channels: u32, at: u64) -> Result<(), Error> {
    match channels {
        0 => Err(Error::malformed("fmt ", at, "it has 0 channels")),
        count if count > limits::CHANNELS => {
            Err(Error::limits("fmt ", format!("{count} channels"), limits::CHANNELS.to_string()))
        }
        _ => Ok(()),
    }
}

/// Bytes of one channel's sample: what the block align says if it fits (20 bits in 3 bytes, 24 in 4), else what the
/// bits say; broken writers leave the align of one channel.
fn sample_bytes(align: u32, bits: u32, channels: u32) -> u32 {
    let least = bits.div_ceil(8).max(1);
    match align.checked_div(channels) {
        Some(bytes) if align.is_multiple_of(channels) && (least..=8).contains(&bytes) => bytes,
        _ => least,
    }
}

/// Codings by tag (RFC 2361) and bytes. Samples of fewer bits than their bytes hold are shifted to the left, by the
/// format's own rule, so that the bytes alone tell their scale.
fn coding(tag: u16, bits: u16, bytes: u32) -> Result<Pcm, Error> {
    Ok(match (tag, bytes) {
        (1, 1) => Pcm::U8,
        (1, 2) => Pcm::S16Le,
        (1, 3) => Pcm::S24Le,
        (1, 4) => Pcm::S32Le,
        (3, 4) => Pcm::F32Le,
        (3, 8) => Pcm::F64Le,
        (6, 1) => Pcm::ALaw,
        (7, 1) => Pcm::MuLaw,
        (1, _) => return Err(refused(&format!("PCM of {bits} bits"))),
        (3, _) => return Err(refused(&format!("floating point of {bits} bits"))),
        (2, _) => return Err(refused("Microsoft ADPCM")),
        (0x11, _) => return Err(refused("IMA ADPCM")),
        (0x31, _) => return Err(refused("GSM 6.10")),
        (0x55, _) => return Err(refused("MP3 in WAVE")),
        (0xff | 0x1610, _) => return Err(refused("AAC in WAVE")),
        (tag, _) => return Err(refused(&format!("coding {tag:#06x}"))),
    })
}

fn refused(coding: &str) -> Error {
    Error::Tracks { refused: vec![format!("audio: {coding} isn't supported yet")] }
}

fn u16_at(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(body.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(body: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(body.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
