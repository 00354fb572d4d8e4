//! Real recordings against what FFmpeg's `ebur128` and `astats` measured of them. The recordings lie beside the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::run::{number, report};

fn media() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media")
}

/// WAV and MP4 files with sound, and their facts.
fn recordings() -> Vec<(PathBuf, Value)> {
    let facts =
        std::fs::read_dir(media().join("ground-truth/facts")).expect("../shared/media lies beside the checkout");
    let mut recordings: Vec<(PathBuf, Value)> = facts
        .map(|entry| serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap())
        .map(|facts: Value| (media().join(facts["file"].as_str().unwrap()), facts))
        .filter(|(path, facts)| {
            path.extension().is_some_and(|kind| kind == "wav" || kind == "mp4")
                && facts["audio"]["true_peak_dbtp"].is_number()
        })
        .collect();
    recordings.sort_by(|a, b| a.0.cmp(&b.0));
    recordings
}

/// The first audio stream, decoded by FFmpeg: interleaved.
fn decode(path: &Path) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-f", "f32le", "-"])
        .output()
        .expect("ffmpeg is installed by tests/run");
    output.stdout.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn channels(count: u64) -> &'static [&'static str] {
    match count {
        1 => &["M"],
        2 => &["FL", "FR"],
        6 => &["FL", "FR", "FC", "LFE", "BL", "BR"],
        _ => panic!("{count} channels"),
    }
}

#[test]
fn real_recordings_are_as_loud_as_ffmpeg_says() {
    let recordings = recordings();
    assert!(recordings.len() >= 30, "{} recordings", recordings.len());
    let failures: Vec<String> = recordings.iter().flat_map(|(path, facts)| failures(path, facts)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn failures(path: &Path, facts: &Value) -> Vec<String> {
    let stream = facts["streams"].as_array().unwrap().iter().find(|stream| stream["type"] == "audio").unwrap();
    let rate = stream["sample_rate"].as_u64().unwrap() as u32;
    let found = report(rate, channels(stream["channels"].as_u64().unwrap()), &decode(path));
    let fact = |name: &str| facts["audio"][name].as_f64().unwrap();
    // Figures of the filter have one decimal: half of it comes on top.
    let compared = [
        ("integrated_lufs", fact("integrated_lufs"), 0.1 + 0.05),
        ("true_peak_dbtp", fact("true_peak_dbtp"), 0.3 + 0.05),
        ("sample_peak_dbfs", fact("sample_peak_db"), 0.01),
        ("rms_dbfs", fact("rms_db"), 0.02),
    ];
    let file = path.file_name().unwrap().to_string_lossy();
    let wrong = compared.into_iter().filter_map(|(field, expected, tolerance)| {
        // FFmpeg says -70 where there is nothing to measure.
        let expected = Some(expected).filter(|&value| field != "integrated_lufs" || value > -70.0);
        let value = number(&found, field);
        let agrees = match (value, expected) {
            (Some(value), Some(expected)) => (value - expected).abs() <= tolerance,
            (value, expected) => value.is_none() && expected.is_none(),
        };
        (!agrees).then(|| format!("{file}: {field} {value:?} for {expected:?}"))
    });
    wrong.collect()
}
