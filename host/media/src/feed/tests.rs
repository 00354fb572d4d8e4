//! Files are made by FFmpeg, which is also the second opinion on what is in them.

#![expect(clippy::cast_possible_truncation, reason = "offsets in files of a few megabytes")]

use rushes_model::media::{Cause, PixelFormat, Sampling};
use rushes_model::{MediaTime, Span};

use super::*;
use collect::Opened;
use made::{Folder, MOVING, TONES, difference, joined, pictures, samples};

mod collect;
mod made;
mod scanned;
mod sound;
mod streams;

fn audio(rate: Option<u32>, mono: bool, block_ms: u32) -> AudioWant {
    let sample_rate = rate.and_then(std::num::NonZeroU32::new);
    AudioWant { request: AudioRequest { sample_rate, mono, block_ms }, lead_in_ms: 0 }
}

fn video(sampling: Sampling) -> VideoWant {
    VideoWant { request: VideoRequest { max_side: None, pixels: PixelFormat::Yuv420p, sampling }, lead_in_ms: 0 }
}

/// One cut at every keyframe.
fn every_keyframe(opened: &Opened) -> Vec<Segment> {
    let mut starts = opened.keyframes();
    starts[0] = MediaTime::ZERO;
    opened.cut_at(&starts)
}

/// What a file with pictures and sound is made of, in several ways.
const KINDS: [(&str, &str); 5] = [
    ("pyramid.mp4", "-c:v libx264 -preset veryfast -bf 3 -g 50 -c:a aac"),
    (
        "open.mp4",
        "-c:v libx264 -preset veryfast -x264-params open-gop=1:keyint=24:bframes=3:ref=3:b-adapt=0:scenecut=0 -c:a aac",
    ),
    ("slices.mp4", "-c:v libx264 -preset veryfast -x264-params slices=4:keyint=30 -c:a aac -movflags +faststart"),
    (
        "fragments.mp4",
        "-c:v libx264 -preset veryfast -g 50 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof",
    ),
    ("baseline.mov", "-c:v libx264 -preset veryfast -profile:v baseline -g 40 -c:a pcm_s16le"),
];

fn made(folder: &Folder, (name, coding): (&str, &str)) -> std::path::PathBuf {
    folder.make(name, &format!("{MOVING} {TONES} -t 6 -pix_fmt yuv420p {coding}"))
}

#[test]
fn pictures_and_samples_are_what_ffmpeg_makes_of_them() {
    let folder = Folder::new();
    for kind in KINDS {
        let path = made(&folder, kind);
        let opened = Opened::open(&path);
        let got = opened.feed(&opened.whole(), &[audio(None, false, 100)], &[video(Sampling::EveryFrame)]);
        let ours: Vec<u8> = got.video[0].iter().flat_map(|frame| frame.data.iter().copied()).collect();
        assert!(ours == pictures(&path), "{kind:?}: pictures differ");
        let (ours, theirs) = (joined(&got.audio[0]), samples(&path));
        // FFmpeg's last AAC packet comes out whole, ours ends with the edit list.
        assert!(
            ours.len() <= theirs.len() && theirs.len() - ours.len() < 2 * 2_048,
            "{kind:?}: {} of {}",
            ours.len(),
            theirs.len()
        );
        let difference = difference(&ours, &theirs);
        // Perceptual noise starts from another seed here; all else is equal to seven digits.
        assert!(difference < 1e-4, "{kind:?}: {difference}");
        assert_eq!(got.gaps, []);
    }
}

#[test]
fn segments_put_together_are_the_whole() {
    let folder = Folder::new();
    for kind in KINDS {
        let opened = Opened::open(&made(&folder, kind));
        let wants = [audio(None, false, 100), audio(Some(16_000), true, 70)];
        let pictures =
            [video(Sampling::EveryFrame), video(Sampling::Interval(200_000)), video(Sampling::Keyframes(1_000_000))];
        let whole = opened.feed(&opened.whole(), &wants, &pictures);
        let cut = opened.feed(&every_keyframe(&opened), &wants, &pictures);
        assert!(cut.fed.len() > 2);
        assert!(whole.audio == cut.audio, "{kind:?}: audio differs");
        assert!(whole.video == cut.video, "{kind:?}: video differs");
        assert_eq!(whole.gaps, cut.gaps);
    }
}

