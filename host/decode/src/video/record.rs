//! What the configuration records of H.264 and H.265 have in common (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).

/// What a record says that we need.
pub(super) struct Record<'a> {
    /// Bytes of the length before each unit of a packet.
    pub(super) length_bytes: usize,
    /// Parameter sets, in the record's order.
    pub(super) units: Vec<&'a [u8]>,
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
