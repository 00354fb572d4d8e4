//! STREAMINFO (RFC 9639, 8.2) and a frame's header (9.1).

use crate::crc::EIGHT;

/// Bytes of STREAMINFO.
pub(crate) const INFO: usize = 34;

/// A header has at most so many bytes: four, a number of seven, two for the block's size, two for the rate, a checksum.
pub(super) const LONGEST: usize = 16;

/// What is needed of STREAMINFO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Info {
    pub(crate) sample_rate: u32,
    pub(crate) channels: u32,
    pub(crate) bits: u32,
    /// Samples of all channels; 0 where the encoder didn't know.
    pub(crate) samples: u64,
    /// Samples of the largest block.
    pub(crate) largest_block: u32,
}

impl Info {
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let &[_, _, a, b, _, _, _, _, _, _, c, d, e, f, g, h, i, j] = body.first_chunk::<18>()?;
        let packed = u64::from_be_bytes([c, d, e, f, g, h, i, j]);
        let field = |shift: u32, bits: u32| packed >> shift & ((1 << bits) - 1);
        Some(Self {
            sample_rate: u32::try_from(field(44, 20)).ok()?,
            channels: u32::try_from(field(41, 3)).ok()? + 1,
            bits: u32::try_from(field(36, 5)).ok()? + 1,
            samples: field(0, 36),
            largest_block: u32::from(u16::from_be_bytes([a, b])),
        })
    }
}

/// What a frame's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Samples of it, of each channel.
    pub(crate) samples: u32,
    /// Counts samples where blocks differ in size, else frames.
    is_variable: bool,
    number: u64,
}

impl Header {
    /// The header that begins here; none where there is none, or one of another stream.
    pub(crate) fn read(bytes: &[u8], info: &Info) -> Option<Self> {
        let &[0xff, second, third, fourth] = bytes.first_chunk::<4>()? else { return None };
        if second & 0xfe != 0xf8 || fourth & 1 != 0 {
            return None;
        }
        let (number, length) = coded_number(bytes.get(4..)?)?;
        let mut at = 4 + length;
        let samples = match third >> 4 {
            0 => return None,
            1 => 192,
            code @ 2..=5 => 144 << code,
            6 => u32::from(*bytes.get(at)?) + 1,
            7 => u32::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)) + 1,
            code => 1 << code,
        };
        at += match third >> 4 {
            6 => 1,
            7 => 2,
            _ => 0,
        };
        let rate = match third & 15 {
            0 => info.sample_rate,
            code @ 1..=11 => *RATES.get(usize::from(code))?,
            12 => u32::from(*bytes.get(at)?) * 1_000,
            13 => u32::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)),
            14 => u32::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)) * 10,
            _ => return None,
        };
        at += match third & 15 {
            12 => 1,
            13 | 14 => 2,
            _ => 0,
        };
        let channels = match fourth >> 4 {
            code @ 0..=7 => u32::from(code) + 1,
            8..=10 => 2,
            _ => return None,
        };
        let bits = match fourth >> 1 & 7 {
            0 => info.bits,
            3 => return None,
            code => *BITS.get(usize::from(code))?,
        };
        let is_ours = (rate, channels, bits) == (info.sample_rate, info.channels, info.bits);
        (is_ours && EIGHT.of(bytes.get(..=at)?.iter().copied()) == 0).then_some(Self {
            samples,
            is_variable: second & 1 == 1,
            number,
        })
    }

    /// Number of its first sample, where all blocks but the last have `block` samples.
    pub(crate) fn first_sample(&self, block: u32) -> u64 {
        if self.is_variable { self.number } else { self.number.saturating_mul(u64::from(block)) }
    }
}

const RATES: [u32; 12] = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
const BITS: [u32; 8] = [0, 8, 12, 0, 16, 20, 24, 32];

/// A number in the way of UTF-8, up to 36 bits (RFC 9639, 9.1.5), and how many bytes it takes.
fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let ones = first.leading_ones();
    let more = match ones {
        0 => return Some((u64::from(first), 1)),
        2..=7 => usize::try_from(ones).ok()? - 1,
        _ => return None,
    };
    let high = u64::from(first & 0x7fu8.checked_shr(ones).unwrap_or(0));
    let number = rest
        .get(..more)?
        .iter()
        .try_fold(high, |number, byte| (byte >> 6 == 2).then(|| number << 6 | u64::from(byte & 0x3f)))?;
    Some((number, more + 1))
}
