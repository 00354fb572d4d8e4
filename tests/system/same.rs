//! The same recording gives the same report, byte for byte, however it was run.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use rushes_devs3::{Action, When};
use serde_json::Value;

use crate::harness::{Killed, Rushes, run, scratch};
use crate::serve::S3;

/// Three segments of sound and small pictures, quick to decode: 2 min 30 s, a keyframe each two seconds.
pub(crate) fn recording() -> PathBuf {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = scratch().join("three-segments.mp4");
    if !path.exists() {
        let part = scratch().join("three-segments.part.mp4");
        run(std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=150", "-f", "lavfi", "-i"])
            .args(["aevalsrc='0.3*sin(2*PI*(220+t)*t)*lt(mod(t,7),5)':s=48000:d=150"])
            .args([
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-g",
                "50",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
                "-shortest",
            ])
            .arg(&part));
        std::fs::rename(part, &path).unwrap();
    }
    path
}

/// A report without what may differ: time, bytes, work saved, and how it was read.
pub(crate) fn findings(report: &Value) -> String {
    let mut report = report.clone();
    let fields = report.as_object_mut().unwrap();
    for name in ["stages", "bytes_read", "pictures_decoded", "method", "job"] {
        fields.remove(name);
    }
    for (_, analyzer) in report["analyzers"].as_object_mut().unwrap() {
        if let Some(provenance) = analyzer["provenance"].as_object_mut() {
            provenance.remove("cpu_s");
            provenance.remove("segments_reused");
        }
    }
    serde_json::to_string_pretty(&report).unwrap()
}

fn report(rushes: &Rushes, file: &Path, more: &[&str]) -> String {
    findings(&rushes.analyze(file, more).json())
}

#[track_caller]
pub(crate) fn assert_same(what: &str, found: &str, expected: &str) {
    if found != expected {
        let line = found.lines().zip(expected.lines()).find(|(a, b)| a != b);
        panic!("{what}: differs first at {line:?}");
    }
}

#[test]
fn twice_is_the_same() {
    let file = recording();
    assert_same("again", &report(&Rushes::new(), &file, &[]), &report(&Rushes::new(), &file, &[]));
}

#[test]
fn chunk_size_and_threshold_change_no_finding() {
    let file = recording();
    let expected = report(&Rushes::new(), &file, &[]);
    for chunk in ["1", "20", "200", "auto"] {
        for threshold in [0, 1000] {
            let rushes =
                Rushes::new().env("STREAMING_CHUNK_SIZE_MB", chunk).env("CHUNKED_FILE_SIZE_THRESHOLD_MB", threshold);
            assert_same(&format!("chunk {chunk} threshold {threshold}"), &report(&rushes, &file, &[]), &expected);
        }
    }
}

/// Padded to one byte less than, exactly and one byte more than 1 MiB.
#[test]
fn an_object_at_the_threshold_is_read_alike_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let short = crate::harness::root().join("host/rushes/sample/interview.mp4");
    let bytes = std::fs::read(short).unwrap();
    let mut seen = Vec::new();
    for size in [(1 << 20) - 1, 1 << 20, (1 << 20) + 1usize] {
        let mut padded = bytes.clone();
        let free = u32::try_from(size - bytes.len()).unwrap();
        padded.extend(free.to_be_bytes());
        padded.extend(b"free");
        padded.resize(size, 0);
        let path = folder.path().join("padded.mp4");
        std::fs::write(&path, padded).unwrap();
        let whole = Rushes::new().env("CHUNKED_FILE_SIZE_THRESHOLD_MB", 1).analyze(&path, &[]).json();
        let expected = if size > 1 << 20 { "chunked" } else { "regular" };
        assert_eq!(whole["method"], expected, "{size}");
        seen.push(findings(&without_object(whole)));
    }
    assert_same("at it", &seen[1], &seen[0]);
    assert_same("above it", &seen[2], &seen[0]);
}

fn without_object(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("object");
    report
}

