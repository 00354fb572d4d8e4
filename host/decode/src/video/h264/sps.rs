//! Sequence parameter sets (ITU-T H.264, 7.3.2.1.1 and E.1.1): sizes, colour, and what we refuse.

use rusty_h264_common::BitReader;
use rusty_h264_common::bit_reader::OutOfData;

use super::super::limits::check_size;
use super::CODEC;
use crate::error::{Error, Result};

/// Profiles whose sets name a chroma format (7.3.2.1.1).
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// The profile without B pictures (A.2.1).
const BASELINE: u32 = 66;

/// What a sequence parameter set says that we need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) id: u32,
    coded_width: u32,
    coded_height: u32,
    pub(super) crop_left: u32,
    pub(super) crop_top: u32,
    crop_right: u32,
    crop_bottom: u32,
    pub(super) pixel_aspect: Option<(u32, u32)>,
    pub(super) full_range: Option<bool>,
    pub(super) matrix: Option<u16>,
}

impl Sps {
    /// Reads a set's payload.
    pub(super) fn read(payload: &[u8]) -> Result<Self> {
        let mut bits = BitReader::new(payload);
        let cut_off =
            |_: OutOfData| Error::Configuration { codec: CODEC, what: "a sequence parameter set is cut off".into() };
        let head = Head::read(&mut bits).map_err(cut_off)?;
        head.check()?;
        let mut sps = head.sized()?;
        sps.read_crop(&mut bits).map_err(cut_off)?;
        sps.check_crop()?;
        // Broken colour hints are no reason to refuse a picture.
        let _ = sps.read_usability(&mut bits);
        Ok(sps)
    }

    /// Pixels across that are shown.
    pub(super) fn width(&self) -> u32 {
        self.coded_width.saturating_sub(self.crop_left).saturating_sub(self.crop_right)
    }

    /// Pixels down that are shown.
    pub(super) fn height(&self) -> u32 {
        self.coded_height.saturating_sub(self.crop_top).saturating_sub(self.crop_bottom)
    }

    /// In luma samples: units of two, for 4:2:0 frames (7.4.2.1.1, CropUnitX and CropUnitY).
    fn read_crop(&mut self, bits: &mut BitReader<'_>) -> std::result::Result<(), OutOfData> {
        if bits.read_bit()? {
            for side in [&mut self.crop_left, &mut self.crop_right, &mut self.crop_top, &mut self.crop_bottom] {
                *side = bits.read_ue()?.saturating_mul(2);
            }
        }
        Ok(())
    }

    fn check_crop(&self) -> Result<()> {
        if self.width() == 0 || self.height() == 0 {
            return Err(Error::Configuration { codec: CODEC, what: "cropping leaves nothing of the picture".into() });
        }
        Ok(())
    }

    /// Video usability information, up to the matrix (E.1.1).
    fn read_usability(&mut self, bits: &mut BitReader<'_>) -> std::result::Result<(), OutOfData> {
        if !bits.read_bit()? {
            return Ok(());
        }
        if bits.read_bit()? {
            let aspect = match bits.read_bits(8)? {
                255 => Some((bits.read_bits(16)?, bits.read_bits(16)?)),
                index => PIXEL_ASPECTS.get(index as usize).copied(),
            };
            self.pixel_aspect = aspect.filter(|&(across, down)| across > 0 && down > 0);
        }
        if bits.read_bit()? {
            bits.read_bit()?;
        }
        if bits.read_bit()? {
            bits.read_bits(3)?;
            self.full_range = Some(bits.read_bit()?);
            if bits.read_bit()? {
                bits.read_bits(16)?;
                let matrix = u16::try_from(bits.read_bits(8)?).unwrap_or(2);
                self.matrix = Some(matrix).filter(|matrix| *matrix != 2);
            }
        }
        Ok(())
    }
}

