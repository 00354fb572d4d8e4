//! What an analyzer is fed.
//!
//! Times are microseconds of media time: 0 is the earliest presented sample or picture of all tracks, whatever is asked for.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Result, partial};

/// A half-open span of media time: `start_us` belongs to it, `end_us` doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First moment inside.
    pub start_us: u64,
    /// First moment after.
    pub end_us: u64,
}

/// Layout of the samples that were asked for; the same in all sessions of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFormat {
    /// Samples each second.
    pub sample_rate: u32,
    /// Names in order of interleaving (WAVE's order): FL FR FC LFE BL BR SL SR …, M for mono, or "" where unknown.
    pub channels: Vec<String>,
}

/// What a session is opened with, beside its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// Facts of the recording (container, codecs, duration), an object. Nothing of the job, its key or its host.
    pub media: Value,
    /// Layout of its audio, where audio was asked for and is there.
    pub audio: Option<AudioFormat>,
    /// Where the segment begins; lead-in comes before it.
    pub start_us: u64,
    /// Where it ends; none = unknown yet.
    pub end_us: Option<u64>,
    /// What the session before handed on, for chained analyzers; see [`Setup::carried`].
    pub carry: Option<Vec<u8>>,
}

impl Setup {
    /// What the session before handed on with [`Outcome::with_carry`](crate::Outcome::with_carry); none in the first segment.
    ///
    /// # Errors
    /// [`Error::Failed`](crate::Error::Failed) where the bytes aren't a `T`.
    pub fn carried<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.carry.as_deref().map(partial::decode).transpose()
    }
}

/// A block of interleaved samples.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioBlock {
    /// Time of its first sample.
    pub start_us: u64,
    /// The first sample (of each channel), counted from media time 0. A jump is a gap, which is never filled.
    pub first_sample: u64,
    /// It lies before the segment: warm up, measure nothing that ends here.
    pub lead_in: bool,
    /// Interleaved. Finite, nominally -1..1, not clipped. The last block of a segment may be short.
    pub samples: Vec<f32>,
}

/// A picture: upright, rows from the top, no padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFrame {
    /// The grid point for [`Sampling::Interval`](crate::Sampling::Interval), else `pts_us`.
    pub time_us: u64,
    /// When the picture is first shown.
    pub pts_us: u64,
    /// How long; 0 = unknown.
    pub duration_us: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// 0..255; else luma is 16..235 as coded. Always set for rgb8.
    pub full_range: bool,
    /// It lies before the segment: warm up, measure nothing that ends here.
    pub lead_in: bool,
    /// As many bytes as [`PixelFormat::size_of`](crate::PixelFormat::size_of) says.
    pub data: Vec<u8>,
}

/// A word of a cue.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// From when.
    pub start_us: u64,
    /// To when.
    pub end_us: u64,
    /// The word.
    pub text: String,
    /// 0..1.
    pub confidence: Option<f32>,
}

/// A cue of a transcript; also a caption in a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// From when.
    pub start_us: u64,
    /// To when.
    pub end_us: u64,
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

/// A block of the object as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteBlock {
    /// Of its first byte.
    pub offset: u64,
    /// The bytes.
    pub data: Vec<u8>,
}

/// A span of which an input gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When.
    pub span: Span,
    /// `audio`, `video`, `transcript` or `bytes`.
    pub input: String,
    /// `damaged`, `missing`, `truncated`, `failed` (the session), `pending` (a preview). Others may follow.
    pub cause: String,
}

/// What a merger is opened with, beside its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeSetup {
    /// Facts of the recording, an object.
    pub media: Value,
    /// Layout of its audio, where audio was asked for and is there.
    pub audio: Option<AudioFormat>,
    /// Of the media.
    pub duration_us: u64,
    /// What is missing.
    pub gaps: Vec<Gap>,
}
