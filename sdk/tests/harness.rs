//! What the harness promises, shown with a small analyzer that writes down what it is fed.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rushes_sdk::{
    Analyzer, AudioBlock, AudioRequest, Cue, Descriptor, Error, Event, Feed, Harness, MergeSetup, Merger, Outcome,
    Picture, PixelFormat, Report, Result, Sampling, Series, Setup, Span, VideoFrame, VideoRequest, log,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a session was fed, in order.
#[derive(Default, Serialize, Deserialize)]
struct Diary {
    pushes: Vec<String>,
    sum: f64,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {
    interval_ms: u64,
    segmentation: String,
    lead_in_ms: u32,
    carry_kib: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self { interval_ms: 100, segmentation: "independent".to_owned(), lead_in_ms: 50, carry_kib: 0 }
    }
}

#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct MergeParams {
    /// Returns a report that is broken in this way.
    broken: String,
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    sessions: Vec<Vec<String>>,
    sum: f64,
    gaps: usize,
}

struct Keeper {
    summary: Summary,
    broken: String,
}

struct Scribe {
    diary: Diary,
    params: Params,
    carried: u32,
}

impl Analyzer for Scribe {
    type Params = Params;
    type Partial = Diary;
    type Merger = Keeper;

    fn describe(params: &Params) -> Descriptor {
        let video = VideoRequest {
            max_side: None,
            pixels: PixelFormat::Gray8,
            sampling: Sampling::Interval(params.interval_ms * 1_000),
        };
        let described = Descriptor::new("scribe", "1.0.0", "Writes down what it is fed")
            .requires(Feed::Audio(AudioRequest::native(50)))
            .takes(Feed::Video(video))
            .takes(Feed::Transcript);
        match params.segmentation.as_str() {
            "whole" => described,
            "chained" => described.chained(),
            _ => described.independent(params.lead_in_ms),
        }
    }

    fn new(params: Params, setup: &Setup) -> Result<Self> {
        log::info(format!("begins at {}", setup.start_us));
        let carried = setup.carried::<(u32, Vec<u8>)>()?.map_or(0, |(sessions, _)| sessions);
        Ok(Self { diary: Diary::default(), params, carried })
    }

    fn push_audio(&mut self, block: AudioBlock) -> Result<()> {
        let lead_in = if block.lead_in { " lead-in" } else { "" };
        self.diary.pushes.push(format!("audio {} x{}{lead_in}", block.first_sample, block.samples.len()));
        if !block.lead_in {
            self.diary.sum += block.samples.iter().copied().map(f64::from).sum::<f64>();
        }
        Ok(())
    }

    fn push_video(&mut self, frame: VideoFrame) -> Result<()> {
        let lead_in = if frame.lead_in { " lead-in" } else { "" };
        self.diary.pushes.push(format!("video {} of {}{lead_in}", frame.time_us / 1_000, frame.pts_us / 1_000));
        Ok(())
    }

    fn push_transcript(&mut self, cues: Vec<Cue>) -> Result<()> {
        self.diary.pushes.extend(cues.iter().map(|cue| format!("cue {}", cue.text)));
        Ok(())
    }

    fn finish(mut self, is_last: bool) -> Result<Outcome<Diary>> {
        self.diary.pushes.push(format!("finish {is_last} after {}", self.carried));
        let weight = vec![0_u8; self.params.carry_kib << 10];
        Outcome::new(self.diary).with_carry(&(self.carried + 1, weight))
    }
}

impl Merger<Scribe> for Keeper {
    type Params = MergeParams;
    type Summary = Summary;

    fn new(_: Params, merge_params: MergeParams, setup: &MergeSetup) -> Result<Self> {
        let summary = Summary { sessions: Vec::new(), sum: 0.0, gaps: setup.gaps.len() };
        Ok(Self { summary, broken: merge_params.broken })
    }

    fn add(&mut self, _: Span, partial: Diary) -> Result<()> {
        self.summary.sum += partial.sum;
        self.summary.sessions.push(partial.pushes);
        Ok(())
    }

