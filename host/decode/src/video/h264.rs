//! ITU-T H.264, 8 bit 4:2:0 progressive, by `rusty_h264`.
//!
//! ```text
//! packet ─► NAL units ─► parameter sets: checked, kept
//!                   └──► slices ─► rusty_h264 ─► picture
//! ```
//! What that decoder refuses, or would decode silently wrong, is refused here by name from the parameter sets, before the
//! first picture.

use rusty_h264_decoder::{DecodeError, Decoder as Inner};

use super::lengths::Units;
use super::{Colour, Decoded, Picture, Plane, VideoDecoder, VideoPacket, VideoShape};
use crate::config::VideoConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

use nal::{Kind, Unit};
use sets::Sets;

mod avcc;
mod nal;
mod pps;
mod sets;
mod sps;
#[cfg(test)]
mod tests;

const CODEC: &str = "h264";

pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    Decoder::new(config).map(|decoder| decoder.shape())
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    Ok(Box::new(Decoder::new(config)?))
}

/// One track's decoder.
struct Decoder {
    config: VideoConfig,
    /// Bytes of a NAL unit's length.
    length_bytes: usize,
    sets: Sets,
    inner: Inner,
    state: State,
    /// A packet with start codes instead of lengths.
    annex_b: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Everything that the next picture may refer to is there.
    Sound,
    /// A picture that nobody refers to was lost; the decoder still holds its remains.
    Remains,
    /// A picture that others refer to was lost.
    Lost,
}

impl Decoder {
    fn new(config: &VideoConfig) -> Result<Self> {
        let record = avcc::read(&config.extra)?;
        let mut sets = Sets::default();
        for unit in record.units {
            sets.take(&Unit::new(unit))?;
        }
        if sets.active().is_none() {
            return Err(Error::Configuration { codec: CODEC, what: "no sequence parameter set".into() });
        }
        let mut decoder = Self {
            config: config.clone(),
            length_bytes: record.length_bytes,
            sets,
            inner: Inner::new(),
            state: State::Sound,
            annex_b: Vec::new(),
        };
        decoder.restart();
        Ok(decoder)
    }

    /// Of the sequence parameter set that came last; the container's words on colour and pixel aspect win over the stream's.
    fn shape(&self) -> VideoShape {
        let sps = self.sets.active().cloned().unwrap_or_default();
        VideoShape {
            width: sps.width(),
            height: sps.height(),
            pixel_aspect: self.config.pixel_aspect.or(sps.pixel_aspect).unwrap_or((1, 1)),
            colour: Colour {
                full_range: self.config.full_range.or(sps.full_range).unwrap_or(false),
                matrix: self.config.matrix.filter(|matrix| *matrix != 2).or(sps.matrix).unwrap_or(2),
            },
        }
    }

    fn picture(&mut self, packet: &[u8], keyframe: bool) -> Result<Picture> {
        if self.state == State::Lost {
            if !keyframe {
                self.skip(packet)?;
                return Err(Error::Damaged { codec: CODEC, what: "it refers to a picture that was lost".into() });
            }
            self.restart();
        }
        let disposable = self.is_disposable(packet);
        self.annex_b.clear();
        let outcome = self.units_of(packet).and_then(|()| self.decode_units());
        if let Err(error) = &outcome {
            let clean = matches!(error, Error::Damaged { .. });
            self.state = if disposable && clean { State::Remains } else { State::Lost };
        } else {
            self.state = State::Sound;
        }
        outcome
    }

    /// Writes the packet's slices and parameter sets with start codes.
    fn units_of(&mut self, packet: &[u8]) -> Result<()> {
        for unit in Units::new(CODEC, packet, self.length_bytes) {
            let unit = Unit::new(unit?);
            self.keep(&unit)?;
            match unit.kind() {
                Kind::Slice if !unit.is_sound() => {
                    return Err(Error::Damaged { codec: CODEC, what: "a slice holds a start code".into() });
                }
                Kind::Slice | Kind::Sps | Kind::Pps => unit.write(&mut self.annex_b),
                Kind::Partition => {
                    return Err(Error::Unsupported { codec: CODEC, what: "data partitioning".into() });
                }
                Kind::Other => {}
            }
        }
        Ok(())
    }

