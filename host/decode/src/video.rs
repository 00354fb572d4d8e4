//! Packets to pictures. One table of codecs; for each a check of the configuration before the first packet.

use crate::config::{VideoCodec, VideoConfig};
use crate::error::Result;

mod av1;
mod chain;
mod framing;
mod h264;
mod hevc;
mod limits;
mod mjpeg;
mod picture;
mod record;
mod samples;
mod vp8;
mod vp9;

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

impl VideoShape {
    /// Of a stream that says nothing itself before its first packet: the words of the container.
    fn said(config: &VideoConfig, width: u32, height: u32) -> Self {
        let colour =
            Colour { full_range: config.full_range.unwrap_or(false), matrix: config.matrix.unwrap_or(UNSPECIFIED) };
        Self { width, height, pixel_aspect: config.pixel_aspect.unwrap_or((1, 1)), colour }
    }
}

/// ITU-T H.273, table 4.
const UNSPECIFIED: u16 = 2;

/// One packet of a video track.
#[derive(Clone, Copy, Debug)]
pub struct VideoPacket<'a> {
    /// By which its picture is known when it comes out. Rising.
    pub number: u64,
    /// As the container holds it.
    pub bytes: &'a [u8],
    /// The container says that decoding can begin here.
    pub keyframe: bool,
}

/// A picture that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The number of the packet that shows it.
    pub number: u64,
    /// What it shows.
    pub picture: Picture,
}

/// Turns a track's packets into pictures.
pub trait VideoDecoder: Send {
    /// Takes one packet and appends the pictures that are ready, each with its packet's number, in any order; who wants them
    /// in order of time sorts them by the times of their packets. A packet that shows nothing gives no picture. After a
    /// packet that others refer to was lost, everything fails until the next keyframe.
    ///
    /// # Errors
    /// [`Error::Damaged`](crate::Error::Damaged) and [`Error::Panicked`](crate::Error::Panicked) for this packet, others for
    /// good. Pictures of earlier packets may have been appended nevertheless.
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()>;

    /// Appends the pictures that are still inside; the next packet must be a keyframe.
    ///
    /// # Errors
    /// As [`decode`](Self::decode): what was inside is lost.
    fn flush(&mut self, pictures: &mut Vec<Decoded>) -> Result<()>;

    /// Whether no other picture refers to this packet's.
    fn is_disposable(&self, packet: &[u8]) -> bool;

    /// Passes over a disposable packet: only what it says about later ones is kept.
    ///
    /// # Errors
    /// When it brings parameter sets that aren't supported.
    fn skip(&mut self, packet: &[u8]) -> Result<()>;

    /// Forgets all pictures; the next packet must be a keyframe.
    fn restart(&mut self);
}

/// One line of the table of codecs.
struct Codec {
    shape: fn(&VideoConfig) -> Result<VideoShape>,
    open: fn(&VideoConfig) -> Result<Box<dyn VideoDecoder>>,
    decoder: fn(&VideoConfig) -> &'static str,
}

const H264: Codec =
    Codec { shape: h264::shape, open: h264::open, decoder: |_| "rusty_h264 0.17.0, oxideav-h264 0.1.10" };
const HEVC: Codec = Codec { shape: hevc::shape, open: hevc::open, decoder: |_| "rusty_h265 0.6.2" };
const VP8: Codec = Codec { shape: vp8::shape, open: vp8::open, decoder: |_| "oxideav-vp8 0.2.7" };
const VP9: Codec = Codec { shape: vp9::shape, open: vp9::open, decoder: |_| "rusty_vp9 0.1.3" };
const AV1: Codec = Codec { shape: av1::shape, open: av1::open, decoder: |_| "re_rav1d 0.1.3" };
const MJPEG: Codec = Codec { shape: mjpeg::shape, open: mjpeg::open, decoder: |_| "zune-jpeg 0.5.15" };

impl VideoCodec {
    fn line(self) -> &'static Codec {
        match self {
            Self::H264 => &H264,
            Self::Hevc => &HEVC,
            Self::Vp8 => &VP8,
            Self::Vp9 => &VP9,
            Self::Av1 => &AV1,
            Self::Mjpeg => &MJPEG,
        }
    }

    /// Its name as reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Vp8 => "vp8",
            Self::Vp9 => "vp9",
            Self::Av1 => "av1",
            Self::Mjpeg => "mjpeg",
        }
    }
}

impl VideoConfig {
    /// Name and version of what decodes such a track; a change of it is a change of what analyzers are fed.
    pub fn decoder(&self) -> &'static str {
        (self.codec.line().decoder)(self)
    }
}

/// What a track will decode to, from its configuration alone.
///
/// # Errors
/// When it isn't supported, makes no sense or claims too much.
pub fn video_shape(config: &VideoConfig) -> Result<VideoShape> {
    (config.codec.line().shape)(config)
}

/// A decoder for a track.
///
/// # Errors
/// As [`video_shape`].
pub fn open_video(config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
    (config.codec.line().open)(config)
}
