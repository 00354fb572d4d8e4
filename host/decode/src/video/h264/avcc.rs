//! The AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).

use super::super::framing::Framing;
use super::super::record::{Record, take_units};
use super::CODEC;
use crate::error::{Error, Result};

pub(super) fn read(bytes: &[u8]) -> Result<Record<'_>> {
    if bytes.is_empty() {
        return Ok(Record::of_stream());
    }
    parse(bytes).ok_or_else(|| Error::Configuration { codec: CODEC, what: "its record (avcC) is cut off".into() })
}

fn parse(bytes: &[u8]) -> Option<Record<'_>> {
    let (head, mut rest) = bytes.split_at_checked(5)?;
    let length_bytes = usize::from(head.get(4)? & 3) + 1;
    let mut units = Vec::new();
    for mask in [0x1f, 0xff] {
        let (&count, after) = rest.split_first()?;
        rest = take_units(after, u16::from(count & mask), &mut units)?;
    }
    Some(Record { framing: Framing::Lengths(length_bytes), units })
}
