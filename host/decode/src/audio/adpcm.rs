//! ADPCM as WAVE has it, IMA's and Microsoft's: each packet is a block, and begins anew.
//!
//! Our own, because there is nothing in a block to tell sound from damage but its header and how its steps grow: both are
//! checked, and a block that fails is an error, not noise. Sound blocks give FFmpeg's bits.

use super::by_symphonia::shape_of;
use super::channels::{names_of, usual_mask};
use super::{AudioDecoder, AudioShape};
use crate::config::{AudioCodec, AudioConfig};
use crate::error::{Error, Result};

mod ima;
mod microsoft;

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
    let channels = shape(config)?.format.channels.len();
    Ok(Box::new(Adpcm { codec: config.codec, channels }))
}

struct Adpcm {
    codec: AudioCodec,
    channels: usize,
}

impl AudioDecoder for Adpcm {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        let begin = samples.len();
        let decoded = match self.codec {
            _ if packet.len() > LONGEST_BLOCK => Err(format!("a block of {} bytes", packet.len())),
            AudioCodec::AdpcmMs => microsoft::decode(packet, self.channels, samples),
            _ => ima::decode(packet, self.channels, samples),
        };
        decoded.map_err(|what| {
            samples.truncate(begin);
            Error::Damaged { codec: self.codec.name(), what }
        })
    }

    fn restart(&mut self) {}
}

/// Blocks cut off inside their headers.
fn too_short(block: &[u8]) -> String {
    format!("a block of {} bytes", block.len())
}

/// Sixteen bits as full scale is 1.
fn scaled(sample: i32) -> f32 {
    sample as f32 / 32_768.0
}

fn clamped(sample: i32) -> i32 {
    sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}
