//! The minimum requirements of EBU Tech 3341 and Tech 3342, through the whole program: file, sandbox, report.

#[path = "../../analyzers/loudness/tests/loudness/cases.rs"]
mod cases;

use cases::{Case, Demand, SAMPLE_RATE};
use serde_json::Value;

use crate::harness::Rushes;

/// WAVE's mask of the channels that cases have.
fn mask(channels: &[&str]) -> u32 {
    let bit = |name: &&str| ["FL", "FR", "FC", "LFE", "BL", "BR"].iter().position(|known| known == name).unwrap();
    channels.iter().map(bit).fold(0, |mask, bit| mask | 1 << bit)
}

/// A WAVE file of 32-bit floats in the extensible form.
fn wav(case: &Case) -> Vec<u8> {
    let channels = u16::try_from(case.channels.len()).unwrap();
    let data: Vec<u8> = case.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x28\0\0\0\xfe\xff".to_vec();
    bytes.extend(channels.to_le_bytes());
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((SAMPLE_RATE * u32::from(channels) * 4).to_le_bytes());
    bytes.extend((channels * 4).to_le_bytes());
    bytes.extend([32, 0, 22, 0, 32, 0]);
    bytes.extend(mask(case.channels).to_le_bytes());
    // KSDATAFORMAT_SUBTYPE_IEEE_FLOAT
    bytes.extend(b"\x03\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71data");
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    let riff = u32::try_from(bytes.len() - 8).unwrap();
    bytes[4..8].copy_from_slice(&riff.to_le_bytes());
    bytes
}

fn series(loudness: &Value, name: &str) -> Vec<(f64, f64)> {
    let found = loudness["series"].as_array().unwrap().iter().find(|series| series["name"] == name).unwrap();
    let (start, step) = (found["start_s"].as_f64().unwrap(), found["step_s"].as_f64().unwrap());
    let values = found["values"].as_array().unwrap().iter().enumerate();
    values.filter_map(|(n, value)| value.as_f64().map(|value| (start + n as f64 * step, value))).collect()
}

fn failure(loudness: &Value, demand: &Demand) -> Option<String> {
    let summary = |field: &str| loudness["summary"][field].as_f64().into_iter().collect::<Vec<_>>();
    let since = |name: &str, from_s: f64| {
        series(loudness, name)
            .into_iter()
            .filter(|(time, _)| *time >= from_s)
            .map(|(_, value)| value)
            .collect::<Vec<_>>()
    };
    let (found, expected, below, above) = match *demand {
        Demand::Integrated(lufs) => (summary("integrated_lufs"), lufs, 0.1, 0.1),
        Demand::MaxShortTerm(lufs) => (summary("max_short_term_lufs"), lufs, 0.1, 0.1),
        Demand::SteadyShortTerm(lufs) => (since("short_term", 3.0), lufs, 0.1, 0.1),
        Demand::MaxMomentary(lufs) => (summary("max_momentary_lufs"), lufs, 0.1, 0.1),
        Demand::SteadyMomentary(lufs) => (since("momentary", 1.0), lufs, 0.1, 0.1),
        Demand::RisingShortTerm { period_s } => return rising(&series(loudness, "short_term"), period_s),
        Demand::RisingMomentary { period_s } => return rising(&series(loudness, "momentary"), period_s),
        Demand::TruePeak(dbtp) => (summary("true_peak_dbtp"), dbtp, 0.4, 0.2),
        Demand::Range(lu) => (summary("lra_lu"), lu, 1.0, 1.0),
    };
    // Hundredths were rounded, so a value on the edge may look beyond it.
    let is_met = |value: &f64| (expected - below - 0.001..=expected + above + 0.001).contains(value);
    (found.is_empty() || !found.iter().all(is_met)).then(|| format!("{demand:?}: {found:?}"))
}

/// The twenty tones, each the loudest so far.
fn rising(values: &[(f64, f64)], period_s: f64) -> Option<String> {
    (0..20).find_map(|index| {
        let expected = f64::from(index) - 38.0;
        let end_s = period_s * f64::from(index + 1) + 0.001;
        let greatest =
            values.iter().filter(|(time, _)| *time <= end_s).fold(f64::MIN, |most, (_, value)| most.max(*value));
        ((greatest - expected).abs() > 0.1).then(|| format!("tone {index}: {greatest} for {expected}"))
    })
}

#[test]
fn ebu_tech_3341_and_3342_are_met_through_the_component() {
    let folder = tempfile::tempdir().unwrap();
    let cases = cases::all();
    assert_eq!(cases.len(), 15 + 4 + 2 * 20);
    let mut failures = Vec::new();
    for case in &cases {
        let path = folder.path().join("case.wav");
        std::fs::write(&path, wav(case)).unwrap();
        let report = Rushes::new().analyze(&path, &[]).json();
        let loudness = &report["analyzers"]["loudness"];
        failures.extend(
            case.demands
                .iter()
                .filter_map(|demand| failure(loudness, demand))
                .map(|why| format!("{}: {why}", case.name)),
        );
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
