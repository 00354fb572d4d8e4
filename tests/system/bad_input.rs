//! Bad input: each ends within 5 s and 200 MB in an error with a code, that says what, where and what to do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::harness::{Ran, Rushes, made, root, shared_media};

const WITHIN: Duration = Duration::from_secs(5);
const MEMORY: u64 = 200_000_000;

fn assert_refused(what: &str, ran: &Ran, codes: &[&str]) {
    let said = codes.iter().any(|code| ran.stderr.contains(&format!("error[{code}]")));
    assert!(said && ran.code != Some(0), "{what}: wanted one of {codes:?}, got {:?}\n{}", ran.code, ran.stderr);
    assert!(ran.stderr.contains("help: "), "{what}: says not what to do\n{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{what}\n{}", ran.stderr);
    assert!(ran.wall < WITHIN, "{what}: took {:?}", ran.wall);
    assert!(ran.peak_rss < MEMORY, "{what}: took {} bytes", ran.peak_rss);
}

#[test]
fn broken_files_are_refused_with_a_code() {
    let Some(folder) = made("broken") else { return };
    for (name, codes) in [
        ("b-empty.mp4", &["media.empty"][..]),
        ("b-one-byte.mp4", &["media.unknown-format"]),
        ("b-text.mp4", &["media.unknown-format"]),
        ("b-s3-error-page.mp4", &["media.unknown-format"]),
        ("b-zeros.mp4", &["media.unknown-format", "media.malformed"]),
        ("b-random.webm", &["media.unknown-format"]),
        ("b-truncated-moov-lost.mp4", &["media.truncated"]),
        ("b-moov-renamed.mp4", &["media.malformed", "media.truncated"]),
        ("b-stsz-count-4g.mp4", &["media.limits", "media.malformed"]),
        ("b-huge-dimensions.mp4", &["media.limits"]),
        ("b-wav-65535-channels.wav", &["media.limits", "media.malformed"]),
        ("b-wav-rate-0.wav", &["media.malformed", "media.limits"]),
        ("b-png-renamed.mp4", &["media.unknown-format"]),
    ] {
        assert_refused(name, &Rushes::new().analyze(&folder.join(name), &[]), codes);
    }
    // What is whole of these is analysed, and what isn't is named.
    for (name, is_damaged) in [
        ("b-flac-corrupt.flac", true),
        ("b-mp3-garbage-inside.mp3", false),
        ("b-ogg-truncated.ogg", false),
        ("b-webm-truncated.webm", false),
    ] {
        let ran = Rushes::new().analyze(&folder.join(name), &[]);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        let damage = ran.json()["damage"].as_array().map_or(0, Vec::len);
        assert_eq!(damage > 0, is_damaged, "{name}: {damage} spans");
    }
}

/// Half of it is there: that half is analysed, and the report names the other.
#[test]
fn a_file_that_ends_early_is_analysed_as_far_as_it_goes() {
    let Some(folder) = made("broken") else { return };
    for name in ["b-truncated-mdat.mp4", "b-wav-truncated-odd.wav"] {
        let ran = Rushes::new().analyze(&folder.join(name), &[]);
        let report = ran.json();
        let truncated = report["damage"].as_array().unwrap().iter().any(|gap| gap["cause"] == "truncated");
        assert!(truncated, "{name}: {}", report["damage"]);
        assert!(ran.wall < WITHIN && ran.peak_rss < MEMORY, "{name}: {:?} {}", ran.wall, ran.peak_rss);
    }
}

/// The `data` chunk claims 4 GB, `RIFF` around it tells the truth: all of it is there.
#[test]
fn a_wav_that_claims_4_gb_is_read_as_long_as_it_is() {
    let Some(folder) = made("broken") else { return };
    let ran = Rushes::new().analyze(&folder.join("b-wav-claims-4gb.wav"), &[]);
    let report = ran.json();
    let seconds = report["media"]["duration_s"].as_f64().unwrap();
    assert!((3.9..4.0).contains(&seconds), "{}", report["media"]);
    assert!(ran.wall < WITHIN && ran.peak_rss < MEMORY, "{:?} {}", ran.wall, ran.peak_rss);
}

