//! ITU-T H.264, all that cameras write: fast where it is 8 bit 4:2:0 progressive, thorough for the rest.
//!
//! ```text
//! packet ─► NAL units ─► parameter sets: checked, kept ─► which decoder
//!                   └──► slices ─► rusty_h264 or oxideav-h264 ─► picture
//! ```
//! What the fast one refuses, or would decode silently wrong, is known from the parameter sets before the first picture; a
//! keyframe with other sets may change the decoder in mid-stream.

use super::framing::{Framing, Units};
use super::limits::check_size;
use super::{Colour, Decoded, Picture, Plane, VideoDecoder, VideoPacket, VideoShape};
use crate::config::VideoConfig;
use crate::error::{Error, Result};

use fast::Fast;
use nal::{Kind, Unit};
use sets::Sets;
use thorough::{Came, Thorough};

mod avcc;
mod fast;
mod nal;
mod pps;
mod sets;
mod sps;
#[cfg(test)]
mod tests;
mod thorough;

const CODEC: &str = "h264";

type Planes = [Plane; 3];

pub(super) fn shape(config: &VideoConfig) -> Result<VideoShape> {
    Decoder::new(config).map(|decoder| decoder.shape())
}

pub(super) fn open(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    Ok(Box::new(Decoder::new(config)?))
}

/// One track's decoder.
struct Decoder {
    config: VideoConfig,
    /// What parts a packet's units.
    framing: Framing,
    sets: Sets,
    engine: Engine,
    /// A picture that others refer to was lost.
    is_lost: bool,
    /// A packet with start codes instead of lengths.
    annex_b: Vec<u8>,
}

enum Engine {
    Fast(Box<Fast>),
    Thorough(Box<Thorough>),
}

impl Engine {
    fn new(sets: &Sets) -> Self {
        let mut annex_b = Vec::new();
        sets.write(&mut annex_b);
        if sets.are_odd() {
            Self::Thorough(Box::new(Thorough::new(&annex_b)))
        } else {
            Self::Fast(Box::new(Fast::new(&annex_b)))
        }
    }

    fn fits(&self, sets: &Sets) -> bool {
        matches!(self, Self::Thorough(_)) == sets.are_odd()
    }
}

impl Decoder {
    /// A record without sets is whole: they come in the packets then (`avc3`).
    fn new(config: &VideoConfig) -> Result<Self> {
        let record = avcc::read(&config.extra)?;
        let mut sets = Sets::default();
        for unit in record.units {
            sets.take(&Unit::new(unit))?;
        }
        if sets.active().is_none() {
            check_size(CODEC, config.width.into(), config.height.into())?;
        }
        let engine = Engine::new(&sets);
        Ok(Self { config: config.clone(), framing: record.framing, sets, engine, is_lost: false, annex_b: Vec::new() })
    }

    /// Of the sequence parameter set that came last, or as the container says while none came. The container's words on
    /// colour and pixel aspect win over the stream's.
    fn shape(&self) -> VideoShape {
        let sps = self.sets.active().cloned();
        let (width, height) =
            sps.as_ref().map_or((self.config.width, self.config.height), |sps| (sps.width(), sps.height()));
        let sps = sps.unwrap_or_default();
        VideoShape {
            width,
            height,
            pixel_aspect: self.config.pixel_aspect.or(sps.pixel_aspect).unwrap_or((1, 1)),
            colour: Colour {
                full_range: self.config.full_range.or(sps.full_range).unwrap_or(false),
                matrix: self.config.matrix.filter(|matrix| *matrix != 2).or(sps.matrix).unwrap_or(2),
            },
        }
    }

    /// A picture and its number; `None` for the first of two fields.
    fn picture(&mut self, packet: &VideoPacket<'_>) -> Result<Option<(u64, Picture)>> {
        if self.is_lost {
            if !packet.keyframe {
                self.skip(packet.bytes)?;
                return Err(damaged("it refers to a picture that was lost"));
            }
            self.restart();
        }
        let is_disposable = self.is_disposable(packet.bytes);
        self.annex_b.clear();
        let outcome = self.units_of(packet.bytes).and_then(|()| self.decode_units(packet));
        if let Err(error) = &outcome {
            self.is_lost = !(is_disposable && matches!(error, Error::Damaged { .. }));
        }
        outcome
    }

    /// Writes the packet's slices and parameter sets with start codes.
    fn units_of(&mut self, packet: &[u8]) -> Result<()> {
        for unit in Units::new(CODEC, packet, self.framing) {
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

    fn decode_units(&mut self, packet: &VideoPacket<'_>) -> Result<Option<(u64, Picture)>> {
        if !self.engine.fits(&self.sets) {
            if !packet.keyframe {
                return Err(damaged("its parameter sets ask for another decoder"));
            }
            self.engine = Engine::new(&self.sets);
        }
        let Some(sps) = self.sets.active() else { return Err(damaged("no parameter sets came yet")) };
        let (number, planes) = match &mut self.engine {
            Engine::Fast(fast) => (packet.number, fast.decode(&self.annex_b, sps)?),
            Engine::Thorough(thorough) => match thorough.decode(packet.number, &self.annex_b, sps)? {
                Came::Picture(number, planes) => (number, planes),
                Came::Field => return Ok(None),
            },
        };
        let VideoShape { pixel_aspect, colour, .. } = self.shape();
        let (width, height) = (planes[0].width, planes[0].height);
        Ok(Some((number, Picture { width, height, pixel_aspect, colour, planes })))
    }

    fn slices<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = Unit<'a>> + use<'a> {
        Units::new(CODEC, packet, self.framing).flatten().map(Unit::new).filter(Unit::is_slice)
    }
}

impl VideoDecoder for Decoder {
    /// Pictures come out at once; those of two fields with the second.
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()> {
        let picture = self.picture(&packet)?;
        pictures.extend(picture.map(|(number, picture)| Decoded { number, picture }));
        Ok(())
    }

    fn flush(&mut self, _: &mut Vec<Decoded>) -> Result<()> {
        self.restart();
        Ok(())
    }

    /// One field isn't: the other may be referred to.
    fn is_disposable(&self, packet: &[u8]) -> bool {
        let is_field = |unit: &Unit<'_>| self.sets.active().is_some_and(|sps| sps.is_field(unit));
        let mut slices = self.slices(packet).peekable();
        slices.peek().is_some() && slices.all(|unit| unit.ref_idc() == 0 && !is_field(&unit))
    }

    fn skip(&mut self, packet: &[u8]) -> Result<()> {
        for unit in Units::new(CODEC, packet, self.framing) {
            self.keep(&Unit::new(unit?))?;
        }
        Ok(())
    }

    fn restart(&mut self) {
        self.engine = Engine::new(&self.sets);
        self.is_lost = false;
    }
}

fn damaged(what: &str) -> Error {
    Error::Damaged { codec: CODEC, what: what.into() }
}
