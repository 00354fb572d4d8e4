//! Files that `make.sh` makes with FFmpeg: every variant of a container, and damage. The second implementation is ffprobe.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rushes_decode::AudioCodec;
use rushes_media::Index;
use rushes_model::{Classify, Code};

use crate::facts::{is_decoded, moved, shared, shown};
use crate::memory::Counted;

/// What `make.sh` makes of one of its words; made once, kept until the target folder goes.
fn made(what: &'static str, once: &'static OnceLock<Option<PathBuf>>) -> Option<&'static Path> {
    let make = || {
        let script = shared()?.join("make.sh");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(what);
        let done = folder.join("done");
        if !done.exists() {
            let status = Command::new("bash").arg(&script).arg(&folder).arg(what).status().expect("bash runs");
            assert!(status.success(), "{} {what}: {status}", script.display());
            std::fs::write(done, "").expect("the folder can be written");
        }
        Some(folder)
    };
    once.get_or_init(make).as_deref()
}

fn broken() -> Option<&'static Path> {
    static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
    made("broken", &MADE)
}

fn variants() -> Option<&'static Path> {
    static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
    made("variants", &MADE)
}

fn code(path: &Path) -> Option<Code> {
    rushes_media::open(&Counted::file(path)).err().map(|error| error.code())
}

#[test]
fn damaged_and_lying_files_end_as_they_should() {
    let Some(folder) = broken() else { return };
    let expected = [
        ("b-empty.mp4", Some(Code::MediaEmpty)),
        ("b-one-byte.mp4", Some(Code::MediaUnknown)),
        ("b-text.mp4", Some(Code::MediaUnknown)),
        ("b-s3-error-page.mp4", Some(Code::MediaUnknown)),
        ("b-zeros.mp4", Some(Code::MediaUnknown)),
        ("b-png-renamed.mp4", Some(Code::MediaUnknown)),
        ("b-truncated-moov-lost.mp4", Some(Code::MediaTruncated)),
        ("b-moov-renamed.mp4", Some(Code::MediaTruncated)),
        ("b-stsz-count-4g.mp4", Some(Code::MediaLimits)),
        ("b-huge-dimensions.mp4", Some(Code::MediaLimits)),
        ("b-box-size-zero-loop.mp4", Some(Code::MediaMalformed)),
        ("b-wav-65535-channels.wav", Some(Code::MediaLimits)),
        ("b-wav-rate-0.wav", Some(Code::MediaMalformed)),
        ("b-flac-corrupt.flac", (!is_decoded(AudioCodec::Flac)).then_some(Code::MediaUnsupported)),
        ("b-mp3-garbage-inside.mp3", None),
        ("b-ogg-truncated.ogg", None),
        ("b-webm-truncated.webm", crate::matroska::unless_vp9_or_opus()),
        ("b-bitflips.mp4", None),
        ("b-stco-beyond-end.mp4", None),
        ("b-truncated-mdat.mp4", None),
        ("b-wav-claims-4gb.wav", None),
        ("b-wav-truncated-odd.wav", None),
    ];
    for (name, expected) in expected {
        assert_eq!(code(&folder.join(name)), expected, "{name}");
    }
}

#[test]
fn what_a_damaged_file_lacks_is_a_gap() {
    let Some(folder) = broken() else { return };
    let gaps = |name: &str| {
        let index = rushes_media::open(&Counted::file(&folder.join(name))).expect("readable in part");
        let gaps = index.gaps.iter();
        let gaps = gaps.map(|gap| (gap.input.clone(), gap.span.start.as_secs_f64(), gap.span.end.as_secs_f64()));
        (index.duration.as_secs_f64(), gaps.collect::<Vec<_>>())
    };
    assert_eq!(gaps("b-bitflips.mp4").1, []);
    assert_eq!(gaps("b-wav-claims-4gb.wav").1, []);
    let (_, beyond) = gaps("b-stco-beyond-end.mp4");
    assert_eq!(beyond.len(), 1, "{beyond:?}");
    for (name, inputs) in [("b-truncated-mdat.mp4", 2), ("b-wav-truncated-odd.wav", 1)] {
        let (duration, gaps) = gaps(name);
        assert_eq!(gaps.len(), inputs, "{name}: {gaps:?}");
        assert!(
            gaps.iter().all(|(_, start, end)| *start > 0.5 && *start < 2.5 && *end > duration - 0.03),
            "{name}: {gaps:?}"
        );
    }
}

#[test]
fn every_variant_shows_its_pictures_when_ffprobe_says() {
    let Some(folder) = variants() else { return };
    let mut compared = 0;
    for path in files(folder) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Ok(index) = rushes_media::open(&Counted::file(&path)) else { continue };
        let Some(video) = index.video() else { continue };
        let ours = shown(video, |_| true);
        let theirs = presented(&path);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            // Half a tick of the movie (1 ms), by which FFmpeg and we may round an edit.
            assert!((ours + moved(&name) - theirs).abs() < 0.0006, "{name}: {ours} and {theirs}");
        }
        compared += 1;
    }
    assert!(compared >= 14, "{compared} files were compared");
}

