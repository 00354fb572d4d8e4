//! FLAC (RFC 9639), 4 to 32 bit. A frame's checksum is looked at: without it damage would be noise.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_FLAC;

use super::by_symphonia::{self, BySymphonia, shape_of};
use super::channels::vorbis_names;
use super::{AudioDecoder, AudioShape};
use crate::config::AudioConfig;
use crate::error::{Error, Result};

const CODEC: &str = "flac";

/// Rate, channels and, where all blocks but the last are as long, samples of each, from STREAMINFO (RFC 9639, 8.2).
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let Some([_, _, _, _, _, _, _, _, _, _, a, b, c, ..]) = config.extra.first_chunk::<34>() else {
        return Err(Error::Configuration { codec: CODEC, what: "STREAMINFO is too short".into() });
    };
    let sample_rate = u32::from_be_bytes([0, *a, *b, *c]) >> 4;
    let channels = usize::from(c >> 1 & 7) + 1;
    Ok(shape_of(sample_rate, vorbis_names(channels), None, 0))
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let format = shape(config)?.format;
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_FLAC).with_extra_data(config.extra.clone().into_boxed_slice());
    Ok(Box::new(Flac(BySymphonia::new(config.codec, by_symphonia::flac, parameters, format)?)))
}

struct Flac(BySymphonia);

impl AudioDecoder for Flac {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        // The checksum of a frame and of the checksum after it is 0 (RFC 9639, 9.3).
        if crc16(packet) != 0 {
            return Err(Error::Damaged { codec: CODEC, what: "its checksum is wrong".into() });
        }
        self.0.decode(packet, samples)
    }

    fn restart(&mut self) {
        self.0.restart();
    }
}

/// Polynomial x^16 + x^15 + x^2 + 1, from 0, highest bit first; a table for each byte, made when this is compiled.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        let index = usize::from((crc >> 8) as u8 ^ byte);
        crc << 8 ^ TABLE.get(index).copied().unwrap_or(0)
    })
}

static TABLE: [u16; 256] = {
    let mut table = [0u16; 256];
    let mut index = 0;
    while index < 256 {
        let (mut crc, mut bit) = ((index as u16) << 8, 0);
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x8005 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};
