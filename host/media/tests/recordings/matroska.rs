//! Matroska and WebM: real recordings against FFmpeg's demuxer, and what is read of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_decode::{AudioCodec, VideoCodec, VideoConfig, video_shape};
use rushes_media::{Coding, Container, Index, Track};
use rushes_model::Code;

use crate::facts::{is_decoded, shared};
use crate::memory::Counted;

/// All that lie beside the checkout, and the codings of which one must be decoded for it to be read.
const REAL: [(&str, &[AudioCodec], &[VideoCodec]); 14] = [
    ("exo-bear-vp9.webm", &[], &[VideoCodec::Vp9]),
    ("exo-full_blocks.mkv", &[], &[]),
    ("exo-invalid-bitstream.webm", &[], &[VideoCodec::Vp9]),
    ("exo-sample.mkv", &[], &[VideoCodec::H264]),
    ("exo-sample_with_srt.mkv", &[], &[VideoCodec::H264]),
    ("fx-no-cues.webm", &[], &[VideoCodec::Vp8]),
    ("mediarecorder-chrome57-vp8-opus-cut-off.webm", &[AudioCodec::Opus], &[VideoCodec::Vp8]),
    ("mediarecorder-chromium156-av1-opus.webm", &[AudioCodec::Opus], &[VideoCodec::Av1]),
    ("mediarecorder-chromium156-h264-opus.mkv", &[AudioCodec::Opus], &[]),
    ("mediarecorder-chromium156-opus.webm", &[AudioCodec::Opus], &[]),
    ("mediarecorder-chromium156-vp8-opus.webm", &[AudioCodec::Opus], &[VideoCodec::Vp8]),
    ("mediarecorder-chromium156-vp9-opus.webm", &[AudioCodec::Opus], &[VideoCodec::Vp9]),
    ("mediarecorder-firefox53-vp8-opus.webm", &[AudioCodec::Opus], &[VideoCodec::Vp8]),
    ("person-signing-again-h264.mkv", &[], &[VideoCodec::H264]),
];

pub(crate) fn is_one(name: &str) -> bool {
    name.ends_with(".webm") || name.ends_with(".mkv")
}

/// Why one of the real ones isn't read.
pub(crate) fn expected(name: &str) -> Option<Code> {
    let name = if name == "person-signing-brother-h264.mkv" { "person-signing-again-h264.mkv" } else { name };
    let (_, audio, video) = REAL.iter().find(|(known, _, _)| *known == name).expect("a known file");
    let reads = audio.iter().any(|codec| is_decoded(*codec)) || video.iter().any(|codec| shows(*codec));
    (!reads).then_some(Code::MediaUnsupported)
}

/// Made files hold VP9 and Opus.
pub(crate) fn unless_vp9_or_opus() -> Option<Code> {
    expected("mediarecorder-chromium156-vp9-opus.webm")
}

/// Whether there is a decoder already.
fn shows(codec: VideoCodec) -> bool {
    let config = VideoConfig {
        codec,
        width: 640,
        height: 480,
        rotation: 0,
        pixel_aspect: None,
        full_range: None,
        matrix: None,
        extra: Vec::new(),
    };
    // H.264 must have its configuration, and has been there from the beginning.
    codec == VideoCodec::H264 || video_shape(&config).is_ok()
}

fn real() -> Vec<PathBuf> {
    let Some(folder) = shared() else { return Vec::new() };
    REAL.iter().filter(|(name, _, _)| expected(name).is_none()).map(|(name, _, _)| folder.join(name)).collect()
}

/// A packet as FFmpeg's demuxer has it: time in seconds, place, size, whether decoding can begin at it.
#[derive(Debug)]
struct Probed {
    pts: f64,
    offset: u64,
    size: u32,
    keyframe: bool,
}

fn probed(path: &Path, stream: &str) -> Vec<Probed> {
    let output = Command::new("ffprobe")
        .args(["-v", "quiet", "-select_streams", stream, "-show_entries", "packet=pts_time,size,pos,flags"])
        .args(["-of", "compact=nokey=1:print_section=0"])
        .arg(path)
        .output()
        .expect("ffprobe is installed");
    let text = String::from_utf8(output.stdout).expect("text");
    let rows = text.lines().map(|line| line.split('|').collect::<Vec<_>>()).filter(|fields| fields.len() >= 4);
    rows.map(|fields| Probed {
        pts: fields[0].parse().expect("a time"),
        size: fields[1].parse().expect("a size"),
        offset: fields[2].parse().expect("a place"),
        keyframe: fields[3].starts_with('K'),
    })
    .collect()
}

/// Each packet lies where FFmpeg says, is as large, and is shown then.
fn compare(path: &Path, track: &Track, stream: &str, start: f64) {
    let theirs = probed(path, stream);
    assert_eq!(track.packets.count(), theirs.len(), "{}: {stream}", path.display());
    for (ours, theirs) in track.packets.iter().zip(&theirs) {
        let pts = track.micros_of(ours.pts) as f64 / 1e6;
        // FFmpeg's place is the block's, whose header has some bytes.
        let near = theirs.offset..=theirs.offset + 32;
        assert!(near.contains(&ours.offset) && ours.size == theirs.size, "{}: {ours:?} {theirs:?}", path.display());
        // A millisecond of the container, rounded, and the same again where sound is laid end to end.
        assert!((pts - (theirs.pts - start)).abs() < 0.0016, "{}: {pts} {theirs:?} {start}", path.display());
        if matches!(track.coding, Coding::Video(_)) {
            assert_eq!(ours.keyframe, theirs.keyframe, "{}: {ours:?} {theirs:?}", path.display());
        }
    }
}

/// Container time of media time 0, in seconds.
fn start(index: &Index) -> f64 {
    -(index.tracks.first().expect("a track").origin_us as f64) / 1e6
}

#[test]
fn packets_of_real_recordings_lie_where_ffmpeg_finds_them() {
    for path in real() {
        let index = rushes_media::open(&Counted::file(&path)).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert!(matches!(index.container, Container::Matroska | Container::WebM));
        if let Some(audio) = index.audio() {
            compare(&path, audio, "a:0", start(&index));
        }
        if let Some(video) = index.video() {
            compare(&path, video, "v:0", start(&index));
        }
    }
}

#[test]
fn a_recording_is_read_once_from_front_to_back() {
    for path in real() {
        let reader = Counted::file(&path);
        rushes_media::open(&reader).expect("a recording");
        let size = std::fs::metadata(&path).expect("a file").len();
        // The head, 256 KiB at most, then one request for all.
        assert!(reader.requests() <= 2, "{path:?}: {} requests", reader.requests());
        assert!(reader.bytes_read() <= size + size.min(256 << 10), "{path:?}: {} bytes", reader.bytes_read());
    }
}