/// Table E-1.
const PIXEL_ASPECTS: [(u32, u32); 17] = [
    (0, 0),
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

/// Everything before the cropping.
struct Head {
    profile: u32,
    id: u32,
    chroma_format: u32,
    luma_depth: u32,
    chroma_depth: u32,
    order_count_type: u32,
    width_mbs: u32,
    height_map_units: u32,
    frames_only: bool,
}

impl Head {
    fn read(bits: &mut BitReader<'_>) -> std::result::Result<Self, OutOfData> {
        let profile = bits.read_bits(8)?;
        bits.read_bits(16)?;
        let id = bits.read_ue()?;
        let (mut chroma_format, mut luma_depth, mut chroma_depth) = (1, 8, 8);
        if HIGH_PROFILES.contains(&profile) {
            chroma_format = bits.read_ue()?;
            if chroma_format == 3 {
                bits.read_bit()?;
            }
            luma_depth = bits.read_ue()?.saturating_add(8);
            chroma_depth = bits.read_ue()?.saturating_add(8);
            bits.read_bit()?;
            if bits.read_bit()? {
                skip_scaling_lists(bits, if chroma_format == 3 { 12 } else { 8 })?;
            }
        }
        bits.read_ue()?;
        let order_count_type = bits.read_ue()?;
        skip_order_count(bits, order_count_type)?;
        bits.read_ue()?;
        bits.read_bit()?;
        let (width_mbs, height_map_units) = (bits.read_ue()?.saturating_add(1), bits.read_ue()?.saturating_add(1));
        let frames_only = bits.read_bit()?;
        if !frames_only {
            bits.read_bit()?;
        }
        bits.read_bit()?;
        Ok(Self {
            profile,
            id,
            chroma_format,
            luma_depth,
            chroma_depth,
            order_count_type,
            width_mbs,
            height_map_units,
            frames_only,
        })
    }

    fn check(&self) -> Result<()> {
        let refused = |what: String| Err(Error::Unsupported { codec: CODEC, what });
        match self.chroma_format {
            1 => {}
            0 => return refused("monochrome".into()),
            2 => return refused("4:2:2 chroma".into()),
            _ => return refused("4:4:4 chroma".into()),
        }
        if self.luma_depth != 8 || self.chroma_depth != 8 {
            return refused(format!("a depth of {} bit", self.luma_depth.max(self.chroma_depth)));
        }
        if !self.frames_only {
            return refused("interlaced video".into());
        }
        // rusty_h264 0.17 takes the frame number for the order of this type, which only B pictures would notice.
        if self.order_count_type == 1 && self.profile != BASELINE {
            return refused("picture order count type 1".into());
        }
        Ok(())
    }

    fn sized(&self) -> Result<Sps> {
        let (width, height) = (u64::from(self.width_mbs) * 16, u64::from(self.height_map_units) * 16);
        check_size(CODEC, width, height)?;
        let (coded_width, coded_height) = (self.width_mbs * 16, self.height_map_units * 16);
        Ok(Sps { id: self.id, coded_width, coded_height, ..Sps::default() })
    }
}

/// 7.3.2.1.1.1.
fn skip_scaling_lists(bits: &mut BitReader<'_>, lists: usize) -> std::result::Result<(), OutOfData> {
    for list in 0..lists {
        if !bits.read_bit()? {
            continue;
        }
        let (mut last, mut next) = (8i32, 8i32);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = last.wrapping_add(bits.read_se()?).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
    }
    Ok(())
}

fn skip_order_count(bits: &mut BitReader<'_>, order_count_type: u32) -> std::result::Result<(), OutOfData> {
    match order_count_type {
        0 => {
            bits.read_ue()?;
        }
        1 => {
            bits.read_bit()?;
            bits.read_se()?;
            bits.read_se()?;
            // At most 255 (7.4.2.1.1); running out of bits ends a longer one.
            for _ in 0..bits.read_ue()?.min(256) {
                bits.read_se()?;
            }
        }
        _ => {}
    }
    Ok(())
}
