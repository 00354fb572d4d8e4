//! Motion JPEG by `zune-jpeg`, scalar, so that its bits are the same everywhere. Full range and BT.601, as JFIF has it.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::limits::{LONGEST_SIDE, check_size};
use super::samples::{Chroma, Source, gray};
use super::{Colour, Decoded, Picture, Plane, VideoDecoder, VideoPacket, VideoShape};
use crate::config::VideoConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

const CODEC: &str = "mjpeg";

/// BT.601 in H.273, table 4.
const MATRIX: u16 = 6;

pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    check_size(CODEC, config.width.into(), config.height.into())?;
    Ok(VideoShape { colour: colour(config), ..VideoShape::said(config, config.width, config.height) })
}

fn colour(config: &VideoConfig) -> Colour {
    let matrix = config.matrix.filter(|matrix| *matrix != 2).unwrap_or(MATRIX);
    Colour { full_range: config.full_range.unwrap_or(true), matrix }
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    shape(config)?;
    Ok(Box::new(Mjpeg { config: config.clone() }))
}

struct Mjpeg {
    config: VideoConfig,
}

impl Mjpeg {
    fn picture(&self, packet: &[u8]) -> Result<Picture> {
        let options = DecoderOptions::default()
            .set_strict_mode(true)
            .set_max_width(LONGEST_SIDE as usize)
            .set_max_height(LONGEST_SIDE as usize)
            .jpeg_set_max_scans(32)
            .jpeg_set_out_colorspace(ColorSpace::YCbCr);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(packet), options);
        decoder.decode_headers().map_err(damaged)?;
        let (width, height) = decoder.dimensions().unwrap_or_default();
        check_size(CODEC, width as u64, height as u64)?;
        if decoder.input_colorspace() == Some(ColorSpace::Luma) {
            let options = options.jpeg_set_out_colorspace(ColorSpace::Luma);
            decoder = JpegDecoder::new_with_options(ZCursor::new(packet), options);
        }
        let samples = decoder.decode().map_err(damaged)?;
        let planes = planes_of(&samples, width, height);
        Ok(Picture {
            width,
            height,
            pixel_aspect: self.config.pixel_aspect.unwrap_or((1, 1)),
            colour: colour(&self.config),
            planes: planes.ok_or_else(|| Error::Damaged { codec: CODEC, what: "a picture that isn't whole".into() })?,
        })
    }
}

/// From luma alone, or three samples a pixel.
fn planes_of(samples: &[u8], width: usize, height: usize) -> Option<[Plane; 3]> {
    let pixels = width.checked_mul(height).filter(|pixels| *pixels > 0)?;
    if samples.len() == pixels {
        return Some([Plane::whole(samples.to_vec(), width, height), gray(width, height)?, gray(width, height)?]);
    }
    if samples.len() != pixels.checked_mul(3)? {
        return None;
    }
    let every_third = |index: usize| samples.iter().skip(index).step_by(3).copied().collect::<Vec<u8>>();
    let chroma = |index: usize| {
        let samples = every_third(index);
        Source { samples: &samples, stride: width, first: 0, depth: 8 }.to_chroma(Chroma::Full, width, height)
    };
    Some([Plane::whole(every_third(0), width, height), chroma(1)?, chroma(2)?])
}

impl VideoDecoder for Mjpeg {
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()> {
        let picture = contained(CODEC, || self.picture(packet.bytes))?;
        pictures.push(Decoded { number: packet.number, picture });
        Ok(())
    }

    fn flush(&mut self, _: &mut Vec<Decoded>) -> Result<()> {
        Ok(())
    }

    /// No picture refers to any other.
    fn is_disposable(&self, _: &[u8]) -> bool {
        true
    }

    fn skip(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn restart(&mut self) {}
}

fn damaged(error: impl std::fmt::Debug) -> Error {
    Error::Damaged { codec: CODEC, what: format!("{error:?}") }
}