#[test]
fn what_is_fed_does_not_depend_on_what_else_is_wanted() {
    let folder = Folder::new();
    for kind in [KINDS[0], KINDS[1]] {
        let opened = Opened::open(&made(&folder, kind));
        let segments = every_keyframe(&opened);
        let lead = |lead_in_ms| AudioWant { lead_in_ms, ..audio(Some(16_000), false, 250) };
        let pictures = [
            video(Sampling::Interval(200_000)),
            video(Sampling::EveryFrame),
            VideoWant { lead_in_ms: 900, ..video(Sampling::Keyframes(1)) },
        ];
        let together =
            opened.feed(&segments, &[audio(None, true, 100), AudioWant { lead_in_ms: 5_000, ..lead(0) }], &pictures);
        let alone = opened.feed(&segments, &[audio(None, true, 100)], &pictures[..1]);
        assert!(together.audio[0] == alone.audio[0] && together.video[0] == alone.video[0], "{kind:?}");
    }
}

#[test]
fn chunks_of_any_size_give_the_same() {
    let folder = Folder::new();
    let mut opened = Opened::open(&made(&folder, KINDS[0]));
    let feed = |opened: &Opened| {
        opened.feed(&every_keyframe(opened), &[audio(None, true, 50)], &[video(Sampling::Interval(500_000))])
    };
    let usual = feed(&opened);
    for chunk in [1_000, 4_096, 65_537, 1 << 30] {
        opened.chunk = chunk;
        assert!(feed(&opened) == usual, "{chunk}");
    }
}

#[test]
fn a_grid_is_fed_the_pictures_shown_at_its_points_and_decodes_no_more_than_it_must() {
    let folder = Folder::new();
    let opened = Opened::open(&made(&folder, KINDS[0]));
    let all = opened.feed(&opened.whole(), &[], &[video(Sampling::EveryFrame)]);
    let grid = opened.feed(&opened.whole(), &[], &[video(Sampling::Interval(200_000))]);
    assert_eq!(grid.video[0].len(), 30);
    assert_on_grid(&grid.video[0], &all.video[0], 200);
    let ((all, _, _, _), (few, there, _, _)) = (all.fed[0], grid.fed[0]);
    assert_eq!((all, there), (150, 150));
    assert!(few < 110, "{few} of {all} were decoded");
}

fn assert_on_grid(sent: &[VideoFrame], all: &[VideoFrame], step_ms: u64) {
    // A file may begin with its sound.
    let first = all[0].time.as_micros().div_ceil(step_ms * 1_000);
    for (step, frame) in (first..).zip(sent) {
        assert_eq!(frame.time, MediaTime::from_millis(step_ms * step));
        let shown = all.iter().rfind(|shown| shown.time <= frame.time).unwrap();
        assert_eq!((frame.pts, &frame.data), (shown.pts, &shown.data), "{}", frame.time);
    }
}

/// A grid point in the middle of nothing else that is wanted, even where its picture comes after a later keyframe.
#[test]
fn a_coarse_grid_is_fed_the_same_pictures_as_a_fine_one() {
    let folder = Folder::new();
    for kind in KINDS {
        let opened = Opened::open(&made(&folder, kind));
        let all = opened.feed(&opened.whole(), &[], &[video(Sampling::EveryFrame)]);
        let grid = opened.feed(&opened.whole(), &[], &[video(Sampling::Interval(440_000))]);
        assert_on_grid(&grid.video[0], &all.video[0], 440);
        let last = grid.video[0].last().unwrap();
        assert_eq!((last.time, grid.gaps), (MediaTime::from_millis(13 * 440), vec![]), "{kind:?}");
    }
}

#[test]
fn a_picture_is_sent_again_while_it_lasts_and_no_longer() {
    let folder = Folder::new();
    let path = folder.make("slow.mp4", "-f lavfi -i testsrc2=size=64x64:rate=2 -t 3 -c:v libx264 -pix_fmt yuv420p");
    let opened = Opened::open(&path);
    let got = opened.feed(&opened.whole(), &[], &[video(Sampling::Interval(200_000))]);
    let sent: Vec<(u64, u64)> =
        got.video[0].iter().map(|frame| (frame.time.as_micros() / 1_000, frame.pts.as_micros() / 1_000)).collect();
    let ideal: Vec<(u64, u64)> = (0..15).map(|step| (step * 200, step * 200 / 500 * 500)).collect();
    assert_eq!(sent, ideal);
    assert_eq!(got.fed[0].0, 6);
}

