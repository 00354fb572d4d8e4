//! VP8 (RFC 6386) by `oxideav-vp8`.

use oxideav_vp8::state::Vp8DecoderState;

use super::chain::{Chain, Head, Link, Shown};
use super::limits::check_size;
use super::{Colour, Plane, VideoDecoder, VideoShape};
use crate::config::VideoConfig;
use crate::error::{Error, Result};

const CODEC: &str = "vp8";

/// The container's words: VP8 has no configuration of its own, and says nothing on colours (RFC 6386, 9.2) but that they are
/// BT.601's.
pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    check_size(CODEC, config.width.into(), config.height.into())?;
    Ok(VideoShape {
        width: config.width,
        height: config.height,
        pixel_aspect: config.pixel_aspect.unwrap_or((1, 1)),
        colour: Colour { full_range: config.full_range.unwrap_or(false), matrix: config.matrix.unwrap_or(2) },
    })
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    shape(config)?;
    Ok(Box::new(Chain::<Vp8>::new(config)))
}

struct Vp8 {
    inner: Vp8DecoderState,
    is_shown: bool,
}

impl Link for Vp8 {
    const CODEC: &'static str = CODEC;

    fn new(_: &VideoConfig) -> Self {
        Self { inner: Vp8DecoderState::new(), is_shown: true }
    }

    /// RFC 6386, 9.1.
    fn look(&mut self, packet: &[u8]) -> Result<Head> {
        let damaged = |what: &str| Error::Damaged { codec: CODEC, what: what.into() };
        let cut_off = || damaged("its header is cut off");
        let tag = packet.first_chunk::<3>().ok_or_else(cut_off)?;
        let is_entry = tag[0] & 1 == 0;
        self.is_shown = tag[0] & 0x10 != 0;
        if is_entry {
            let head = packet.get(3..10).ok_or_else(cut_off)?;
            let [0x9d, 0x01, 0x2a, a, b, c, d] = *head else {
                return Err(damaged("its start code is wrong"));
            };
            let side = |low, high| u64::from(u16::from_le_bytes([low, high]) & 0x3fff);
            let (width, height) = (side(a, b), side(c, d));
            check_size(CODEC, width, height)?;
            if width.min(height) == 0 {
                return Err(damaged("a picture of no size"));
            }
        }
        Ok(Head { is_entry })
    }

    fn decode(&mut self, packet: &[u8]) -> Result<Option<Shown>> {
        let frame = self
            .inner
            .decode_frame(packet)
            .map_err(|error| Error::Damaged { codec: CODEC, what: error.to_string() })?;
        if !self.is_shown {
            return Ok(None);
        }
        let (width, height) = (frame.width as usize, frame.height as usize);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let planes = [
            Plane::whole(frame.y, width, height),
            Plane::whole(frame.u, half_width, half_height),
            Plane::whole(frame.v, half_width, half_height),
        ];
        Ok(Some(Shown { planes, full_range: None, matrix: None }))
    }
}
