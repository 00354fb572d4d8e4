//! Sequence parameter sets (ITU-T H.264, 7.3.2.1.1 and E.1.1): sizes, colour, and what we refuse.

use rusty_h264_common::BitReader;
use rusty_h264_common::bit_reader::OutOfData;

use super::super::limits::check_size;
use super::CODEC;
use super::nal::Unit;
use crate::error::{Error, Result};

/// Profiles whose sets name a chroma format (7.3.2.1.1).
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Bits of a sample.
const DEEPEST: u32 = 10;

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
    /// 0 to 3: 4:0:0, 4:2:0, 4:2:2, 4:4:4.
    pub(super) chroma_format: u32,
    pub(super) luma_depth: u8,
    pub(super) chroma_depth: u8,
    /// Pictures may be coded as two fields.
    pub(super) may_have_fields: bool,
    /// The fast decoder can't do it, or does it wrong without saying so.
    pub(super) is_odd: bool,
    frame_number_bits: u32,
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

    /// Whether a slice is of a field (7.3.3).
    pub(super) fn is_field(&self, slice: &Unit<'_>) -> bool {
        let read = |payload: &[u8]| {
            let mut bits = BitReader::new(payload);
            for _ in 0..3 {
                bits.read_ue()?;
            }
            bits.read_bits(self.frame_number_bits)?;
            bits.read_bit()
        };
        self.may_have_fields && read(&slice.beginning()).unwrap_or(true)
    }

    /// In luma samples (7.4.2.1.1, CropUnitX and CropUnitY).
    fn read_crop(&mut self, bits: &mut BitReader<'_>) -> std::result::Result<(), OutOfData> {
        let across = if matches!(self.chroma_format, 1 | 2) { 2 } else { 1 };
        let down = if self.chroma_format == 1 { 2 } else { 1 } * if self.may_have_fields { 2 } else { 1 };
        if bits.read_bit()? {
            for (side, unit) in [
                (&mut self.crop_left, across),
                (&mut self.crop_right, across),
                (&mut self.crop_top, down),
                (&mut self.crop_bottom, down),
            ] {
                *side = bits.read_ue()?.saturating_mul(unit);
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
    has_separate_planes: bool,
    luma_depth: u32,
    chroma_depth: u32,
    frame_number_bits: u32,
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
        let mut has_separate_planes = false;
        if HIGH_PROFILES.contains(&profile) {
            chroma_format = bits.read_ue()?;
            if chroma_format == 3 {
                has_separate_planes = bits.read_bit()?;
            }
            luma_depth = bits.read_ue()?.saturating_add(8);
            chroma_depth = bits.read_ue()?.saturating_add(8);
            bits.read_bit()?;
            if bits.read_bit()? {
                skip_scaling_lists(bits, if chroma_format == 3 { 12 } else { 8 })?;
            }
        }
        let frame_number_bits = bits.read_ue()?.saturating_add(4);
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
            has_separate_planes,
            luma_depth,
            chroma_depth,
            frame_number_bits,
            order_count_type,
            width_mbs,
            height_map_units,
            frames_only,
        })
    }

    fn check(&self) -> Result<()> {
        let refused = |what: String| Err(Error::Unsupported { codec: CODEC, what });
        let depth = self.luma_depth.max(self.chroma_depth);
        if depth > DEEPEST {
            return refused(format!("a depth of {depth} bit"));
        }
        if self.chroma_format > 3 || self.frame_number_bits > 16 {
            return Err(Error::Configuration { codec: CODEC, what: "a sequence parameter set makes no sense".into() });
        }
        if self.has_separate_planes {
            return refused("separately coded colour planes".into());
        }
        Ok(())
    }

    /// What rusty_h264 0.17 refuses; and picture order count type 1, for which it takes the frame number, which only B
    /// pictures would notice.
    fn is_odd(&self) -> bool {
        self.chroma_format != 1
            || self.luma_depth.max(self.chroma_depth) != 8
            || !self.frames_only
            || (self.order_count_type == 1 && self.profile != BASELINE)
    }

    fn sized(&self) -> Result<Sps> {
        let height_mbs = u64::from(self.height_map_units) * if self.frames_only { 1 } else { 2 };
        let (width, height) = (u64::from(self.width_mbs) * 16, height_mbs * 16);
        check_size(CODEC, width, height)?;
        Ok(Sps {
            id: self.id,
            coded_width: width as u32,
            coded_height: height as u32,
            chroma_format: self.chroma_format,
            luma_depth: self.luma_depth as u8,
            chroma_depth: self.chroma_depth as u8,
            may_have_fields: !self.frames_only,
            is_odd: self.is_odd(),
            frame_number_bits: self.frame_number_bits,
            ..Sps::default()
        })
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
