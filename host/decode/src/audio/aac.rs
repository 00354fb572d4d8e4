//! AAC Low Complexity, by `rusty_aac` without its SIMD: the same bits on every machine.

use rushes_model::media::AudioFormat;
use rusty_aac::config::{self, StreamConfig, aot};
use rusty_aac::decode::Decoder;
use rusty_aac::decode::layout::{OutputConfig, default_layout, pce_layout};

use super::channels::names_of;
use super::{AudioDecoder, AudioShape};
use crate::config::AudioConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

const CODEC: &str = "aac";

/// Each packet overlaps with the one before it, and with no other (ISO/IEC 14496-3, 4.6.11.3.2).
const PREROLL_PACKETS: u32 = 1;

/// Perceptual noise (ISO/IEC 14496-3, 4.6.13) comes from a generator that runs on from packet to packet. Made anew every
/// 32 packets (0.7 s at 48 kHz) the noise depends on the packet's place alone; it costs 1/32 of the decoding.
const RESTART_PACKETS: u32 = 32;

/// Reads an AudioSpecificConfig. Channel count and rate are its own, whatever the container says.
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let stream = stream_of(config)?;
    let (mask, count) = layout_of(&stream)?;
    let format = AudioFormat { sample_rate: stream.sample_rate, channels: names_of(mask, count) };
    Ok(AudioShape {
        format,
        packet_samples: u32::try_from(stream.frame_length).ok(),
        preroll_packets: PREROLL_PACKETS,
        preroll_samples: 0,
        restart_packets: Some(RESTART_PACKETS),
    })
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let stream = stream_of(config)?;
    let (_, channels) = layout_of(&stream)?;
    let decoder = fresh(&stream)?;
    Ok(Box::new(Aac { stream, channels, decoder }))
}

struct Aac {
    stream: StreamConfig,
    channels: usize,
    decoder: Decoder,
}

impl AudioDecoder for Aac {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        let (decoded, used) = contained(CODEC, || self.decoder.decode_block(packet, None).map_err(damaged))?;
        // Noise soon says "end", and that is silence to the decoder; an encoder fills its packets.
        if used.saturating_mul(4) < packet.len() {
            return Err(Error::Damaged {
                codec: CODEC,
                what: format!("it ends after {used} of {} bytes", packet.len()),
            });
        }
        if usize::from(decoded.channels) != self.channels || decoded.sample_rate != self.stream.sample_rate {
            let what = format!("{} channels at {} Hz inside", decoded.channels, decoded.sample_rate);
            return Err(Error::Damaged { codec: CODEC, what });
        }
        samples.extend_from_slice(&decoded.samples);
        Ok(())
    }

    fn restart(&mut self) {
        if let Ok(decoder) = fresh(&self.stream) {
            self.decoder = decoder;
        }
    }
}

fn fresh(stream: &StreamConfig) -> Result<Decoder> {
    contained(CODEC, || Decoder::with_stream_config(stream.clone()).map_err(unsupported))
}

fn stream_of(config: &AudioConfig) -> Result<StreamConfig> {
    let parse =
        || config::parse(&config.extra).map_err(|error| Error::Configuration { codec: CODEC, what: error.to_string() });
    let mut stream = contained(CODEC, parse)?;
    let refused = |what: String| Err(Error::Unsupported { codec: CODEC, what });
    match (stream.object_type, stream.sbr, stream.ps) {
        (_, _, true) => return refused("HE-AAC v2 (parametric stereo)".into()),
        (_, true, false) => return refused("HE-AAC (spectral band replication)".into()),
        (aot::AAC_LC, false, false) => {}
        (other, false, false) => return refused(format!("audio object type {other}")),
    }
    // Band replication that only fill elements speak of would double the rate in mid-stream: we take the core.
    stream.sbr_explicitly_absent = true;
    Ok(stream)
}

/// Channel mask and count, by the order in which the decoder gives them.
fn layout_of(stream: &StreamConfig) -> Result<(u64, usize)> {
    let rows = match &stream.pce {
        Some(program) => pce_layout(program),
        None => default_layout(stream.channel_config, false).ok_or_else(|| Error::Unsupported {
            codec: CODEC,
            what: format!("channel configuration {}", stream.channel_config),
        })?,
    };
    let output = contained(CODEC, || Ok(OutputConfig::configure(rows, false)))?;
    Ok((output.mask, output.channels()))
}

fn unsupported(error: rusty_aac::Error) -> Error {
    Error::Unsupported { codec: CODEC, what: error.to_string() }
}

fn damaged(error: rusty_aac::Error) -> Error {
    Error::Damaged { codec: CODEC, what: error.to_string() }
}
