//! RIFF, RF64 and BW64 WAVE (Microsoft's Multimedia Programming Interface 1.0; EBU Tech 3306; ITU-R BS.2088).
//!
//! ```text
//! RIFF size WAVE ─► chunk … chunk          ds64 (64-bit sizes), fmt (coding), data (samples); others are stepped over
//! ```

mod chunk;
mod data;
mod ds64;
mod fmt;

use rushes_decode::AudioConfig;

use crate::error::Error;
use crate::index::{Coding, Container, Index, Packets, Track};
use crate::limits;
use crate::window::{Ahead, Window};
use chunk::Chunk;
use data::Samples;
use ds64::Ds64;
use fmt::Format;

/// Reads the chunks up to `data`.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Index, Error> {
    let mut ds64 = None;
    let mut format = None;
    let form = window.read(0, 12, Ahead::Header)?;
    let outer_size =
        form.get(4..8).and_then(|field| field.first_chunk::<4>()).map_or(0, |size| u32::from_le_bytes(*size));
    let mut at = 12;
    for _ in 0..limits::TOP_LEVEL {
        let Some(chunk) = Chunk::read(window, at)? else {
            return Err(unfinished(window.size(), format.is_some()));
        };
        match &chunk.id {
            b"ds64" => ds64 = Some(Ds64::read(window, &chunk)?),
            b"fmt " => format = Some(Format::read(window, &chunk)?),
            b"data" => {
                let format = format.ok_or_else(|| Error::malformed("data", at, "no `fmt ` chunk comes before it"))?;
                return index(&format, Samples::find(&chunk, outer_size, ds64.as_ref(), window.size()));
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

fn index(format: &Format, samples: Samples) -> Result<Index, Error> {
    let rate = format.sample_rate;
    let frame_bytes = u64::from(format.frame_bytes);
    let there = samples.bytes / frame_bytes;
    let claimed = samples.claimed / frame_bytes;
    if claimed == 0 {
        return Err(Error::Empty { what: "its `data` chunk holds no whole sample" });
    }
    if there == 0 {
        return Err(Error::Truncated { first: samples.offset, size: samples.offset.saturating_add(samples.bytes) });
    }
    let end = i64::try_from(there).map_err(|_| Error::limits("data", format!("{there} samples"), "fewer"))?;
    let track = Track {
        id: 1,
        enabled: true,
        coding: Coding::Audio(AudioConfig {
            codec: rushes_decode::AudioCodec::Pcm(format.coding),
            sample_rate: rate,
            channels: format.channels,
            channel_mask: format.channel_mask,
            extra: Vec::new(),
        }),
        timescale: rate,
        origin_us: 0,
        presented: 0..end,
        packets: Packets::Constant {
            offset: samples.offset,
            bytes: there.saturating_mul(frame_bytes),
            frame_bytes: format.frame_bytes,
            frames_per_packet: (PACKET_BYTES / format.frame_bytes).clamp(1, PACKET_FRAMES),
        },
    };
    let (duration, gaps) = data::duration(there, claimed, rate)?;
    Ok(Index { container: Container::Wav, tracks: vec![track], refused: Vec::new(), is_complete: true, duration, gaps })
}

/// Samples of a packet: 85 ms at 48 kHz, short beside the blocks that analyzers ask for.
const PACKET_FRAMES: u32 = 4_096;

/// Bytes of a packet, so that 255 channels don't make it large.
const PACKET_BYTES: u32 = 64 << 10;

/// All of a chunk that is read: bodies of `fmt ` and `ds64` beyond are of no use.
const BODY: u64 = 4_096;

fn body(window: &mut Window<'_>, chunk: &Chunk) -> Result<bytes::Bytes, Error> {
    window.read(chunk.body, u64::from(chunk.size).min(BODY), Ahead::Header)
}
