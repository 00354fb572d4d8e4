//! A report: what an analyzer's merger made of its partials, and the document around all of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::media::{Cue, Gap, MediaFacts};
use crate::time::MediaTime;

/// The version of [`Report`]'s JSON.
pub const VERSION: u32 = 1;

/// When a series' values are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Timing {
    /// Value n lies at start + n * step.
    Regular {
        /// Seconds.
        start_s: f64,
        /// Seconds.
        step_s: f64,
    },
    /// One time a value, rising.
    At {
        /// Seconds.
        times_s: Vec<f64>,
    },
}

/// A line over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// In which unit.
    pub unit: String,
    /// When.
    #[serde(flatten)]
    pub timing: Timing,
    /// Finite, or none = unknown.
    pub values: Vec<Option<f32>>,
}

/// A span on the line of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Seconds.
    pub start_s: f64,
    /// Seconds; equal to the start for an instant.
    pub end_s: f64,
    /// `silence`, `cut`, …
    pub kind: String,
    /// For people.
    pub label: String,
    /// 0..1.
    pub confidence: Option<f32>,
    /// The track it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<u32>,
    /// A JSON object.
    pub detail: Option<Value>,
}

/// Where something is at a moment: shares of the upright picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Seconds.
    pub time_s: f64,
    /// Left.
    pub x: f32,
    /// Top.
    pub y: f32,
    /// Width; 0 with `h` 0: a point.
    pub w: f32,
    /// Height.
    pub h: f32,
    /// 0..1.
    pub confidence: f32,
}

/// A box on the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// Within the report.
    pub id: u32,
    /// `face`, …
    pub kind: String,
    /// For people.
    pub label: String,
    /// A point holds until the next, this long at most.
    pub hold_s: f64,
    /// Rising in time.
    pub points: Vec<Point>,
}

/// Something that could not be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmeasured {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a merger found.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// A JSON object after the analyzer's schema.
    pub summary: Value,
    /// Usable share, 0..1, of the required inputs' time.
    pub coverage: f32,
    /// What it could not tell.
    pub not_measured: Vec<Unmeasured>,
    /// Lines over time.
    pub series: Vec<Series>,
    /// Spans on it.
    pub events: Vec<Event>,
    /// Boxes on the picture.
    pub tracks: Vec<Track>,
    /// Captions.
    pub cues: Vec<CueLine>,
}

/// A caption in a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CueLine {
    /// Seconds.
    pub start_s: f64,
    /// Seconds.
    pub end_s: f64,
    /// Who speaks.
    pub speaker: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// What is said.
    pub text: String,
    /// 0..1.
    pub confidence: Option<f32>,
}

impl From<&Cue> for CueLine {
    fn from(cue: &Cue) -> Self {
        Self {
            start_s: seconds(cue.start),
            end_s: seconds(cue.end),
            speaker: cue.speaker.clone(),
            language: cue.language.clone(),
            text: cue.text.clone(),
            confidence: cue.confidence,
        }
    }
}

/// Seconds as reports write them: exact microseconds.
pub fn seconds(time: MediaTime) -> f64 {
    time.as_secs_f64()
}

/// How an analyzer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnalyzerStatus {
    /// It has findings.
    Completed,
    /// It broke or passed a limit.
    Failed,
    /// Its input isn't there.
    Skipped,
}

/// Where an analyzer's findings come from, and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Of the component, `sha256:…`.
    pub digest: String,
    /// Of the analyzer.
    pub version: String,
    /// Of sessions and merger, defaults filled in.
    pub params: Value,
    /// Version of the contract that the component speaks.
    pub contract: String,
    /// Names and versions of decoders and converters that fed it.
    pub decoder: String,
    /// Instructions metered, in all.
    pub fuel: u64,
    /// CPU seconds inside the component.
    pub cpu_s: f64,
    /// Bytes of its largest session.
    pub peak_memory: u64,
    /// Segments that were taken from earlier work.
    pub segments_reused: u32,
    /// Segments in all.
    pub segments: u32,
}

/// One analyzer's part of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalyzerReport {
    /// How it ended.
    pub status: AnalyzerStatus,
    /// Why it was skipped or failed.
    pub why: Option<String>,
    /// The failure behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What it found; empty unless completed.
    #[serde(flatten)]
    pub findings: Findings,
    /// Where it comes from.
    pub provenance: Option<Provenance>,
}

/// The object that was analysed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportObject {
    /// `s3://bucket/key`, or a path.
    pub uri: String,
    /// Bytes.
    pub size: u64,
    /// As sent.
    pub etag: Option<String>,
}

/// How it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// One go, no checkpoints.
    Regular,
    /// Chunk by chunk, checkpointed segment by segment.
    Chunked,
}

/// Seconds that a stage was busy, and waited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// `fetch`, `decode`, `analyse loudness`, …
    pub stage: String,
    /// Wall seconds at work.
    pub busy_s: f64,
    /// Wall seconds waiting for its neighbours.
    pub waiting_s: f64,
}

/// All that is known of one recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// The job; none for a one-off analysis.
    pub job: Option<String>,
    /// The caller's interview.
    pub interview_id: Option<String>,
    /// By which pipeline.
    pub pipeline: String,
    /// "3" completed, "2" failed.
    pub status: String,
    /// What was read.
    pub object: ReportObject,
    /// Facts of it.
    pub media: MediaFacts,
    /// How it was read.
    pub method: Method,
    /// Of `object.size`.
    pub bytes_read: u64,
    /// Of those presented.
    pub pictures_decoded: u64,
    /// What could not be read or decoded.
    pub damage: Vec<Gap>,
    /// By name.
    pub analyzers: BTreeMap<String, AnalyzerReport>,
    /// What each stage took. Not part of the findings.
    #[serde(default)]
    pub stages: Vec<StageTime>,
}
