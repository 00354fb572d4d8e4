//! Vorbis, FLAC and ALAC, by symphonia, its SIMD off. It gives channels in the order of WAVE's mask already.

use rushes_model::media::AudioFormat;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder as Decoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Told;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::{AlacDecoder, FlacDecoder, VorbisDecoder};

use super::{AudioDecoder, AudioShape};
use crate::config::AudioCodec;
use crate::contain::contained;
use crate::error::{Error, Result};

/// Decoders that keep to the same interface.
pub(super) type Opened = Box<dyn Decoder + Send>;

/// A codec's way of being opened; called again at each restart.
pub(super) type Open = fn(&AudioCodecParameters) -> symphonia::core::errors::Result<Opened>;

pub(super) fn vorbis(parameters: &AudioCodecParameters) -> symphonia::core::errors::Result<Opened> {
    Ok(Box::new(VorbisDecoder::try_new(parameters, &AudioDecoderOptions::default())?))
}

pub(super) fn flac(parameters: &AudioCodecParameters) -> symphonia::core::errors::Result<Opened> {
    Ok(Box::new(FlacDecoder::try_new(parameters, &AudioDecoderOptions::default())?))
}

pub(super) fn alac(parameters: &AudioCodecParameters) -> symphonia::core::errors::Result<Opened> {
    Ok(Box::new(AlacDecoder::try_new(parameters, &AudioDecoderOptions::default())?))
}

/// What symphonia is told, without the codec's own configuration.
pub(super) fn shape_of(
    sample_rate: u32,
    channels: Vec<String>,
    packet_samples: Option<u32>,
    preroll_packets: u32,
) -> AudioShape {
    let format = AudioFormat { sample_rate, channels };
    AudioShape { format, packet_samples, preroll_packets, preroll_samples: 0, restart_packets: None }
}

/// One decoder, and how to make it anew.
pub(super) struct BySymphonia {
    codec: &'static str,
    open: Open,
    parameters: AudioCodecParameters,
    decoder: Opened,
    format: AudioFormat,
    decoded: Vec<f32>,
}

impl BySymphonia {
    pub(super) fn new(
        codec: AudioCodec,
        open: Open,
        parameters: AudioCodecParameters,
        format: AudioFormat,
    ) -> Result<Self> {
        let codec = codec.name();
        let decoder = fresh(codec, open, &parameters)?;
        Ok(Self { codec, open, parameters, decoder, format, decoded: Vec::new() })
    }
}

impl AudioDecoder for BySymphonia {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        let Self { codec, decoder, decoded, .. } = self;
        let (rate, channels) = contained(codec, || {
            let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
            let buffer: GenericAudioBufferRef<'_> =
                decoder.decode_ref(&packet).map_err(|told| damaged(codec, &told))?;
            buffer.copy_to_vec_interleaved::<f32>(decoded);
            Ok((buffer.spec().rate(), buffer.spec().channels().count()))
        })?;
        if (rate, channels) != (self.format.sample_rate, self.format.channels.len()) {
            let what = format!("{channels} channels at {rate} Hz inside");
            return Err(Error::Damaged { codec: self.codec, what });
        }
        samples.extend_from_slice(&self.decoded);
        Ok(())
    }

    fn restart(&mut self) {
        if let Ok(decoder) = fresh(self.codec, self.open, &self.parameters) {
            self.decoder = decoder;
        }
    }
}

fn fresh(codec: &'static str, open: Open, parameters: &AudioCodecParameters) -> Result<Opened> {
    contained(codec, || {
        open(parameters).map_err(|told| match told {
            Told::Unsupported(what) => Error::Unsupported { codec, what: what.to_owned() },
            told => Error::Configuration { codec, what: told.to_string() },
        })
    })
}

fn damaged(codec: &'static str, told: &Told) -> Error {
    Error::Damaged { codec, what: told.to_string() }
}
