//! AV1 by `re_rav1d`, on one thread, without its assembly. Film grain is applied, as players do.

use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Decoder as Inner, Error as Refusal, PixelLayout, PlanarImageComponent, Settings};

use super::chain::{Chain, Head, Link, Shown};
use super::limits::{MOST_PIXELS, check_size};
use super::samples::{Chroma, Source};
use super::{VideoDecoder, VideoShape};
use crate::config::VideoConfig;
use crate::error::{Error, Result};

use obu::Obus;

mod obu;

const CODEC: &str = "av1";

/// Bytes of the record (AV1CodecConfigurationRecord) before its OBUs.
const RECORD: usize = 4;

/// Of the record's sequence header; as the container says where there is none.
pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    let largest = Obus::new(config.extra.get(RECORD..).unwrap_or_default()).find_map(|obu| obu.largest());
    let (width, height) = largest.unwrap_or((config.width, config.height));
    check_size(CODEC, width.into(), height.into())?;
    Ok(VideoShape::said(config, width, height))
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    shape(config)?;
    Ok(Box::new(Chain::<Av1>::new(config)))
}

struct Av1 {
    /// Made when the first packet comes.
    inner: Option<Inner>,
}

impl Link for Av1 {
    const CODEC: &'static str = CODEC;

    fn new(_: &VideoConfig) -> Self {
        Self { inner: None }
    }

    /// Decoding can begin where a sequence header is (AV1 specification, 7.6.2, random access).
    fn look(&mut self, packet: &[u8]) -> Result<Head> {
        let mut is_entry = false;
        for (width, height) in Obus::new(packet).filter_map(|obu| obu.largest()) {
            check_size(CODEC, width.into(), height.into())?;
            is_entry = true;
        }
        Ok(Head { is_entry })
    }

    /// The picture that is shown last, where a packet wrongly holds more than one temporal unit.
    fn decode(&mut self, packet: &[u8]) -> Result<Option<Shown>> {
        if self.inner.is_none() {
            self.inner = Some(Inner::with_settings(&settings()).map_err(damaged)?);
        }
        let Some(inner) = &mut self.inner else { return Ok(None) };
        let mut shown = None;
        let mut sent = inner.send_data(packet.to_vec(), None, None, None);
        loop {
            let is_open = match sent {
                Ok(()) => false,
                Err(Refusal::Again) => true,
                Err(error) => return Err(damaged(error)),
            };
            shown = take(inner)?.or(shown);
            if !is_open {
                return Ok(shown);
            }
            sent = inner.send_pending_data();
        }
    }
}

fn settings() -> Settings {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(MOST_PIXELS as u32);
    settings
}

/// The last of the pictures that are ready.
fn take(inner: &mut Inner) -> Result<Option<Shown>> {
    let mut last = None;
    loop {
        match inner.get_picture() {
            Ok(picture) => last = Some(picture),
            Err(Refusal::Again) => break,
            Err(error) => return Err(damaged(error)),
        }
    }
    last.map(|picture| {
        shown_of(&picture).ok_or_else(|| Error::Damaged { codec: CODEC, what: "a picture that isn't whole".into() })
    })
    .transpose()
}

fn shown_of(picture: &re_rav1d::dav1d::Picture) -> Option<Shown> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let chroma = match picture.pixel_layout() {
        PixelLayout::I400 => Chroma::None,
        PixelLayout::I420 => Chroma::Quarter,
        PixelLayout::I422 => Chroma::HalfAcross,
        PixelLayout::I444 => Chroma::Full,
    };
    let depth = u8::try_from(picture.bit_depth()).ok()?;
    let components = [PlanarImageComponent::Y, PlanarImageComponent::U, PlanarImageComponent::V];
    let plane = |index: usize| {
        if index > 0 && chroma == Chroma::None {
            return super::samples::gray(width, height);
        }
        let component = *components.get(index)?;
        let (bytes, stride) = (picture.plane(component), picture.stride(component) as usize);
        if depth == 8 {
            let source = Source { samples: &bytes[..], stride, first: 0, depth };
            return source.to_luma_or_chroma(index, chroma, width, height);
        }
        let source = Source { samples: bytes.as_chunks::<2>().0, stride: stride / 2, first: 0, depth };
        source.to_luma_or_chroma(index, chroma, width, height)
    };
    Some(Shown {
        planes: [plane(0)?, plane(1)?, plane(2)?],
        full_range: Some(picture.color_range() == YUVRange::Full),
        // The names have the numbers of H.273, table 4.
        matrix: Some(picture.matrix_coefficients() as u16),
    })
}

fn damaged(error: Refusal) -> Error {
    Error::Damaged { codec: CODEC, what: error.to_string() }
}
