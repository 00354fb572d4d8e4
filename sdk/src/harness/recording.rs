//! What the harness plays.

use serde_json::{Map, Value};

use crate::{AudioFormat, Cue, Descriptor, Error, Feed, Gap, Input, PixelFormat, Result};

/// A picture of a recording, in the layout and size that the analyzer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// When it is first shown.
    pub pts_us: u64,
    /// How long; 0 = unknown.
    pub duration_us: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// 0..255; else luma is 16..235.
    pub full_range: bool,
    /// As many bytes as [`PixelFormat::size_of`] says.
    pub data: Vec<u8>,
}

impl Picture {
    /// When it is no longer shown, as far as it says.
    pub(super) const fn end_us(&self) -> u64 {
        self.pts_us.saturating_add(self.duration_us)
    }
}

/// A recording, and what the analyzer asks of it.
pub(super) struct Recording {
    pub(super) descriptor: Descriptor,
    pub(super) facts: Value,
    pub(super) audio: Option<(AudioFormat, Vec<f32>)>,
    pub(super) pictures: Option<Vec<Picture>>,
    pub(super) cues: Option<Vec<Cue>>,
    pub(super) object: Option<Vec<u8>>,
    pub(super) gaps: Vec<Gap>,
    pub(super) block_ms: Option<u32>,
    pub(super) duration_us: Option<u64>,
}

impl Recording {
    pub(super) fn new(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            facts: Value::Object(Map::new()),
            audio: None,
            pictures: None,
            cues: None,
            object: None,
            gaps: Vec::new(),
            block_ms: None,
            duration_us: None,
        }
    }

    pub(super) fn audio_format(&self) -> Option<AudioFormat> {
        self.audio.as_ref().map(|(format, _)| format.clone())
    }

    /// Where the recording ends: as said, or with the last thing in it. An object's bytes have no time and count as one
    /// microsecond, so that there is a segment.
    pub(super) fn end_us(&self) -> u64 {
        if let Some(duration_us) = self.duration_us {
            return duration_us;
        }
        let audio = self.audio.as_ref().map(|(format, samples)| {
            let frames = samples.len().checked_div(format.channels.len()).unwrap_or(0);
            sample_time(frames as u64, format.sample_rate)
        });
        let video = self.pictures.iter().flatten().map(|picture| picture.end_us().max(picture.pts_us + 1)).max();
        let cues = self.cues.iter().flatten().map(|cue| cue.end_us).max();
        let object = self.object.as_ref().filter(|object| !object.is_empty()).map(|_| 1);
        [audio, video, cues, object].into_iter().flatten().max().unwrap_or(0)
    }

    /// Holds the recording against what is asked for.
    pub(super) fn check(&self) -> Result<()> {
        for Input { feed, required } in &self.descriptor.inputs {
            let present = match feed {
                Feed::Audio(_) => self.audio.is_some(),
                Feed::Video(_) => self.pictures.is_some(),
                Feed::Transcript => self.cues.is_some(),
                Feed::Bytes(_) => self.object.is_some(),
            };
            if *required && !present {
                return Err(Error::bad_input(format!("the recording lacks a required input: {feed:?}")));
            }
        }
        self.check_audio()?;
        self.check_pictures()
    }

    fn check_audio(&self) -> Result<()> {
        let Some((format, samples)) = &self.audio else { return Ok(()) };
        if format.sample_rate == 0 || format.channels.is_empty() || samples.len() % format.channels.len() != 0 {
            return Err(Error::bad_input(format!("{} samples don't make whole blocks of {format:?}", samples.len())));
        }
        for input in &self.descriptor.inputs {
            let Feed::Audio(request) = input.feed else { continue };
            if request.sample_rate.is_some_and(|rate| rate != format.sample_rate) {
                return Err(Error::bad_input(format!("the analyzer asks for {request:?}, this is {format:?}")));
            }
            if request.mono && format.channels.len() != 1 {
                return Err(Error::bad_input(format!("the analyzer asks for one channel, this is {format:?}")));
            }
        }
        Ok(())
    }

    fn check_pictures(&self) -> Result<()> {
        let Some(request) = self.pixels() else { return Ok(()) };
        for picture in self.pictures.iter().flatten() {
            let needed = request.size_of(picture.width, picture.height);
            if needed != picture.data.len() as u64 {
                return Err(Error::bad_input(format!(
                    "the picture at {} us has {} bytes, {needed} are {}x{} as {request:?}",
                    picture.pts_us,
                    picture.data.len(),
                    picture.width,
                    picture.height
                )));
            }
        }
        Ok(())
    }

    fn pixels(&self) -> Option<PixelFormat> {
        self.descriptor.inputs.iter().find_map(|input| match input.feed {
            Feed::Video(request) => Some(request.pixels),
            Feed::Audio(_) | Feed::Transcript | Feed::Bytes(_) => None,
        })
    }
}

/// When sample `index` lies: to the nearest microsecond.
pub(super) fn sample_time(index: u64, sample_rate: u32) -> u64 {
    let rate = u128::from(sample_rate.max(1));
    let micros = (u128::from(index) * 1_000_000 + rate / 2) / rate;
    u64::try_from(micros).unwrap_or(u64::MAX)
}
