//! VP9, all profiles but RGB, by `rusty_vp9`.
//!
//! VP9 has nothing in it by which damage could be known but its headers: a flipped bit makes a wrong picture, not an error.

use rusty_vp9::{DecodedFrame, Error as Refusal, Vp9Decoder};

use super::chain::{Chain, Head, Link, Shown};
use super::limits::check_size;
use super::samples::{Chroma, Source};
use super::{VideoDecoder, VideoShape};
use crate::config::VideoConfig;
use crate::error::{Error, Result};

use head::{Colours, FrameHead};

mod head;

const CODEC: &str = "vp9";

/// The container's words: `extra` holds no size.
pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    check_size(CODEC, config.width.into(), config.height.into())?;
    Ok(VideoShape::said(config, config.width, config.height))
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    shape(config)?;
    Ok(Box::new(Chain::<Vp9>::new(config)))
}

struct Vp9 {
    inner: Vp9Decoder,
    /// What the last keyframe said.
    colours: Colours,
}

impl Link for Vp9 {
    const CODEC: &'static str = CODEC;

    fn new(_: &VideoConfig) -> Self {
        Self { inner: Vp9Decoder::new(), colours: Colours::default() }
    }

    /// Decoding can begin where the first frame is a keyframe.
    fn look(&mut self, packet: &[u8]) -> Result<Head> {
        let mut is_entry = None;
        for frame in head::frames(packet) {
            let Some(head) = FrameHead::read(frame) else {
                return Err(damaged("a frame without a header"));
            };
            is_entry.get_or_insert(head.is_keyframe);
            if let Some((width, height)) = head.size {
                check_size(CODEC, width.into(), height.into())?;
            }
            if head.colour.is_some_and(Colours::is_rgb) {
                return Err(Error::Unsupported { codec: CODEC, what: "RGB".into() });
            }
        }
        Ok(Head { is_entry: is_entry.unwrap_or(false) })
    }

    fn decode(&mut self, packet: &[u8]) -> Result<Option<Shown>> {
        let frames = head::frames(packet);
        for frame in &frames {
            self.colours = FrameHead::read(frame).and_then(|head| head.colour).unwrap_or(self.colours);
        }
        self.inner.push(packet, None).map_err(|error| damaged(&error.to_string()))?;
        let mut shown = None;
        // One call for each frame; hidden ones say `Again`.
        for _ in &frames {
            match self.inner.next_frame() {
                Ok(frame) => shown = Some(frame),
                Err(Refusal::Again) => {}
                Err(error) => return Err(damaged(&error.to_string())),
            }
        }
        shown.map(|frame| self.shown_of(&frame).ok_or_else(|| damaged("a picture that isn't whole"))).transpose()
    }
}

impl Vp9 {
    fn shown_of(&self, frame: &DecodedFrame) -> Option<Shown> {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let chroma = match (frame.subsampling_x, frame.subsampling_y) {
            (1, 1) => Chroma::Quarter,
            (1, 0) => Chroma::HalfAcross,
            (0, 1) => Chroma::HalfDown,
            _ => Chroma::Full,
        };
        let depth = u8::try_from(frame.bit_depth).ok()?;
        let plane = |index: usize| {
            let (bytes, stride) = (frame.planes.get(index)?, *frame.strides.get(index)?);
            if depth == 8 {
                let source = Source { samples: bytes, stride, first: 0, depth };
                return source.to_luma_or_chroma(index, chroma, width, height);
            }
            let source = Source { samples: bytes.as_chunks::<2>().0, stride: stride / 2, first: 0, depth };
            source.to_luma_or_chroma(index, chroma, width, height)
        };
        Some(Shown {
            planes: [plane(0)?, plane(1)?, plane(2)?],
            full_range: Some(self.colours.full_range),
            matrix: self.colours.matrix(),
        })
    }
}

fn damaged(what: &str) -> Error {
    Error::Damaged { codec: CODEC, what: what.into() }
}
