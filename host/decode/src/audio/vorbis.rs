//! Vorbis I, from its three headers laced into one.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;

use super::by_symphonia::{self, BySymphonia, shape_of};
use super::channels::vorbis_names;
use super::{AudioDecoder, AudioShape};
use crate::config::AudioConfig;
use crate::error::{Error, Result};

const CODEC: &str = "vorbis";

/// Each packet overlaps with the one before it; a first one gives nothing (Vorbis I, 4.3.8).
const PREROLL_PACKETS: u32 = 1;

/// The identification header counts, and the setup header must make sense.
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    opened(config).map(|(shape, _)| shape)
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    opened(config).map(|(_, decoder)| -> Box<dyn AudioDecoder> { Box::new(decoder) })
}

fn opened(config: &AudioConfig) -> Result<(AudioShape, BySymphonia)> {
    let identification = first_header(&config.extra).ok_or_else(|| broken("its headers are not laced"))?;
    // Type, "vorbis", version, channels, rate (Vorbis I, 4.2.2).
    let [1, b'v', b'o', b'r', b'b', b'i', b's', 0, 0, 0, 0, channels, a, b, c, d, ..] = *identification else {
        return Err(broken("it doesn't begin with an identification header"));
    };
    // symphonia's output of 3.0 to 7.1 isn't FFmpeg's: off by half of full scale, whatever the order of channels.
    if channels > 2 {
        return Err(Error::Unsupported { codec: CODEC, what: format!("a layout of {channels} channels") });
    }
    let shape = shape_of(u32::from_le_bytes([a, b, c, d]), vorbis_names(usize::from(channels)), None, PREROLL_PACKETS);
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_VORBIS).with_extra_data(config.extra.clone().into_boxed_slice());
    let decoder = BySymphonia::new(config.codec, by_symphonia::vorbis, parameters, shape.format.clone())?;
    Ok((shape, decoder))
}

/// Of three that are laced: count less one, then the lengths of all but the last.
fn first_header(extra: &[u8]) -> Option<&[u8]> {
    let (&2, mut rest) = extra.split_first()? else { return None };
    let mut lengths = [0usize; 2];
    for length in &mut lengths {
        loop {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            *length += usize::from(byte);
            if byte < 255 {
                break;
            }
        }
    }
    rest.get(..lengths[0])
}

fn broken(what: &str) -> Error {
    Error::Configuration { codec: CODEC, what: what.to_owned() }
}
