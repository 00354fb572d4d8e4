//! What the configuration records of H.264 and H.265 have in common (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).

use super::framing::Framing;

/// What a record says that we need.
pub(super) struct Record<'a> {
    /// What parts the units of a packet.
    pub(super) framing: Framing,
    /// Parameter sets, in the record's order.
    pub(super) units: Vec<&'a [u8]>,
}

impl Record<'_> {
    /// Of a track without a record: its packets are a stream's, with start codes and parameter sets.
    pub(super) const fn of_stream() -> Self {
        Self { framing: Framing::StartCodes, units: Vec::new() }
    }
}

/// Takes so many units, each behind its length in two bytes, and gives what follows; none where they are cut off.
pub(super) fn take_units<'a>(mut bytes: &'a [u8], count: u16, units: &mut Vec<&'a [u8]>) -> Option<&'a [u8]> {
    for _ in 0..count {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (unit, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        units.push(unit);
        bytes = rest;
    }
    Some(bytes)
}
