//! VP8 (RFC 6386) by `oxideav-vp8`.
//!
//! That decoder forgets which macroblock belongs to which segment, and what segments are, from one picture to the next
//! (RFC 6386, 9.3 has both kept). A picture that needs it is refused, for it would come out silently wrong. libvpx writes both
//! anew with each picture in which it uses segments, and browsers use none.

use oxideav_vp8::coded_header::Vp8CodedHeader;
use oxideav_vp8::state::Vp8DecoderState;

use super::chain::{Chain, Head, Link, Shown};
use super::limits::check_size;
use super::{Plane, VideoDecoder, VideoShape};
use crate::config::VideoConfig;
use crate::error::{Error, Result};

const CODEC: &str = "vp8";

/// The container's words: VP8 has no configuration of its own, and says nothing on colours (RFC 6386, 9.2) but that they are
/// BT.601's.
pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    check_size(CODEC, config.width.into(), config.height.into())?;
    Ok(VideoShape::said(config, config.width, config.height))
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    shape(config)?;
    Ok(Box::new(Chain::<Vp8>::new(config)))
}

struct Vp8 {
    inner: Vp8DecoderState,
    is_shown: bool,
    /// Segments have quantisers or filters of their own.
    segments_differ: bool,
}

impl Vp8 {
    /// Fails where a picture needs what was said about segments before it.
    fn check_segments(&mut self, packet: &[u8], is_entry: bool, size: usize) -> Result<()> {
        let start = if is_entry { 10 } else { 3 };
        let partition = packet.get(start..).and_then(|rest| rest.get(..size)).unwrap_or_default();
        let head = Vp8CodedHeader::parse(partition, is_entry).map_err(|error| damaged(&error.to_string()))?;
        if is_entry || !head.segmentation_enabled {
            self.segments_differ &= !is_entry;
        }
        if !head.segmentation_enabled {
            return Ok(());
        }
        let update = head.update_segmentation.as_ref();
        let is_told =
            update.is_some_and(|update| update.update_mb_segmentation_map && update.update_segment_feature_data);
        if let Some(update) = update.filter(|update| update.update_segment_feature_data) {
            let values = update.quantizer_update.iter().chain(&update.loop_filter_update);
            self.segments_differ =
                update.segment_feature_mode_absolute || values.flatten().any(|value| i32::from(*value) != 0);
        }
        if !is_told && self.segments_differ {
            return Err(damaged("it keeps the segments of an earlier picture, which oxideav-vp8 0.2 forgets"));
        }
        Ok(())
    }
}

fn damaged(what: &str) -> Error {
    Error::Damaged { codec: CODEC, what: what.into() }
}

impl Link for Vp8 {
    const CODEC: &'static str = CODEC;

    fn new(_: &VideoConfig) -> Self {
        Self { inner: Vp8DecoderState::new(), is_shown: true, segments_differ: false }
    }

    /// RFC 6386, 9.1.
    fn look(&mut self, packet: &[u8]) -> Result<Head> {
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
        let size = (usize::from(tag[0]) >> 5) | usize::from(tag[1]) << 3 | usize::from(tag[2]) << 11;
        self.check_segments(packet, is_entry, size)?;
        Ok(Head { is_entry })
    }

    fn decode(&mut self, packet: &[u8]) -> Result<Option<Shown>> {
        let frame = self.inner.decode_frame(packet).map_err(|error| damaged(&error.to_string()))?;
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
