//! The beginning of a frame's uncompressed header (VP9 specification, 6.2): sizes and colours.

use rusty_h264_common::BitReader;
use rusty_h264_common::bit_reader::OutOfData;

/// What it says that we need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub(super) is_keyframe: bool,
    /// Where it brings its own.
    pub(super) size: Option<(u32, u32)>,
    /// Where it brings its own.
    pub(super) colour: Option<Colours>,
}

/// 7.2.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Colours {
    /// `color_space`, by number.
    space: u32,
    pub(super) full_range: bool,
}

impl Colours {
    /// RGB, which isn't luma and chroma.
    pub(super) fn is_rgb(self) -> bool {
        self.space == 7
    }

    /// Its number in H.273, table 4.
    pub(super) fn matrix(self) -> Option<u16> {
        match self.space {
            1 | 3 => Some(6),
            2 => Some(1),
            4 => Some(7),
            5 => Some(9),
            _ => None,
        }
    }
}

impl FrameHead {
    /// `None` where the bytes are none of VP9, or end too early.
    pub(super) fn read(frame: &[u8]) -> Option<Self> {
        read(&mut BitReader::new(frame)).ok().flatten()
    }
}

fn read(bits: &mut BitReader<'_>) -> Result<Option<FrameHead>, OutOfData> {
    let mut head = FrameHead::default();
    if bits.read_bits(2)? != 2 {
        return Ok(None);
    }
    let profile = bits.read_bits(1)? + 2 * bits.read_bits(1)?;
    if profile == 3 {
        bits.read_bit()?;
    }
    // An existing frame is shown again.
    if bits.read_bit()? {
        return Ok(Some(head));
    }
    head.is_keyframe = !bits.read_bit()?;
    let (is_shown, is_resilient) = (bits.read_bit()?, bits.read_bit()?);
    if head.is_keyframe {
        if bits.read_bits(24)? != 0x49_83_42 {
            return Ok(None);
        }
        head.colour = Some(colours(bits, profile)?);
        head.size = Some(size(bits)?);
        return Ok(Some(head));
    }
    let is_intra = !is_shown && bits.read_bit()?;
    if !is_resilient {
        bits.read_bits(2)?;
    }
    if is_intra {
        if bits.read_bits(24)? != 0x49_83_42 {
            return Ok(None);
        }
        if profile > 0 {
            head.colour = Some(colours(bits, profile)?);
        }
        bits.read_bits(8)?;
        head.size = Some(size(bits)?);
        return Ok(Some(head));
    }
    bits.read_bits(8 + 3 * 4)?;
    for _ in 0..3 {
        // As large as one it refers to.
        if bits.read_bit()? {
            return Ok(Some(head));
        }
    }
    head.size = Some(size(bits)?);
    Ok(Some(head))
}

/// 6.2.2.
fn colours(bits: &mut BitReader<'_>, profile: u32) -> Result<Colours, OutOfData> {
    if profile >= 2 {
        bits.read_bit()?;
    }
    let space = bits.read_bits(3)?;
    if space == 7 {
        if profile % 2 == 1 {
            bits.read_bit()?;
        }
        return Ok(Colours { space, full_range: true });
    }
    let full_range = bits.read_bit()?;
    if profile % 2 == 1 {
        bits.read_bits(3)?;
    }
    Ok(Colours { space, full_range })
}

fn size(bits: &mut BitReader<'_>) -> Result<(u32, u32), OutOfData> {
    Ok((bits.read_bits(16)? + 1, bits.read_bits(16)? + 1))
}

/// A packet's frames: one, or several with an index at the end (Annex B).
pub(super) fn frames(packet: &[u8]) -> Vec<&[u8]> {
    indexed(packet).unwrap_or_else(|| vec![packet])
}

fn indexed(packet: &[u8]) -> Option<Vec<&[u8]>> {
    let &marker = packet.last()?;
    if marker & 0xe0 != 0xc0 {
        return None;
    }
    let (count, size_bytes) = (usize::from(marker & 7) + 1, usize::from(marker >> 3 & 3) + 1);
    let (mut rest, index) = packet.split_at_checked(packet.len().checked_sub(2 + count * size_bytes)?)?;
    let (first, sizes) = index.split_first()?;
    if *first != marker {
        return None;
    }
    let mut frames = Vec::with_capacity(count);
    for size in sizes.chunks_exact(size_bytes).take(count) {
        let size = size.iter().rev().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
        let (frame, after) = rest.split_at_checked(size)?;
        frames.push(frame);
        rest = after;
    }
    Some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyframe_says_how_large_it_is_and_how_coloured() {
        // Profile 0, key, shown: 10 0 0 0 0 1 0, sync code, BT.709 full range, 320x180.
        let frame = [0b1000_0010, 0x49, 0x83, 0x42, 0b0101_0000, 0b0001_0011, 0b1111_0000, 0b0000_1011, 0b0011_0000];
        let head = FrameHead::read(&frame).unwrap();
        assert!(head.is_keyframe);
        assert_eq!(head.size, Some((320, 180)));
        let colour = head.colour.unwrap();
        assert_eq!((colour.matrix(), colour.full_range, colour.is_rgb()), (Some(1), true, false));
        assert_eq!(FrameHead::read(&frame[..6]), None);
        assert_eq!(FrameHead::read(&[0x42]), None);
    }

    #[test]
    fn an_index_that_lies_is_none() {
        assert_eq!(frames(&[1, 2, 3, 0xc1, 1, 2, 0xc1]), [&[1][..], &[2, 3]]);
        let lies = [1, 2, 3, 0xc1, 1, 9, 0xc1];
        assert_eq!(frames(&lies), [&lies[..]]);
        assert_eq!(frames(&[0xff]), [&[0xff][..]]);
        assert_eq!(frames(&[]).len(), 1);
    }
}
