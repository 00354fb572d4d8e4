//! Running the analyzer natively.

use rushes_loudness::Loudness;
use rushes_sdk::{Harness, Report, Series, Timing};
use serde_json::{Value, json};

/// A recording, ready to run.
pub(crate) fn recording(sample_rate: u32, channels: &[&str], samples: &[f32]) -> Harness<Loudness> {
    Harness::new(json!({})).unwrap().audio(sample_rate, channels, samples)
}

pub(crate) fn report(sample_rate: u32, channels: &[&str], samples: &[f32]) -> Report<Value> {
    recording(sample_rate, channels, samples).run().unwrap().report
}

/// A number of the summary; none where it is null.
pub(crate) fn number(report: &Report<Value>, field: &str) -> Option<f64> {
    report.summary.get(field).unwrap_or_else(|| panic!("no {field}")).as_f64()
}

/// Times in seconds and values of a series.
pub(crate) fn series(report: &Report<Value>, name: &str) -> Vec<(f64, f64)> {
    let found: &Series = report.series.iter().find(|series| series.name == name).unwrap();
    let Timing::Regular { start_us, step_us } = found.timing else { panic!("{name} isn't regular") };
    let time = |index: usize| (start_us + index as u64 * step_us) as f64 / 1e6;
    found.values.iter().enumerate().map(|(index, &value)| (time(index), f64::from(value))).collect()
}

/// Events of a kind: start and end in seconds.
pub(crate) fn events(report: &Report<Value>, kind: &str) -> Vec<(f64, f64)> {
    let of_kind = report.events.iter().filter(|event| event.kind == kind);
    of_kind.map(|event| (event.start_us as f64 / 1e6, event.end_us as f64 / 1e6)).collect()
}

/// Asserts that events lie where they should, in seconds.
#[track_caller]
pub(crate) fn assert_events(report: &Report<Value>, kind: &str, expected: &[(f64, f64)], tolerance_s: f64) {
    let found = events(report, kind);
    let is_near = |a: f64, b: f64| (a - b).abs() <= tolerance_s;
    let agrees = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| is_near(found.0, expected.0) && is_near(found.1, expected.1));
    assert!(agrees, "{kind}: {found:?} for {expected:?}");
}