#[test]
fn keyframes_are_the_only_packets_read_for_keyframes() {
    let folder = Folder::new();
    let opened = Opened::open(&made(&folder, KINDS[0]));
    let got = opened.feed(&opened.whole(), &[], &[video(Sampling::Keyframes(1))]);
    assert_eq!(got.video[0].iter().map(|frame| frame.time).collect::<Vec<_>>(), opened.keyframes());
    assert!(got.video[0].iter().all(|frame| frame.keyframe));
    assert_eq!(got.fed[0].0, opened.keyframes().len() as u64);
}

#[test]
fn lead_in_comes_first_and_changes_nothing_after() {
    let folder = Folder::new();
    let opened = Opened::open(&made(&folder, KINDS[0]));
    let (segments, frames) = (every_keyframe(&opened), video(Sampling::EveryFrame));
    let second = &segments[1..2];
    let start = second[0].span.start;
    let plain = opened.feed(second, &[audio(None, true, 100)], &[frames]);
    let led = opened.feed(
        second,
        &[AudioWant { lead_in_ms: 500, ..audio(None, true, 100) }],
        &[VideoWant { lead_in_ms: 400, ..frames }],
    );
    let blocks = led.audio[0].iter().filter(|block| block.start < start).count();
    let pictures = led.video[0].iter().filter(|frame| frame.time < start).count();
    assert_eq!((blocks, pictures), (5, 10));
    assert!(led.audio[0][5..] == plain.audio[0][..] && led.video[0][10..] == plain.video[0][..]);
}

#[test]
fn a_damaged_picture_is_a_gap_until_the_next_keyframe() {
    let folder = Folder::new();
    let opened = Opened::open(&made(&folder, KINDS[0]));
    let clean = opened.feed(&opened.whole(), &[audio(None, true, 100)], &[video(Sampling::EveryFrame)]);
    let keyframes = opened.keyframes();
    let track = opened.index.video().unwrap();
    let hit = track.packets.iter().filter(|packet| packet.keyframe).nth(1).unwrap();
    let damaged = opened.with_damage(|bytes| bytes[hit.offset as usize + 200..][..100].fill(0));
    let got = damaged.feed(&damaged.whole(), &[audio(None, true, 100)], &[video(Sampling::EveryFrame)]);
    let lost = Span::new(keyframes[1], keyframes[2]);
    assert_eq!(got.gaps, [Gap { span: lost, input: "video".into(), cause: Cause::Damaged }]);
    let kept: Vec<&VideoFrame> = clean.video[0].iter().filter(|frame| !lost.contains(frame.time)).collect();
    assert!(got.video[0].iter().eq(kept));
    assert!(got.audio == clean.audio);
    assert_eq!(got.fed[0].2 as usize, clean.video[0].len() - got.video[0].len());
}

/// What is shown before the keyframe that ends the damage refers to what was damaged.
#[test]
fn leading_pictures_after_damage_are_lost_with_it() {
    let folder = Folder::new();
    let opened = Opened::open(&made(&folder, KINDS[1]));
    let wants = [video(Sampling::EveryFrame)];
    let clean = opened.feed(&opened.whole(), &[], &wants);
    let (keyframes, track) = (opened.keyframes(), opened.index.video().unwrap());
    let hit = track.packets.iter().filter(|packet| packet.keyframe).nth(1).unwrap();
    let damaged = opened.with_damage(|bytes| bytes[hit.offset as usize + 200..][..100].fill(0));
    let got = damaged.feed(&damaged.whole(), &[], &wants);
    let [gap] = &got.gaps[..] else { panic!("{:?}", got.gaps) };
    assert!(gap.span.start < keyframes[1], "{gap:?}");
    assert_eq!(gap.span.end, keyframes[2]);
    assert!(got.video[0].iter().eq(clean.video[0].iter().filter(|frame| !gap.span.contains(frame.time))));
}

#[test]
fn the_segment_after_damage_does_not_know_of_it() {
    let folder = Folder::new();
    let opened = Opened::open(&made(&folder, KINDS[1]));
    let wants = [video(Sampling::EveryFrame)];
    let segments = every_keyframe(&opened);
    let clean = opened.feed(&segments[2..3], &[], &wants);
    let hit = opened.index.video().unwrap().packets.iter().filter(|packet| packet.keyframe).nth(1).unwrap();
    let damaged = opened.with_damage(|bytes| bytes[hit.offset as usize + 200..][..100].fill(0));
    assert!(damaged.feed(&segments[2..3], &[], &wants) == clean);
    assert_eq!(damaged.feed(&segments[1..2], &[], &wants).gaps.len(), 1);
}

