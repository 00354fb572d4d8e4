//! Uncompressed samples and ITU-T G.711.

use rushes_model::media::AudioFormat;

use super::channels::{names_of, usual_mask};
use super::{AudioDecoder, AudioShape};
use crate::config::{AudioCodec, AudioConfig, Pcm};
use crate::error::{Error, Result};

impl Pcm {
    /// Bytes of one sample of one channel.
    pub fn sample_bytes(self) -> usize {
        match self {
            Self::U8 | Self::S8 | Self::ALaw | Self::MuLaw => 1,
            Self::S16Le | Self::S16Be => 2,
            Self::S24Le | Self::S24Be => 3,
            Self::S32Le | Self::S32Be | Self::F32Le | Self::F32Be => 4,
            Self::F64Le | Self::F64Be => 8,
        }
    }

    /// Its name, as FFmpeg has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::U8 => "pcm_u8",
            Self::S8 => "pcm_s8",
            Self::S16Le => "pcm_s16le",
            Self::S24Le => "pcm_s24le",
            Self::S32Le => "pcm_s32le",
            Self::F32Le => "pcm_f32le",
            Self::F64Le => "pcm_f64le",
            Self::S16Be => "pcm_s16be",
            Self::S24Be => "pcm_s24be",
            Self::S32Be => "pcm_s32be",
            Self::F32Be => "pcm_f32be",
            Self::F64Be => "pcm_f64be",
            Self::ALaw => "pcm_alaw",
            Self::MuLaw => "pcm_mulaw",
        }
    }
}

pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let count = usize::try_from(config.channels).unwrap_or(usize::MAX).min(256);
    let mask = config.channel_mask.map_or_else(|| usual_mask(count), u64::from);
    Ok(AudioShape {
        format: AudioFormat { sample_rate: config.sample_rate, channels: names_of(mask, count) },
        packet_samples: None,
        preroll_packets: 0,
        preroll_samples: 0,
        restart_packets: None,
    })
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let AudioCodec::Pcm(pcm) = config.codec else {
        return Err(Error::Unsupported { codec: "pcm", what: config.codec.name().to_owned() });
    };
    let channels = usize::try_from(config.channels).unwrap_or(usize::MAX);
    Ok(Box::new(Samples { pcm, frame_bytes: pcm.sample_bytes().saturating_mul(channels) }))
}

struct Samples {
    pcm: Pcm,
    frame_bytes: usize,
}

impl AudioDecoder for Samples {
    /// Bytes after the last whole sample of all channels are left out.
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        let whole = packet.len() - packet.len() % self.frame_bytes.max(1);
        let bytes = packet.get(..whole).unwrap_or_default();
        match self.pcm {
            Pcm::S8 => samples.extend(bytes.iter().map(|&byte| f32::from(byte.cast_signed()) / 128.0)),
            Pcm::U8 => samples.extend(bytes.iter().map(|&byte| (f32::from(byte) - 128.0) / 128.0)),
            Pcm::S16Le => each(bytes, samples, |b| f32::from(i16::from_le_bytes(b)) / 32_768.0),
            Pcm::S16Be => each(bytes, samples, |b| f32::from(i16::from_be_bytes(b)) / 32_768.0),
            Pcm::S24Le => each(bytes, samples, |[a, b, c]| from_i32(i32::from_le_bytes([0, a, b, c]))),
            Pcm::S24Be => each(bytes, samples, |[a, b, c]| from_i32(i32::from_be_bytes([a, b, c, 0]))),
            Pcm::S32Le => each(bytes, samples, |b| from_i32(i32::from_le_bytes(b))),
            Pcm::S32Be => each(bytes, samples, |b| from_i32(i32::from_be_bytes(b))),
            Pcm::F32Le => each(bytes, samples, f32::from_le_bytes),
            Pcm::F64Le => each(bytes, samples, |b| f64::from_le_bytes(b) as f32),
            Pcm::F32Be => each(bytes, samples, f32::from_be_bytes),
            Pcm::F64Be => each(bytes, samples, |b| f64::from_be_bytes(b) as f32),
            Pcm::ALaw => samples.extend(bytes.iter().map(|&byte| f32::from(a_law(byte)) / 32_768.0)),
            Pcm::MuLaw => samples.extend(bytes.iter().map(|&byte| f32::from(mu_law(byte)) / 32_768.0)),
        }
        Ok(())
    }

    fn restart(&mut self) {}
}

fn each<const N: usize>(bytes: &[u8], samples: &mut Vec<f32>, value: impl Fn([u8; N]) -> f32) {
    samples.extend(bytes.as_chunks::<N>().0.iter().map(|&sample| value(sample)));
}

fn from_i32(value: i32) -> f32 {
    value as f32 / 2_147_483_648.0
}

/// ITU-T G.711, table 1: thirteen bits in the upper end of sixteen.
fn a_law(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let (exponent, mantissa) = (bits >> 4 & 7, i16::from(bits & 15));
    let magnitude = match exponent {
        0 => mantissa << 4 | 8,
        _ => (mantissa << 4 | 0x108) << (exponent - 1),
    };
    if bits & 0x80 == 0 { -magnitude } else { magnitude }
}

/// ITU-T G.711, table 2: fourteen bits in the upper end of sixteen.
fn mu_law(byte: u8) -> i16 {
    let bits = !byte;
    let magnitude = ((i16::from(bits & 15) << 3 | 0x84) << (bits >> 4 & 7)) - 0x84;
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}
