//! `oxideav-h264`: interlaced, 10 bit, 4:2:2, 4:4:4, and every tool that the fast one lacks; four times slower.
//!
//! Two things make it tell of damage at once. Each packet is followed by an access unit delimiter, which ends its picture; and
//! it is told from the start that the stream is over, so that it keeps no picture back for the sake of order.

use oxideav_core::{CodecId, Decoder as _, Error as Refusal, Frame, Packet, TimeBase, VideoFrame};
use oxideav_h264::h264_decoder::H264CodecDecoder as Inner;

use super::sps::Sps;
use super::{CODEC, Planes};
use crate::contain::contained;
use crate::error::{Error, Result};
use crate::video::samples::{Chroma, Source, gray};

/// An access unit delimiter (ITU-T H.264, 7.3.2.4) for pictures of any kind.
const DELIMITER: [u8; 6] = [0, 0, 0, 1, 9, 0xf0];

pub(super) struct Thorough {
    inner: Inner,
    /// The first of two fields is inside.
    has_field: bool,
}

/// What became of a packet.
pub(super) enum Came {
    /// A picture, known by the number of its (first) packet.
    Picture(u64, Planes),
    /// The first of two fields.
    Field,
}

impl Thorough {
    /// `sets`: all parameter sets with start codes.
    pub(super) fn new(sets: &[u8]) -> Self {
        let mut decoder = Self { inner: Inner::new(CodecId::new("h264")), has_field: false };
        // They were checked when they came.
        let _ = contained(CODEC, || {
            let _ = decoder.inner.flush();
            Ok(decoder.inner.send_packet(&Packet::new(0, time_base(), sets.to_vec())))
        });
        decoder
    }

    /// One picture or field, or both fields of a picture, units with start codes.
    pub(super) fn decode(&mut self, number: u64, annex_b: &[u8], sps: &Sps) -> Result<Came> {
        let mut packet = Packet::new(0, time_base(), [annex_b, &DELIMITER].concat());
        packet.pts = i64::try_from(number).ok();
        let errors = self.inner.decode_error_count();
        contained(CODEC, || Ok(self.inner.send_packet(&packet)))?.map_err(|error| damaged(&error.to_string()))?;
        let frames = self.take()?;
        if self.inner.decode_error_count() > errors {
            return Err(damaged("a slice can't be decoded"));
        }
        // A field that found no second one is half a picture.
        let whole = frames.iter().rev().find_map(|frame| Some((frame.pts, planes_of(frame, sps)?)));
        let is_field = self.inner.last_slice.as_ref().is_some_and(|slice| slice.field_pic_flag);
        let had_field = std::mem::replace(&mut self.has_field, whole.is_none() && is_field);
        match whole {
            Some((known, planes)) => {
                let known = known.and_then(|number| u64::try_from(number).ok()).unwrap_or(number);
                Ok(Came::Picture(known, planes))
            }
            None if is_field && !had_field => Ok(Came::Field),
            None => Err(damaged("no whole picture in it")),
        }
    }

    fn take(&mut self) -> Result<Vec<VideoFrame>> {
        let mut frames = Vec::new();
        loop {
            match contained(CODEC, || Ok(self.inner.receive_frame()))? {
                Ok(Frame::Video(frame)) => frames.push(frame),
                Ok(_) => {}
                Err(Refusal::NeedMore | Refusal::Eof) => return Ok(frames),
                Err(error) => return Err(damaged(&error.to_string())),
            }
        }
    }
}

fn time_base() -> TimeBase {
    TimeBase::new(1, 1)
}

/// The decoder's planes are cropped, tightly packed, and have two bytes a sample where that has more than 8 bits.
fn planes_of(frame: &VideoFrame, sps: &Sps) -> Option<Planes> {
    let (width, height) = (sps.width() as usize, sps.height() as usize);
    let chroma = match sps.chroma_format {
        0 => Chroma::None,
        1 => Chroma::Quarter,
        2 => Chroma::HalfAcross,
        _ => Chroma::Full,
    };
    let rows = |index: usize| match (index, chroma) {
        (0, _) | (_, Chroma::HalfAcross | Chroma::Full) => height,
        _ => height.div_ceil(2),
    };
    let plane = |index: usize| {
        if index > 0 && chroma == Chroma::None {
            return gray(width, height);
        }
        let plane = frame.planes.get(index)?;
        if plane.data.len() != plane.stride * rows(index) {
            return None;
        }
        let depth = if index == 0 { sps.luma_depth } else { sps.chroma_depth };
        let (samples, stride) = (plane.data.as_slice(), plane.stride);
        if depth == 8 {
            return Source { samples, stride, first: 0, depth }.to_luma_or_chroma(index, chroma, width, height);
        }
        let source = Source { samples: samples.as_chunks::<2>().0, stride: stride / 2, first: 0, depth };
        source.to_luma_or_chroma(index, chroma, width, height)
    };
    Some([plane(0)?, plane(1)?, plane(2)?])
}

fn damaged(what: &str) -> Error {
    Error::Damaged { codec: CODEC, what: what.into() }
}
