//! Packets to samples. One table of codecs; each says how many packets of pre-roll make its output exact.

use rushes_model::media::AudioFormat;

use crate::config::{AudioCodec, AudioConfig};
use crate::error::{Error, Result};

mod aac;
mod adpcm;
mod alac;
mod by_symphonia;
mod channels;
mod flac;
mod mp3;
mod opus;
mod pcm;
mod vorbis;

pub use channels::Mono;

/// As many as the configuration can name.
const MOST_CHANNELS: usize = 255;

/// What a track's samples look like, and how its decoder wants to be driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioShape {
    /// Rate and channels as the decoder gives them.
    pub format: AudioFormat,
    /// Samples (of all channels) that a packet decodes to; none where it differs from packet to packet: then an uncompressed
    /// packet's size says, and every other's duration.
    pub packet_samples: Option<u32>,
    /// Packets that a fresh decoder must see, and whose output is worthless, before its output is right.
    pub preroll_packets: u32,
    /// The same in samples, where packets differ in length; the longer of both counts.
    pub preroll_samples: u32,
    /// The decoder is made anew at each packet whose index is a multiple of this, so that its output is the same
    /// wherever decoding began.
    pub restart_packets: Option<u32>,
}

impl AudioShape {
    /// Whether a packet's samples depend on packets before it.
    pub fn has_memory(&self) -> bool {
        self.preroll_packets > 0 || self.preroll_samples > 0
    }
}

/// Turns a track's packets into samples.
pub trait AudioDecoder: Send {
    /// Appends a packet's samples, interleaved in the order of its shape's channels. On an error nothing was appended,
    /// and the decoder must be restarted.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::Panicked`] for this packet, others for good.
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()>;

    /// Forgets all packets.
    fn restart(&mut self);
}

/// One line of the table of codecs.
struct Codec {
    shape: fn(&AudioConfig) -> Result<AudioShape>,
    open: fn(&AudioConfig) -> Result<Box<dyn AudioDecoder>>,
    decoder: fn() -> &'static str,
}

const AAC: Codec = Codec { shape: aac::shape, open: aac::open, decoder: || "rusty_aac 2.0.1" };
const MP3: Codec = Codec { shape: mp3::shape, open: mp3::open, decoder: || "symphonia 0.6.1" };
const OPUS: Codec = Codec { shape: opus::shape, open: opus::open, decoder: opus::decoder };
const PCM: Codec = Codec { shape: pcm::shape, open: pcm::open, decoder: || "pcm 1" };
const VORBIS: Codec = Codec { shape: vorbis::shape, open: vorbis::open, decoder: || "symphonia 0.6.1" };
const FLAC: Codec = Codec { shape: flac::shape, open: flac::open, decoder: || "symphonia 0.6.1" };
const ALAC: Codec = Codec { shape: alac::shape, open: alac::open, decoder: || "symphonia 0.6.1" };
const ADPCM: Codec = Codec { shape: adpcm::shape, open: adpcm::open, decoder: || "adpcm 1" };

impl AudioCodec {
    fn line(self) -> &'static Codec {
        match self {
            Self::Aac => &AAC,
            Self::Mp3 => &MP3,
            Self::Opus => &OPUS,
            Self::Pcm(_) => &PCM,
            Self::Vorbis => &VORBIS,
            Self::Flac => &FLAC,
            Self::Alac => &ALAC,
            Self::AdpcmIma | Self::AdpcmMs => &ADPCM,
        }
    }

    /// Name and version of what decodes it, with what of the machine shows in its samples; a change of it is a change of what analyzers are fed.
    pub fn decoder(self) -> &'static str {
        (self.line().decoder)()
    }

    /// Its name as reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Vorbis => "vorbis",
            Self::Flac => "flac",
            Self::Alac => "alac",
            Self::AdpcmIma => "adpcm_ima_wav",
            Self::AdpcmMs => "adpcm_ms",
            Self::Pcm(pcm) => pcm.name(),
        }
    }
}

/// What a track will decode to, from its configuration alone.
///
/// # Errors
/// When it isn't supported, makes no sense or claims too much.
pub fn audio_shape(config: &AudioConfig) -> Result<AudioShape> {
    let shape = (config.codec.line().shape)(config)?;
    let (codec, channels, rate) = (config.codec.name(), shape.format.channels.len(), shape.format.sample_rate);
    if channels == 0 || rate == 0 {
        return Err(Error::Configuration { codec, what: format!("{channels} channels at {rate} Hz") });
    }
    if channels > MOST_CHANNELS {
        let limit = format!("{MOST_CHANNELS} channels");
        return Err(Error::Limits { codec, what: format!("{channels} channels"), limit });
    }
    Ok(shape)
}

/// A decoder for a track.
///
/// # Errors
/// As [`audio_shape`].
pub fn open_audio(config: &AudioConfig) -> Result<Box<dyn AudioDecoder>> {
    audio_shape(config)?;
    (config.codec.line().open)(config)
}

#[cfg(test)]
mod tests;
