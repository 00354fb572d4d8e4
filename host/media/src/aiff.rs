//! AIFF and AIFF-C (Apple, Audio Interchange File Format 1.3; AIFF-C draft of 1991).
//!
//! ```text
//! FORM size AIFF|AIFC ─► chunk … chunk         COMM (coding), SSND (samples), in any order; others are stepped over
//! ```

use rushes_decode::Pcm;

use crate::error::Error;
use crate::index::{Container, Index};
use crate::limits;
use crate::uncompressed::{Samples, refused};
use crate::window::{Ahead, Window};

/// Of COMM all that is of use.
const COMMON: u64 = 22;

/// Reads the chunks until both are found.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Index, Error> {
    let (mut common, mut sound) = (None, None);
    let is_compressed = window.read(8, 4, Ahead::Header)?.as_ref() == b"AIFC";
    let mut at = 12u64;
    for _ in 0..limits::TOP_LEVEL {
        let header = window.read(at, 8, Ahead::Header)?;
        let (Some(id), Some(size)) = (header.get(..4), header.get(4..8).and_then(|size| size.first_chunk::<4>()))
        else {
            break;
        };
        let (body, size) = (at.saturating_add(8), u64::from(u32::from_be_bytes(*size)));
        match id {
            b"COMM" => {
                common = Some(Common::read(&window.read(body, size.min(COMMON), Ahead::Header)?, is_compressed, at)?)
            }
            b"SSND" => sound = Some((body, size)),
            _ => {}
        }
        if let (Some(common), Some((body, size))) = (&common, sound) {
            return common.index(window, body, size);
        }
        at = body.saturating_add(size).saturating_add(size % 2);
    }
    let what = if common.is_some() { "there is no `SSND` chunk" } else { "there is no `COMM` chunk" };
    Err(Error::Unfinished { what: what.to_owned(), size: window.size() })
}

/// What `COMM` says.
struct Common {
    pcm: Pcm,
    channels: u32,
    frames: u64,
    sample_rate: u32,
}

impl Common {
    fn read(body: &[u8], is_compressed: bool, at: u64) -> Result<Self, Error> {
        let Some((&[c, d, e, f, g, h, i, j, rate @ ..], rest)) = body.split_first_chunk::<18>() else {
            return Err(Error::malformed("COMM", at, format!("it has {} bytes, 18 are needed", body.len())));
        };
        let bits = u16::from_be_bytes([i, j]);
        let kind = if is_compressed { rest.first_chunk::<4>().copied().unwrap_or(*b"none") } else { *b"NONE" };
        Ok(Self {
            pcm: coding(kind, bits)?,
            channels: u32::from(u16::from_be_bytes([c, d])),
            frames: u64::from(u32::from_be_bytes([e, f, g, h])),
            sample_rate: rate_of(rate).ok_or_else(|| Error::malformed("COMM", at, "its sample rate makes no sense"))?,
        })
    }

    /// Samples begin behind an offset and a block size. Recorders that can't go back leave 0 as size.
    fn index(&self, window: &mut Window<'_>, body: u64, size: u64) -> Result<Index, Error> {
        let skip = window.read(body, 4, Ahead::Header)?;
        let skip = skip.first_chunk::<4>().map_or(0, |skip| u32::from_be_bytes(*skip));
        let offset = body.saturating_add(8).saturating_add(u64::from(skip));
        let frame = u64::from(self.channels).saturating_mul(self.pcm.sample_bytes() as u64);
        let said = size.saturating_sub(8).saturating_sub(u64::from(skip));
        let bytes = match (size, self.frames) {
            (0, 0) => window.size().saturating_sub(offset),
            (0, frames) => frames.saturating_mul(frame),
            (_, 0) => said,
            (_, frames) => said.min(frames.saturating_mul(frame)),
        };
        let Self { pcm, channels, sample_rate, .. } = *self;
        Samples { pcm, channels, sample_rate, offset, bytes }.index(Container::Aiff, "SSND", window.size())
    }
}

/// Compression types, of AIFF-C's list and of those that Apple and Logic added.
fn coding(kind: [u8; 4], bits: u16) -> Result<Pcm, Error> {
    Ok(match (&kind, bits) {
        (b"NONE" | b"twos" | b"none" | b"sowt", 1..=8) => Pcm::S8,
        (b"NONE" | b"twos" | b"none", 9..=16) => Pcm::S16Be,
        (b"NONE" | b"twos" | b"none", 17..=24) | (b"in24", _) => Pcm::S24Be,
        (b"NONE" | b"twos" | b"none", 25..=32) | (b"in32", _) => Pcm::S32Be,
        (b"sowt", 9..=16) => Pcm::S16Le,
        (b"sowt", 17..=24) => Pcm::S24Le,
        (b"sowt", 25..=32) => Pcm::S32Le,
        (b"raw ", 1..=8) => Pcm::U8,
        (b"fl32" | b"FL32", _) => Pcm::F32Be,
        (b"fl64" | b"FL64", _) => Pcm::F64Be,
        (b"alaw" | b"ALAW", _) => Pcm::ALaw,
        (b"ulaw" | b"ULAW", _) => Pcm::MuLaw,
        (kind, bits) => {
            let kind = String::from_utf8_lossy(kind.as_slice());
            return Err(refused(&format!("`{}` of {bits} bits in AIFF", kind.trim())));
        }
    })
}

/// IEEE 754's extended precision: sign, 15 bits of exponent, 64 of mantissa with its leading one.
fn rate_of([a, b, mantissa @ ..]: [u8; 10]) -> Option<u32> {
    let exponent = u32::from(u16::from_be_bytes([a, b])).checked_sub(16_383)?;
    let shift = 63u32.checked_sub(exponent)?;
    let mantissa = u128::from(u64::from_be_bytes(mantissa));
    // To the nearest whole rate.
    u32::try_from(((mantissa << 1 >> shift) + 1) >> 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_eighty_bits_are_whole_numbers() {
        let rate = |bytes: [u8; 4]| rate_of([0x40, bytes[0], bytes[1], bytes[2], bytes[3], 0, 0, 0, 0, 0]);
        assert_eq!(rate([0x0e, 0xac, 0x44, 0]), Some(44_100));
        assert_eq!(rate([0x0e, 0xbb, 0x80, 0]), Some(48_000));
        assert_eq!(rate([0x0b, 0xfa, 0, 0]), Some(8_000));
        assert_eq!(rate_of([0x40, 0x0d, 0xad, 0x17, 0x45, 0xd1, 0, 0, 0, 0]), Some(22_156));
        assert_eq!((rate_of([0xff; 10]), rate_of([0; 10])), (None, None));
    }
}
