//! What sessions and mergers give back.

use serde::Serialize;
use serde_json::Value;

use crate::{Cue, Result, partial};

/// What a session leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<P> {
    /// For the merger: measurements over time.
    pub partial: P,
    /// For the next session of a chained analyzer, at most 1 MiB.
    pub carry: Option<Vec<u8>>,
}

impl<P> Outcome<P> {
    /// A partial, and nothing for the next session.
    pub const fn new(partial: P) -> Self {
        Self { partial, carry: None }
    }

    /// Hands something to the next session, which gets it by [`Setup::carried`](crate::Setup::carried).
    ///
    /// # Errors
    /// [`Error::Failed`](crate::Error::Failed) where it can't be serialised.
    pub fn with_carry<T: Serialize>(mut self, carry: &T) -> Result<Self> {
        self.carry = Some(partial::encode(carry)?);
        Ok(self)
    }
}

/// When a series' values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Value n lies at start + n * step.
    Regular {
        /// Of the first value.
        start_us: u64,
        /// Between two values, above 0.
        step_us: u64,
    },
    /// One time a value, rising, in microseconds.
    At(Vec<u64>),
}

/// A line over time. Two are equal though values are unknown, if these are unknown in both.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it shows, in at most 128 bytes.
    pub name: String,
    /// In which unit.
    pub unit: String,
    /// When.
    pub timing: Timing,
    /// Finite, or NaN = unknown.
    pub values: Vec<f32>,
}

impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, another): (&f32, &f32)| one == another || (one.is_nan() && another.is_nan());
        (&self.name, &self.unit, &self.timing) == (&other.name, &other.unit, &other.timing)
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(same)
    }
}

impl Series {
    /// Values at regular times.
    pub fn regular(
        name: impl Into<String>,
        unit: impl Into<String>,
        start_us: u64,
        step_us: u64,
        values: Vec<f32>,
    ) -> Self {
        Self { name: name.into(), unit: unit.into(), timing: Timing::Regular { start_us, step_us }, values }
    }

    /// Values at times of their own: as many as there are values, rising.
    pub fn at(name: impl Into<String>, unit: impl Into<String>, times_us: Vec<u64>, values: Vec<f32>) -> Self {
        Self { name: name.into(), unit: unit.into(), timing: Timing::At(times_us), values }
    }
}

/// A span on the line of time, or an instant where the end equals the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// From when.
    pub start_us: u64,
    /// To when.
    pub end_us: u64,
    /// `silence`, `cut`, …
    pub kind: String,
    /// For people.
    pub label: String,
    /// 0..1.
    pub confidence: Option<f32>,
    /// The track of the report that it belongs to.
    pub track: Option<u32>,
    /// An object.
    pub detail: Option<Value>,
}

impl Event {
    /// A span of some kind, with a label for people.
    pub fn new(start_us: u64, end_us: u64, kind: impl Into<String>, label: impl Into<String>) -> Self {
        Self { start_us, end_us, kind: kind.into(), label: label.into(), confidence: None, track: None, detail: None }
    }

    /// How sure, 0..1.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f32) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// More about it: an object.
    #[must_use]
    pub fn with_detail(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// Where something is at a moment: left, top, width and height as shares of the upright picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub time_us: u64,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Unique in the report.
    pub id: u32,
    /// `face`, …
    pub kind: String,
    /// For people.
    pub label: String,
    /// A point holds until the next, this long at most.
    pub hold_us: u64,
    /// Rising in time.
    pub points: Vec<Point>,
}

/// Something that could not be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmeasured {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a merger found. At most 32 MiB.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<S> {
    /// Serialises to a JSON object; no NaN in it.
    pub summary: S,
    /// Usable share, 0..1, of the required inputs' time.
    pub coverage: f32,
    /// What it could not tell.
    pub not_measured: Vec<Unmeasured>,
    /// Lines over time.
    pub series: Vec<Series>,
    /// Spans on it, in any order.
    pub events: Vec<Event>,
    /// Boxes on the picture.
    pub tracks: Vec<Track>,
    /// Captions, in any order.
    pub cues: Vec<Cue>,
}

impl<S> Report<S> {
    /// A summary and its coverage, and nothing else yet.
    pub const fn new(summary: S, coverage: f32) -> Self {
        Self {
            summary,
            coverage,
            not_measured: Vec::new(),
            series: Vec::new(),
            events: Vec::new(),
            tracks: Vec::new(),
            cues: Vec::new(),
        }
    }

    /// Says that something could not be told, and why.
    pub fn leave_out(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.not_measured.push(Unmeasured { what: what.into(), why: why.into() });
    }
}
