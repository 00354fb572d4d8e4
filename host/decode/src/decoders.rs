//! Where decoders come from: this process, or somewhere with walls around it.

use crate::audio::{AudioDecoder, open_audio};
use crate::config::{AudioConfig, VideoConfig};
use crate::error::Result;
use crate::video::{VideoDecoder, open_video};

/// Makes decoders. What a track decodes to is told by its configuration, whoever makes them.
pub trait Decoders: Send + Sync {
    /// A decoder for an audio track.
    ///
    /// # Errors
    /// As [`audio_shape`](crate::audio_shape), and when it can't be started.
    fn audio(&self, config: &AudioConfig) -> Result<Box<dyn AudioDecoder>>;

    /// A decoder for a video track.
    ///
    /// # Errors
    /// As [`video_shape`](crate::video_shape), and when it can't be started.
    fn video(&self, config: &VideoConfig) -> Result<Box<dyn VideoDecoder>>;

    /// Name and version of what decodes an audio track. Equal names mean equal samples.
    fn audio_name(&self, config: &AudioConfig) -> String;

    /// Name and version of what decodes a video track. Equal names mean equal pictures.
    fn video_name(&self, config: &VideoConfig) -> String;
}

/// Decoders in this process, on the thread that calls them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Native;

impl Decoders for Native {
    fn audio(&self, config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
        open_audio(config)
    }

    fn video(&self, config: &VideoConfig) -> Result<Box<dyn VideoDecoder>> {
        open_video(config)
    }

    fn audio_name(&self, config: &AudioConfig) -> String {
        config.codec.decoder().to_owned()
    }

    fn video_name(&self, config: &VideoConfig) -> String {
        config.decoder().to_owned()
    }
}
