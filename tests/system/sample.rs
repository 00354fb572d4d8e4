//! The sample recording: what its maker put in stands in the report, at its place.

use serde_json::Value;

use crate::harness::{Rushes, root, sample};

/// One picture, at 25 each second.
const ONE_FRAME_S: f64 = 0.040;
/// Three blocks of 20 ms, by which silence and clipping are measured.
const SOUND_S: f64 = 0.060;

fn spans(report: &Value, analyzer: &str, kind: &str) -> Vec<(f64, f64)> {
    let events = report["analyzers"][analyzer]["events"].as_array().unwrap_or_else(|| panic!("{report:#}"));
    let of_kind = events.iter().filter(|event| event["kind"] == kind);
    of_kind.map(|event| (event["start_s"].as_f64().unwrap(), event["end_s"].as_f64().unwrap())).collect()
}

fn assert_near(what: &str, found: &[(f64, f64)], true_ones: &[(f64, f64)], tolerance: f64) {
    let near = |a: f64, b: f64| (a - b).abs() <= tolerance + 1e-6;
    let all = found.len() == true_ones.len()
        && found.iter().zip(true_ones).all(|(one, other)| near(one.0, other.0) && near(one.1, other.1));
    assert!(all, "{what}: found {found:?}, true are {true_ones:?}, tolerance {tolerance}");
}

fn pair(value: &Value) -> (f64, f64) {
    (value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
}

fn assert_true(report: &Value, truth: &Value) {
    let cut = truth["cut_s"].as_f64().unwrap();
    let black = pair(&truth["black_s"]);
    assert_near("black", &spans(report, "picture", "black"), &[black], ONE_FRAME_S);
    // Into black and out of it is a cut as well; the seed keeps the other one three seconds away.
    let cuts: Vec<_> = spans(report, "picture", "cut")
        .into_iter()
        .filter(|(start, _)| (start - black.0).abs() > 0.1 && (start - black.1).abs() > 0.1)
        .collect();
    assert_near("cut", &cuts, &[(cut, cut)], ONE_FRAME_S);
    assert_near("clipping", &spans(report, "loudness", "clipping"), &[pair(&truth["clipping_s"])], SOUND_S);
    let pauses: Vec<_> = truth["pauses_s"].as_array().unwrap().iter().map(pair).collect();
    assert_near("pauses", &spans(report, "loudness", "silence"), &pauses, SOUND_S);
}

#[test]
fn three_seeds_are_found_where_the_maker_put_them() {
    for seed in [2, 3, 4] {
        let (file, truth) = sample(seed);
        let pipelines = root().join("pipelines.toml");
        let ran = Rushes::new().analyze(&file, &["--pipelines", pipelines.to_str().unwrap(), "--pipeline", "demo"]);
        assert_true(&ran.json(), &truth);
    }
}

#[test]
fn the_demo_prints_the_report_of_the_committed_sample_and_ends() {
    let ran = Rushes::new().env("RUSHES_LISTEN", "127.0.0.1:0").run(&["demo", "--exit"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for word in ["loudness", "picture", "LUFS", "cut", "black", "clipping", "silence", "http://127.0.0.1:"] {
        assert!(
            ran.stdout.contains(word) || ran.stderr.contains(word),
            "no {word} in:\n{}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn the_committed_sample_is_what_its_truth_says() {
    let folder = root().join("host/rushes/sample");
    let pipelines = root().join("pipelines.toml");
    let ran = Rushes::new()
        .analyze(&folder.join("interview.mp4"), &["--pipelines", pipelines.to_str().unwrap(), "--pipeline", "demo"]);
    assert_true(&ran.json(), &crate::harness::read_json(&folder.join("interview.mp4.truth.json")));
}
