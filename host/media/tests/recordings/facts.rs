//! Real recordings that lie beside the checkout, against what FFmpeg measured of them.

use std::path::{Path, PathBuf};

use rushes_decode::{AudioCodec, AudioConfig};
use rushes_media::{Coding, Container, Index, Reader, Track};
use rushes_model::{Classify, Code, MediaTime};
use serde_json::Value;

use crate::memory::Counted;

/// `../shared/media` from the repository's root. Its absence fails in CI and is said loudly elsewhere.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media");
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::disallowed_methods, reason = "a test asks where it runs; no setting is read")]
    let in_ci = std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false");
    assert!(!in_ci, "{} isn't there, and this is CI", folder.display());
    eprintln!("SKIPPED: {} isn't there", folder.display());
    None
}

/// Files that aren't read, and why; all others are.
fn expected(name: &str) -> Option<Code> {
    Some(match name {
        "exo-sample_fragmented_clearkey.mp4" | "fx-gizmo-frag.mp4" => Code::MediaEncrypted,
        "exo-sample_opus.mp4" if !is_decoded(AudioCodec::Opus) => Code::MediaUnsupported,
        "exo-sample_ima_adpcm.wav" if !is_decoded(AudioCodec::AdpcmIma) => Code::MediaUnsupported,
        "wpt-counting.mp4" => Code::MediaUnsupported,
        _ if crate::matroska::is_one(name) => return crate::matroska::expected(name),
        _ if [".mp4", ".mov", ".wav", ".mp3", ".flac", ".opus", ".ogg"].iter().any(|ending| name.ends_with(ending)) => {
            return None;
        }
        _ => Code::MediaUnsupported,
    })
}

/// Whether there is a decoder already; it is told what a header of two channels at 48 kHz says.
pub(crate) fn is_decoded(codec: AudioCodec) -> bool {
    let extra = match codec {
        AudioCodec::Flac => [b"\x10\0\x10\0\0\0\0\0\0\0\x0b\xb8\x02\xf0".as_slice(), &[0; 20]].concat(),
        _ => b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0".to_vec(),
    };
    let config = AudioConfig { codec, sample_rate: 48_000, channels: 2, channel_mask: None, extra };
    rushes_decode::audio_shape(&config).is_ok()
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of recordings");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending != "md" && ending != "sh") && path.is_file())
        .collect();
    files.sort();
    files
}

#[test]
fn all_real_recordings_are_read_or_refused_as_expected() {
    let Some(folder) = shared() else { return };
    let files = recordings(&folder);
    assert_eq!(files.len(), 75);
    for path in files {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let reader = Counted::file(&path);
        let opened = rushes_media::open(&reader);
        assert_eq!(opened.as_ref().err().map(Classify::code), expected(&name), "{name}: {:?}", opened.err());
        if crate::matroska::is_one(&name) {
            continue;
        }
        // A head, a tail, and one more for each fragment.
        assert!(reader.requests() <= 4, "{name}: {} requests", reader.requests());
        let most = match opened.map(|index| index.container) {
            // Read as a whole, and each byte once.
            Ok(Container::Mp3 | Container::Adts | Container::Flac | Container::Ogg) => reader.identity().size,
            _ => 512 << 10,
        };
        assert!(reader.bytes_read() <= most, "{name}: {} bytes", reader.bytes_read());
    }
}

#[test]
fn real_recordings_are_as_long_and_show_pictures_when_ffmpeg_says() {
    let Some(folder) = shared() else { return };
    let mut compared = 0;
    for path in recordings(&folder) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if expected(&name).is_some() || crate::matroska::is_one(&name) {
            continue;
        }
        let facts = folder.join(format!("ground-truth/facts/{name}.facts.json"));
        let facts: Value = serde_json::from_slice(&std::fs::read(facts).expect("facts")).expect("JSON");
        if facts["readable"] == Value::Bool(false) {
            continue;
        }
        let index = rushes_media::open(&Counted::file(&path)).expect("a readable recording");
        match index.container {
            Container::Mp3 | Container::Flac | Container::Ogg => compare_samples(&name, &index, &facts),
            Container::Mp4 | Container::Wav => {
                compare_length(&name, &index, &facts);
                compare_sound(&name, &index, &facts);
            }
            _ => compare_length(&name, &index, &facts),
        }
        compare_pictures(&name, &index, &facts);
        compare_shape(&name, &index, &facts);
        compared += 1;
    }
    assert!(compared >= 40, "{compared} recordings were compared");
}

pub(crate) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A recording of sound alone is as long as its samples, to the sample.
fn compare_samples(name: &str, index: &Index, facts: &Value) {
    let audio = index.audio().expect("sound");
    let theirs = number(&facts["audio"]["samples_per_channel"]).expect("a count") as i64;
    let theirs = match name {
        // Ten zeros follow its tag, so FFmpeg misses the frame that names 1,105 samples of delay and 47 of padding.
        "exo-bear-id3.mp3" => theirs - 1_105 - 47,
        _ => theirs,
    };
    assert_eq!(audio.presented.end - audio.presented.start, theirs, "{name}");
    let length = MediaTime::from_ratio(theirs.unsigned_abs(), u64::from(audio.timescale));
    assert_eq!(index.duration, length, "{name}");
}

