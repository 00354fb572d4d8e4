//! What a container says about a track's coding: all that a decoder is made from.

use serde::{Deserialize, Serialize};

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AudioCodec {
    /// AAC; `extra` is the AudioSpecificConfig (ISO/IEC 14496-3, 1.6). Packets are raw data blocks, without ADTS headers.
    Aac,
    /// MPEG-1/2 layer III; no `extra`.
    Mp3,
    /// Opus; `extra` is the identification header (RFC 7845, 5.1), `OpusHead` and all.
    Opus,
    /// Vorbis; `extra` is the three headers, laced as in Matroska's `CodecPrivate` (RFC 9559, 5.1.4.1.22 and its codecs).
    Vorbis,
    /// FLAC; `extra` is the STREAMINFO block (RFC 9639, 8.2), 34 bytes. Packets are whole frames.
    Flac,
    /// Apple Lossless; `extra` is the ALACSpecificConfig, without a box around it.
    Alac,
    /// IMA ADPCM as WAVE has it (format 0x11): packets are blocks; `extra` is empty.
    AdpcmIma,
    /// Microsoft's ADPCM (format 2): packets are blocks; `extra` is what follows `cbSize` in the format chunk.
    AdpcmMs,
    /// Uncompressed, interleaved.
    Pcm(Pcm),
}

/// Layout of one uncompressed sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pcm {
    /// Unsigned 8 bit.
    U8,
    /// Signed 8 bit.
    S8,
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
    /// IEEE 754, big-endian.
    F32Be,
    /// IEEE 754, big-endian.
    F64Be,
    /// ITU-T G.711, A-law.
    ALaw,
    /// ITU-T G.711, mu-law.
    MuLaw,
}

/// An audio track's coding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VideoCodec {
    /// ITU-T H.264; packets hold length-prefixed NAL units; `extra` is the AVCDecoderConfigurationRecord (ISO/IEC 14496-15).
    /// Or they hold units and parameter sets behind start codes (annex B), and `extra` is empty.
    H264,
    /// ITU-T H.265; packets hold length-prefixed NAL units; `extra` is the HEVCDecoderConfigurationRecord (ISO/IEC 14496-15).
    /// Or as H.264 with an empty one.
    Hevc,
    /// VP8 (RFC 6386); no `extra`.
    Vp8,
    /// VP9; a packet may be a superframe; `extra` is a VPCodecConfigurationRecord or nothing.
    Vp9,
    /// AV1; a packet is a temporal unit without its delimiter; `extra` is an AV1CodecConfigurationRecord or nothing.
    Av1,
    /// Motion JPEG: each packet is a picture; no `extra`.
    Mjpeg,
}

/// A video track's coding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
