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

/// An element with a size of eight bytes.
fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u64 | 1 << 56).to_be_bytes();
    [id, &size, body].concat()
}

/// Three clusters of PCM at 8 kHz: alone, in a group, and laced in each of the three ways.
fn small() -> Vec<u8> {
    let audio =
        [element(&[0xb5], &8_000f32.to_be_bytes()), element(&[0x9f], &[1]), element(&[0x62, 0x64], &[16])].concat();
    let entry =
        [element(&[0xd7], &[1]), element(&[0x83], &[2]), element(&[0x86], b"A_PCM/INT/LIT"), element(&[0xe1], &audio)];
    let block = |ticks: u8, flags: u8, body: &[u8]| [&[0x81, 0, ticks, flags], body].concat();
    let cluster = |seconds: u8| {
        let blocks = [
            element(&[0xe7], &[seconds]),
            element(&[0xa3], &block(0, 0x80, &[1; 16])),
            element(&[0xa0], &[element(&[0xa1], &block(1, 0, &[2; 16])), element(&[0x9b], &[1])].concat()),
            element(&[0xa3], &block(2, 0x82, &[&[1, 16][..], &[3; 32]].concat())),
            element(&[0xa3], &block(4, 0x86, &[&[1, 0x90][..], &[4; 32]].concat())),
            element(&[0xa3], &block(6, 0x84, &[&[1][..], &[5; 32]].concat())),
        ];
        element(&[0x1f, 0x43, 0xb6, 0x75], &blocks.concat())
    };
    let head = [
        element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"matroska")),
        vec![0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &entry.concat())),
    ];
    [head.concat(), cluster(0), cluster(8), cluster(16)].concat()
}

#[test]
fn laced_frames_lie_end_to_end() {
    let index = rushes_media::open(&Counted::bytes(small())).expect("sound");
    let packets: Vec<_> = index.tracks[0].packets.iter().map(|packet| (packet.pts, packet.size)).collect();
    let expected: Vec<_> = (0..24).map(|place| (place * 8, 16)).collect();
    assert_eq!(packets, expected);
    assert_eq!(index.duration.as_micros(), 24_000);
}

#[test]
fn every_cut_and_every_flipped_byte_ends_in_an_answer() {
    let file = small();
    for at in 0..file.len() {
        answer(file[..at].to_vec());
        for flip in [0x01, 0x80, 0xff] {
            let mut flipped = file.clone();
            flipped[at] ^= flip;
            answer(flipped);
        }
    }
}

/// An index whose packets lie inside the file, or an error that says what to do.
fn answer(bytes: Vec<u8>) {
    use rushes_model::Classify;
    let size = bytes.len() as u64;
    match rushes_media::open(&Counted::bytes(bytes)) {
        Ok(index) => {
            let mut packets = index.tracks.iter().flat_map(|track| track.packets.iter());
            assert!(packets.all(|packet| packet.offset + u64::from(packet.size) <= size));
            assert!(index.gaps.iter().all(|gap| gap.span.start < gap.span.end && gap.span.end <= index.duration));
        }
        Err(error) => assert!(error.help().is_some() && !error.code().as_str().is_empty()),
    }
}

#[test]
fn a_cluster_that_makes_no_sense_is_a_gap() {
    let mut file = small();
    let second = file.windows(4).enumerate().filter(|(_, bytes)| *bytes == [0x1f, 0x43, 0xb6, 0x75]).nth(1);
    let at = second.expect("three clusters").0;
    // The first block's id.
    file[at + 12 + 10] = 0;
    let index = rushes_media::open(&Counted::bytes(file)).expect("two clusters");
    assert_eq!(index.tracks[0].packets.count(), 16);
    assert!(index.gaps.iter().any(|gap| gap.input == "audio" && gap.span.end.as_micros() == 16_000));
}