    fn keep(&mut self, unit: &Unit<'_>) -> Result<()> {
        match unit.kind() {
            // A flipped bit makes a set look unsupported: the track goes on with the next one that is sound.
            Kind::Sps | Kind::Pps => {
                self.sets.take(unit).map_err(|error| Error::Damaged { codec: CODEC, what: error.to_string() })
            }
            Kind::Slice | Kind::Partition | Kind::Other => Ok(()),
        }
    }

    fn decode_units(&mut self) -> Result<Picture> {
        let mut outcome = contained(CODEC, || Ok(self.inner.decode(&self.annex_b)))?;
        // The remains of a lost picture make the next one fail once, and are gone then.
        if self.state == State::Remains && matches!(outcome, Err(DecodeError::Truncated)) {
            outcome = contained(CODEC, || Ok(self.inner.decode(&self.annex_b)))?;
        }
        match outcome {
            Ok(Some(frame)) => self.picture_of(frame),
            Ok(None) => Err(Error::Damaged { codec: CODEC, what: "no whole picture in it".into() }),
            Err(error) => Err(damaged(error)),
        }
    }

    /// The decoder crops at the right and below; left and top are ours.
    fn picture_of(&self, frame: rusty_h264_common::YuvFrame) -> Result<Picture> {
        let shape = self.shape();
        let (left, top) = self.sets.active().map_or((0, 0), |sps| (sps.crop_left as usize, sps.crop_top as usize));
        let (full_width, full_height) = (frame.width, frame.height);
        let width = full_width.saturating_sub(left);
        let height = full_height.saturating_sub(top);
        let luma = full_width.saturating_mul(full_height);
        let is_whole = frame.y.len() == luma && [&frame.u, &frame.v].iter().all(|chroma| chroma.len() == luma / 4);
        if (width, height) != (shape.width as usize, shape.height as usize) || !is_whole {
            return Err(Error::Damaged { codec: CODEC, what: format!("a picture of {width}x{height}") });
        }
        let plane = |samples: Vec<u8>, halved: usize| Plane {
            samples,
            stride: full_width / halved,
            first: top / halved * (full_width / halved) + left / halved,
            width: width / halved,
            height: height / halved,
        };
        Ok(Picture {
            width,
            height,
            pixel_aspect: shape.pixel_aspect,
            colour: shape.colour,
            planes: [plane(frame.y, 1), plane(frame.u, 2), plane(frame.v, 2)],
        })
    }
}

impl VideoDecoder for Decoder {
    /// Pictures come out at once.
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()> {
        let picture = self.picture(packet.bytes, packet.keyframe)?;
        pictures.push(Decoded { number: packet.number, picture });
        Ok(())
    }

    fn flush(&mut self, _: &mut Vec<Decoded>) -> Result<()> {
        Ok(())
    }

    fn is_disposable(&self, packet: &[u8]) -> bool {
        let units = Units::new(CODEC, packet, self.length_bytes).flatten().map(Unit::new);
        let mut slices = units.filter(Unit::is_slice).peekable();
        slices.peek().is_some() && slices.all(|unit| unit.ref_idc() == 0)
    }

    fn skip(&mut self, packet: &[u8]) -> Result<()> {
        for unit in Units::new(CODEC, packet, self.length_bytes) {
            self.keep(&Unit::new(unit?))?;
        }
        Ok(())
    }

    fn restart(&mut self) {
        self.inner = Inner::new();
        self.state = State::Sound;
        self.annex_b.clear();
        self.sets.write(&mut self.annex_b);
        // They were checked when they came.
        let _ = contained(CODEC, || self.inner.decode(&self.annex_b).map_err(damaged));
    }
}

fn damaged(error: DecodeError) -> Error {
    Error::Damaged { codec: CODEC, what: error.to_string() }
}
