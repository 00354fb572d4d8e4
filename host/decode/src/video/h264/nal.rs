//! NAL units (ITU-T H.264, 7.3.1), as MP4 holds them: each after its length.

use rusty_h264_common::nal::emulation_unprevent;

use super::CODEC;
use crate::error::{Error, Result};

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

    /// Whether it holds no three bytes that emulation prevention would have parted (7.4.1). Zeros at its end don't count.
    pub(super) fn is_sound(&self) -> bool {
        let trailing = self.bytes.iter().rev().take_while(|byte| **byte == 0).count();
        let inside = self.bytes.get(..self.bytes.len() - trailing).unwrap_or_default();
        !inside.windows(3).any(|bytes| matches!(bytes, [0, 0, 0..=2]))
    }

    /// Appends a start code and the unit.
    pub(super) fn write(&self, annex_b: &mut Vec<u8>) {
        annex_b.extend_from_slice(&[0, 0, 0, 1]);
        annex_b.extend_from_slice(self.bytes);
    }
}

/// A packet's units.
pub(super) struct Units<'a> {
    rest: &'a [u8],
    length_bytes: usize,
}

impl<'a> Units<'a> {
    pub(super) fn new(packet: &'a [u8], length_bytes: usize) -> Self {
        Self { rest: packet, length_bytes }
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Result<Unit<'a>>;

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
            return Some(Err(Error::Damaged { codec: CODEC, what: "a unit is longer than its packet".into() }));
        };
        self.rest = rest;
        Some(Ok(Unit::new(unit)))
    }
}
