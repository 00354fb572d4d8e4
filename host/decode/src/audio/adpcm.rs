//! ADPCM as WAVE has it, IMA's and Microsoft's: each packet is a block, and begins anew.

use rushes_model::media::AudioFormat;
use symphonia::core::audio::Position;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS};

use super::by_symphonia::{self, BySymphonia, shape_of};
use super::channels::{names_of, usual_mask};
use super::{AudioDecoder, AudioShape};
use crate::config::{AudioCodec, AudioConfig};
use crate::error::{Error, Result};

/// The longest block that is decoded: WAVE's `nBlockAlign` has 16 bits.
const LONGEST_BLOCK: usize = 1 << 16;

pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let codec = config.codec.name();
    match config.channels {
        count @ (1 | 2) => {
            let names = names_of(usual_mask(count as usize), count as usize);
            Ok(shape_of(config.sample_rate, names, None, 0))
        }
        count => Err(Error::Unsupported { codec, what: format!("a layout of {count} channels") }),
    }
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let format = shape(config)?.format;
    Ok(Box::new(Adpcm { codec: config.codec, format, opened: None }))
}

struct Adpcm {
    codec: AudioCodec,
    format: AudioFormat,
    /// A decoder for blocks of so many bytes; a file has blocks of one size, and a shorter one at its end.
    opened: Option<(usize, u64, BySymphonia)>,
}

impl AudioDecoder for Adpcm {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        if self.opened.as_ref().is_none_or(|(bytes, ..)| *bytes != packet.len()) {
            let length = self.samples_in(packet.len())?;
            self.opened = Some((packet.len(), length, self.fresh(length)?));
        }
        match &mut self.opened {
            Some((_, length, decoder)) => decoder.decode_of(packet, *length, samples),
            None => Ok(()),
        }
    }

    fn restart(&mut self) {
        self.opened = None;
    }
}

impl Adpcm {
    /// Samples of a channel in a block: those of its headers, then two a byte (IMA: eight of a channel at a time).
    fn samples_in(&self, bytes: usize) -> Result<u64> {
        let channels = self.format.channels.len();
        let (header, in_header, unit) = if self.codec == AudioCodec::AdpcmMs { (7, 2, 1) } else { (4, 1, 8) };
        let coded = bytes.checked_sub(header * channels).filter(|_| bytes <= LONGEST_BLOCK);
        let coded = coded
            .ok_or_else(|| Error::Damaged { codec: self.codec.name(), what: format!("a block of {bytes} bytes") })?;
        let each = coded * 2 / channels;
        Ok((in_header + each - each % unit) as u64)
    }

    fn fresh(&self, length: u64) -> Result<BySymphonia> {
        let id = if self.codec == AudioCodec::AdpcmMs { CODEC_ID_ADPCM_MS } else { CODEC_ID_ADPCM_IMA_WAV };
        let channels = match self.format.channels.len() {
            1 => Position::FRONT_LEFT,
            _ => Position::FRONT_LEFT | Position::FRONT_RIGHT,
        };
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(id).with_sample_rate(self.format.sample_rate).with_channels(channels.into());
        parameters.with_max_frames_per_packet(length).with_frames_per_block(length);
        BySymphonia::new(self.codec, by_symphonia::adpcm, parameters, self.format.clone())
    }
}
