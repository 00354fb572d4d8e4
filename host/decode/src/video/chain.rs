//! Codecs in which a packet shows at most one picture, at once, and each picture may refer to any before it.
//!
//! So nothing is disposable: even a picture that is kept in no buffer leaves probabilities and motion behind for the next
//! (RFC 6386, 9.11; VP9 specification, 8.4.2; AV1 specification, 7.20).

use super::{Colour, Decoded, Picture, VideoDecoder, VideoPacket};
use crate::config::VideoConfig;
use crate::contain::contained;
use crate::error::{Error, Result};

/// What one codec adds.
pub(super) trait Link: Send + Sized {
    /// Its name.
    const CODEC: &'static str;

    /// A decoder that knows nothing.
    fn new(config: &VideoConfig) -> Self;

    /// What a packet's headers say. Its sizes are checked here, before anything is allocated.
    ///
    /// # Errors
    /// When they make no sense, or claim what isn't supported.
    fn look(&mut self, packet: &[u8]) -> Result<Head>;

    /// Decodes a packet; `None` where it shows nothing. Called behind a wall that holds panics.
    ///
    /// # Errors
    /// When it is damaged.
    fn decode(&mut self, packet: &[u8]) -> Result<Option<Shown>>;
}

/// What a packet's headers say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Decoding can begin here.
    pub(super) is_entry: bool,
}

/// A picture, and what the stream says about it.
pub(super) struct Shown {
    /// Its planes; colour and aspect are filled in.
    pub(super) planes: [super::Plane; 3],
    pub(super) full_range: Option<bool>,
    pub(super) matrix: Option<u16>,
}

/// One track's decoder.
pub(super) struct Chain<L> {
    config: VideoConfig,
    link: L,
    /// Nothing was decoded yet.
    is_fresh: bool,
    /// A picture was lost that the next may refer to.
    is_lost: bool,
}

impl<L: Link> Chain<L> {
    pub(super) fn new(config: &VideoConfig) -> Self {
        Self { config: config.clone(), link: L::new(config), is_fresh: true, is_lost: false }
    }

    fn picture(&mut self, packet: &[u8]) -> Result<Option<Picture>> {
        let damaged = |what: &str| Err(Error::Damaged { codec: L::CODEC, what: what.into() });
        let head = match contained(L::CODEC, || self.link.look(packet)) {
            // A flipped bit makes a picture look unsupported; the next keyframe may be sound.
            Err(error) => {
                self.is_lost = true;
                return if self.is_fresh { Err(error) } else { damaged(&error.to_string()) };
            }
            Ok(head) => head,
        };
        match (head.is_entry, self.is_fresh, self.is_lost) {
            (false, _, true) => return damaged("it refers to a picture that was lost"),
            (false, true, false) => return damaged("decoding can't begin at it"),
            (true, _, true) => self.restart(),
            (true, _, false) | (false, false, false) => {}
        }
        self.is_lost = true;
        let shown = contained(L::CODEC, || self.link.decode(packet))?;
        (self.is_fresh, self.is_lost) = (false, false);
        Ok(shown.map(|shown| self.picture_of(shown)))
    }

    /// The container's words on colour win over the stream's.
    fn picture_of(&self, shown: Shown) -> Picture {
        let said = |matrix: &u16| *matrix != 2;
        Picture {
            width: shown.planes[0].width,
            height: shown.planes[0].height,
            pixel_aspect: self.config.pixel_aspect.unwrap_or((1, 1)),
            colour: Colour {
                full_range: self.config.full_range.or(shown.full_range).unwrap_or(false),
                matrix: self.config.matrix.filter(said).or(shown.matrix.filter(said)).unwrap_or(2),
            },
            planes: shown.planes,
        }
    }
}

impl<L: Link> VideoDecoder for Chain<L> {
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()> {
        let picture = self.picture(packet.bytes)?;
        pictures.extend(picture.map(|picture| Decoded { number: packet.number, picture }));
        Ok(())
    }

    fn flush(&mut self, _: &mut Vec<Decoded>) -> Result<()> {
        self.restart();
        Ok(())
    }

    fn is_disposable(&self, _: &[u8]) -> bool {
        false
    }

    fn skip(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn restart(&mut self) {
        self.link = L::new(&self.config);
        (self.is_fresh, self.is_lost) = (true, false);
    }
}
