//! Packets in, pictures and samples out; then resampled, scaled, turned upright.
//!
//! ```text
//! packet ─► AudioDecoder ─► samples ─► Mono ─► Resampler        AudioConfig says which decoder
//! packet ─► VideoDecoder ─► Picture ─► Converter ─► bytes       VideoConfig says which decoder
//! ```
//! Begin with [`audio_shape`] and [`video_shape`]: they tell from a track's configuration alone what will come out, or refuse
//! by name what isn't decoded. Then [`Decoders`], of which [`Native`] is the one that works in this process.
//!
//! The decoders are other people's: exact versions, their output pinned by streams with known hashes, each call behind a wall
//! that turns a panic into an error. An update of one is a change of output, and its version is part of what
//! [`AudioCodec::decoder`] and [`VideoConfig::decoder`] name.
//!
//! Everything here gives the same bits on every machine, and the converters the same wherever a recording is cut.
//!
//! This room knows codecs, and must not know containers, files, requests in flight, or threads.

mod audio;
mod config;
mod contain;
mod convert;
mod decoders;
mod error;
mod resample;
mod video;

pub use audio::{AudioDecoder, AudioShape, Mono, audio_shape, open_audio};
pub use config::{AudioCodec, AudioConfig, Pcm, VideoCodec, VideoConfig};
pub use convert::{Converted, Converter, shown_size};
pub use decoders::{Decoders, Native};
pub use error::{Error, Result};
pub use resample::{Resampler, resampler_reach};
pub use video::{Colour, Decoded, Picture, Plane, VideoDecoder, VideoPacket, VideoShape, open_video, video_shape};

/// Name and version of the converters (scaling, turning, colours, resampling): a change of it is a change of what analyzers
/// are fed.
pub const CONVERTERS: &str = "rushes-convert 1";