/// Recordings of phones, browsers and meeting programs, beside the checkout.
const RECORDINGS: [&str; 12] = [
    "cartoon-title-no-face-h264-aac.mp4",
    "exo-sample.mp4",
    "exo-sample_android_slow_motion.mp4",
    "exo-sample_fragmented.mp4",
    "exo-sample_mdat_too_long.mp4",
    "exo-sample_partially_fragmented.mp4",
    "fx-gizmo.mp4",
    "fx-street.mp4",
    "mb-edts.mp4",
    "mb-rotate-buck-bunny.mp4",
    "talker-bbaf2n-h264-aac.mp4",
    "webcam-one-man-h264-mp3.mp4",
];

/// What browsers record, and other pictures than H.264 in MP4.
const PICTURES: [&str; 15] = [
    "exo-bear-vp9.webm",
    "exo-h265_with_metadata_track.mp4",
    "exo-sample.mkv",
    "exo-sample_av1.mp4",
    "exo-sample_with_srt.mkv",
    "face-then-cartoon-hevc-aac-vfr.mov",
    "fx-no-cues.webm",
    "mediarecorder-chrome57-vp8-opus-cut-off.webm",
    "mediarecorder-chromium156-av1-opus.webm",
    "mediarecorder-chromium156-h264-opus-fragmented.mp4",
    "mediarecorder-chromium156-h264-opus.mkv",
    "mediarecorder-chromium156-vp8-opus.webm",
    "mediarecorder-chromium156-vp9-opus.webm",
    "mediarecorder-firefox53-vp8-opus.webm",
    "person-signing-again-h264.mkv",
];

#[test]
fn pictures_of_real_recordings_are_ffmpegs_to_the_bit() {
    let mut wrong = Vec::new();
    for name in PICTURES {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media").join(name);
        let opened = Opened::open(&path);
        let got = opened.feed(&opened.whole(), &[], &[video(Sampling::EveryFrame)]);
        let ours: Vec<String> = got.video[0].iter().map(|frame| made::md5(&frame.data)).collect();
        let track = opened.index.video().unwrap();
        let mut times: Vec<i64> =
            track.packets.iter().filter(|packet| track.shows(packet)).map(|one| one.pts).collect();
        times.sort_unstable();
        let all = made::picture_hashes(&path);
        assert_eq!(all.len(), times.len(), "{name}");
        // Chrome 57 gave several pictures one time: the last of them is what stays on the screen.
        let stays = |(place, _): &(usize, String)| times.get(place + 1) != times.get(*place);
        let theirs: Vec<String> = all.into_iter().enumerate().filter(stays).map(|(_, hash)| hash).collect();
        if ours != theirs {
            let equal = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours == theirs).count();
            wrong.push(format!(
                "{name}: {} and {} pictures, {equal} equal; gaps {:?}",
                ours.len(),
                theirs.len(),
                got.gaps
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn real_recordings_are_what_ffmpeg_makes_of_them() {
    for name in RECORDINGS {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media").join(name);
        let opened = Opened::open(&path);
        let got = opened.feed(&opened.whole(), &[audio(None, false, 1_000)], &[video(Sampling::EveryFrame)]);
        let ours: Vec<String> = got.video[0].iter().map(|frame| made::md5(&frame.data)).collect();
        let theirs = made::picture_hashes(&path);
        assert!(ours == theirs, "{name}: {} and {} pictures", ours.len(), theirs.len());
        if opened.index.audio().is_none() {
            continue;
        }
        let (ours, theirs) = (joined(&got.audio[0]), samples(&path));
        let channels = audio_format(&opened.index, &audio(None, false, 100).request).unwrap().channels.len();
        assert!(
            ours.len().abs_diff(theirs.len()) <= 2 * 1_152 * channels,
            "{name}: {} and {} samples",
            ours.len(),
            theirs.len()
        );
        // Without an edit list FFmpeg keeps the time of the first packet, and drops its sound.
        let dropped = if ours.len() == theirs.len() + 1_024 * channels { 1_024 * channels } else { 0 };
        // Perceptual noise starts from another seed here.
        let difference = difference(&ours[dropped..], &theirs);
        assert!(difference < 2e-3, "{name}: {difference}");
    }
}
