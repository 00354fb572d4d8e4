//! Apple's Core Audio Format (Apple, Core Audio Format Specification 1.0), uncompressed.
//!
//! ```text
//! caff version flags ─► chunk … chunk         desc (coding) first, data (samples; -1 bytes = to the end)
//! ```

use rushes_decode::Pcm;

use crate::error::Error;
use crate::index::{Container, Index};
use crate::limits;
use crate::uncompressed::{Samples, refused};
use crate::window::{Ahead, Window};

/// Bytes of `desc`.
const DESCRIPTION: u64 = 32;

/// Reads the chunks up to `data`.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Index, Error> {
    let mut description = None;
    let mut at = 8u64;
    for _ in 0..limits::TOP_LEVEL {
        let header = window.read(at, 12, Ahead::Header)?;
        let (Some(id), Some(size)) = (header.get(..4), header.get(4..12).and_then(|size| size.first_chunk::<8>()))
        else {
            break;
        };
        let (body, size) = (at.saturating_add(12), i64::from_be_bytes(*size));
        match id {
            b"desc" => description = Some(Description::read(&window.read(body, DESCRIPTION, Ahead::Header)?, at)?),
            b"data" => {
                let Some(Description { pcm, channels, sample_rate }) = description else {
                    return Err(Error::malformed("data", at, "no `desc` chunk comes before it"));
                };
                // Four bytes count edits.
                let offset = body.saturating_add(4);
                let to_the_end = window.size().saturating_sub(offset);
                let bytes = u64::try_from(size).map_or(to_the_end, |size| size.saturating_sub(4));
                return Samples { pcm, channels, sample_rate, offset, bytes }.index(
                    Container::Caf,
                    "data",
                    window.size(),
                );
            }
            _ => {}
        }
        let size = u64::try_from(size).map_err(|_| Error::malformed("CAF", at, "a chunk has a negative size"))?;
        at = body.saturating_add(size);
    }
    let what = if description.is_some() { "there is no `data` chunk" } else { "there is no `desc` chunk" };
    Err(Error::Unfinished { what: what.to_owned(), size: window.size() })
}

/// What `desc` says.
struct Description {
    pcm: Pcm,
    channels: u32,
    sample_rate: u32,
}

impl Description {
    fn read(body: &[u8], at: u64) -> Result<Self, Error> {
        let words = || body.get(8..).unwrap_or_default().as_chunks::<4>().0.iter();
        let (Some(rate), [format, flags, bytes, _, channels, bits]) = (body.first_chunk::<8>(), {
            let mut words = words().copied();
            std::array::from_fn(|_| words.next().unwrap_or_default())
        }) else {
            return Err(Error::malformed("desc", at, "it is too short"));
        };
        let rate = f64::from_be_bytes(*rate);
        if !(1.0..=f64::from(limits::SAMPLE_RATE)).contains(&rate) {
            return Err(Error::malformed("desc", at, format!("its sample rate is {rate}")));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1 and the limit")]
        let sample_rate = rate.round() as u32;
        let [flags, bytes, channels, bits] = [flags, bytes, channels, bits].map(u32::from_be_bytes);
        let each = bytes.checked_div(channels).unwrap_or(0);
        Ok(Self { pcm: coding(format, flags, each, bits)?, channels, sample_rate })
    }
}

/// Flags: 1 floating point, 2 little-endian. Samples fill their bytes.
fn coding(format: [u8; 4], flags: u32, bytes: u32, bits: u32) -> Result<Pcm, Error> {
    Ok(match (&format, flags & 3, bytes) {
        (b"lpcm", 0 | 2, 1) => Pcm::S8,
        (b"lpcm", 0, 2) => Pcm::S16Be,
        (b"lpcm", 0, 3) => Pcm::S24Be,
        (b"lpcm", 0, 4) => Pcm::S32Be,
        (b"lpcm", 1, 4) => Pcm::F32Be,
        (b"lpcm", 1, 8) => Pcm::F64Be,
        (b"lpcm", 2, 2) => Pcm::S16Le,
        (b"lpcm", 2, 3) => Pcm::S24Le,
        (b"lpcm", 2, 4) => Pcm::S32Le,
        (b"lpcm", 3, 4) => Pcm::F32Le,
        (b"lpcm", 3, 8) => Pcm::F64Le,
        (b"alaw", ..) => Pcm::ALaw,
        (b"ulaw", ..) => Pcm::MuLaw,
        (format, ..) => {
            let format = String::from_utf8_lossy(format.as_slice());
            return Err(refused(&format!("`{}` of {bits} bits in CAF", format.trim())));
        }
    })
}
