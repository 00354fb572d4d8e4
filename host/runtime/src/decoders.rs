//! Decoders behind walls: `decode::Decoders` with an instance of its own for each track of each segment.
//!
//! ```text
//!  packet ─► Audio, Video ─► Wall ─► instance: the component of `host/decoders`
//!            (the trait)     fuel for this packet, memory, time, stop; a dead instance is replaced
//! ```
//! A packet is copied once into the instance, and a picture's planes once out of it, straight into what the caller gets. By what pushing
//! lists costs (`benches/push.rs`: a copy and 1 us) that is little beside decoding; it hasn't been measured here, nor has feeding several
//! packets a call.
//!
//! Whatever comes out is checked: a stream that has taken over its decoder can give wrong pictures, not impossible ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_decode::{AudioCodec, AudioConfig, AudioDecoder, Decoders, Native, VideoConfig, VideoDecoder};
use rushes_model::{ByteSize, StopToken};
use tracing::info;

use crate::digest::Digest;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::imports;
use crate::limits::WORDS_BYTES;
use crate::log::cut;
use crate::state::State;

mod audio;
mod picture;
mod video;
mod wall;

/// What host and component say to each other.
mod generated {
    wasmtime::component::bindgen!({ path: "../decoders/wit", world: "decoders" });
}

/// What one sandboxed decoder may use up.
#[derive(Clone, Copy, Debug)]
pub struct DecoderLimits {
    /// Memory of an audio decoder.
    pub audio_memory: ByteSize,
    /// Memory of a video decoder. Chosen, not measured.
    pub video_memory: ByteSize,
    /// Instructions that any packet has. All fuel here is a guess with room to spare: no stream's use was measured.
    pub fuel_base: u64,
    /// More of them for each of its bytes.
    pub fuel_per_byte: u64,
    /// More of them for each pixel of the track's pictures.
    pub fuel_per_pixel: u64,
    /// Wall time of one call.
    pub call_timeout: Duration,
}

impl Default for DecoderLimits {
    fn default() -> Self {
        Self {
            audio_memory: ByteSize::mib(64),
            video_memory: ByteSize::mib(512),
            fuel_base: 10_000_000_000,
            fuel_per_byte: 20_000,
            fuel_per_pixel: 5_000,
            call_timeout: Duration::from_secs(10),
        }
    }
}

/// Makes decoders of a component. Cheap to clone; its code is compiled once, when it is loaded.
#[derive(Clone)]
pub struct Sandboxed {
    code: Arc<Code>,
    limits: DecoderLimits,
    stop: StopToken,
}

struct Code {
    engine: Engine,
    pre: generated::DecodersPre<State>,
    seed: u64,
}

impl Sandboxed {
    /// Compiles the component of `host/decoders`, or takes its code from the engine's cache. Takes seconds: not in a request.
    ///
    /// # Errors
    /// When the bytes are no such component.
    pub fn load(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        let began = Instant::now();
        let origin = "bundled decoders";
        let invalid = |why: wasmtime::Error| Error::Invalid {
            origin: origin.to_owned(),
            why: cut(format!("{why:#}"), WORDS_BYTES),
        };
        let component = wasmtime::component::Component::from_binary(engine.wasmtime(), bytes).map_err(invalid)?;
        let linker = imports::link(&component, origin)?;
        let pre = linker.instantiate_pre(&component).and_then(generated::DecodersPre::new).map_err(invalid)?;
        let seed = Digest::of(bytes).seed(0);
        info!(bytes = bytes.len(), elapsed_ms = began.elapsed().as_millis(), "decoders loaded");
        let code = Arc::new(Code { engine: engine.clone(), pre, seed });
        Ok(Self { code, limits: DecoderLimits::default(), stop: StopToken::never() })
    }

    /// The same code, for decoders that end when told to.
    #[must_use]
    pub fn stopped_by(&self, stop: StopToken) -> Self {
        Self { stop, ..self.clone() }
    }

    /// The same code, with other limits.
    #[must_use]
    pub fn limited_by(&self, limits: DecoderLimits) -> Self {
        Self { limits, ..self.clone() }
    }
}

impl std::fmt::Debug for Sandboxed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sandboxed").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Decoders for Sandboxed {
    fn audio(&self, config: &AudioConfig) -> rushes_decode::Result<Box<dyn AudioDecoder>> {
        Ok(Box::new(audio::Audio::open(self.clone(), config)?))
    }

    fn video(&self, config: &VideoConfig) -> rushes_decode::Result<Box<dyn VideoDecoder>> {
        Ok(Box::new(video::Video::open(self.clone(), config)?))
    }

    /// Sines and powers come from another library there, and may differ in the last bit: the mode is part of the name. Uncompressed
    /// samples are the same.
    fn audio_name(&self, config: &AudioConfig) -> String {
        let name = Native.audio_name(config);
        if matches!(config.codec, AudioCodec::Pcm(_)) { name } else { format!("{name} sandboxed") }
    }

    /// Pictures are integers: the same bits, and the same name.
    fn video_name(&self, config: &VideoConfig) -> String {
        Native.video_name(config)
    }
}
