//! Counts what it is fed, and behaves. Its series show what must not differ between two runs: the order of a hash map,
//! and a value that is unknown.

use std::collections::HashMap;
use std::hint::black_box;

use rushes_sdk::{
    Analyzer, AudioBlock, AudioRequest, Cue, Descriptor, Feed, MergeSetup, Merger, NoParams, Outcome, PixelFormat,
    Report, Result, Sampling, Series, Setup, Span, VideoFrame, VideoRequest,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What came, and of what it is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Samples, lead-in not counted.
    pub samples: u64,
    /// Pictures, lead-in not counted.
    pub frames: u64,
    /// Cues.
    pub cues: u64,
    /// Largest sample.
    pub peak: f32,
}

/// Counts of a segment, and keys of a hash map in the order in which it gave them.
#[derive(Serialize, Deserialize)]
pub struct Partial {
    counts: Counts,
    order: Vec<u32>,
    unknown: f32,
}

/// The session.
#[derive(Default)]
pub struct Good(Counts);

impl Analyzer for Good {
    type Params = NoParams;
    type Partial = Partial;
    type Merger = Sum;

    fn describe(_: &NoParams) -> Descriptor {
        let video =
            VideoRequest { max_side: Some(640), pixels: PixelFormat::Gray8, sampling: Sampling::Interval(200_000) };
        Descriptor::new("good", env!("CARGO_PKG_VERSION"), "Counts what it is fed")
            .takes(Feed::Audio(AudioRequest::mono(48_000, 100)))
            .takes(Feed::Video(video))
            .takes(Feed::Transcript)
            .independent(0)
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self::default())
    }

    fn push_audio(&mut self, block: AudioBlock) -> Result<()> {
        if !block.lead_in {
            self.0.samples += block.samples.len() as u64;
            self.0.peak = block.samples.iter().fold(self.0.peak, |peak, sample| peak.max(sample.abs()));
        }
        Ok(())
    }

    fn push_video(&mut self, frame: VideoFrame) -> Result<()> {
        self.0.frames += u64::from(!frame.lead_in);
        Ok(())
    }

    fn push_transcript(&mut self, cues: Vec<Cue>) -> Result<()> {
        self.0.cues += cues.len() as u64;
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<Partial>> {
        let map: HashMap<u32, ()> = (0..64).map(|key| (key, ())).collect();
        let order = map.into_keys().collect();
        // Processors differ in the sign of a NaN that they make.
        let unknown = black_box(0.0_f32) / black_box(0.0);
        Ok(Outcome::new(Partial { counts: self.0, order, unknown: -unknown }))
    }
}

/// The merger: adds up.
#[derive(Default)]
pub struct Sum {
    counts: Counts,
    order: Vec<f32>,
}

impl Merger<Good> for Sum {
    type Params = NoParams;
    type Summary = Counts;

    fn new(_: NoParams, _: NoParams, _: &MergeSetup) -> Result<Self> {
        Ok(Self::default())
    }

    fn add(&mut self, _: Span, partial: Partial) -> Result<()> {
        self.counts.samples += partial.counts.samples;
        self.counts.frames += partial.counts.frames;
        self.counts.cues += partial.counts.cues;
        self.counts.peak = self.counts.peak.max(partial.counts.peak);
        self.order.push(partial.unknown);
        self.order.extend(partial.order.iter().map(|key| *key as f32));
        Ok(())
    }

    fn finish(self) -> Result<Report<Counts>> {
        let mut report = Report::new(self.counts, 1.0);
        report.series.push(Series::regular("order", "", 0, 1_000, self.order));
        Ok(report)
    }
}

rushes_sdk::export!(Good);
