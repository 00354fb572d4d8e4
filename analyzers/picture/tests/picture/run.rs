//! Running the analyzer natively.

use rushes_picture::Picture as Analyzer;
use rushes_sdk::{Harness, Picture, Report};
use serde_json::{Value, json};

/// A recording, ready to run with these parameters.
pub(crate) fn recording(params: Value, pictures: &[Picture]) -> Harness<Analyzer> {
    Harness::new(params).unwrap().video(pictures.to_vec())
}

/// The report of a recording, a picture sampled every so many milliseconds.
pub(crate) fn report(interval_ms: u32, pictures: &[Picture]) -> Report<Value> {
    recording(json!({ "interval_ms": interval_ms }), pictures).run().unwrap().report
}

/// A number of the summary, by its path; none where it is null.
pub(crate) fn number(report: &Report<Value>, path: &str) -> Option<f64> {
    report.summary.pointer(path).unwrap_or_else(|| panic!("no {path}")).as_f64()
}

/// Events of a kind: start and end in seconds.
pub(crate) fn events(report: &Report<Value>, kind: &str) -> Vec<(f64, f64)> {
    let of_kind = report.events.iter().filter(|event| event.kind == kind);
    of_kind.map(|event| (event.start_us as f64 / 1e6, event.end_us as f64 / 1e6)).collect()
}

/// What is wrong with the places of events in seconds, if something is.
pub(crate) fn misplaced(
    report: &Report<Value>,
    kind: &str,
    expected: &[(f64, f64)],
    tolerance_s: f64,
) -> Option<String> {
    let found = events(report, kind);
    let is_near = |a: f64, b: f64| (a - b).abs() <= tolerance_s + 1e-6;
    let agrees = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| is_near(found.0, expected.0) && is_near(found.1, expected.1));
    (!agrees).then(|| format!("{kind}: {found:?} for {expected:?}"))
}

/// Cuts have no length.
pub(crate) fn instants(times: &[f64]) -> Vec<(f64, f64)> {
    times.iter().map(|&time| (time, time)).collect()
}
