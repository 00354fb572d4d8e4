//! The two traits that an author implements: what sees the media, and what makes a report of it.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    AudioBlock, ByteBlock, Cue, Descriptor, Error, MergeSetup, Outcome, Report, Result, Setup, Span, VideoFrame,
};

/// An analyzer, and its session over one segment of a recording.
///
/// The host opens a session for each segment (see [`Descriptor`] for how a recording may be cut), pushes what the analyzer
/// asked for in order of time, and ends it with [`finish`](Self::finish). What comes out is a *partial*: measurements over time,
/// not conclusions. Thresholds and everything that spans a cut belong into the [`Merger`], so that a report doesn't depend on where
/// a recording was cut, and so that thresholds can be changed without reading the recording again.
///
/// A value lives on one thread and is never shared. Blocks marked as lead-in come before the segment: let them warm up
/// filters and windows, and measure nothing that ends in them.
pub trait Analyzer: Sized + 'static {
    /// Parameters that sessions and merger see. [`NoParams`](crate::NoParams) where there are none.
    ///
    /// Its JSON Schema is the analyzer's; [`Default`] says the defaults, so write `#[serde(default, deny_unknown_fields)]` above
    /// it. The host checks and fills in parameters before they arrive here.
    type Params: DeserializeOwned + JsonSchema + Default;

    /// What a session hands to the merger: at most 1 MiB serialised, for a segment of about a minute.
    type Partial: Serialize + DeserializeOwned;

    /// What makes the report.
    type Merger: Merger<Self>;

    /// Name, version, inputs and segmentation. Only the inputs may depend on the parameters.
    fn describe(params: &Self::Params) -> Descriptor;

    /// Opens a session.
    ///
    /// # Errors
    /// [`Error::BadParams`] for parameters that the schema can't rule out, [`Error::BadInput`] for a recording that this analyzer
    /// doesn't take (a channel layout, for instance).
    fn new(params: Self::Params, setup: &Setup) -> Result<Self>;

    /// Takes a block of samples. Only called for analyzers that ask for audio.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn push_audio(&mut self, block: AudioBlock) -> Result<()> {
        let _ = block;
        Err(Error::unasked("audio"))
    }

    /// Takes a picture. Only called for analyzers that ask for video.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn push_video(&mut self, frame: VideoFrame) -> Result<()> {
        let _ = frame;
        Err(Error::unasked("video"))
    }

    /// Takes cues that begin at the same time or after those before. Only called for analyzers that ask for transcripts.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn push_transcript(&mut self, cues: Vec<Cue>) -> Result<()> {
        let _ = cues;
        Err(Error::unasked("transcript"))
    }

    /// Takes a block of the object as it is stored. Only called for analyzers that ask for bytes.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn push_bytes(&mut self, block: ByteBlock) -> Result<()> {
        let _ = block;
        Err(Error::unasked("bytes"))
    }

    /// Ends the session. `is_last`: the media ends here, so flush windows that are shorter than usual.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn finish(self, is_last: bool) -> Result<Outcome<Self::Partial>>;
}

/// Makes a report of an analyzer's partials, one after the other.
///
/// It sees each partial once, in order of time; a segment that failed is missing and named in [`MergeSetup::gaps`]. It is also run
/// early, over the partials that are there, for previews. A recording without any sample gives no partial at all.
pub trait Merger<A: Analyzer>: Sized + 'static {
    /// Parameters that only the merger sees (thresholds, mostly): changing them needs no new reading of the recording. No name
    /// may be in both. [`NoParams`](crate::NoParams) where there are none.
    type Params: DeserializeOwned + JsonSchema + Default;

    /// The report's summary; serialises to a JSON object. What can't be told is `None`, never NaN.
    type Summary: Serialize + JsonSchema;

    /// Begins a report.
    ///
    /// # Errors
    /// [`Error::BadParams`] for parameters that the schemas can't rule out.
    fn new(params: A::Params, merge_params: Self::Params, setup: &MergeSetup) -> Result<Self>;

    /// Takes the partial of one segment.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn add(&mut self, span: Span, partial: A::Partial) -> Result<()>;

    /// Ends the report.
    ///
    /// # Errors
    /// Any; the analyzer ends with it.
    fn finish(self) -> Result<Report<Self::Summary>>;
}