#[test]
fn damage_in_the_middle_is_named_and_the_rest_analysed() {
    let Some(folder) = made("broken") else { return };
    let ran = Rushes::new().analyze(&folder.join("b-bitflips.mp4"), &[]);
    let report = ran.json();
    let damage = report["damage"].as_array().unwrap();
    assert!(damage.iter().any(|gap| gap["cause"] == "damaged"), "{damage:?}");
    assert_eq!(report["analyzers"]["picture"]["status"], "completed");
}

/// A sound index, and zeros where the pictures should be.
#[test]
fn pictures_of_zeros_are_undecodable() {
    let Some(folder) = shared_media() else { return };
    let mut bytes = std::fs::read(folder.join("wpt-green-at-15.mp4")).unwrap();
    let found = bytes.windows(4).position(|window| window == b"mdat").unwrap();
    let size = u32::from_be_bytes(bytes[found - 4..found].try_into().unwrap()) as usize;
    bytes[found + 4..found - 4 + size].fill(0);
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("zeros.mp4");
    std::fs::write(&path, bytes).unwrap();
    assert_refused("zeros", &Rushes::new().analyze(&path, &[]), &["media.undecodable"]);
}

/// Either the box is skipped and the rest makes sense, or it is refused; never an endless loop.
#[test]
fn boxes_that_never_end_end() {
    let Some(folder) = made("broken") else { return };
    for name in ["b-box-size-zero-loop.mp4", "b-stco-beyond-end.mp4"] {
        let ran = Rushes::new().analyze(&folder.join(name), &[]);
        assert!(ran.wall < WITHIN && ran.peak_rss < MEMORY, "{name}: {:?} {}", ran.wall, ran.peak_rss);
        assert!(matches!(ran.code, Some(0 | 1)) && !ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
    }
    let nested = Rushes::new().data.keep().join("nested.mp4");
    std::fs::write(&nested, nested_boxes(20_000)).unwrap();
    assert_refused("nested", &Rushes::new().analyze(&nested, &[]), &["media.limits", "media.malformed"]);
}

/// `ftyp`, then a `moov` in a `moov` in a `moov` …
fn nested_boxes(depth: u32) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x10ftypisom\0\0\0\0".to_vec();
    for left in (1..=depth).rev() {
        bytes.extend((left * 8).to_be_bytes());
        bytes.extend(if left == depth { b"moov" } else { b"trak" });
    }
    bytes
}

#[test]
fn an_encrypted_recording_is_refused_as_such() {
    let Some(folder) = shared_media() else { return };
    let ran = Rushes::new().analyze(&folder.join("exo-sample_fragmented_clearkey.mp4"), &[]);
    assert_refused("clearkey", &ran, &["media.encrypted"]);
}

/// A float WAV whose middle is NaN.
#[test]
fn nan_samples_are_damage_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nan.wav");
    std::fs::write(&path, wav_with_nan()).unwrap();
    let ran = Rushes::new().analyze(&path, &[]);
    let report = ran.json();
    assert!(report["damage"].as_array().unwrap().iter().any(|gap| gap["cause"] == "damaged"), "{}", report["damage"]);
    let lufs = report["analyzers"]["loudness"]["summary"]["integrated_lufs"].as_f64();
    assert!(lufs.is_some_and(|lufs| (-30.0..-10.0).contains(&lufs)), "{lufs:?}");
}

fn wav_with_nan() -> Vec<u8> {
    let rate = 16_000u32;
    let samples = (0..rate * 4).map(|n| {
        let inside = (rate * 2..rate * 2 + 800).contains(&n);
        if inside { f32::NAN } else { 0.2 * (n as f32 * 0.3).sin() }
    });
    let data: Vec<u8> = samples.flat_map(f32::to_le_bytes).collect();
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x03\0\x01\0".to_vec();
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 4).to_le_bytes());
    bytes.extend(b"\x04\0\x20\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    let riff = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&riff.to_le_bytes());
    bytes
}

