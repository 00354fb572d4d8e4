//! `rusty_h264`: 8 bit 4:2:0 progressive, fast.

use rusty_h264_common::YuvFrame;
use rusty_h264_decoder::{DecodeError, Decoder as Inner};

use super::sps::Sps;
use super::{CODEC, Planes};
use crate::contain::contained;
use crate::error::{Error, Result};
use crate::video::Plane;

pub(super) struct Fast {
    inner: Inner,
    /// A picture that nobody refers to was lost, and its remains are still inside.
    has_remains: bool,
}

impl Fast {
    /// `sets`: all parameter sets with start codes. They were checked when they came.
    pub(super) fn new(sets: &[u8]) -> Self {
        let mut inner = Inner::new();
        let _ = contained(CODEC, || inner.decode(sets).map_err(damaged));
        Self { inner, has_remains: false }
    }

    /// One whole picture, its units with start codes.
    pub(super) fn decode(&mut self, annex_b: &[u8], sps: &Sps) -> Result<Planes> {
        let mut outcome = contained(CODEC, || Ok(self.inner.decode(annex_b)))?;
        // The remains of a lost picture make the next one fail once, and are gone then.
        if std::mem::replace(&mut self.has_remains, true) && matches!(outcome, Err(DecodeError::Truncated)) {
            outcome = contained(CODEC, || Ok(self.inner.decode(annex_b)))?;
        }
        match outcome {
            Ok(Some(frame)) => {
                self.has_remains = false;
                planes_of(frame, sps)
            }
            Ok(None) => Err(Error::Damaged { codec: CODEC, what: "no whole picture in it".into() }),
            Err(error) => Err(damaged(error)),
        }
    }
}

/// The decoder crops at the right and below; left and top are ours.
fn planes_of(frame: YuvFrame, sps: &Sps) -> Result<Planes> {
    let (left, top) = (sps.crop_left as usize, sps.crop_top as usize);
    let (full_width, full_height) = (frame.width, frame.height);
    let (width, height) = (full_width.saturating_sub(left), full_height.saturating_sub(top));
    let luma = full_width.saturating_mul(full_height);
    let is_whole = frame.y.len() == luma && [&frame.u, &frame.v].iter().all(|chroma| chroma.len() == luma / 4);
    if (width, height) != (sps.width() as usize, sps.height() as usize) || !is_whole {
        return Err(Error::Damaged { codec: CODEC, what: format!("a picture of {width}x{height}") });
    }
    let plane = |samples: Vec<u8>, halved: usize| Plane {
        samples,
        stride: full_width / halved,
        first: top / halved * (full_width / halved) + left / halved,
        width: width / halved,
        height: height / halved,
    };
    Ok([plane(frame.y, 1), plane(frame.u, 2), plane(frame.v, 2)])
}

fn damaged(error: DecodeError) -> Error {
    Error::Damaged { codec: CODEC, what: error.to_string() }
}
