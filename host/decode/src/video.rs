//! Packets to pictures. One table of codecs; for each a check of the configuration before the first packet.

use crate::config::{VideoCodec, VideoConfig};
use crate::error::Result;

mod h264;
mod picture;

pub use picture::{Colour, Picture, Plane};

/// What a track's pictures look like, as its parameter sets say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoShape {
    /// Pixels across, cropped.
    pub width: u32,
    /// Pixels down, cropped.
    pub height: u32,
    /// Width to height of one pixel.
    pub pixel_aspect: (u32, u32),
    /// How samples become colours.
    pub colour: Colour,
}

/// Turns a track's packets into pictures.
pub struct VideoDecoder {
    h264: h264::Decoder,
}

impl VideoCodec {
    /// Name and version of what decodes it; a change of it is a change of what analyzers are fed.
    pub fn decoder(self) -> &'static str {
        match self {
            Self::H264 => "rusty_h264 0.17.0",
        }
    }

    /// Its name as reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
        }
    }
}

/// What a track will decode to, from its configuration alone.
///
/// # Errors
/// When it isn't supported, makes no sense or claims too much.
pub fn video_shape(config: &VideoConfig) -> Result<VideoShape> {
    match config.codec {
        VideoCodec::H264 => h264::Decoder::new(config).map(|decoder| decoder.shape()),
    }
}

impl VideoDecoder {
    /// A decoder for a track.
    ///
    /// # Errors
    /// As [`video_shape`].
    pub fn open(config: &VideoConfig) -> Result<Self> {
        match config.codec {
            VideoCodec::H264 => Ok(Self { h264: h264::Decoder::new(config)? }),
        }
    }

    /// Decodes one packet. Pictures come out at once, in decoding order; who wants them in order of time sorts them by the
    /// time of their packets. After a packet that others refer to was lost, everything fails until the next keyframe.
    ///
    /// # Errors
    /// [`Error::Damaged`](crate::Error::Damaged) and [`Error::Panicked`](crate::Error::Panicked) for this packet, others
    /// for good.
    pub fn decode(&mut self, packet: &[u8], keyframe: bool) -> Result<Picture> {
        self.h264.decode(packet, keyframe)
    }

    /// Whether no other picture refers to this packet's.
    pub fn is_disposable(&self, packet: &[u8]) -> bool {
        self.h264.is_disposable(packet)
    }

    /// Passes over a disposable packet: only what it says about later ones is kept.
    ///
    /// # Errors
    /// When it brings parameter sets that aren't supported.
    pub fn skip(&mut self, packet: &[u8]) -> Result<()> {
        self.h264.skip(packet)
    }

    /// Forgets all pictures; the next packet must be a keyframe.
    pub fn restart(&mut self) {
        self.h264.restart();
    }
}
