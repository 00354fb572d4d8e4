//! ITU-T H.265, Main and Main 10, by `rusty_h265`.
//!
//! ```text
//! packet ─► NAL units ─► parameter sets: checked, kept
//!                   └──► slices ─► rusty_h265 ─► pictures, in order of display
//! ```
//! Pictures are known by the number that went in with their first slice. One with damage in it comes out of the decoder like
//! any other and is thrown away here.

use std::collections::BTreeSet;

use rusty_h265::{Decoder as Inner, Frame};

use super::framing::{Framing, Units};
use super::samples::{Chroma, Source};
use super::{Colour, Decoded, Picture, VideoDecoder, VideoPacket, VideoShape};
use crate::config::VideoConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

use nal::{Kind, Unit};
use sets::Sets;

mod hvcc;
mod nal;
mod sets;

const CODEC: &str = "hevc";

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
    inner: Inner,
    /// Nothing was decoded since the last restart.
    is_fresh: bool,
    /// A picture that others refer to was lost.
    is_lost: bool,
    /// Numbers of pictures that are still inside and mustn't come out.
    damaged: BTreeSet<u64>,
}

impl Decoder {
    fn new(config: &VideoConfig) -> Result<Self> {
        // Some writers put the sets into the packets alone, and the record's fixed part is all there is.
        let record = hvcc::read(&config.extra)?;
        let mut sets = Sets::default();
        for unit in record.units {
            sets.take(&Unit::new(unit))?;
        }
        let mut decoder = Self {
            config: config.clone(),
            framing: record.framing,
            sets,
            inner: Inner::new(),
            is_fresh: true,
            is_lost: false,
            damaged: BTreeSet::new(),
        };
        decoder.restart();
        Ok(decoder)
    }

    /// Of the sequence parameter set that came last, or as the container says while none came. The container's words on
    /// colour and pixel aspect win over the stream's.
    fn shape(&self) -> VideoShape {
        let sps = self.sets.active();
        let (width, height) = sps.map_or((self.config.width, self.config.height), |sps| sps.output_size());
        let vui = sps.and_then(|sps| sps.vui.as_ref());
        let aspect = vui.map(|vui| (u32::from(vui.sar_width), u32::from(vui.sar_height)));
        // 0 is what the decoder's parser says where the stream says nothing, and RGB, which 4:2:0 can't be.
        let matrix = vui.map(|vui| u16::from(vui.matrix_coeffs)).filter(|matrix| *matrix != 0);
        VideoShape {
            width,
            height,
            pixel_aspect: self.config.pixel_aspect.or(aspect.filter(|&(a, b)| a > 0 && b > 0)).unwrap_or((1, 1)),
            colour: Colour {
                full_range: self.config.full_range.or(vui.map(|vui| vui.video_full_range_flag)).unwrap_or(false),
                matrix: self.config.matrix.filter(|matrix| *matrix != 2).or(matrix).unwrap_or(2),
            },
        }
    }

    fn units<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = Result<Unit<'a>>> + use<'a> {
        Units::new(CODEC, packet, self.framing).map(|unit| unit.map(Unit::new))
    }

    fn slices<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = Unit<'a>> + use<'a> {
        self.units(packet).flatten().filter(|unit| unit.kind() == Kind::Slice)
    }

    fn keep(&mut self, unit: &Unit<'_>) -> Result<()> {
        // A flipped bit makes a set look unsupported: the track goes on with the next one that is sound.
        self.sets.take(unit).map_err(|error| damaged(error.to_string()))
    }

    /// Whether this packet's picture can be made of what is there.
    fn check_entry(&mut self, packet: &VideoPacket<'_>) -> Result<()> {
        let first = self.slices(packet.bytes).next();
        if self.is_lost {
            if !packet.keyframe && !first.is_some_and(|slice| slice.is_entry()) {
                self.skip(packet.bytes)?;
                return Err(damaged("it refers to a picture that was lost"));
            }
            self.restart();
        }
        if self.is_fresh && !first.is_some_and(|slice| slice.is_entry()) {
            self.skip(packet.bytes)?;
            return Err(damaged("decoding can't begin at it"));
        }
        Ok(())
    }

    /// Feeds a packet's units. Goes on after a damaged one: what follows may hold parameter sets.
    fn feed(&mut self, packet: &VideoPacket<'_>) -> Result<()> {
        let mut outcome = Ok(());
        let before = self.inner.stats;
        for unit in self.units(packet.bytes) {
            let done = unit.and_then(|unit| self.feed_unit(&unit, packet.number));
            if matches!(done, Err(Error::Panicked { .. } | Error::TooSlow { .. })) {
                return done;
            }
            outcome = outcome.and(done);
        }
        outcome?;
        let after = self.inner.stats;
        if after.generated_refs > before.generated_refs {
            return Err(damaged("it refers to a picture that isn't there"));
        }
        if self.slices(packet.bytes).next().is_none() {
            return Err(damaged("no picture in it"));
        }
        self.is_fresh = false;
        Ok(())
    }

