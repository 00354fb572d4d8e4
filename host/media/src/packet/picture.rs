//! Whether decoding can begin at a picture, and whether it is shown.

use rushes_decode::{VideoCodec, VideoConfig};

/// What a packet says; none where its first bytes don't tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) keyframe: Option<bool>,
    /// It is decoded and not shown, unless more frames follow in the packet.
    pub(crate) hidden: bool,
}

/// How a track's packets are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// Bytes of a NAL unit's length, none where start codes part them.
    H264(Option<usize>),
    Hevc(Option<usize>),
    Vp8,
    Vp9,
    Av1,
    /// Every picture is a keyframe.
    Intra,
}

impl Pictures {
    /// A packet's first bytes that are looked at: an encoder's greeting before its first slice has some 700.
    pub(crate) const HEAD: usize = 2_048;

    pub(crate) fn new(config: &VideoConfig) -> Self {
        let length = |at: usize| config.extra.get(at).map(|byte| usize::from(byte & 3) + 1);
        match config.codec {
            VideoCodec::H264 => Self::H264(length(4)),
            VideoCodec::Hevc => Self::Hevc(length(21)),
            VideoCodec::Vp8 => Self::Vp8,
            VideoCodec::Vp9 => Self::Vp9,
            VideoCodec::Av1 => Self::Av1,
            VideoCodec::Mjpeg => Self::Intra,
        }
    }

    pub(crate) fn look(self, head: &[u8]) -> Look {
        match self {
            Self::H264(length) => Look { keyframe: units(head, length).find_map(h264), hidden: false },
            Self::Hevc(length) => Look { keyframe: units(head, length).find_map(hevc), hidden: false },
            Self::Vp8 => vp8(head),
            Self::Vp9 => vp9(head),
            Self::Av1 => Look { keyframe: av1(head), hidden: false },
            Self::Intra => Look { keyframe: Some(true), hidden: false },
        }
    }

    /// Whether a packet that begins with a hidden frame holds others: VP9's superframes end with an index (VP9 bitstream,
    /// annex B).
    pub(crate) fn is_superframe(self, last: u8) -> bool {
        self == Self::Vp9 && last >> 5 == 0b110
    }
}

/// NAL units behind their lengths or start codes, the last as far as it is there.
fn units(head: &[u8], length: Option<usize>) -> impl Iterator<Item = &[u8]> {
    let mut rest = head;
    std::iter::from_fn(move || {
        let Some(length) = length else {
            let code = |bytes: &[u8]| bytes.windows(3).position(|three| three == [0, 0, 1]);
            let unit = rest.get(code(rest)? + 3..)?;
            let (unit, after) = unit.split_at(code(unit).unwrap_or(unit.len()));
            rest = after;
            return Some(unit);
        };
        let (size, after) = rest.split_at_checked(length)?;
        let size = size.iter().fold(0usize, |size, byte| size << 8 | usize::from(*byte));
        let (unit, after) = after.split_at(size.min(after.len()));
        rest = after;
        Some(unit)
    })
}

/// An IDR slice begins (ITU-T H.264, table 7-1), a slice that refers to others doesn't (table 7-6); of an I slice the
/// container has to say whether all after it can be decoded.
fn h264(unit: &[u8]) -> Option<bool> {
    match unit.first()? & 0x1f {
        5 => Some(true),
        1 => {
            let mut bits = Bits::new(unit.get(1..)?);
            bits.exp_golomb()?;
            (!matches!(bits.exp_golomb()? % 5, 2 | 4)).then_some(false)
        }
        _ => None,
    }
}

/// Pictures at which decoding can begin are types 16 to 23 (ITU-T H.265, table 7-1).
fn hevc(unit: &[u8]) -> Option<bool> {
    match unit.first()? >> 1 & 0x3f {
        kind @ 0..32 => Some((16..24).contains(&kind)),
        _ => None,
    }
}

/// The frame tag (RFC 6386, 9.1).
fn vp8(head: &[u8]) -> Look {
    let Some(tag) = head.first() else { return Look::default() };
    let is_key = tag & 1 == 0 && head.get(3..6) == Some(&[0x9d, 0x01, 0x2a]);
    Look { keyframe: Some(is_key), hidden: tag >> 4 & 1 == 0 }
}

