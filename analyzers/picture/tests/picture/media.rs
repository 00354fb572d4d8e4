//! Real recordings and made signals, decoded by FFmpeg. The recordings lie beside the checkout, with the script that makes the signals.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rushes_sdk::{Picture, Report};
use serde_json::Value;

use crate::run::{instants, misplaced, number, report};

/// A picture of 25 a second.
const FRAME_S: f64 = 0.04;

fn media() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media")
}

/// The folder with the signals of `make.sh`, made once.
fn signals() -> &'static Path {
    static SIGNALS: OnceLock<PathBuf> = OnceLock::new();
    SIGNALS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signals");
        let script = media().join("make.sh");
        let made = Command::new("bash").arg(&script).arg(&folder).arg("signals").output().expect("bash is there");
        assert!(made.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&made.stderr));
        folder
    })
}

/// What FFmpeg's tools print.
fn output(program: &str, before: &[&str], path: &Path, after: &[&str]) -> Vec<u8> {
    let output =
        Command::new(program).args(before).arg(path).args(after).output().expect("ffmpeg is installed by tests/run");
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// All pictures: luma as coded, scaled by an area average to 640 pixels at most.
fn decode(path: &Path) -> Vec<Picture> {
    let entries =
        ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time,width,height", "-of", "csv=p=0"];
    let listing = String::from_utf8(output("ffprobe", &entries, path, &[])).unwrap();
    let fields = |line: &str| line.split(',').filter_map(|field| field.trim().parse().ok()).collect();
    let lines: Vec<Vec<f64>> = listing.lines().filter(|line| !line.is_empty()).map(fields).collect();
    let &[_, width, height] = lines[0].as_slice() else { panic!("{listing}") };
    let scale = (640.0 / f64::max(width, height)).min(1.0);
    let (width, height) = ((width * scale).round() as u32, (height * scale).round() as u32);
    let filter = format!("extractplanes=y,scale={width}:{height}:flags=area");
    let filtered = ["-vf", &filter, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
    let planes = output("ffmpeg", &["-v", "error", "-i"], path, &filtered);
    let planes = planes.chunks_exact(width as usize * height as usize);
    assert_eq!(planes.len(), lines.len(), "{}", path.display());
    let pts_us = |line: &[f64]| ((line[0] - lines[0][0]) * 1e6).round() as u64;
    let ends = lines.iter().skip(1).map(|line| pts_us(line)).chain([0]);
    planes
        .zip(&lines)
        .zip(ends)
        .map(|((plane, line), end_us)| Picture {
            pts_us: pts_us(line),
            duration_us: end_us.checked_sub(pts_us(line)).unwrap_or(40_000),
            width,
            height,
            keyframe: false,
            full_range: false,
            data: plane.to_vec(),
        })
        .collect()
}

fn truth(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap_or_else(|_| panic!("{} is there", path.display()))).unwrap()
}

fn seconds(truth: &Value) -> Vec<f64> {
    truth.as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect()
}

fn pairs(truth: &Value) -> Vec<(f64, f64)> {
    truth.as_array().unwrap().iter().map(seconds).map(|pair| (pair[0], pair[1])).collect()
}

/// A signal's report at an interval, and its truth.
fn signal(name: &str, interval_ms: u32) -> (Report<Value>, Value) {
    let path = signals().join(name);
    (report(interval_ms, &decode(&path)), truth(&signals().join(format!("{name}.truth.json"))))
}

#[track_caller]
fn assert_placed(report: &Report<Value>, kind: &str, expected: &[(f64, f64)], tolerance_s: f64) {
    assert_eq!(misplaced(report, kind, expected, tolerance_s), None);
}

#[test]
fn black_lies_where_it_was_made() {
    for (interval_ms, tolerance_s) in [(40, FRAME_S), (200, 0.2)] {
        let (report, truth) = signal("s-black-3-5.mp4", interval_ms);
        assert_placed(&report, "black", &pairs(&truth["black_s"]), tolerance_s);
        assert_placed(&report, "cut", &instants(&seconds(&truth["scene_cuts_s"])), tolerance_s);
    }
}

#[test]
fn a_freeze_lies_where_it_was_made() {
    for (interval_ms, tolerance_s) in [(40, 0.08), (200, 0.2)] {
        let (report, truth) = signal("s-freeze-3-5.mp4", interval_ms);
        assert_placed(&report, "freeze", &pairs(&truth["freeze_s"]), tolerance_s);
    }
}

#[test]
fn cuts_lie_where_they_were_made() {
    for (interval_ms, tolerance_s) in [(40, FRAME_S), (200, 0.2)] {
        let (report, truth) = signal("s-cuts-2-4.6-6.mp4", interval_ms);
        assert_placed(&report, "cut", &instants(&seconds(&truth["scene_cuts_s"])), tolerance_s);
    }
}

#[test]
fn no_cut_is_seen_where_there_is_none() {
    for name in ["s-motion-2-6.mp4", "s-freeze-3-5.mp4", "s-blur-2-4.mp4"] {
        for interval_ms in [40, 200] {
            assert_placed(&signal(name, interval_ms).0, "cut", &[], 0.0);
        }
    }
}

#[test]
fn luma_is_that_of_the_coded_values() {
    let (report, truth) = signal("s-luma-steps.mp4", 200);
    let luma = &report.series.iter().find(|series| series.name == "luma").unwrap().values;
    for (second, coded) in seconds(&truth["luma_limited_by_second"]).into_iter().enumerate() {
        let expected = (coded - 16.0) * 255.0 / 219.0;
        assert!(
            (f64::from(luma[second * 5 + 2]) - expected).abs() <= 1.0,
            "{second}: {} for {expected}",
            luma[second * 5 + 2]
        );
    }
}

#[test]
fn blur_takes_four_fifths_of_the_sharpness() {
    let (report, _) = signal("s-blur-2-4.mp4", 200);
    let sharpness = &report.series.iter().find(|series| series.name == "sharpness").unwrap().values;
    assert!(sharpness[5] > 5.0 * sharpness[15] && sharpness[25] > 5.0 * sharpness[15], "{sharpness:?}");
}

#[test]
fn motion_is_seen_from_where_it_begins() {
    let (report, _) = signal("s-motion-2-6.mp4", 200);
    let motion = &report.series.iter().find(|series| series.name == "motion").unwrap().values;
    assert!(
        motion[1..10].iter().all(|&motion| motion < 0.1) && motion[11..29].iter().all(|&motion| motion > 1.0),
        "{motion:?}"
    );
}

#[test]
fn a_flash_of_another_picture_is_two_cuts() {
    let path = media().join("wpt-green-at-15.mp4");
    let expected = seconds(&truth(&media().join("ground-truth/wpt-green-at-15.json"))["scene_cuts_s"]);
    assert_placed(&report(40, &decode(&path)), "cut", &instants(&expected), 0.1);
}

/// Other speakers before the same backdrop: cuts needn't be found, but none elsewhere.
#[test]
fn speakers_who_move_are_no_cuts() {
    let folder = media();
    let interview = decode(&folder.join("interview-6talkers-720p25-h264-aac.mp4"));
    let cuts = seconds(&truth(&folder.join("ground-truth/interview-6talkers-720p25-h264-aac.json"))["scene_cuts_s"]);
    for interval_ms in [40, 200] {
        let found = crate::run::events(&report(interval_ms, &interview), "cut");
        assert!(
            found.iter().all(|&(time, _)| cuts.iter().any(|cut| (time - cut).abs() <= 0.1)),
            "{interval_ms}: {found:?}"
        );
        assert!(found.iter().any(|&(time, _)| (time - 3.0).abs() <= 0.1), "{interval_ms}: {found:?}");
    }
    for talker in ["bbaf2n", "brbk7n", "lbax4n", "lwbsza", "pwij3p", "swwp2s"] {
        let report = report(40, &decode(&folder.join(format!("talker-{talker}-h264-aac.mp4"))));
        assert_placed(&report, "cut", &[], 0.0);
    }
}

#[test]
fn mean_luma_is_what_ffmpeg_says() {
    for name in ["talker-bbaf2n-h264-aac.mp4", "cartoon-title-no-face-h264-aac.mp4", "webcam-one-man-h264-mp3.mp4"] {
        let facts = truth(&media().join(format!("ground-truth/facts/{name}.facts.json")));
        let expected = (facts["video"]["mean_luma"].as_f64().unwrap() - 16.0) * 255.0 / 219.0;
        let found = number(&report(40, &decode(&media().join(name))), "/luma_mean").unwrap();
        assert!((found - expected).abs() <= 1.5, "{name}: {found} for {expected}");
    }
}
