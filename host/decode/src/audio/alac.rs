//! Apple Lossless.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_ALAC;

use super::by_symphonia::{self, BySymphonia, shape_of};
use super::channels::names_of;
use super::{AudioDecoder, AudioShape};
use crate::config::AudioConfig;
use crate::error::{Error, Result};

/// Speakers by count of channels, from one on ("Apple Lossless Format Description", channel layout tags).
const MASKS: [u64; 8] = [0x4, 0x3, 0x7, 0x107, 0x37, 0x3f, 0x70f, 0x6cf];

/// From ALACSpecificConfig: longest packet first, channels in byte 9, rate in the last four. A packet may be shorter, so the
/// container's durations count.
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let Some([_, _, _, _, _, _, _, _, _, channels, _, _, _, _, _, _, _, _, _, _, a, b, c, d]) =
        config.extra.first_chunk::<24>()
    else {
        return Err(Error::Configuration { codec: "alac", what: "ALACSpecificConfig is too short".into() });
    };
    let count = usize::from(*channels);
    if count > MASKS.len() {
        return Err(Error::Unsupported { codec: "alac", what: format!("a layout of {count} channels") });
    }
    let mask = MASKS.get(count.wrapping_sub(1)).copied().unwrap_or(0);
    Ok(shape_of(u32::from_be_bytes([*a, *b, *c, *d]), names_of(mask, count), None, 0))
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let format = shape(config)?.format;
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_ALAC).with_extra_data(config.extra.clone().into_boxed_slice());
    Ok(Box::new(BySymphonia::new(config.codec, by_symphonia::alac, parameters, format)?))
}
