//! Tags around streams of frames: ID3v2 (id3.org, ID3v2.4.0, 3.1 and 3.4), ID3v1, APE (version 2). They hold titles and pictures,
//! and what looks like frames in them isn't any.

use crate::error::Error;
use crate::window::{Ahead, Window};

/// As much as [`length`] must see of a tag.
pub(crate) const HEADER: usize = 32;

/// Bytes of an ID3v1 tag.
const ID3V1: u64 = 128;

/// Tools add tags and leave the old ones, a few at most.
const MOST: usize = 16;

/// Where the tags in front of a recording end.
///
/// # Errors
/// When the file ends before they do.
pub(crate) fn end(window: &mut Window<'_>) -> Result<u64, Error> {
    let mut at = 0u64;
    for _ in 0..MOST {
        let head = window.read(at, HEADER as u64, Ahead::Index)?;
        let Some(length) = length(&head).filter(|_| !head.starts_with(b"TAG")) else { break };
        at = at.saturating_add(length);
        if at >= window.size() {
            return Err(Error::Truncated { first: at, size: window.size() });
        }
    }
    Ok(at)
}

/// How long the tag is that begins here, if one does.
pub(crate) fn length(bytes: &[u8]) -> Option<u64> {
    match bytes {
        [b'I', b'D', b'3', version, _, flags, size @ ..] if *version != 0xff => {
            let size = size.first_chunk::<4>().filter(|size| size.iter().all(|byte| *byte < 0x80))?;
            let size = size.iter().fold(0u64, |all, byte| all << 7 | u64::from(*byte));
            Some(10 + size + if flags & 0x10 == 0 { 0 } else { 10 })
        }
        [b'T', b'A', b'G', ..] => Some(ID3V1),
        [b'A', b'P', b'E', b'T', b'A', b'G', b'E', b'X', _, _, _, _, a, b, c, d, ..] => {
            // Its header isn't counted; a footer that stands alone is no more than itself.
            let is_header = bytes.get(23).is_some_and(|flags| flags & 0x20 != 0);
            Some(if is_header { 32 + u64::from(u32::from_le_bytes([*a, *b, *c, *d])) } else { 32 })
        }
        _ => None,
    }
}