    fn finish(self) -> Result<Report<Summary>> {
        let mut report = Report::new(self.summary, 1.0);
        match self.broken.as_str() {
            "coverage" => report.coverage = 1.5,
            "times" => report.series.push(Series::at("a", "s", vec![2, 1], vec![0.0, 0.0])),
            "lengths" => report.series.push(Series::at("a", "s", vec![1], vec![])),
            "infinite" => report.series.push(Series::regular("a", "s", 0, 1, vec![f32::INFINITY])),
            "late" => report.events.push(Event::new(5, 2_000_001, "late", "late")),
            "lost" => report.events.push(Event { track: Some(1), ..Event::new(5, 6, "lost", "lost") }),
            "nameless" => report.series.push(Series::regular("", "s", 0, 1, vec![])),
            "stuck" => report.series.push(Series::regular("a", "s", 0, 0, vec![0.0])),
            "long" => report.series.push(Series::regular("a", "s", 0, 1_000_000, vec![0.0; 5])),
            "backwards" => report.events.push(Event::new(5, 4, "odd", "odd")),
            _ => report.series.push(Series::regular("a", "s", 0, 1, vec![f32::NAN, 1.0])),
        }
        Ok(report)
    }
}

rushes_sdk::export!(Scribe);

/// A second at 1 kHz: every sample is its own number.
fn samples() -> Vec<f32> {
    (0..1_000_u16).map(f32::from).collect()
}

fn harness(params: Value) -> Harness<Scribe> {
    Harness::new(params).unwrap().audio(1_000, &["M"], &samples())
}

fn sessions(harness: &Harness<Scribe>) -> Vec<Vec<String>> {
    let report = harness.run().unwrap().report;
    serde_json::from_value(report.summary["sessions"].clone()).unwrap()
}

fn picture(pts_ms: u64, duration_ms: u64) -> Picture {
    Picture {
        pts_us: pts_ms * 1_000,
        duration_us: duration_ms * 1_000,
        width: 2,
        height: 1,
        keyframe: true,
        full_range: false,
        data: vec![16, 235],
    }
}

fn cue(start_ms: u64, text: &str) -> Cue {
    Cue {
        start_us: start_ms * 1_000,
        end_us: start_ms * 1_000 + 100,
        speaker: None,
        language: None,
        text: text.to_owned(),
        confidence: None,
        words: Vec::new(),
    }
}

#[test]
fn a_block_belongs_to_the_segment_in_which_it_starts() {
    let sessions = sessions(&harness(json!({"lead_in_ms": 0})).block_ms(400).cuts_us(&[500_000]));
    assert_eq!(sessions[0], ["audio 0 x400", "audio 400 x400", "finish false after 0"]);
    assert_eq!(sessions[1], ["audio 800 x200", "finish true after 0"]);
}

#[test]
fn a_block_that_starts_with_a_segment_belongs_to_it_alone() {
    let sessions = sessions(&harness(json!({"lead_in_ms": 0})).block_ms(500).cuts_us(&[500_000]));
    assert_eq!(sessions[0], ["audio 0 x500", "finish false after 0"]);
    assert_eq!(sessions[1], ["audio 500 x500", "finish true after 0"]);
}

#[test]
fn lead_in_comes_before_the_segment_and_is_marked() {
    let sessions = sessions(&harness(json!({})).cuts_us(&[500_000]));
    assert_eq!(sessions[1][..2], ["audio 450 x50 lead-in", "audio 500 x50"]);
}

#[test]
fn what_is_measured_depends_on_neither_cuts_nor_blocks() {
    let sum = |harness: Harness<Scribe>| harness.run().unwrap().report.summary["sum"].as_f64().unwrap();
    for (cuts_us, block_ms) in [(&[][..], 10), (&[1, 333_333][..], 37), (&[250_000, 500_000, 999_000][..], 1_000)] {
        assert_eq!(sum(harness(json!({})).cuts_us(cuts_us).block_ms(block_ms)), 499_500.0);
    }
}

