//! The index of one run of uncompressed samples, as AIFF and CAF have it.

use rushes_decode::{AudioCodec, AudioConfig, Pcm};
use rushes_model::media::{Cause, Gap};
use rushes_model::{MediaTime, Span};

use crate::error::Error;
use crate::index::{Coding, Container, Index, Packets, Track};
use crate::limits;

/// Where samples lie and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Samples {
    pub(crate) pcm: Pcm,
    pub(crate) channels: u32,
    pub(crate) sample_rate: u32,
    pub(crate) offset: u64,
    /// That there should be.
    pub(crate) bytes: u64,
}

/// Samples of a packet, and its bytes at most: as WAVE's.
const PACKET_FRAMES: u32 = 4_096;
const PACKET_BYTES: u32 = 64 << 10;

impl Samples {
    /// `size` is the file's; `place` names what claims them.
    pub(crate) fn index(self, container: Container, place: &str, size: u64) -> Result<Index, Error> {
        let Self { pcm, channels, sample_rate, offset, bytes } = self;
        if channels == 0 || sample_rate == 0 {
            return Err(Error::malformed(place, 0, format!("{channels} channels at {sample_rate} Hz")));
        }
        if channels > limits::CHANNELS || sample_rate > limits::SAMPLE_RATE {
            let allowed = format!("{} channels, {} Hz", limits::CHANNELS, limits::SAMPLE_RATE);
            return Err(Error::limits(place, format!("{channels} channels at {sample_rate} Hz"), allowed));
        }
        let frame_bytes = channels.saturating_mul(u32::try_from(pcm.sample_bytes()).unwrap_or(1)).max(1);
        let claimed = bytes / u64::from(frame_bytes);
        let there = bytes.min(size.saturating_sub(offset)) / u64::from(frame_bytes);
        if claimed == 0 {
            return Err(Error::Empty { what: "it holds no whole sample" });
        }
        if there == 0 {
            return Err(Error::Truncated { first: offset, size });
        }
        let time = |frames: u64| MediaTime::from_ratio(frames, u64::from(sample_rate));
        let (duration, last) = (time(claimed), time(there));
        if duration.as_micros() > limits::DURATION_US.unsigned_abs() {
            let allowed = MediaTime::from_micros(limits::DURATION_US.unsigned_abs());
            return Err(Error::limits(place, format!("{duration} of sound"), allowed.to_string()));
        }
        let gap = Gap { span: Span::new(last, duration), input: "audio".to_owned(), cause: Cause::Truncated };
        let config =
            AudioConfig { codec: AudioCodec::Pcm(pcm), sample_rate, channels, channel_mask: None, extra: Vec::new() };
        let track = Track {
            id: 1,
            enabled: true,
            coding: Coding::Audio(config),
            timescale: sample_rate,
            origin_us: 0,
            presented: 0..i64::try_from(there).unwrap_or(i64::MAX),
            packets: Packets::Constant {
                offset,
                bytes: there.saturating_mul(u64::from(frame_bytes)),
                frame_bytes,
                frames_per_packet: (PACKET_BYTES / frame_bytes).clamp(1, PACKET_FRAMES),
            },
        };
        let gaps = if last < duration { vec![gap] } else { Vec::new() };
        Ok(Index { container, tracks: vec![track], refused: Vec::new(), is_complete: true, duration, gaps })
    }
}

/// A coding that isn't read.
pub(crate) fn refused(coding: &str) -> Error {
    Error::Tracks { refused: vec![format!("audio: {coding} isn't supported yet")] }
}
