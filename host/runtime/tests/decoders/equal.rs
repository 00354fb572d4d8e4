//! The same packets through the host's decoders and through the sandboxed ones.

use std::path::{Path, PathBuf};

use rushes_decode::{AudioConfig, Decoded, Decoders, Native, VideoConfig, VideoPacket};
use rushes_media::Coding;

use crate::components::real;
use crate::recordings::{Track, folder, tracks};

/// One file for each codec; all recordings, whole, where RUSHES_TEST_ALL_RECORDINGS is set (by hand: each is decoded twice). Packets are enough when there are some keyframes or a second of sound among them.
const FILES: [&str; 12] = [
    "interview-6talkers-720p25-h264-aac.mp4",
    "face-then-cartoon-hevc-aac-vfr.mov",
    "mediarecorder-chromium156-vp8-opus.webm",
    "mediarecorder-chromium156-vp9-opus.webm",
    "exo-sample_av1.mp4",
    "exo-sample_opus.mp4",
    "voice-short-id3.mp3",
    "exo-bear.flac",
    "exo-bear_vorbis.ogg",
    "speech-mulaw-16k.wav",
    "exo-sample_ima_adpcm.wav",
    "speech-cards-005-16k.wav",
];

/// In debug builds of the host a packet costs milliseconds.
const PACKETS: usize = 120;

/// How two runs of a track compare.
#[derive(Debug, Default, Clone, PartialEq)]
struct Compared {
    packets: usize,
    /// Pictures or samples that both gave.
    given: usize,
    /// Packets that both refused, with the same words.
    refused: usize,
    /// The largest difference between two samples.
    furthest: f32,
    unequal: Option<String>,
}

fn compare(track: &Track, most: usize) -> Option<Compared> {
    match &track.coding {
        Coding::Video(config) => compare_video(config, track, most),
        Coding::Audio(config) => compare_audio(config, track, most),
    }
}

fn compare_video(config: &VideoConfig, track: &Track, most: usize) -> Option<Compared> {
    let mut native = Native.video(config).ok()?;
    let mut walled = real().video(config).expect("what the host opens opens in the sandbox");
    let mut compared = Compared::default();
    for (number, (packet, bytes)) in track.packets.iter().take(most).enumerate() {
        let packet = VideoPacket { number: number as u64, bytes, keyframe: packet.keyframe };
        let (mut ours, mut theirs): (Vec<Decoded>, Vec<Decoded>) = Default::default();
        let outcomes = (native.decode(packet, &mut ours), walled.decode(packet, &mut theirs));
        compared.packets += 1;
        compared.refused += usize::from(outcomes.0.is_err());
        compared.given += ours.len();
        if outcomes.0 != outcomes.1 || ours != theirs {
            compared.unequal.get_or_insert(format!("packet {number}: {outcomes:?}"));
        }
        assert_eq!(native.is_disposable(bytes), walled.is_disposable(bytes));
    }
    let (mut ours, mut theirs): (Vec<Decoded>, Vec<Decoded>) = Default::default();
    let outcomes = (native.flush(&mut ours), walled.flush(&mut theirs));
    compared.given += ours.len();
    if outcomes.0 != outcomes.1 || ours != theirs {
        compared.unequal.get_or_insert(format!("at the end: {outcomes:?}"));
    }
    Some(compared)
}

fn compare_audio(config: &AudioConfig, track: &Track, most: usize) -> Option<Compared> {
    let mut native = Native.audio(config).ok()?;
    let mut walled = real().audio(config).expect("what the host opens opens in the sandbox");
    let mut compared = Compared::default();
    for (number, (_, bytes)) in track.packets.iter().take(most).enumerate() {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let outcomes = (native.decode(bytes, &mut ours), walled.decode(bytes, &mut theirs));
        compared.packets += 1;
        compared.given += ours.len();
        if outcomes.0.is_err() {
            compared.refused += 1;
            native.restart();
            walled.restart();
        }
        let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        compared.furthest = compared.furthest.max(apart);
        if outcomes.0 != outcomes.1 || ours.len() != theirs.len() || apart.is_nan() || apart > 1e-6 {
            compared.unequal.get_or_insert(format!("packet {number}: {outcomes:?}, {apart} apart"));
        }
    }
    Some(compared)
}

fn row(path: &Path, track: &Track, compared: &Compared) -> String {
    let codec = match &track.coding {
        Coding::Video(config) => config.codec.name(),
        Coding::Audio(config) => config.codec.name(),
    };
    let Compared { packets, given, refused, furthest, unequal } = compared;
    let verdict = unequal.as_deref().unwrap_or("equal");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{name} {codec}: {packets} packets, {given} given, {refused} refused, {furthest:e} apart: {verdict}")
}

#[test]
fn every_codec_gives_in_the_sandbox_what_it_gives_in_the_host() {
    let mut wrong = Vec::new();
    let all = std::env::var_os("RUSHES_TEST_ALL_RECORDINGS").is_some();
    let (paths, most) = match all {
        true => (recordings(), usize::MAX),
        false => (FILES.map(|name| folder().join(name)).to_vec(), PACKETS),
    };
    for path in paths {
        let mut given = 0;
        for track in tracks(&path) {
            let Some(compared) = compare(&track, most) else { continue };
            println!("{}", row(&path, &track, &compared));
            given += usize::from(compared.given > 0);
            wrong.extend(compared.unequal.is_some().then(|| row(&path, &track, &compared)));
        }
        if given == 0 && !all {
            wrong.push(format!("{}: nothing was decoded", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn recordings() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the recordings lie beside the checkout");
    let mut paths: Vec<_> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths
}
