//! ADPCM in WAVE: how many samples a block has (Microsoft Multimedia Data Standards Update, 3.0: "ADPCM Wave Type" and "DVI
//! ADPCM Wave Type").
//!
//! What the format chunk says of samples in a block isn't used: the block's bytes are what a decoder has.

use super::fmt::Unit;
use crate::error::Error;

/// A header of 7 bytes for each channel holds two samples; then two samples a byte.
pub(super) fn microsoft(align: u32, channels: u32, at: u64) -> Result<Unit, Error> {
    block(align, channels, 7, 2, at)
}

/// A header of 4 bytes for each channel holds one sample; then two samples a byte, eight of a channel at a time.
pub(super) fn ima(align: u32, channels: u32, at: u64) -> Result<Unit, Error> {
    block(align, channels, 4, 1, at)
}

fn block(align: u32, channels: u32, header: u32, in_header: u32, at: u64) -> Result<Unit, Error> {
    let nibbles = align.checked_sub(header.saturating_mul(channels)).and_then(|bytes| bytes.checked_mul(2));
    let frames = nibbles.and_then(|nibbles| nibbles.checked_div(channels)).and_then(|each| each.checked_add(in_header));
    match frames {
        Some(frames) => Ok(Unit::Block { bytes: align, frames }),
        None => {
            Err(Error::malformed("fmt ", at, format!("blocks of {align} bytes are too short for {channels} channels")))
        }
    }
}

/// What follows `cbSize` in the format chunk, as far as it is there: samples in a block, and the predictors.
pub(super) fn extension(body: &[u8]) -> Vec<u8> {
    let claimed = body.get(16..18).and_then(|size| size.first_chunk()).map_or(0, |size| u16::from_le_bytes(*size));
    let there = body.get(18..).unwrap_or_default();
    there.get(..usize::from(claimed)).unwrap_or(there).to_vec()
}

/// `fact`: samples of one channel in all; none where a streaming writer left 0 or the largest number.
pub(super) fn fact(body: &[u8]) -> Option<u64> {
    let count = u32::from_le_bytes(*body.first_chunk()?);
    Some(u64::from(count)).filter(|_| count != 0 && count != u32::MAX)
}