#[test]
fn alone_and_beside_another_an_analyzer_finds_the_same() {
    let (file, folder) = (recording(), tempfile::tempdir().unwrap());
    let both = Rushes::new().analyze(&file, &[]).json();
    for name in ["loudness", "picture"] {
        let path = folder.path().join("pipelines.toml");
        std::fs::write(&path, format!("version = 1\n[pipelines.one.use.{name}]\n")).unwrap();
        let alone = Rushes::new().analyze(&file, &["--pipelines", path.to_str().unwrap(), "--pipeline", "one"]).json();
        let part = |report: &Value| {
            let mut part = report["analyzers"][name].clone();
            part["provenance"].as_object_mut().unwrap().remove("cpu_s");
            serde_json::to_string_pretty(&part).unwrap()
        };
        assert_same(name, &part(&alone), &part(&both));
    }
}

/// A generator of numbers for the moments of a kill; the seed is printed so that a failure can be repeated.
fn dice(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 31)
    }
}

/// Killed at a seeded moment of its run, then started again on the same data folder.
#[test]
fn killed_at_twenty_points_and_resumed_it_is_the_same() {
    let file = recording();
    let chunked = |rushes: Rushes| rushes.env("CHUNKED_FILE_SIZE_THRESHOLD_MB", 0);
    let unbroken = chunked(Rushes::new());
    let began = std::time::Instant::now();
    let expected = report(&unbroken, &file, &["--resume"]);
    let whole = began.elapsed();
    let seed = 20_261_124;
    println!("seed {seed}, an unbroken run takes {whole:?}");
    let mut next = dice(seed);
    let (mut killed, mut reused) = (0, 0);
    for point in 0..20 {
        let rushes = chunked(Rushes::new());
        let mut command = rushes.command();
        command
            .args(["analyze", file.to_str().unwrap(), "--json", "--resume"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = Killed(command.spawn().unwrap());
        std::thread::sleep(whole.mul_f64(next()));
        let ended = child.0.try_wait().unwrap();
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        killed += usize::from(ended.is_none());
        let resumed = rushes.analyze(&file, &["--resume"]).json();
        reused += resumed["analyzers"]["loudness"]["provenance"]["segments_reused"].as_u64().unwrap();
        assert_same(&format!("point {point}"), &findings(&resumed), &expected);
    }
    println!("{killed} of 20 were killed at work, {reused} segments were used again");
    assert!(killed >= 10 && reused >= 5, "killed {killed}, reused {reused}: the test proves too little");
}

/// What a read that failed had fed of a segment was once kept as the whole of it.
#[test]
fn after_a_read_that_failed_nothing_half_done_is_used() {
    let (file, s3) = (scratch().join("half.wav"), S3::start());
    run(std::process::Command::new("ffmpeg").args(["-v", "error", "-y", "-i"]).arg(recording()).arg("-vn").arg(&file));
    s3.put("half.wav", &file);
    let size = std::fs::metadata(&file).unwrap().len();
    let slowly = |rushes: Rushes| {
        let rushes = rushes.env("CHUNKED_FILE_SIZE_THRESHOLD_MB", 0).env("STREAMING_MAX_REQUESTS", 1);
        rushes.env("STREAMING_READAHEAD_MB", 2).env("STREAMING_CHUNK_SIZE_MB", 1)
    };
    let object = ["analyze", "s3://interviews/half.wav", "--json", "--resume"];
    let expected = findings(&slowly(s3.rushes()).run(&object).json());
    for share in [0.2, 0.5, 0.8] {
        let rushes = slowly(s3.rushes());
        let from = (size as f64 * share) as u64;
        let gone = Action::Status { status: 404, code: "NoSuchKey" };
        s3.server().faults().add(When::get().key("half.wav").starting_in(from..size), gone);
        let failed = rushes.run(&object);
        s3.server().faults().clear();
        assert_eq!(failed.code, Some(1), "{}", failed.stderr);
        assert_same(&format!("after a failure at {share}"), &findings(&rushes.run(&object).json()), &expected);
    }
}