#[test]
fn a_file_that_is_not_there_is_said_to_be_missing() {
    assert_refused("missing", &Rushes::new().analyze(Path::new("/no/such/file.mp4"), &[]), &["storage.not-found"]);
}

fn pipelines(folder: &Path, text: &str) -> String {
    let path = folder.join("pipelines.toml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A second of a tone.
pub(crate) fn wav() -> PathBuf {
    let path = crate::harness::scratch().join("short.wav");
    if !path.exists() {
        let nan_free: Vec<u8> = wav_with_nan();
        std::fs::write(&path, &nan_free[..nan_free.len() / 4]).unwrap();
    }
    path
}

#[test]
fn a_pipeline_with_mistakes_is_refused_with_line_and_suggestion() {
    let folder = tempfile::tempdir().unwrap();
    for (text, codes, words) in [
        ("version = 1\n[pipelines.p.use.loudnes]\n", &["pipeline.invalid"][..], &["loudnes", ":2:", "loudness"][..]),
        (
            "version = 1\n[pipelines.p]\nanalysers = 1\n[pipelines.p.use.loudness]\n",
            &["pipeline.invalid"],
            &["analysers", ":3:"],
        ),
        (
            "version = 1\n[pipelines.p.use.picture]\nparams = { interval = 40 }\n",
            &["pipeline.invalid", "pipeline.params"],
            &["interval", ":3:", "interval_ms"],
        ),
    ] {
        let file = pipelines(folder.path(), text);
        let ran = Rushes::new().analyze(&wav(), &["--pipelines", &file, "--pipeline", "p"]);
        assert_refused(text, &ran, codes);
        for word in words {
            assert!(ran.stderr.contains(word), "no {word} in:\n{}", ran.stderr);
        }
        let checked = Rushes::new().run(&["pipelines", "check", &file]);
        assert_eq!(checked.code, Some(1), "{}", checked.stderr);
    }
    let file = pipelines(folder.path(), "version = 1\n[pipelines.p.use.loudness]\n");
    let ran = Rushes::new().analyze(&wav(), &["--pipelines", &file, "--pipeline", "q"]);
    assert_refused("unknown pipeline", &ran, &["pipeline.unknown"]);
}

#[test]
fn a_component_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.wasm"), "not wasm at all").unwrap();
    for (component, codes) in [
        ("bad.wasm", &["component.invalid", "pipeline.invalid"][..]),
        ("missing.wasm", &["component.not-found", "pipeline.invalid"]),
    ] {
        let text = format!("version = 1\n[analyzers.mine]\ncomponent = \"{component}\"\n[pipelines.p.use.mine]\n");
        let file = pipelines(folder.path(), &text);
        assert_refused(component, &Rushes::new().analyze(&wav(), &["--pipelines", &file, "--pipeline", "p"]), codes);
    }
}

#[test]
fn pictures_alone_cannot_be_had_from_sound() {
    let folder = tempfile::tempdir().unwrap();
    let file = pipelines(folder.path(), "version = 1\n[pipelines.p.use.picture]\n");
    let ran = Rushes::new().analyze(&wav(), &["--pipelines", &file, "--pipeline", "p"]);
    assert_refused("video only", &ran, &["media.nothing-to-analyse"]);
    let file = pipelines(folder.path(), "version = 1\n[pipelines.p.use.picture]\n[pipelines.p.use.loudness]\n");
    let report = Rushes::new().analyze(&wav(), &["--pipelines", &file, "--pipeline", "p"]).json();
    assert_eq!(report["analyzers"]["picture"]["status"], "skipped");
    assert_eq!(report["analyzers"]["loudness"]["status"], "completed");
}

#[test]
fn a_setting_that_makes_no_sense_stops_the_start() {
    let ran = Rushes::new().env("MAX_CONCURRENT_JOBS", "many").run(&[
        "serve",
        "--pipelines",
        root().join("pipelines.toml").to_str().unwrap(),
    ]);
    assert_refused("setting", &ran, &["setting.invalid"]);
    assert!(ran.stderr.contains("MAX_CONCURRENT_JOBS") && ran.stderr.contains("many"), "{}", ran.stderr);
}
