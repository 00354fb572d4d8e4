//! How large a picture may be: looked at before a decoder makes room for it.

use crate::error::{Error, Result};

/// Pixels of one side.
pub(super) const LONGEST_SIDE: u64 = 16_384;

/// Pixels of a picture: four times what level 5.2 of H.264 allows (table A-1, MaxFS), and more than 8K.
pub(super) const MOST_PIXELS: u64 = 4_096 * 2_304 * 4;

/// Refuses sizes that nobody films.
pub(super) fn check_size(codec: &'static str, width: u64, height: u64) -> Result<()> {
    if width.max(height) <= LONGEST_SIDE && width.saturating_mul(height) <= MOST_PIXELS {
        return Ok(());
    }
    Err(Error::Limits {
        codec,
        what: format!("a picture of {width}x{height}"),
        limit: format!("{LONGEST_SIDE} pixels of a side and {MOST_PIXELS} in all"),
    })
}
