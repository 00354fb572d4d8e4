//! MPEG-1/2 layer III, and layer II, which containers call by the same name. By symphonia, its SIMD off: the same bits on
//! every machine.

use rushes_model::media::AudioFormat;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_MP2, CODEC_ID_MP3};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder as _, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::MpaDecoder;

use super::channels::{names_of, usual_mask};
use super::{AudioDecoder, AudioShape, Mono};
use crate::config::AudioConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

const CODEC: &str = "mp3";

/// A frame's data may begin 511 bytes earlier (ISO/IEC 11172-3, 2.4.2.7), nine frames at the lowest rates, and the filter
/// bank remembers one more.
const PREROLL_PACKETS: u32 = 10;

/// The container's word counts for rate and channels: the stream's own stands in its first packet only.
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let channels = match config.channels {
        1 | 2 => config.channels as usize,
        count => return Err(Error::Unsupported { codec: CODEC, what: format!("a layout of {count} channels") }),
    };
    // MPEG-2's lower rates have one granule a frame instead of two (ISO/IEC 13818-3, 2.4.3.4).
    let packet_samples = if config.sample_rate >= 32_000 { 1_152 } else { 576 };
    Ok(AudioShape {
        format: AudioFormat { sample_rate: config.sample_rate, channels: names_of(usual_mask(channels), channels) },
        packet_samples: Some(packet_samples),
        preroll_packets: PREROLL_PACKETS,
        preroll_samples: 0,
        restart_packets: None,
    })
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let AudioShape { format, .. } = shape(config)?;
    Ok(Box::new(Mp3 { decoder: fresh(CODEC_ID_MP3)?, layer: CODEC_ID_MP3, format, decoded: Vec::new() }))
}

struct Mp3 {
    decoder: MpaDecoder,
    layer: AudioCodecId,
    format: AudioFormat,
    decoded: Vec<f32>,
}

impl AudioDecoder for Mp3 {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        let layer = layer_of(packet);
        if layer != self.layer {
            self.layer = layer;
            self.decoder = fresh(layer)?;
        }
        let Self { decoder, decoded, .. } = self;
        let (rate, channels) = contained(CODEC, || {
            let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
            let buffer: GenericAudioBufferRef<'_> = decoder.decode_ref(&packet).map_err(damaged)?;
            buffer.copy_to_vec_interleaved::<f32>(decoded);
            Ok((buffer.spec().rate(), buffer.spec().channels().count()))
        })?;
        if rate != self.format.sample_rate {
            return Err(Error::Damaged { codec: CODEC, what: format!("{rate} Hz inside") });
        }
        match (channels, self.format.channels.len()) {
            (1, 2) => samples.extend(self.decoded.iter().flat_map(|&sample| [sample, sample])),
            (2, 1) => {
                let stereo = AudioFormat { sample_rate: rate, channels: names_of(usual_mask(2), 2) };
                Mono::new(&stereo).mix(&self.decoded, samples);
            }
            _ => samples.extend_from_slice(&self.decoded),
        }
        Ok(())
    }

    fn restart(&mut self) {
        if let Ok(decoder) = fresh(self.layer) {
            self.decoder = decoder;
        }
    }
}

/// From a frame's header (ISO/IEC 11172-3, 2.4.2.3).
fn layer_of(packet: &[u8]) -> AudioCodecId {
    match packet.get(1).map(|byte| byte >> 1 & 3) {
        Some(2) => CODEC_ID_MP2,
        _ => CODEC_ID_MP3,
    }
}

fn fresh(layer: AudioCodecId) -> Result<MpaDecoder> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(layer);
    contained(CODEC, || MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default()).map_err(damaged))
}

fn damaged(error: symphonia::core::errors::Error) -> Error {
    Error::Damaged { codec: CODEC, what: error.to_string() }
}
