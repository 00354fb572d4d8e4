//! `data`: where samples lie, and how much of what is claimed is there.

use rushes_model::media::{Cause, Gap};
use rushes_model::{MediaTime, Span};

use super::chunk::Chunk;
use super::ds64::Ds64;
use crate::error::Error;
use crate::limits;

/// The samples' bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) offset: u64,
    /// That are in the file.
    pub(super) bytes: u64,
    /// That there should be.
    pub(super) claimed: u64,
}

/// Recorders that can't go back write 0, or about the largest size they know: 0xffffffff (FFmpeg), 0x7ffff000 (SoX),
/// just under 2 GiB (arecord). Nothing is missing then.
const AS_LARGE_AS_IT_GETS: u64 = 64 << 10;

impl Samples {
    pub(super) fn find(chunk: &Chunk, outer: &Chunk, ds64: Option<&Ds64>, file_size: u64) -> Self {
        const IN_DS64: u64 = u32::MAX as u64;
        let there = file_size.saturating_sub(chunk.body);
        let size = |of: &Chunk, wide: fn(&Ds64) -> u64| match ds64 {
            Some(ds64) if of.size == IN_DS64 => wide(ds64),
            _ => of.size,
        };
        let claimed = size(chunk, |ds64| ds64.data_size);
        let outer_end = outer.body.checked_add(size(outer, |ds64| ds64.outer_size));
        let claimed = if claimed == 0 || claimed > there && (is_open_ended(claimed) || is_whole(outer_end, file_size)) {
            there
        } else {
            claimed
        };
        Self { offset: chunk.body, bytes: claimed.min(there), claimed }
    }
}

fn is_open_ended(claimed: u64) -> bool {
    [1u64 << 31, 1 << 32].iter().any(|limit| claimed <= *limit && claimed >= limit - AS_LARGE_AS_IT_GETS)
}

/// The outermost chunk ends where the file does (or pads): it isn't the file that is too short, `data` claims too much.
fn is_whole(outer_end: Option<u64>, file_size: u64) -> bool {
    outer_end.is_some_and(|end| end <= file_size && end.saturating_add(1) >= file_size)
}

/// End of the samples claimed, and the gap from the last one there.
pub(super) fn duration(there: u64, claimed: u64, rate: u32) -> Result<(MediaTime, Vec<Gap>), Error> {
    let end = MediaTime::from_ratio(claimed, u64::from(rate));
    if i64::try_from(end.as_micros()).map_or(true, |end| end > limits::DURATION_US) {
        let allowed = MediaTime::from_micros(limits::DURATION_US.unsigned_abs());
        return Err(Error::limits("data", format!("{end} of sound"), allowed.to_string()));
    }
    let last = MediaTime::from_ratio(there, u64::from(rate));
    let gap = Gap { span: Span::new(last, end), input: "audio".to_owned(), cause: Cause::Truncated };
    Ok((end, if last < end { vec![gap] } else { Vec::new() }))
}