#[test]
fn calls_come_by_time_and_at_equal_times_cue_audio_picture() {
    let played = harness(json!({})).block_ms(500).video(vec![picture(0, 600)]).transcript(vec![cue(500, "hello")]);
    let expected = [
        "audio 0 x500",
        "video 0 of 0",
        "video 100 of 0",
        "video 200 of 0",
        "video 300 of 0",
        "video 400 of 0",
        "cue hello",
        "audio 500 x500",
        "video 500 of 0",
        "finish true after 0",
    ];
    assert_eq!(sessions(&played)[0], expected);
}

#[test]
fn the_grid_shows_the_picture_that_is_on_it() {
    let played = harness(json!({"interval_ms": 200})).block_ms(1_000).video(vec![picture(30, 400), picture(430, 0)]);
    let expected = ["audio 0 x1000", "video 200 of 30", "video 400 of 30", "video 600 of 430", "video 800 of 430"];
    assert_eq!(sessions(&played)[0][..5], expected);
}

#[test]
fn a_gap_is_left_out_and_named() {
    let gap = Span { start_us: 100_000, end_us: 220_000 };
    let played = harness(json!({})).block_ms(200).gap(gap, "audio", "damaged");
    assert_eq!(sessions(&played)[0][..3], ["audio 0 x100", "audio 220 x180", "audio 400 x200"]);
    assert_eq!(played.run().unwrap().report.summary["gaps"], 1);
}

#[test]
fn a_chained_session_gets_what_the_one_before_carried() {
    let sessions = sessions(&harness(json!({"segmentation": "chained"})).cuts_us(&[300_000, 600_000]));
    let ends: Vec<_> = sessions.iter().map(|pushes| pushes.last().unwrap().as_str()).collect();
    assert_eq!(ends, ["finish false after 0", "finish false after 1", "finish true after 2"]);
}

#[test]
fn a_whole_analyzer_is_never_cut() {
    assert_eq!(sessions(&harness(json!({"segmentation": "whole"})).cuts_us(&[300_000])).len(), 1);
}

#[test]
fn a_recording_without_anything_has_no_partial() {
    let empty = Harness::<Scribe>::new(json!({})).unwrap().audio(1_000, &["M"], &[]);
    assert_eq!(empty.run().unwrap().partials, []);
}

#[test]
fn a_carry_over_a_mebibyte_is_refused() {
    assert!(harness(json!({"segmentation": "chained", "carry_kib": 1_000})).run().is_ok());
    let error = harness(json!({"segmentation": "chained", "carry_kib": 1_025})).run().unwrap_err();
    assert!(error.to_string().contains("carry"), "{error}");
}

#[test]
fn a_report_that_breaks_the_contract_is_refused() {
    for broken in ["coverage", "times", "lengths", "infinite", "late", "lost", "nameless", "stuck", "long", "backwards"]
    {
        let outcome = harness(json!({ "broken": broken })).run();
        assert!(matches!(outcome, Err(Error::Failed(_))), "{broken}");
    }
    assert!(harness(json!({})).run().is_ok());
}

#[test]
fn equal_runs_are_equal_though_a_value_is_unknown() {
    assert_eq!(harness(json!({})).run().unwrap().report, harness(json!({})).run().unwrap().report);
}

#[test]
fn a_parameter_that_nobody_has_is_refused() {
    let error = Harness::<Scribe>::new(json!({"volume": 11})).err().unwrap();
    assert_eq!(error, Error::BadParams("there is no parameter `volume`".to_owned()));
}

#[test]
fn what_an_analyzer_logs_is_in_the_run() {
    let run = harness(json!({})).run().unwrap();
    assert_eq!(run.log[0].message, "begins at 0");
    assert_eq!(run.log[0].level, log::Level::Info);
}

#[test]
fn pictures_of_the_wrong_size_are_refused() {
    let short = Picture { data: vec![0], ..picture(0, Duration::from_secs(1).as_millis() as u64) };
    assert!(matches!(harness(json!({})).video(vec![short]).run(), Err(Error::BadInput(_))));
}
