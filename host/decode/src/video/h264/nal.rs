//! NAL units of H.264 (ITU-T H.264, 7.3.1).

use rusty_h264_common::nal::emulation_unprevent;

use super::super::framing;

/// What a unit is to us (table 7-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 1 and 5.
    Slice,
    /// 2 to 4.
    Partition,
    /// 7.
    Sps,
    /// 8.
    Pps,
    /// Messages, delimiters, auxiliary pictures, extensions.
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

    fn header(&self) -> u8 {
        self.bytes.first().copied().unwrap_or(0)
    }

    pub(super) fn kind(&self) -> Kind {
        match self.header() & 31 {
            1 | 5 => Kind::Slice,
            2..=4 => Kind::Partition,
            7 => Kind::Sps,
            8 => Kind::Pps,
            _ => Kind::Other,
        }
    }

    pub(super) fn is_slice(&self) -> bool {
        self.kind() == Kind::Slice
    }

    /// 0: no picture refers to this one.
    pub(super) fn ref_idc(&self) -> u8 {
        self.header() >> 5 & 3
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What is inside, without emulation prevention.
    pub(super) fn payload(&self) -> Vec<u8> {
        emulation_unprevent(self.bytes.get(1..).unwrap_or_default()).into_owned()
    }

    /// As much of what is inside as a slice's header needs at most up to its field flag.
    pub(super) fn beginning(&self) -> Vec<u8> {
        let bytes = self.bytes.get(1..).unwrap_or_default();
        emulation_unprevent(bytes.get(..32).unwrap_or(bytes)).into_owned()
    }

    /// Whether it holds no start code.
    pub(super) fn is_sound(&self) -> bool {
        framing::is_sound(self.bytes)
    }

    /// Appends a start code and the unit.
    pub(super) fn write(&self, annex_b: &mut Vec<u8>) {
        annex_b.extend_from_slice(&[0, 0, 0, 1]);
        annex_b.extend_from_slice(self.bytes);
    }
}
