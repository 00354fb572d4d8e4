//! Packets in, frames and samples out; then resampled, scaled, turned upright. Knows codecs, and neither containers nor I/O.

mod config;

pub use config::{AudioCodec, AudioConfig, Pcm, VideoCodec, VideoConfig};
