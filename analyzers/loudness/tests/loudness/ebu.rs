//! The minimum requirements of EBU Tech 3341 and Tech 3342.

use rushes_sdk::Report;
use serde_json::Value;

use crate::cases::{Case, Demand, SAMPLE_RATE, all};
use crate::run::{number, report, series};

#[test]
fn ebu_tech_3341_and_3342_are_met() {
    let cases = all();
    assert_eq!(cases.len(), 15 + 4 + 2 * 20);
    let failures: Vec<String> = cases.iter().flat_map(failures).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn failures(case: &Case) -> Vec<String> {
    let report = report(SAMPLE_RATE, case.channels, &case.samples);
    case.demands
        .iter()
        .filter_map(|demand| failure(&report, demand))
        .map(|why| format!("{}: {why}", case.name))
        .collect()
}

/// What is wrong, if something is.
fn failure(report: &Report<Value>, demand: &Demand) -> Option<String> {
    let of_summary = |field: &str| number(report, field).into_iter().collect::<Vec<_>>();
    let since = |name: &str, from_s: f64| {
        let values = series(report, name).into_iter().filter(|&(time, _)| time >= from_s);
        values.map(|(_, value)| value).collect::<Vec<_>>()
    };
    let (found, expected, below, above) = match *demand {
        Demand::Integrated(lufs) => (of_summary("integrated_lufs"), lufs, 0.1, 0.1),
        Demand::MaxShortTerm(lufs) => (of_summary("max_short_term_lufs"), lufs, 0.1, 0.1),
        Demand::SteadyShortTerm(lufs) => (since("short_term", 3.0), lufs, 0.1, 0.1),
        Demand::MaxMomentary(lufs) => (of_summary("max_momentary_lufs"), lufs, 0.1, 0.1),
        Demand::SteadyMomentary(lufs) => (since("momentary", 1.0), lufs, 0.1, 0.1),
        Demand::RisingShortTerm { period_s } => return rising(report, "short_term", period_s),
        Demand::RisingMomentary { period_s } => return rising(report, "momentary", period_s),
        Demand::TruePeak(dbtp) => (of_summary("true_peak_dbtp"), dbtp, 0.4, 0.2),
        Demand::Range(lu) => (of_summary("lra_lu"), lu, 1.0, 1.0),
    };
    // Hundredths were rounded, so a value on the edge may look beyond it.
    let is_met = |value: &f64| (expected - below - 0.001..=expected + above + 0.001).contains(value);
    (found.is_empty() || !found.iter().all(is_met)).then(|| format!("{demand:?}: {found:?}"))
}

/// The twenty tones, each the loudest so far.
fn rising(report: &Report<Value>, name: &str, period_s: f64) -> Option<String> {
    let values = series(report, name);
    (0..20).find_map(|index| {
        let expected = f64::from(index) - 38.0;
        let end_s = period_s * f64::from(index + 1) + 0.001;
        let so_far = values.iter().filter(|&&(time, value)| time <= end_s && !value.is_nan());
        let greatest = so_far.fold(f64::MIN, |greatest, &(_, value)| greatest.max(value));
        ((greatest - expected).abs() > 0.1).then(|| format!("{name} of tone {index}: {greatest} for {expected}"))
    })
}
