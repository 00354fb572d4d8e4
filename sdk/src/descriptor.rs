//! What an analyzer says about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Parameters of an analyzer that has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// Audio as an analyzer wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioRequest {
    /// Samples each second; none = the track's own. Sample k lies at k/rate.
    pub sample_rate: Option<u32>,
    /// The mean of all channels but LFE, instead of all channels.
    pub mono: bool,
    /// Length of a block, 10 to 10,000 ms. Block n begins at sample ceil(n * ms * rate / 1000).
    pub block_ms: u32,
}

impl AudioRequest {
    /// All channels at the track's own rate, in blocks of so many milliseconds.
    pub const fn native(block_ms: u32) -> Self {
        Self { sample_rate: None, mono: false, block_ms }
    }

    /// One channel at a given rate, in blocks of so many milliseconds.
    pub const fn mono(sample_rate: u32, block_ms: u32) -> Self {
        Self { sample_rate: Some(sample_rate), mono: true, block_ms }
    }
}

/// How a picture is laid out: rows from the top, no padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// The luma plane as coded: one byte a pixel.
    Gray8,
    /// Three bytes a pixel, always full range.
    Rgb8,
    /// Y, U, V planes as coded; the sides of U and V are half of Y's, rounded up.
    Yuv420p,
}

impl PixelFormat {
    /// Bytes of a picture of this layout.
    pub const fn size_of(self, width: u32, height: u32) -> u64 {
        let pixels = width as u64 * height as u64;
        match self {
            Self::Gray8 => pixels,
            Self::Rgb8 => pixels * 3,
            Self::Yuv420p => pixels + 2 * (width.div_ceil(2) as u64 * height.div_ceil(2) as u64),
        }
    }
}

/// Which pictures an analyzer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Every one.
    EveryFrame,
    /// The one shown at each multiple of so many microseconds, sent again while it lasts.
    Interval(u64),
    /// The first keyframe in each span of so many microseconds.
    Keyframes(u64),
}

/// Pictures as an analyzer wants them: upright, square pixels, never enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoRequest {
    /// Bound of the longer side; none = as they are.
    pub max_side: Option<u32>,
    /// Layout.
    pub pixels: PixelFormat,
    /// Which ones.
    pub sampling: Sampling,
}

/// One kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Blocks of samples.
    Audio(AudioRequest),
    /// Pictures.
    Video(VideoRequest),
    /// Cues of a transcript.
    Transcript,
    /// The object undecoded, in blocks of so many bytes. The only input then, and not independent.
    Bytes(u32),
}

/// An input, and whether the analyzer can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// What.
    pub feed: Feed,
    /// Without it the analyzer isn't run, and its report says why.
    pub required: bool,
}

/// How an analyzer's work may be cut into sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segmentation {
    /// One session over everything, never resumed. For what can't be cut.
    Whole,
    /// A session for each segment, in order, given the carry of the one before.
    Chained,
    /// A session for each segment, on its own, on any host, fed so many milliseconds (0 to 5,000) before it as lead-in.
    Independent(u32),
}

/// What an analyzer says about itself. The SDK adds the schemas, which it takes from the types.
///
/// ```
/// use rushes_sdk::{AudioRequest, Descriptor, Feed};
///
/// let described = Descriptor::new("level", env!("CARGO_PKG_VERSION"), "Mean level in dBFS")
///     .requires(Feed::Audio(AudioRequest::native(100)))
///     .independent(0);
/// assert_eq!(described.name, "level");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    /// Its name: lower case letters, digits and hyphens.
    pub name: String,
    /// Its version, after semver.
    pub version: String,
    /// A sentence for people.
    pub summary: String,
    /// What it is fed; each kind once.
    pub inputs: Vec<Input>,
    /// How it may be cut.
    pub segmentation: Segmentation,
    /// An object: `method`, `limits`, `infers`, `series`; see `docs/contract.md`.
    pub extra: Value,
}

impl Descriptor {
    /// An analyzer without inputs, run as a whole. `name`: lower case letters, digits and hyphens.
    pub fn new(name: impl Into<String>, version: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            inputs: Vec::new(),
            segmentation: Segmentation::Whole,
            extra: Value::Object(serde_json::Map::new()),
        }
    }

    /// Adds an input without which the analyzer isn't run.
    #[must_use]
    pub fn requires(mut self, feed: Feed) -> Self {
        self.inputs.push(Input { feed, required: true });
        self
    }

    /// Adds an input that the analyzer takes where it is there.
    #[must_use]
    pub fn takes(mut self, feed: Feed) -> Self {
        self.inputs.push(Input { feed, required: false });
        self
    }

    /// A session for each segment, in order, each given the carry of the one before.
    #[must_use]
    pub fn chained(mut self) -> Self {
        self.segmentation = Segmentation::Chained;
        self
    }

    /// A session for each segment, on its own, with so much lead-in (0 to 5,000 ms).
    #[must_use]
    pub fn independent(mut self, lead_in_ms: u32) -> Self {
        self.segmentation = Segmentation::Independent(lead_in_ms);
        self
    }

    /// Says more about itself: a JSON object (`method`, `limits`, `infers`, `series`).
    #[must_use]
    pub fn extra(mut self, extra: Value) -> Self {
        self.extra = extra;
        self
    }
}
