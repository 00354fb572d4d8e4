//! What analyzers ask for and are fed, and the facts of a recording. Mirrors `wit/analyzer.wit`; units are as there.

use std::num::NonZeroU32;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::{MediaTime, Span};

/// Audio as an analyzer wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AudioRequest {
    /// Samples each second; none = the track's own. Sample k lies at k/rate.
    pub sample_rate: Option<NonZeroU32>,
    /// The mean of all channels but LFE, instead of all channels.
    pub mono: bool,
    /// Length of a block, 10 to 10,000 ms. Block n begins at sample ceil(n * ms * rate / 1000).
    pub block_ms: u32,
}

/// How a picture is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// The luma plane as coded.
    Gray8,
    /// Three bytes a pixel, always full range.
    Rgb8,
    /// Y, U, V planes as coded, chroma sides rounded up.
    Yuv420p,
}

/// Which pictures an analyzer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// Every one.
    EveryFrame,
    /// The one shown at each k * us of media time, again while it lasts.
    Interval(u64),
    /// The first keyframe in each k * us.
    Keyframes(u64),
}

/// Pictures as an analyzer wants them: upright, square pixels, never enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VideoRequest {
    /// Bound of the longer side.
    pub max_side: Option<u32>,
    /// Layout.
    pub pixels: PixelFormat,
    /// Which ones.
    pub sampling: Sampling,
}

/// One kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feed {
    /// Blocks of samples.
    Audio(AudioRequest),
    /// Pictures.
    Video(VideoRequest),
    /// Cues.
    Transcript,
    /// The object undecoded, in blocks of so many bytes.
    Bytes(u32),
}

impl Feed {
    /// Its name in reports and gaps.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Audio(_) => "audio",
            Self::Video(_) => "video",
            Self::Transcript => "transcript",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// An input and whether the analyzer can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Input {
    /// What.
    pub feed: Feed,
    /// Without it the analyzer isn't run.
    pub required: bool,
}

/// How an analyzer's work may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segmentation {
    /// One session, never resumed.
    Whole,
    /// One for each segment, in order, given the carry of the one before.
    Chained,
    /// One for each segment, on its own, with so much lead-in.
    Independent {
        /// 0 to 5,000.
        lead_in_ms: u32,
    },
}

/// What a component says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// A sentence for people.
    pub summary: String,
    /// What it is fed; each kind once.
    pub inputs: Vec<Input>,
    /// How it may be cut.
    pub segmentation: Segmentation,
    /// JSON Schema of the parameters that sessions and merger see.
    pub params_schema: String,
    /// JSON Schema of the parameters that only the merger sees.
    pub merge_params_schema: String,
    /// JSON Schema of the report's summary.
    pub summary_schema: String,
    /// JSON: method, limits, infers, series.
    pub extra: String,
}

/// Layout of an audio request's samples.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AudioFormat {
    /// Samples each second.
    pub sample_rate: u32,
    /// Names in order of interleaving (WAVE's order): FL FR FC LFE BL BR SL SR …, M, or "" unknown.
    pub channels: Vec<String>,
}

/// A block of interleaved samples. Finite, nominally -1..1, not clipped.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioBlock {
    /// Time of its first sample.
    pub start: MediaTime,
    /// Counted from media time 0. A jump is a gap, never filled.
    pub first_sample: u64,
    /// Interleaved; shared by all sessions.
    pub samples: Arc<[f32]>,
}

/// A picture, rows from the top without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFrame {
    /// The grid point, or its pts.
    pub time: MediaTime,
    /// When it is shown.
    pub pts: MediaTime,
    /// How long; 0 = unknown.
    pub duration: MediaTime,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// 0..255, else luma is 16..235 as coded.
    pub full_range: bool,
    /// Bytes in the requested layout; shared by all sessions.
    pub data: Arc<[u8]>,
}

/// A word of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// From when.
    pub start: MediaTime,
    /// To when.
    pub end: MediaTime,
    /// The word.
    pub text: String,
    /// 0..1.
    pub confidence: Option<f32>,
}

/// A cue of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// From when.
    pub start: MediaTime,
    /// To when.
    pub end: MediaTime,
    /// Who speaks.
    pub speaker: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// What is said.
    pub text: String,
    /// 0..1.
    pub confidence: Option<f32>,
    /// Word by word, where known.
    pub words: Vec<Word>,
}

/// Why something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It could not be decoded.
    Damaged,
    /// The track has nothing there.
    Missing,
    /// The file ends before it.
    Truncated,
    /// The analyzer's session failed there.
    Failed,
    /// Not there yet (a preview).
    Pending,
}

impl Cause {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Missing => "missing",
            Self::Truncated => "truncated",
            Self::Failed => "failed",
            Self::Pending => "pending",
        }
    }
}

/// A span of which an input gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// When.
    pub span: Span,
    /// Which input: `audio`, `video`, …
    pub input: String,
    /// Why.
    pub cause: Cause,
}

/// A span of the media; the unit of resuming. Begins at 0 and at the first keyframe at or after each 60 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segment {
    /// Counted from 0.
    pub index: u32,
    /// When.
    pub span: Span,
    /// Whether the media ends with it.
    pub is_last: bool,
}

/// What a session is opened with.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionSetup {
    /// JSON, defaults filled in.
    pub params: Arc<str>,
    /// JSON facts of the object.
    pub media: Arc<str>,
    /// Layout of its audio.
    pub audio: Option<AudioFormat>,
    /// Where the segment begins.
    pub start: MediaTime,
    /// Where it ends; none = unknown yet.
    pub end: Option<MediaTime>,
    /// What the session before handed on.
    pub carry: Option<Vec<u8>>,
}

/// What a session leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Measurements over time.
    pub partial: Vec<u8>,
    /// For the next session of a chained analyzer.
    pub carry: Option<Vec<u8>>,
}

/// What a merger is opened with.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeSetup {
    /// JSON, defaults filled in.
    pub params: Arc<str>,
    /// JSON, defaults filled in.
    pub merge_params: Arc<str>,
    /// JSON facts of the object.
    pub media: Arc<str>,
    /// Layout of the audio.
    pub audio: Option<AudioFormat>,
    /// Of the media.
    pub duration: MediaTime,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

/// Facts of the audio track in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AudioFacts {
    /// `aac`, `pcm_s16le`, …
    pub codec: String,
    /// Samples each second.
    pub sample_rate: u32,
    /// How many.
    pub channels: u32,
    /// Where its sound begins: samples from media time 0 to the first that is presented.
    #[serde(default)]
    pub first_sample: u64,
}

/// Facts of the video track in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// `h264`, …
    pub codec: String,
    /// As shown: upright, square pixels.
    pub width: u32,
    /// As shown.
    pub height: u32,
    /// Pictures that are presented; none where only a whole reading could tell.
    pub frames: Option<u64>,
    /// Mean, pictures each second; none where only a whole reading could tell.
    pub frame_rate: Option<f64>,
}

/// Facts of a recording, as reports and components get them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// `mp4`, `wav`, …
    pub container: String,
    /// Seconds; none where only a whole reading could tell.
    pub duration_s: Option<f64>,
    /// The audio track in use.
    pub audio: Option<AudioFacts>,
    /// The video track in use.
    pub video: Option<VideoFacts>,
}
