//! What a container says about a track's coding: all that a decoder is made from.

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioCodec {
    /// AAC Low Complexity; `extra` is the AudioSpecificConfig (ISO/IEC 14496-3, 1.6).
    AacLc,
    /// MPEG-1/2 layer III; no `extra`.
    Mp3,
    /// Uncompressed, interleaved.
    Pcm(Pcm),
}

/// Layout of one uncompressed sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pcm {
    /// Unsigned 8 bit.
    U8,
    /// Signed, little-endian.
    S16Le,
    /// Signed, little-endian, three bytes.
    S24Le,
    /// Signed, little-endian.
    S32Le,
    /// IEEE 754, little-endian.
    F32Le,
    /// IEEE 754, little-endian.
    F64Le,
    /// Signed, big-endian.
    S16Be,
    /// Signed, big-endian, three bytes.
    S24Be,
    /// Signed, big-endian.
    S32Be,
    /// ITU-T G.711, A-law.
    ALaw,
    /// ITU-T G.711, mu-law.
    MuLaw,
}

/// An audio track's coding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AudioConfig {
    /// How.
    pub codec: AudioCodec,
    /// Samples each second, as the container says; 1 to 768,000.
    pub sample_rate: u32,
    /// As the container says; 1 to 255.
    pub channels: u32,
    /// WAVE's channel mask, where the container has one.
    pub channel_mask: Option<u32>,
    /// The decoder's own configuration.
    pub extra: Vec<u8>,
}

/// How pictures are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// ITU-T H.264; packets hold length-prefixed NAL units; `extra` is the AVCDecoderConfigurationRecord (ISO/IEC 14496-15).
    H264,
}

/// A video track's coding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VideoConfig {
    /// How.
    pub codec: VideoCodec,
    /// As the container says; the stream's own parameter sets win.
    pub width: u32,
    /// As the container says.
    pub height: u32,
    /// Clockwise turn that makes it upright: 0, 90, 180, 270.
    pub rotation: u16,
    /// Pixel aspect ratio from the container (`pasp`), if any.
    pub pixel_aspect: Option<(u32, u32)>,
    /// Full range, if the container says so (`colr`).
    pub full_range: Option<bool>,
    /// Matrix coefficients after ITU-T H.273, if the container says so (`colr`).
    pub matrix: Option<u16>,
    /// The decoder's own configuration.
    pub extra: Vec<u8>,
}