/// The uncompressed header's first fields (VP9 bitstream, 6.2).
fn vp9(head: &[u8]) -> Look {
    let mut bits = Bits::new(head);
    let mut fields = || -> Option<Look> {
        if bits.take(2)? != 2 {
            return None;
        }
        let profile = bits.take(1)? | bits.take(1)? << 1;
        if profile == 3 {
            bits.take(1)?;
        }
        if bits.take(1)? == 1 {
            return Some(Look { keyframe: Some(false), hidden: false });
        }
        let is_key = bits.take(1)? == 0;
        let hidden = bits.take(1)? == 0;
        bits.take(1)?;
        if is_key && bits.take(24)? != 0x49_8342 {
            return None;
        }
        Some(Look { keyframe: Some(is_key), hidden })
    };
    fields().unwrap_or_default()
}

/// A key frame that is shown (AV1 bitstream, 5.9.2), as the first frame of a temporal unit.
fn av1(head: &[u8]) -> Option<bool> {
    let mut rest = head;
    let mut is_reduced = false;
    loop {
        let (first, mut after) = rest.split_first()?;
        if first & 4 != 0 {
            after = after.get(1..)?;
        }
        let mut size = after.len();
        if first & 2 != 0 {
            let mut said = 0u64;
            for place in 0..8 {
                let (byte, behind) = after.split_first()?;
                after = behind;
                said |= u64::from(byte & 0x7f) << (place * 7);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            size = usize::try_from(said).unwrap_or(usize::MAX).min(after.len());
        }
        let (body, behind) = after.split_at(size);
        match first >> 3 & 15 {
            // A sequence header: profile, still_picture, reduced_still_picture_header.
            1 => is_reduced = body.first().is_some_and(|byte| byte >> 3 & 1 == 1),
            3 | 6 => {
                let mut bits = Bits::new(body);
                return Some(is_reduced || bits.take(1)? == 0 && bits.take(2)? == 0 && bits.take(1)? == 1);
            }
            _ => {}
        }
        rest = behind;
    }
}

/// Bits, the highest of a byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// ITU-T H.264, 9.1.
    fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let offset = (1u32 << zeros) - 1;
        Some(offset.saturating_add(self.take(zeros)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_tell_whether_decoding_can_begin() {
        let h264 = |bytes: &[u8]| Pictures::H264(Some(4)).look(bytes).keyframe;
        // A delimiter, then an IDR slice; a P slice (first_mb 0, type 5); an I slice (type 7).
        assert_eq!(h264(&[0, 0, 0, 2, 9, 0x10, 0, 0, 9, 0, 0x65, 0x88]), Some(true));
        assert_eq!(h264(&[0, 0, 0, 3, 0x41, 0x9a, 0x24]), Some(false));
        assert_eq!(h264(&[0, 0, 0, 3, 0x41, 0x88, 0x80]), None);
        assert_eq!(h264(&[0, 0, 0, 2, 6, 5]), None);
        let hevc = |kind: u8| Pictures::Hevc(Some(4)).look(&[0, 0, 0, 3, kind << 1, 1, 0xaf]).keyframe;
        assert_eq!([1, 15, 19, 21, 33].map(hevc), [Some(false), Some(false), Some(true), Some(true), None]);
    }

    #[test]
    fn frames_of_vp8_and_vp9_tell_whether_they_are_shown() {
        let key = Look { keyframe: Some(true), hidden: false };
        assert_eq!(Pictures::Vp8.look(&[0x10, 0, 0, 0x9d, 0x01, 0x2a]), key);
        assert_eq!(Pictures::Vp8.look(&[0x01, 0, 0]), Look { keyframe: Some(false), hidden: true });
        assert_eq!(Pictures::Vp9.look(&[0x82, 0x49, 0x83, 0x42, 0]), key);
        assert_eq!(Pictures::Vp9.look(&[0x84, 0]), Look { keyframe: Some(false), hidden: true });
        assert_eq!(Pictures::Vp9.look(&[0x13, 0]), Look::default());
        assert!(Pictures::Vp9.is_superframe(0xc1) && !Pictures::Vp9.is_superframe(0x41));
    }

    #[test]
    fn a_temporal_unit_tells_whether_it_begins_with_a_key_frame() {
        let av1 = |bytes: &[u8]| Pictures::Av1.look(bytes).keyframe;
        // A sequence header of two bytes, then frames: key and shown, and inter.
        assert_eq!(av1(&[0x0a, 2, 0, 0, 0x32, 2, 0x10, 0]), Some(true));
        assert_eq!(av1(&[0x32, 2, 0x30, 0]), Some(false));
        assert_eq!((av1(&[0x12, 0]), av1(&[])), (None, None));
    }
}
