//! Bytes that know where they belong.

use std::ops::Range;

use rushes_source::{Chunk, Error, Reader};

/// The byte at an offset of a version: a mix of both (splitmix64 of the eight-byte word it lies in).
pub(crate) fn byte(version: u64, offset: u64) -> u8 {
    let mut mixed =
        (offset / 8).wrapping_add(version.wrapping_mul(0x1234_5678_9abc)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)).to_le_bytes()[(offset % 8) as usize]
}

pub(crate) fn bytes(version: u64, range: Range<u64>) -> Vec<u8> {
    range.map(|offset| byte(version, offset)).collect()
}

/// Reads on until the end or an error, and holds every chunk against the content.
pub(crate) async fn drain(reader: &mut Reader, version: u64) -> (Vec<Range<u64>>, Result<(), Error>) {
    let mut runs: Vec<Range<u64>> = Vec::new();
    while let Some(next) = reader.next().await {
        match next {
            Ok(chunk) => extend(&mut runs, check(&chunk, version)),
            Err(error) => {
                assert!(reader.next().await.is_none(), "nothing comes after an error");
                return (runs, Err(error));
            }
        }
    }
    (runs, Ok(()))
}

/// The chunk's range, if its bytes are right.
pub(crate) fn check(chunk: &Chunk, version: u64) -> Range<u64> {
    assert!(!chunk.bytes.is_empty());
    let range = chunk.offset..chunk.offset + chunk.bytes.len() as u64;
    let wrong = range.clone().zip(chunk.bytes.iter()).find(|(offset, found)| byte(version, *offset) != **found);
    assert_eq!(wrong, None, "first wrong byte of {range:?}");
    range
}

fn extend(runs: &mut Vec<Range<u64>>, next: Range<u64>) {
    match runs.last_mut() {
        Some(last) if last.end == next.start => last.end = next.end,
        _ => runs.push(next),
    }
}
