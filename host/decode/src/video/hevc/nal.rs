//! NAL units of HEVC (ITU-T H.265, 7.3.1).

use rusty_h265::bits::BitReader;

use crate::video::framing;

/// What a unit is to us (table 7-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 0 to 31: a part of a picture.
    Slice,
    /// 33.
    Sps,
    /// 32 and 34.
    OtherSet,
    /// 36 and 37: what follows begins anew.
    End,
    /// Messages, delimiters, filler, and layers above the first.
    Other,
}

/// One unit, header and all, without its length.
#[derive(Clone, Copy)]
pub(super) struct Unit<'a> {
    bytes: &'a [u8],
}

impl<'a> Unit<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn byte(&self, index: usize) -> u8 {
        self.bytes.get(index).copied().unwrap_or(0)
    }

    pub(super) fn unit_type(&self) -> u8 {
        self.byte(0) >> 1 & 63
    }

    /// 0 for the layer that everybody decodes.
    fn layer(&self) -> u8 {
        (self.byte(0) & 1) << 5 | self.byte(1) >> 3
    }

    pub(super) fn kind(&self) -> Kind {
        if self.bytes.len() < 3 && !matches!(self.unit_type(), 36 | 37) || self.layer() > 0 {
            return Kind::Other;
        }
        match self.unit_type() {
            0..=31 => Kind::Slice,
            33 => Kind::Sps,
            32 | 34 => Kind::OtherSet,
            36 | 37 => Kind::End,
            _ => Kind::Other,
        }
    }

    /// The id of a video (7.3.2.1) or picture parameter set (7.3.2.3).
    pub(super) fn set_id(&self) -> Option<u32> {
        match self.unit_type() {
            32 => Some(u32::from(self.byte(2) >> 4)),
            _ => BitReader::new(self.bytes.get(2..)?).read_ue_max(63).ok(),
        }
    }

    /// `TemporalId`.
    pub(super) fn sub_layer(&self) -> u8 {
        (self.byte(1) & 7).saturating_sub(1)
    }

    /// Decoding can begin at such a picture (16 to 23, IRAP).
    pub(super) fn is_entry(&self) -> bool {
        (16..=23).contains(&self.unit_type())
    }

    /// Shown before the entry that it follows, and refers to what comes before that (8 and 9, RASL).
    pub(super) fn is_skipped_leading(&self) -> bool {
        matches!(self.unit_type(), 8 | 9)
    }

    /// No picture of its sub-layer refers to it (the even types up to 14, SLNR).
    pub(super) fn is_sub_layer_non_reference(&self) -> bool {
        self.unit_type() <= 14 && self.unit_type().is_multiple_of(2)
    }

    /// The first slice of a picture.
    pub(super) fn begins_picture(&self) -> bool {
        self.byte(2) & 0x80 != 0
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it holds no three bytes that emulation prevention would have parted (7.4.2). Zeros at its end don't count.
    pub(super) fn is_sound(&self) -> bool {
        framing::is_sound(self.bytes)
    }
}
