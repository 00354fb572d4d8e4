//! Opus, by `opus-pure`: always 48 kHz, whatever the container says of the rate.
//!
//! A packet with several streams is taken apart here, because tables of channels that aren't the usual ones are legal.

use std::sync::OnceLock;

use opus_pure::OpusDecoder;
use rushes_model::media::AudioFormat;

use super::{AudioDecoder, AudioShape};
use crate::config::AudioConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

mod head;
mod streams;

use head::Head;

const CODEC: &str = "opus";
const SAMPLE_RATE: u32 = 48_000;

/// The longest packet: 120 ms (RFC 6716, 3.2.5).
const MOST_SAMPLES: usize = 5_760;

/// RFC 7845, 4.6, wants 80 ms, after which we found differences of 0.15 to a decoder that had seen all, because CELT's
/// energies are coded as changes and fade by halves. After 640 ms 182 of 284 streams were off by less than 1e-6 and the worst
/// by 0.0095; a second changed that for few.
const PREROLL_SAMPLES: u32 = 30_720;

/// SILK never forgets for certain. 128 packets are 2.6 s as nearly all encoders make them: the warm-up costs a quarter more.
const RESTART_PACKETS: u32 = 128;

/// Its kernels for AVX add in another order than those without: machines that differ in it give samples that differ by
/// 1e-7, and must not share what they made.
pub(super) fn decoder() -> &'static str {
    static NAME: OnceLock<&'static str> = OnceLock::new();
    NAME.get_or_init(name_here)
}

#[cfg(target_arch = "x86_64")]
fn name_here() -> &'static str {
    let has_fma = is_x86_feature_detected!("avx") && is_x86_feature_detected!("fma");
    match (has_fma, is_x86_feature_detected!("avx2")) {
        (true, true) => "opus-pure 0.2.2 avx2+fma",
        (true, false) => "opus-pure 0.2.2 avx+fma",
        (false, _) => "opus-pure 0.2.2 sse2",
    }
}

#[cfg(target_arch = "aarch64")]
fn name_here() -> &'static str {
    "opus-pure 0.2.2 neon"
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn name_here() -> &'static str {
    "opus-pure 0.2.2"
}

/// The identification header counts for channels: they are the container's only by courtesy.
pub(super) fn shape(config: &AudioConfig) -> Result<AudioShape> {
    let head = Head::parse(&config.extra)?;
    Ok(AudioShape {
        format: AudioFormat { sample_rate: SAMPLE_RATE, channels: head.names() },
        packet_samples: None,
        preroll_packets: 0,
        preroll_samples: PREROLL_SAMPLES,
        restart_packets: Some(RESTART_PACKETS),
    })
}

pub(super) fn open(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    let head = Head::parse(&config.extra)?;
    let streams = (0..head.streams).map(|stream| fresh(head.channels_of(stream))).collect::<Result<Vec<_>>>()?;
    Ok(Box::new(Opus { sources: head.sources(), head, streams, packet: Vec::new(), decoded: Vec::new() }))
}

struct Opus {
    head: Head,
    /// For each channel of the output the stream and its channel; none for silence.
    sources: Vec<Option<(usize, usize)>>,
    streams: Vec<OpusDecoder>,
    packet: Vec<u8>,
    /// Each stream's samples, interleaved.
    decoded: Vec<Vec<f32>>,
}

impl AudioDecoder for Opus {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        if packet.is_empty() {
            return Err(damaged("it is empty"));
        }
        let count = contained(CODEC, || self.decode_streams(packet))?;
        let channels = self.sources.len();
        let begin = samples.len();
        samples.resize(begin + count * channels, 0.0);
        let Some(out) = samples.get_mut(begin..) else { return Ok(()) };
        for (place, source) in self.sources.iter().enumerate() {
            let Some((stream, channel)) = *source else { continue };
            let from = self.decoded.get(stream).map(Vec::as_slice).unwrap_or_default();
            let from = from.iter().skip(channel).step_by(self.head.channels_of(stream));
            for (sample, from) in out.iter_mut().skip(place).step_by(channels).zip(from) {
                *sample = from * self.head.gain;
            }
        }
        Ok(())
    }

    fn restart(&mut self) {
        for (stream, decoder) in self.streams.iter_mut().enumerate() {
            if let Ok(new) = fresh(self.head.channels_of(stream)) {
                *decoder = new;
            }
        }
    }
}

impl Opus {
    /// Samples of each channel. All streams but the last say where they end (RFC 6716, appendix B).
    fn decode_streams(&mut self, packet: &[u8]) -> Result<usize> {
        let (last, mut rest, mut count) = (self.streams.len().saturating_sub(1), packet, None);
        self.decoded.resize_with(self.streams.len(), Vec::new);
        for (index, (decoder, decoded)) in self.streams.iter_mut().zip(&mut self.decoded).enumerate() {
            let own = if index == last {
                rest
            } else {
                rest = streams::take(rest, &mut self.packet).ok_or_else(|| damaged("a stream ends too early"))?;
                &self.packet
            };
            decoded.resize(MOST_SAMPLES * self.head.channels_of(index), 0.0);
            let samples = decoder.decode(own, MOST_SAMPLES, decoded).map_err(|error| damaged(&error.to_string()))?;
            decoded.truncate(samples * self.head.channels_of(index));
            if *count.get_or_insert(samples) != samples {
                return Err(damaged("its streams differ in length"));
            }
        }
        Ok(count.unwrap_or(0))
    }
}

fn fresh(channels: usize) -> Result<OpusDecoder> {
    let rate = i32::try_from(SAMPLE_RATE).unwrap_or(i32::MAX);
    contained(CODEC, || {
        OpusDecoder::new(rate, channels).map_err(|error| Error::Configuration { codec: CODEC, what: error.to_string() })
    })
}

fn damaged(what: &str) -> Error {
    Error::Damaged { codec: CODEC, what: what.to_owned() }
}
