//! AAC frames one after the other, each with a header (ADTS; ISO/IEC 13818-7, 6.2).
//!
//! There is no index and no length: frames are found by their headers, each of which says where the next begins.

use rushes_decode::{AudioCodec, AudioConfig, audio_shape};
use rushes_model::MediaTime;

use crate::error::Error;
use crate::index::{Coding, Container, Index, Packet, Packets, Table, Track};
use crate::scan::{Begun, Demuxer, Found, Input};
use crate::window::{Ahead, Window};

/// Fixed and variable header, without a checksum.
const HEADER: usize = 7;

/// Samples of a block, before spectral band replication.
const BLOCK: u32 = 1_024;

/// So much is searched for the next frame at once.
const SEARCH: usize = 64 << 10;

/// ISO/IEC 14496-3, table 1.18.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    /// Object type less one, as the header has it.
    profile: u8,
    rate_index: u8,
    channels: u8,
    /// Of the whole frame.
    bytes: usize,
    /// Of header and checksum.
    head: usize,
    blocks: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let &[0xff, second, third, fourth, fifth, sixth, seventh] = bytes.first_chunk::<HEADER>()? else { return None };
        if second & 0xf6 != 0xf0 {
            return None;
        }
        let bytes = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth) >> 5;
        let head = if second & 1 == 1 { HEADER } else { HEADER + 2 };
        let rate_index = third >> 2 & 15;
        if bytes <= head || usize::from(rate_index) >= RATES.len() {
            return None;
        }
        Some(Self {
            profile: third >> 6,
            rate_index,
            channels: (third & 1) << 2 | fourth >> 6,
            bytes,
            head,
            blocks: u32::from(seventh & 3) + 1,
        })
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.profile, self.rate_index, self.channels) == (other.profile, other.rate_index, other.channels)
    }

    /// The AudioSpecificConfig that says the same (ISO/IEC 14496-3, 1.6.2.1).
    fn configuration(&self) -> Vec<u8> {
        let object_type = self.profile + 1;
        vec![object_type << 3 | self.rate_index >> 1, (self.rate_index & 1) << 7 | self.channels << 3]
    }
}

/// Reads the first header; `at` is where the tags end.
pub(crate) fn open(window: &mut Window<'_>, at: u64) -> Result<Begun, Error> {
    let bytes = window.read(at, HEADER as u64, Ahead::Header)?;
    let first = Header::read(&bytes).ok_or_else(|| Error::malformed("ADTS header", at, "it makes no sense"))?;
    let rate = RATES.get(usize::from(first.rate_index)).copied().unwrap_or_default();
    let config = AudioConfig {
        codec: AudioCodec::Aac,
        sample_rate: rate,
        channels: u32::from(first.channels),
        channel_mask: None,
        extra: first.configuration(),
    };
    let shape = audio_shape(&config).map_err(|error| Error::Tracks { refused: vec![format!("audio: {error}")] })?;
    let samples = shape.packet_samples.unwrap_or(BLOCK);
    let track = Track {
        id: 1,
        enabled: true,
        timescale: shape.format.sample_rate,
        coding: Coding::Audio(config),
        origin_us: 0,
        presented: 0..i64::MAX,
        packets: Packets::Table(Table::default()),
    };
    let seconds_of =
        |bytes: u64| bytes.saturating_mul(u64::from(samples)) / u64::try_from(first.bytes).unwrap_or(1).max(1);
    let declared = MediaTime::from_ratio(seconds_of(window.size()), u64::from(shape.format.sample_rate));
    let index = Index {
        container: Container::Adts,
        tracks: vec![track],
        refused: Vec::new(),
        is_complete: false,
        duration: MediaTime::ZERO,
        gaps: Vec::new(),
    };
    let demuxer = Box::new(Frames { first, samples, pts: 0, bytes: 0 });
    Ok(Begun { index, demuxer, at, declared: Some(declared) })
}

struct Frames {
    /// Others are like it, or are no frames.
    first: Header,
    /// Of a block, as decoded.
    samples: u32,
    pts: i64,
    /// Of all frames so far: what was lost had most likely their mean size.
    bytes: u64,
}

impl Demuxer for Frames {
    fn next(&mut self, input: &mut Input<'_>, found: &mut Vec<Found>) -> Result<bool, Error> {
        let at = input.at();
        let header = Header::read(input.peek(HEADER)?).filter(|header| header.is_like(&self.first));
        let Some(header) = header else { return self.resync(input) };
        if input.size().saturating_sub(at) < header.bytes as u64 {
            return Ok(false);
        }
        input.skip(header.bytes as u64)?;
        let duration = self.samples.saturating_mul(header.blocks);
        let packet = Packet {
            offset: at.saturating_add(header.head as u64),
            size: u32::try_from(header.bytes - header.head).unwrap_or(u32::MAX),
            pts: self.pts,
            duration,
            keyframe: true,
            hidden: false,
        };
        found.push(Found::Packet(0, packet));
        self.bytes = self.bytes.saturating_add(header.bytes as u64);
        self.pts = self.pts.saturating_add(i64::from(duration));
        Ok(true)
    }

    fn state(&self) -> Vec<u8> {
        [self.pts.to_le_bytes(), self.bytes.to_le_bytes()].concat()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        let (pts, bytes) = state.split_at_checked(8)?;
        self.pts = i64::from_le_bytes(pts.try_into().ok()?);
        self.bytes = u64::from_le_bytes(bytes.try_into().ok()?);
        Some(())
    }
}

impl Frames {
    /// Steps over what is no frame, to a header that another one follows; time goes on by the mean bit rate.
    fn resync(&mut self, input: &mut Input<'_>) -> Result<bool, Error> {
        let bytes = input.peek(SEARCH)?;
        let is_frame = |at: usize| {
            let header = bytes.get(at..).and_then(Header::read).filter(|header| header.is_like(&self.first))?;
            bytes.get(at + header.bytes..).and_then(Header::read).filter(|next| next.is_like(&self.first))
        };
        let found = (1..bytes.len()).find(|at| is_frame(*at).is_some());
        let step = found.unwrap_or(bytes.len().saturating_sub(HEADER).max(1));
        if bytes.len() <= HEADER {
            return Ok(false);
        }
        input.skip(step as u64)?;
        let lost = u128::from(step as u64) * u128::from(self.pts.unsigned_abs()) / u128::from(self.bytes.max(1));
        let blocks = lost / u128::from(self.samples.max(1));
        let lost = i64::try_from(blocks).unwrap_or(0).saturating_mul(i64::from(self.samples));
        self.pts = self.pts.saturating_add(lost);
        Ok(true)
    }
}
