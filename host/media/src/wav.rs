//! RIFF, RF64 and BW64 WAVE (Microsoft's Multimedia Programming Interface 1.0; EBU Tech 3306; ITU-R BS.2088), big-endian RIFX,
//! and Sonic Foundry's Wave64.
//!
//! ```text
//! RIFF size WAVE ─► chunk … chunk          ds64 (64-bit sizes), fmt (coding), data (samples); others are stepped over
//! ```

mod adpcm;
mod chunk;
mod data;
mod ds64;
mod fmt;

use rushes_decode::{AudioCodec, AudioConfig};

use crate::error::Error;
use crate::index::{Coding, Container, Index, Packets, Track};
use crate::limits;
use crate::window::{Ahead, Window};
use chunk::{Chunk, Dialect};
use data::Samples;
use ds64::Ds64;
use fmt::{Format, Unit};

/// Reads the chunks up to `data`.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Index, Error> {
    let dialect = Dialect::of(&window.read(0, 12, Ahead::Header)?);
    let outer = Chunk::read(window, dialect, 0)?.ok_or_else(|| unfinished(window.size(), false))?;
    let (mut ds64, mut format, mut count) = (None, None, None);
    let mut at = dialect.first();
    for _ in 0..limits::TOP_LEVEL {
        let Some(chunk) = Chunk::read(window, dialect, at)? else {
            return Err(unfinished(window.size(), format.is_some()));
        };
        match &chunk.id {
            b"ds64" => ds64 = Some(Ds64::read(window, &chunk)?),
            b"fmt " => format = Some(Format::read(window, &chunk, dialect)?),
            b"fact" => count = adpcm::fact(&body(window, &chunk)?),
            b"data" => {
                let format: Format =
                    format.ok_or_else(|| Error::malformed("data", at, "no `fmt ` chunk comes before it"))?;
                return index(format, &Samples::find(&chunk, &outer, ds64.as_ref(), window.size()), count);
            }
            _ => {}
        }
        at = chunk.next().ok_or_else(|| unfinished(window.size(), format.is_some()))?;
    }
    Err(Error::limits("RIFF", "chunks without end", limits::TOP_LEVEL.to_string()))
}

fn unfinished(size: u64, has_format: bool) -> Error {
    let what = if has_format { "there is no `data` chunk" } else { "there is neither a `fmt ` nor a `data` chunk" };
    Error::Unfinished { what: what.to_owned(), size }
}

/// `count` is what the `fact` chunk says of compressed sound.
fn index(format: Format, samples: &Samples, count: Option<u64>) -> Result<Index, Error> {
    let rate = format.sample_rate;
    let (there, claimed) = (format.unit.frames(samples.bytes), format.unit.frames(samples.claimed));
    if claimed == 0 {
        return Err(Error::Empty { what: "its `data` chunk holds no whole sample" });
    }
    if there == 0 {
        return Err(Error::Truncated { first: samples.offset, size: samples.offset.saturating_add(samples.bytes) });
    }
    let (heard, claimed) = (format.unit.heard(there, claimed, count), format.unit.heard(claimed, claimed, count));
    let end = i64::try_from(heard).map_err(|_| Error::limits("data", format!("{heard} samples"), "fewer"))?;
    let packets = packets(format.unit, samples.offset, there)?;
    let config = AudioConfig {
        codec: format.codec,
        sample_rate: rate,
        channels: format.channels,
        channel_mask: format.channel_mask,
        extra: format.extra,
    };
    refuse_unknown(&config)?;
    let track = Track {
        id: 1,
        enabled: true,
        coding: Coding::Audio(config),
        timescale: rate,
        origin_us: 0,
        presented: 0..end,
        packets,
    };
    let (duration, gaps) = data::duration(heard, claimed, rate)?;
    Ok(Index { container: Container::Wav, tracks: vec![track], refused: Vec::new(), is_complete: true, duration, gaps })
}

/// Packets of the frames that are there.
fn packets(unit: Unit, offset: u64, frames: u64) -> Result<Packets, Error> {
    Ok(match unit {
        Unit::Frame { bytes } => Packets::Constant {
            offset,
            bytes: frames.saturating_mul(u64::from(bytes)),
            frame_bytes: bytes,
            frames_per_packet: (PACKET_BYTES / bytes.max(1)).clamp(1, PACKET_FRAMES),
        },
        Unit::Block { bytes, frames: each } => {
            let count = frames / u64::from(each.max(1));
            let most = u64::try_from(limits::PACKETS).unwrap_or(u64::MAX);
            let count = u32::try_from(count)
                .ok()
                .filter(|_| count <= most)
                .ok_or_else(|| Error::limits("data", format!("{count} blocks"), most.to_string()))?;
            Packets::Blocks { offset, count, block_bytes: bytes, block_frames: each }
        }
    })
}

/// Compressed sound is the decoder's to refuse.
fn refuse_unknown(config: &AudioConfig) -> Result<(), Error> {
    if matches!(config.codec, AudioCodec::Pcm(_)) {
        return Ok(());
    }
    match rushes_decode::audio_shape(config) {
        Ok(_) => Ok(()),
        Err(error @ rushes_decode::Error::Limits { .. }) => Err(error.into()),
        Err(error) => Err(Error::Tracks { refused: vec![format!("audio: {error}")] }),
    }
}

/// Samples of a packet: 85 ms at 48 kHz, short beside the blocks that analyzers ask for.
const PACKET_FRAMES: u32 = 4_096;

/// Bytes of a packet, so that 255 channels don't make it large.
const PACKET_BYTES: u32 = 64 << 10;

/// All of a chunk that is read: bodies of `fmt ` and `ds64` beyond are of no use.
const BODY: u64 = 4_096;

fn body(window: &mut Window<'_>, chunk: &Chunk) -> Result<bytes::Bytes, Error> {
    window.read(chunk.body, chunk.size.min(BODY), Ahead::Header)
}

#[cfg(test)]
mod tests;
