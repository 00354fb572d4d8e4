//! The AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).

use super::CODEC;
use crate::error::{Error, Result};

/// What it says that we need.
pub(super) struct Record<'a> {
    /// Bytes of the length before each unit of a packet.
    pub(super) length_bytes: usize,
    /// Sequence parameter sets, then picture parameter sets.
    pub(super) units: Vec<&'a [u8]>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Record<'_>> {
    parse(bytes).ok_or_else(|| Error::Configuration { codec: CODEC, what: "its record (avcC) is cut off".into() })
}

fn parse(bytes: &[u8]) -> Option<Record<'_>> {
    let (head, mut rest) = bytes.split_at_checked(5)?;
    let length_bytes = usize::from(head.get(4)? & 3) + 1;
    let mut units = Vec::new();
    for mask in [0x1f, 0xff] {
        let (&count, after) = rest.split_first()?;
        rest = after;
        for _ in 0..count & mask {
            let (length, after) = rest.split_at_checked(2)?;
            let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
            let (unit, after) = after.split_at_checked(length)?;
            units.push(unit);
            rest = after;
        }
    }
    Some(Record { length_bytes, units })
}