    fn feed_unit(&mut self, unit: &Unit<'_>, number: u64) -> Result<()> {
        self.keep(unit)?;
        let number = match unit.kind() {
            Kind::Other => return Ok(()),
            Kind::Slice if !unit.is_sound() => return Err(damaged("a slice holds a start code")),
            Kind::Slice if unit.begins_picture() => i64::try_from(number).ok(),
            Kind::Slice | Kind::Sps | Kind::OtherSet | Kind::End => None,
        };
        contained(CODEC, || Ok(self.inner.push_nal(unit.bytes(), number)))?.map_err(|error| damaged(error.to_string()))
    }

    /// Appends what is ready. A frame that isn't whole is left out.
    fn take(&mut self, pictures: &mut Vec<Decoded>) {
        while let Ok(frame) = self.inner.next_frame() {
            let number = frame.pts.and_then(|number| u64::try_from(number).ok());
            let Some(number) = number.filter(|number| !self.damaged.remove(number)) else { continue };
            if let Some(picture) = self.picture_of(&frame) {
                pictures.push(Decoded { number, picture });
            }
        }
    }

    fn picture_of(&self, frame: &Frame) -> Option<Picture> {
        let shape = self.shape();
        let coded = &frame.picture;
        let (left, top, width, height) = coded.crop;
        let [luma, u, v] = &coded.planes;
        let first = top * luma.stride + left;
        let luma = Source { samples: &luma.data, stride: luma.stride, first, depth: coded.bit_depth_luma };
        let luma = luma.to_plane(width, height)?;
        let chroma = |plane: &rusty_h265::Plane| {
            let first = top / 2 * plane.stride + left / 2;
            let source = Source { samples: &plane.data, stride: plane.stride, first, depth: coded.bit_depth_chroma };
            source.to_chroma(Chroma::Quarter, width, height)
        };
        Some(Picture {
            width,
            height,
            pixel_aspect: shape.pixel_aspect,
            colour: shape.colour,
            planes: [luma, chroma(u)?, chroma(v)?],
        })
    }

    /// Has the decoder put everything out.
    fn empty(&mut self) -> Result<()> {
        contained(CODEC, || {
            self.inner.flush();
            Ok(())
        })
    }

    /// After damage: what is whole comes out, what isn't does not.
    fn lose(&mut self, packet: &VideoPacket<'_>, error: &Error, pictures: &mut Vec<Decoded>) {
        let is_whole = matches!(error, Error::Damaged { .. });
        self.damaged.insert(packet.number);
        if is_whole && self.is_disposable(packet.bytes) {
            return;
        }
        self.is_lost = true;
        if is_whole && self.empty().is_ok() {
            self.take(pictures);
        }
        self.inner = Inner::new();
    }
}

impl VideoDecoder for Decoder {
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()> {
        self.check_entry(&packet)?;
        // Those of an open group whose beginning isn't there: nothing is lost with them but themselves.
        let is_leading = self.slices(packet.bytes).any(|slice| slice.is_skipped_leading());
        let skipped = self.inner.stats.skipped_rasl;
        let outcome = self.feed(&packet);
        self.take(pictures);
        if is_leading && self.inner.stats.skipped_rasl > skipped {
            return Err(damaged("it refers to pictures before the one where decoding began"));
        }
        if let Err(error) = &outcome {
            self.lose(&packet, error, pictures);
        }
        outcome
    }

    fn flush(&mut self, pictures: &mut Vec<Decoded>) -> Result<()> {
        let outcome = self.empty();
        if outcome.is_ok() {
            self.take(pictures);
        }
        self.restart();
        outcome
    }

    /// Pictures of the highest sub-layer that no picture of that sub-layer refers to.
    fn is_disposable(&self, packet: &[u8]) -> bool {
        let highest = self.sets.active().map_or(u8::MAX, |sps| sps.max_sub_layers_minus1);
        let mut slices = self.slices(packet).peekable();
        slices.peek().is_some()
            && slices.all(|slice| slice.is_sub_layer_non_reference() && slice.sub_layer() == highest)
    }

    fn skip(&mut self, packet: &[u8]) -> Result<()> {
        for unit in self.units(packet) {
            let unit = unit?;
            self.keep(&unit)?;
            if matches!(unit.kind(), Kind::Sps | Kind::OtherSet) {
                contained(CODEC, || Ok(self.inner.push_nal(unit.bytes(), None)))?
                    .map_err(|error| damaged(error.to_string()))?;
            }
        }
        Ok(())
    }

    fn restart(&mut self) {
        self.inner = Inner::new();
        self.is_fresh = true;
        self.is_lost = false;
        self.damaged.clear();
        for unit in self.sets.units() {
            // They were checked when they came.
            let _ = contained(CODEC, || Ok(self.inner.push_nal(unit, None)));
        }
    }
}

fn damaged(what: impl Into<String>) -> Error {
    Error::Damaged { codec: CODEC, what: what.into() }
}
