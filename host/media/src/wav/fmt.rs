//! `fmt `: how samples are coded.

use rushes_decode::{AudioCodec, Pcm};

use super::adpcm;
use super::chunk::{Chunk, Dialect};
use crate::error::Error;
use crate::limits;
use crate::window::Window;

/// `WAVE_FORMAT_EXTENSIBLE`: the coding is in the first two bytes of a GUID.
const EXTENSIBLE: u16 = 0xfffe;

/// `WAVE_FORMAT_ADPCM` and `WAVE_FORMAT_DVI_ADPCM` (RFC 2361).
const MS_ADPCM: u16 = 2;
const IMA_ADPCM: u16 = 0x11;

/// The rest of that GUID (KSDATAFORMAT_SUBTYPE_*).
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// What is needed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) codec: AudioCodec,
    pub(super) channels: u32,
    pub(super) sample_rate: u32,
    pub(super) unit: Unit,
    pub(super) channel_mask: Option<u32>,
    /// What the decoder is told.
    pub(super) extra: Vec<u8>,
}

/// The least that can be decoded alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// One uncompressed sample of all channels; at least 1 byte.
    Frame { bytes: u32 },
    /// So many samples together; neither is 0.
    Block { bytes: u32, frames: u32 },
}

impl Unit {
    /// Samples of all channels in so many bytes; what isn't whole isn't counted.
    pub(super) fn frames(self, bytes: u64) -> u64 {
        match self {
            Self::Frame { bytes: each } => bytes / u64::from(each.max(1)),
            Self::Block { bytes: each, frames } => (bytes / u64::from(each.max(1))).saturating_mul(u64::from(frames)),
        }
    }

    /// How many of them are sound: the last block is filled up, and `fact` says where it ends. A count that lies elsewhere is
    /// none of this recording.
    pub(super) fn heard(self, frames: u64, claimed: u64, count: Option<u64>) -> u64 {
        match (self, count) {
            (Self::Block { frames: each, .. }, Some(count))
                if count <= claimed && count > claimed.saturating_sub(u64::from(each)) =>
            {
                frames.min(count)
            }
            _ => frames,
        }
    }
}

impl Format {
    pub(super) fn read(window: &mut Window<'_>, chunk: &Chunk, dialect: Dialect) -> Result<Self, Error> {
        Self::parse(&super::body(window, chunk)?, chunk.at, dialect)
    }

    pub(super) fn parse(body: &[u8], at: u64, dialect: Dialect) -> Result<Self, Error> {
        let fields = Fields { body, dialect };
        let (Some(tag), Some(channels), Some(sample_rate), Some(align), Some(bits)) =
            (fields.u16(0), fields.u16(2), fields.u32(4), fields.u16(12), fields.u16(14))
        else {
            return Err(Error::malformed("fmt ", at, format!("it has {} bytes, 16 are needed", body.len())));
        };
        let (tag, channel_mask) = if tag == EXTENSIBLE { extensible(fields, at)? } else { (tag, None) };
        let (channels, align) = (u32::from(channels), u32::from(align));
        check_rate(sample_rate, at)?;
        check_channels(channels, at)?;
        if align == 0 {
            return Err(Error::malformed("fmt ", at, "a sample of all channels would have 0 bytes (block align)"));
        }
        let plain = Self {
            codec: AudioCodec::AdpcmIma,
            channels,
            sample_rate,
            unit: Unit::Frame { bytes: 1 },
            channel_mask,
            extra: Vec::new(),
        };
        match tag {
            MS_ADPCM => Ok(Self {
                codec: AudioCodec::AdpcmMs,
                unit: adpcm::microsoft(align, channels, at)?,
                extra: adpcm::extension(body),
                ..plain
            }),
            IMA_ADPCM => Ok(Self { codec: AudioCodec::AdpcmIma, unit: adpcm::ima(align, channels, at)?, ..plain }),
            _ => {
                let bytes = sample_bytes(align, u32::from(bits), channels);
                let coding = in_order(coding(tag, bits, bytes)?, dialect)?;
                Ok(Self { codec: AudioCodec::Pcm(coding), unit: Unit::Frame { bytes: bytes * channels }, ..plain })
            }
        }
    }
}

/// Tag and channel mask of the extension (Microsoft, WAVEFORMATEXTENSIBLE). A mask of 0 says nothing.
fn extensible(fields: Fields<'_>, at: u64) -> Result<(u16, Option<u32>), Error> {
    let length = fields.body.len();
    let (Some(mask), Some(tag)) = (fields.u32(20), fields.u16(24)) else {
        return Err(Error::malformed("fmt ", at, format!("its extension ends at byte {length}, 40 are needed")));
    };
    if fields.body.get(26..40) != Some(GUID_TAIL.as_slice()) {
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
        (0x31, _) => return Err(refused("GSM 6.10")),
        (0x55, _) => return Err(refused("MP3 in WAVE")),
        (0xff | 0x1610, _) => return Err(refused("AAC in WAVE")),
        (tag, _) => return Err(refused(&format!("coding {tag:#06x}"))),
    })
}

fn refused(coding: &str) -> Error {
    Error::Tracks { refused: vec![format!("audio: {coding} isn't supported")] }
}

/// The same samples in the order of bytes that RIFX has.
fn in_order(coding: Pcm, dialect: Dialect) -> Result<Pcm, Error> {
    if dialect != Dialect::Rifx {
        return Ok(coding);
    }
    Ok(match coding {
        Pcm::S16Le => Pcm::S16Be,
        Pcm::S24Le => Pcm::S24Be,
        Pcm::S32Le => Pcm::S32Be,
        Pcm::F32Le => Pcm::F32Be,
        Pcm::F64Le => Pcm::F64Be,
        one_byte_or_big => one_byte_or_big,
    })
}

/// Numbers of the chunk, in its order of bytes.
#[derive(Clone, Copy)]
struct Fields<'a> {
    body: &'a [u8],
    dialect: Dialect,
}

impl Fields<'_> {
    fn u16(self, at: usize) -> Option<u16> {
        let field = *self.body.get(at..)?.first_chunk()?;
        Some(if self.dialect == Dialect::Rifx { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let field = *self.body.get(at..)?.first_chunk()?;
        Some(if self.dialect == Dialect::Rifx { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) })
    }
}
