//! Open bitstream units (AV1 specification, 5.3), and of the sequence header what decides how large pictures may be (5.5).

use rusty_h264_common::BitReader;
use rusty_h264_common::bit_reader::OutOfData;

/// A packet's units.
pub(super) struct Obus<'a> {
    rest: &'a [u8],
}

/// One unit.
pub(super) struct Obu<'a> {
    kind: u8,
    payload: &'a [u8],
}

impl<'a> Obus<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self) -> Option<Obu<'a>> {
        let (&header, mut rest) = self.rest.split_first()?;
        if header & 4 != 0 {
            (_, rest) = rest.split_first()?;
        }
        let size = if header & 2 != 0 { leb128(&mut rest)? } else { rest.len() };
        let (payload, rest) = rest.split_at_checked(size)?;
        self.rest = rest;
        Some(Obu { kind: header >> 3 & 15, payload })
    }
}

impl<'a> Iterator for Obus<'a> {
    type Item = Obu<'a>;

    /// Ends at the first that is cut off.
    fn next(&mut self) -> Option<Obu<'a>> {
        let obu = self.take();
        if obu.is_none() {
            self.rest = &[];
        }
        obu
    }
}

/// 4.10.5: at most eight bytes.
fn leb128(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0u64;
    for index in 0..8 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

impl Obu<'_> {
    /// Its largest width and height, if it is a sequence header.
    pub(super) fn largest(&self) -> Option<(u32, u32)> {
        if self.kind == 1 { largest(&mut BitReader::new(self.payload)).ok() } else { None }
    }
}

fn largest(bits: &mut BitReader<'_>) -> Result<(u32, u32), OutOfData> {
    bits.read_bits(3)?;
    bits.read_bit()?;
    if bits.read_bit()? {
        bits.read_bits(5)?;
    } else {
        skip_operating_points(bits)?;
    }
    let (width_bits, height_bits) = (bits.read_bits(4)? + 1, bits.read_bits(4)? + 1);
    Ok((bits.read_bits(width_bits)? + 1, bits.read_bits(height_bits)? + 1))
}

/// From `timing_info_present_flag` to the last operating point (5.5.1).
fn skip_operating_points(bits: &mut BitReader<'_>) -> Result<(), OutOfData> {
    let mut delay_bits = None;
    if bits.read_bit()? {
        bits.read_bits(32)?;
        bits.read_bits(32)?;
        if bits.read_bit()? {
            // uvlc() has the form of ue(v).
            bits.read_ue()?;
        }
        if bits.read_bit()? {
            delay_bits = Some(bits.read_bits(5)? + 1);
            bits.read_bits(32)?;
            bits.read_bits(10)?;
        }
    }
    let has_display_delay = bits.read_bit()?;
    for _ in 0..=bits.read_bits(5)? {
        bits.read_bits(12)?;
        if bits.read_bits(5)? > 7 {
            bits.read_bit()?;
        }
        if let (Some(length), true) = (delay_bits, delay_bits.is_some() && bits.read_bit()?) {
            bits.read_bits(length)?;
            bits.read_bits(length)?;
            bits.read_bit()?;
        }
        if has_display_delay && bits.read_bit()? {
            bits.read_bits(4)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_is_cut_off_ends_the_packet() {
        let kinds = |bytes: &[u8]| Obus::new(bytes).map(|obu| obu.kind).collect::<Vec<_>>();
        assert_eq!(kinds(&[0x12, 0, 0x0a, 2, 9, 9, 0x32, 1, 7]), [2, 1, 6]);
        assert_eq!(kinds(&[0x12, 0, 0x0a, 3, 9, 9]), [2]);
        assert_eq!(kinds(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), [0u8; 0]);
    }

    #[test]
    fn the_largest_size_is_read() {
        // Profile 0, no timing, one operating point of level 8 and tier 0; 9 and 8 bits of size: 320 by 180.
        let header = [0x0a, 7, 0x00, 0x00, 0x00, 0x42, 0x1e, 0x7f, 0x67];
        let sizes: Vec<_> = Obus::new(&header).filter_map(|obu| obu.largest()).collect();
        assert_eq!(sizes, [(320, 180)]);
    }
}
