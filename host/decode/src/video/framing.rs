//! How NAL units lie in a packet: each after its length, as in MP4 (ISO/IEC 14496-15, 4.3.3), or each after a start code, as in
//! streams (H.264 and H.265, annex B), which browsers put into Matroska.

use crate::error::{Error, Result};

/// What parts a packet's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// A length of so many bytes before each.
    Lengths(usize),
    /// The bytes 0, 0, 1 before each.
    StartCodes,
}

/// A packet's units, header and all, without what parts them.
pub(super) struct Units<'a> {
    codec: &'static str,
    rest: &'a [u8],
    framing: Framing,
}

impl<'a> Units<'a> {
    pub(super) fn new(codec: &'static str, packet: &'a [u8], framing: Framing) -> Self {
        Self { codec, rest: packet, framing }
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Result<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (unit, what) = match self.framing {
            Framing::Lengths(bytes) => (behind_length(self.rest, bytes), "a unit is longer than its packet"),
            Framing::StartCodes => (behind_start_code(self.rest), "there is no start code in it"),
        };
        let Some((unit, rest)) = unit else {
            self.rest = &[];
            return Some(Err(Error::Damaged { codec: self.codec, what: what.into() }));
        };
        self.rest = rest;
        Some(Ok(unit))
    }
}

fn behind_length(bytes: &[u8], length_bytes: usize) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(length_bytes)?;
    let length = length.iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
    rest.split_at_checked(length)
}

/// Zeros before a start code belong to no unit: none ends in one (B.1, 7.4.1).
fn behind_start_code(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let find = |bytes: &[u8]| bytes.windows(3).position(|three| three == [0, 0, 1]);
    let unit = bytes.get(find(bytes)? + 3..)?;
    let (unit, rest) = unit.split_at(find(unit).unwrap_or(unit.len()));
    let zeros = unit.iter().rev().take_while(|byte| **byte == 0).count();
    Some((unit.get(..unit.len() - zeros)?, rest))
}

/// Whether a unit holds no three bytes that emulation prevention would have parted (H.264, 7.4.1; H.265, 7.4.2). Zeros at its
/// end don't count: some writers leave them between units.
pub(super) fn is_sound(unit: &[u8]) -> bool {
    let trailing = unit.iter().rev().take_while(|byte| **byte == 0).count();
    let inside = unit.get(..unit.len() - trailing).unwrap_or_default();
    !inside.windows(3).any(|bytes| matches!(bytes, [0, 0, 0..=2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(framing: Framing, packet: &[u8]) -> Vec<Result<&[u8]>> {
        Units::new("h264", packet, framing).collect()
    }

    #[test]
    fn units_lie_behind_lengths_or_start_codes() {
        let expected: Vec<Result<&[u8]>> = vec![Ok(&[9, 0x10]), Ok(&[0x65, 0, 0, 3, 1])];
        assert_eq!(units(Framing::Lengths(2), &[0, 2, 9, 0x10, 0, 5, 0x65, 0, 0, 3, 1]), expected);
        let three = [0, 0, 0, 1, 9, 0x10, 0, 0, 1, 0x65, 0, 0, 3, 1, 0, 0];
        assert_eq!(units(Framing::StartCodes, &three), expected);
    }

    #[test]
    fn a_packet_without_what_parts_units_is_damaged() {
        assert!(matches!(units(Framing::Lengths(4), &[0, 0, 0, 9, 1])[..], [Err(Error::Damaged { .. })]));
        assert!(matches!(units(Framing::StartCodes, &[7, 7, 7, 7])[..], [Err(Error::Damaged { .. })]));
        assert_eq!(units(Framing::StartCodes, &[]), []);
    }
}
