//! The few facts of a recording that reports show and analyzers are told.

use rushes_decode::{AudioConfig, VideoConfig, audio_shape, shown_size, video_shape};
use rushes_model::media::{AudioFacts, MediaFacts, VideoFacts};

use crate::index::{Coding, Container, Index, Track};

impl Index {
    /// Facts of the tracks in use.
    pub fn facts(&self) -> MediaFacts {
        MediaFacts {
            container: self.container.name().to_owned(),
            duration_s: self.is_complete.then(|| self.duration.as_secs_f64()),
            audio: self.audio().and_then(|track| match &track.coding {
                Coding::Audio(config) => Some(audio_facts(track, config)),
                Coding::Video(_) => None,
            }),
            video: self.video().and_then(|track| match &track.coding {
                Coding::Video(config) => Some(video_facts(track, config, self.is_complete)),
                Coding::Audio(_) => None,
            }),
        }
    }
}

impl Container {
    /// As reports name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Wav => "wav",
            Self::Matroska => "matroska",
            Self::WebM => "webm",
            Self::Ogg => "ogg",
            Self::Mp3 => "mp3",
            Self::Adts => "adts",
            Self::Flac => "flac",
            Self::Aiff => "aiff",
            Self::Caf => "caf",
        }
    }
}

/// As decoded; as the container says where that can't be told.
fn audio_facts(track: &Track, config: &AudioConfig) -> AudioFacts {
    let format = audio_shape(config).map(|shape| shape.format);
    let channels = format.as_ref().ok().and_then(|format| u32::try_from(format.channels.len()).ok());
    let sample_rate = format.map_or(config.sample_rate, |format| format.sample_rate);
    let begins_us = u64::try_from(track.micros_of(track.presented.start)).unwrap_or(0);
    AudioFacts {
        codec: config.codec.name().to_owned(),
        sample_rate,
        channels: channels.unwrap_or(config.channels),
        first_sample: begins_us.saturating_mul(u64::from(sample_rate)) / 1_000_000,
    }
}

/// As the stream's parameter sets say; as the container says where that can't be told.
fn video_facts(track: &Track, config: &VideoConfig, is_complete: bool) -> VideoFacts {
    let (width, height, pixel_aspect) = match video_shape(config) {
        Ok(shape) => (shape.width, shape.height, shape.pixel_aspect),
        Err(_) => (config.width, config.height, config.pixel_aspect.unwrap_or((1, 1))),
    };
    let (width, height) = shown_size(width, height, pixel_aspect, config.rotation, None);
    // Over the time of the pictures that are there: what was cut off doesn't make a recording slower.
    let (mut frames, mut ticks) = (0u64, 0u64);
    for picture in track.packets.iter().filter(|packet| track.shows(packet)) {
        frames += 1;
        ticks += u64::from(picture.duration);
    }
    VideoFacts {
        codec: config.codec.name().to_owned(),
        width,
        height,
        frames: is_complete.then_some(frames),
        frame_rate: is_complete.then(|| match ticks {
            0 => 0.0,
            ticks => frames as f64 * f64::from(track.timescale) / ticks as f64,
        }),
    }
}