/// The latest end of a stream. FFmpeg takes a stream's length from its header, so 50 ms are left to it: a packet and
/// the movie's ticks.
fn compare_length(name: &str, index: &Index, facts: &Value) {
    // Its header says 143,165 s; the samples 1.07 s (decoded: 1.068).
    if name == "exo-sample_fragmented.mp4" {
        assert!((index.duration.as_secs_f64() - 1.068).abs() < 0.001, "{}", index.duration);
        return;
    }
    let streams = facts["streams"].as_array().expect("streams");
    let ends = streams
        .iter()
        .filter(|stream| stream["type"] != "data")
        .filter_map(|stream| Some(number(&stream["start_time"]).unwrap_or(0.0) + number(&stream["duration"])?));
    let start = number(&facts["start_time_s"]).unwrap_or(0.0);
    let length = ends.fold(0.0, f64::max) - start;
    let ours = index.duration.as_secs_f64();
    assert!((ours - length).abs() < 0.05, "{name}: {ours} s, FFmpeg says {length} s");
}

/// By how much FFmpeg shows pictures apart from where the file puts them.
pub(crate) fn moved(name: &str) -> f64 {
    match name {
        // An edit that begins within a picture: the next one is shown in step with the sound; FFmpeg moves it to the
        // edit's start, 168 ticks and 20 ms too early.
        "cartoon-title-no-face-h264-aac.mp4" => -168.0 / 12_288.0,
        "v-h264-edit-list.mp4" => -0.02,
        // Signed composition offsets without an edit list: FFmpeg delays all pictures so that no time is negative.
        "mb-rotate-buck-bunny.mp4" => 4_800.0 / 57_600.0,
        // Opus's padding comes before the first sample that is presented; FFmpeg counts from the padding on.
        _ if name.starts_with("v-") && name.contains("-opus") && name.ends_with(".webm") => 0.007,
        "v-vp8-vorbis.webm" => 0.003,
        _ => 0.0,
    }
}

fn compare_pictures(name: &str, index: &Index, facts: &Value) {
    let (Some(video), Some(truth)) = (index.video(), facts["video"].as_object()) else { return };
    let start = number(&facts["start_time_s"]).unwrap_or(0.0) + moved(name);
    let times = shown(video, |_| true);
    assert_eq!(times.len() as u64, truth["frames_decoded"].as_u64().expect("a count"), "{name}");
    let keyframes = shown(video, |keyframe| keyframe);
    let theirs: Vec<f64> = truth["keyframe_times_s"].as_array().expect("times").iter().filter_map(number).collect();
    // Those before the first shown picture are only decoded.
    let theirs: Vec<f64> = theirs.into_iter().map(|time| time - start).filter(|time| *time > -0.0006).collect();
    assert_eq!(keyframes.len(), theirs.len(), "{name}");
    for (ours, theirs) in keyframes.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= 0.0006, "{name}: keyframe at {ours}, FFmpeg says {theirs}");
    }
    let last = number(&truth["last_pts_s"]).expect("a time") - start;
    let ours = times.last().copied().unwrap_or(f64::NAN);
    // What an edit list hides at the end, FFmpeg lists and doesn't decode.
    assert!(
        ours <= last + 1e-4 && ours > last - 0.1,
        "{name}: the last picture is shown at {ours}, FFmpeg says {last}"
    );
}

/// Size before turning, and the turn; FFmpeg says it the other way round.
fn compare_shape(name: &str, index: &Index, facts: &Value) {
    let Some(Coding::Video(config)) = index.video().map(|track| &track.coding) else { return };
    let streams = facts["streams"].as_array().expect("streams");
    let stream = streams.iter().find(|stream| stream["type"] == "video").expect("pictures");
    let theirs = |key: &str| number(&stream[key]).expect("a number");
    assert_eq!((f64::from(config.width), f64::from(config.height)), (theirs("width"), theirs("height")), "{name}");
    assert_eq!(f64::from(config.rotation), (-theirs("rotation")).rem_euclid(360.0), "{name}");
}

/// Samples that are presented against those that FFmpeg's decoder gave. It keeps the last packet whole where an edit list
/// cuts it, and gives nothing for the first one where none says what its delay is; browsers take
/// durations from a clock. So a packet is left to it, of AAC and Opus.
fn compare_sound(name: &str, index: &Index, facts: &Value) {
    let (Some(track), Some(theirs)) = (index.audio(), number(&facts["audio"]["samples_per_channel"])) else { return };
    let Coding::Audio(config) = &track.coding else { return };
    let shape = rushes_decode::audio_shape(config).expect("it was opened");
    let (mut ours, mut packet_samples) = (0, 0);
    for packet in track.packets.iter() {
        // The container's durations may leave holes between packets.
        let samples = shape.packet_samples.map_or(i64::from(packet.duration), i64::from).min(i64::from(u32::MAX));
        let (from, to) = (packet.pts.max(track.presented.start), (packet.pts + samples).min(track.presented.end));
        ours += (to - from).max(0);
        packet_samples = samples;
    }
    let allowed = if matches!(config.codec, AudioCodec::Aac | AudioCodec::Opus) { packet_samples as f64 } else { 0.0 };
    assert!((ours as f64 - theirs).abs() <= allowed, "{name}: {ours} samples, FFmpeg decoded {theirs}");
}

/// Media times of presented pictures, in seconds and in order.
pub(crate) fn shown(video: &Track, wanted: impl Fn(bool) -> bool) -> Vec<f64> {
    let pictures =
        video.packets.iter().filter(|packet| video.presented.contains(&packet.pts) && wanted(packet.keyframe));
    let mut times: Vec<f64> = pictures.map(|packet| video.micros_of(packet.pts) as f64 / 1e6).collect();
    times.sort_by(f64::total_cmp);
    times
}
