//! The HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1).

use super::super::framing::Framing;
use super::super::record::{Record, take_units};
use super::CODEC;
use crate::error::{Error, Result};

/// Bytes before the number of arrays.
const FIXED: usize = 22;

pub(super) fn read(bytes: &[u8]) -> Result<Record<'_>> {
    if bytes.is_empty() {
        return Ok(Record::of_stream());
    }
    parse(bytes).ok_or_else(|| Error::Configuration { codec: CODEC, what: "its record (hvcC) is cut off".into() })
}

fn parse(bytes: &[u8]) -> Option<Record<'_>> {
    let (head, rest) = bytes.split_at_checked(FIXED)?;
    let length_bytes = usize::from(head.last()? & 3) + 1;
    let (&arrays, mut rest) = rest.split_first()?;
    let mut units = Vec::new();
    for _ in 0..arrays {
        let (head, after) = rest.split_at_checked(3)?;
        rest = take_units(after, u16::from_be_bytes(head.get(1..3)?.try_into().ok()?), &mut units)?;
    }
    Some(Record { framing: Framing::Lengths(length_bytes), units })
}
