//! AAC Low Complexity and HE-AAC (v1 and v2), by `rusty_aac` without its SIMD: the same bits on every machine.
//!
//! Only what the configuration says of band replication counts. Where nothing but fill elements speaks of it, the core is
//! decoded, which every such stream allows (ISO/IEC 14496-3, 1.6.5): a track's rate must be known before its packets are.

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

/// Band replication looks back at the packet before, too; its filter bank at less than that (4.6.18.4).
const REPLICATED_PREROLL_PACKETS: u32 = 2;

/// Perceptual noise (ISO/IEC 14496-3, 4.6.13) comes from a generator that runs on from packet to packet. Made anew every
/// 32 packets (0.7 s at 48 kHz) the noise depends on the packet's place alone; it costs 1/32 of the decoding.
const RESTART_PACKETS: u32 = 32;

/// Reads an AudioSpecificConfig. Channel count and rate are its own, whatever the container says.
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let stream = stream_of(config)?;
    let (mask, count) = layout_of(&stream)?;
    let times = if is_doubled(&stream) { 2 } else { 1 };
    let format = AudioFormat { sample_rate: output_rate(&stream), channels: names_of(mask, count) };
    Ok(AudioShape {
        format,
        packet_samples: u32::try_from(times * stream.frame_length).ok(),
        preroll_packets: if stream.sbr { REPLICATED_PREROLL_PACKETS } else { PREROLL_PACKETS },
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
        if usize::from(decoded.channels) != self.channels || decoded.sample_rate != output_rate(&self.stream) {
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
    if stream.object_type != aot::AAC_LC {
        let what = format!("audio object type {}", stream.object_type);
        return Err(Error::Unsupported { codec: CODEC, what });
    }
    // Band replication that only fill elements speak of would double the rate in mid-stream.
    stream.sbr_explicitly_absent = !stream.sbr;
    Ok(stream)
}

/// Whether twice as many samples come out as the core has; band replication at the core's own rate exists, too.
fn is_doubled(stream: &StreamConfig) -> bool {
    stream.sbr && stream.ext_sample_rate > stream.sample_rate
}

fn output_rate(stream: &StreamConfig) -> u32 {
    if is_doubled(stream) { stream.sample_rate.saturating_mul(2) } else { stream.sample_rate }
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
    let plain = contained(CODEC, || Ok(OutputConfig::configure(rows.clone(), false)))?;
    // One channel with band replication may turn out to be a pair (parametric stereo) at any packet: it is one from the
    // first on, as FFmpeg has it.
    if stream.sbr && plain.channels() == 1 {
        return Ok((0x3, 2));
    }
    Ok((plain.mask, plain.channels()))
}

fn unsupported(error: rusty_aac::Error) -> Error {
    Error::Unsupported { codec: CODEC, what: error.to_string() }
}

fn damaged(error: rusty_aac::Error) -> Error {
    Error::Damaged { codec: CODEC, what: error.to_string() }
}