#[test]
fn every_variant_of_pcm_is_read_whole() {
    let Some(folder) = variants() else { return };
    for (name, codec, channels, rate) in [
        ("a-pcm_u8.wav", "pcm_u8", 2, 48_000),
        ("a-pcm_s16le.wav", "pcm_s16le", 2, 48_000),
        ("a-pcm_s24le.wav", "pcm_s24le", 2, 48_000),
        ("a-pcm_s32le.wav", "pcm_s32le", 2, 48_000),
        ("a-pcm_f32le.wav", "pcm_f32le", 2, 48_000),
        ("a-pcm_f64le.wav", "pcm_f64le", 2, 48_000),
        ("a-pcm_alaw.wav", "pcm_alaw", 2, 48_000),
        ("a-pcm_mulaw.wav", "pcm_mulaw", 2, 48_000),
        ("a-rf64.wav", "pcm_s16le", 2, 48_000),
        ("a-streamed-unknown-length.wav", "pcm_s16le", 2, 48_000),
        ("a-telephone-8k-mono.wav", "pcm_s16le", 1, 8_000),
        ("a-51.wav", "pcm_s16le", 6, 48_000),
        ("a-96k-24bit.wav", "pcm_s24le", 2, 96_000),
        ("v-h264-pcm.mov", "pcm_s16le", 2, 48_000),
    ] {
        let index = rushes_media::open(&Counted::file(&folder.join(name))).expect(name);
        let audio = index.facts().audio.expect("sound");
        assert_eq!((audio.codec.as_str(), audio.channels, audio.sample_rate), (codec, channels, rate), "{name}");
        // 858,112 samples at 48 kHz, counted by FFmpeg's decoder.
        let samples = index.audio().map(|track| track.presented.end - track.presented.start).unwrap_or(0);
        let expected = 858_112.0 * f64::from(rate) / 48_000.0;
        assert!((samples as f64 - expected).abs() <= 1.0, "{name}: {samples} samples");
        assert!(index.gaps.is_empty(), "{name}");
    }
}

#[test]
fn variants_that_are_not_read_are_refused_by_name() {
    let Some(folder) = variants() else { return };
    let (name, word) = ("v-h264-aac.ts", "transport stream");
    let error = rushes_media::open(&Counted::file(&folder.join(name))).expect_err(name);
    assert_eq!(error.code(), Code::MediaUnsupported, "{name}");
    assert!(error.to_string().contains(word), "{name}: {error}");
}

#[test]
fn requests_are_few_wherever_the_index_lies() {
    let Some(folder) = variants() else { return };
    for (name, most) in [
        ("v-h264-aac-faststart.mp4", 2),
        ("v-h264-aac-moov-at-end.mp4", 4),
        ("v-h264-bframes-long-gop.mp4", 4),
        ("a-aac.m4a", 4),
        ("a-pcm_s16le.wav", 1),
        // Nine fragments of two seconds.
        ("v-h264-aac-fragmented.mp4", 10),
    ] {
        let reader = Counted::file(&folder.join(name));
        rushes_media::open(&reader).expect(name);
        assert!(reader.requests() <= most, "{name}: {} requests", reader.requests());
        assert!(reader.bytes_read() <= 320 << 10, "{name}: {} bytes", reader.bytes_read());
    }
}

#[test]
fn priming_is_cut_off_and_a_late_track_is_late() {
    let Some(folder) = variants() else { return };
    let audio_start = |name: &str| {
        let index = index(folder, name);
        let audio = index.audio().expect("sound");
        (audio.presented.start, audio.micros_of(audio.presented.start))
    };
    assert_eq!(audio_start("v-h264-aac-faststart.mp4"), (1_024, 0));
    // FFmpeg delays by 750 ms and begins with the priming: 728 ms.
    assert_eq!(audio_start("v-h264-audio-starts-late.mp4"), (0, 728_000));
}

fn index(folder: &Path, name: &str) -> Index {
    rushes_media::open(&Counted::file(&folder.join(name))).expect(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Times of the pictures that ffprobe doesn't mark as discarded, from the file's start.
fn presented(path: &Path) -> Vec<f64> {
    let probe = |arguments: &[&str]| {
        let output = Command::new("ffprobe").args(["-v", "error", "-of", "csv=p=0"]).args(arguments).arg(path).output();
        String::from_utf8(output.expect("ffprobe runs").stdout).expect("it speaks ASCII")
    };
    let start: f64 = probe(&["-show_entries", "format=start_time"]).trim().parse().expect("a time");
    let packets = probe(&["-select_streams", "v:0", "-show_entries", "packet=pts_time,flags"]);
    let mut times: Vec<f64> = packets
        .lines()
        .filter_map(|line| line.split_once(','))
        .filter(|(_, flags)| !flags.contains('D'))
        .map(|(time, _)| time.parse::<f64>().expect("a time") - start)
        .collect();
    times.sort_by(f64::total_cmp);
    times
}
