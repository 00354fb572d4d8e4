//! NAL units as MP4 and Matroska hold them: each after its length (ISO/IEC 14496-15, 4.3.3).

use crate::error::{Error, Result};

/// A packet's units, header and all, without their lengths.
pub(super) struct Units<'a> {
    codec: &'static str,
    rest: &'a [u8],
    length_bytes: usize,
}

impl<'a> Units<'a> {
    pub(super) fn new(codec: &'static str, packet: &'a [u8], length_bytes: usize) -> Self {
        Self { codec, rest: packet, length_bytes }
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Result<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let unit = self.rest.split_at_checked(self.length_bytes).and_then(|(length, rest)| {
            let length = length.iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
            rest.split_at_checked(length)
        });
        let Some((unit, rest)) = unit else {
            self.rest = &[];
            return Some(Err(Error::Damaged { codec: self.codec, what: "a unit is longer than its packet".into() }));
        };
        self.rest = rest;
        Some(Ok(unit))
    }
}

/// Whether a unit holds no three bytes that emulation prevention would have parted (H.264, 7.4.1; H.265, 7.4.2). Zeros at its
/// end don't count: some writers leave them between units.
pub(super) fn is_sound(unit: &[u8]) -> bool {
    let trailing = unit.iter().rev().take_while(|byte| **byte == 0).count();
    let inside = unit.get(..unit.len() - trailing).unwrap_or_default();
    !inside.windows(3).any(|bytes| matches!(bytes, [0, 0, 0..=2]))
}
