//! Streams of frames without an index: as many samples as FFmpeg plays, and the same.

use super::*;

/// A file's samples as they are fed and as FFmpeg plays them: equally many, and alike.
fn plays_as_ffmpeg_does(path: &std::path::Path, tolerance: f64) {
    let opened = Opened::open(path);
    let got = opened.feed(&opened.index.segments(), &[audio(None, false, 100)], &[]);
    let (ours, theirs) = (joined(&got.audio[0]), samples(path));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let difference = difference(&ours, &theirs);
    assert!(difference < tolerance, "{name}: {difference}");
    assert_eq!(got.gaps, [], "{name}");
}

/// Encodings of MP3 that FFmpeg's encoder makes.
const MP3: [(&str, &str); 9] = [
    ("constant.mp3", "-c:a libmp3lame -b:a 96k"),
    ("variable.mp3", "-c:a libmp3lame -q:a 5 -metadata title=a -id3v2_version 4 -write_id3v1 1"),
    ("bare.mp3", "-c:a libmp3lame -q:a 5 -write_xing 0 -id3v2_version 0"),
    ("mono.mp3", "-c:a libmp3lame -b:a 64k -ac 1 -id3v2_version 3"),
    ("32k.mp3", "-c:a libmp3lame -b:a 64k -ar 32000"),
    ("22k.mp3", "-c:a libmp3lame -b:a 48k -ar 22050"),
    ("11k.mp3", "-c:a libmp3lame -b:a 32k -ar 11025 -ac 1"),
    ("8k.mp3", "-c:a libmp3lame -b:a 8k -ar 8000 -ac 1"),
    ("layer2.mp2", "-c:a mp2 -b:a 192k"),
];

#[test]
fn every_mp3_has_as_many_samples_as_ffmpeg_plays() {
    let folder = Folder::new();
    for (name, coding) in MP3 {
        // FFmpeg's layer II multiplies by rounded factors.
        let tolerance = if name.ends_with("mp2") { 3e-5 } else { 1e-5 };
        plays_as_ffmpeg_does(&folder.make(name, &format!("{TONES} -t 3.3 {coding}")), tolerance);
    }
}

#[test]
fn what_lies_between_frames_is_stepped_over() {
    let folder = Folder::new();
    let bytes = std::fs::read(folder.make("clean.mp3", &format!("{TONES} -t 3 -c:a libmp3lame -b:a 96k"))).unwrap();
    let clean = Opened::of_bytes(bytes.clone()).unwrap();
    let whole = clean.feed(&clean.whole(), &[audio(None, false, 100)], &[]);
    let packets: Vec<crate::Packet> = clean.index.audio().unwrap().packets.iter().collect();
    let (head, tail) = bytes.split_at(packets[60].offset as usize);
    // Tags hold what looks like frames. Garbage that the header frame's count of bytes excludes took no time.
    let tag = [b"ID3\x04\0\0\0\0\x08\0".as_slice(), &bytes[packets[0].offset as usize..][..1_024]].concat();
    let garbage: Vec<u8> = (0..5_000u32).map(|byte| ((byte * byte) >> 3) as u8 & 0x7f).collect();
    for between in [&tag, &garbage] {
        let opened = Opened::of_bytes([head, between, tail].concat()).unwrap();
        assert_eq!(opened.index.audio().unwrap().presented, clean.index.audio().unwrap().presented);
        assert!(opened.feed(&opened.whole(), &[audio(None, false, 100)], &[]).audio == whole.audio);
    }
    // In front and at the end, tags are no news at all.
    let opened = Opened::of_bytes([&tag, &tag, &bytes[..], b"TAG", &[0; 125]].concat()).unwrap();
    assert!(opened.feed(&opened.whole(), &[audio(None, false, 100)], &[]).audio == whole.audio);
}

#[test]
fn frames_that_were_overwritten_are_a_gap_as_long_as_they_were() {
    let folder = Folder::new();
    let path = folder.make("clean.mp3", &format!("{TONES} -t 3 -c:a libmp3lame -b:a 96k"));
    let mut bytes = std::fs::read(path).unwrap();
    let clean = Opened::of_bytes(bytes.clone()).unwrap();
    let packets: Vec<crate::Packet> = clean.index.audio().unwrap().packets.iter().collect();
    bytes[packets[50].offset as usize..packets[60].offset as usize].fill(0x2a);
    let opened = Opened::of_bytes(bytes).unwrap();
    let got = opened.feed(&opened.whole(), &[audio(None, false, 100)], &[]);
    // The frame at the hole's end lacks its reservoir, and what comes first after damage isn't trusted.
    let lost = got.gaps.iter().map(|gap| gap.span.length().as_micros()).sum::<u64>();
    assert!((240_000..=312_000).contains(&lost), "{:?}", got.gaps);
    assert_eq!(opened.index.duration, clean.index.duration);
}

/// Opus in Ogg: frames of all lengths, one channel to eight, and packets that go over pages.
const OPUS: [(&str, &str); 6] = [
    ("stereo.opus", "-c:a libopus"),
    ("long.opus", "-c:a libopus -frame_duration 60 -ac 1 -b:a 24k"),
    ("short.opus", "-c:a libopus -frame_duration 2.5 -b:a 128k"),
    ("small-pages.opus", "-c:a libopus -b:a 256k -page_duration 1"),
    ("large-pages.opus", "-c:a libopus -b:a 510k -page_duration 10000000"),
    ("six.opus", "-c:a libopus -ac 6 -mapping_family 1 -b:a 256k"),
];

#[test]
fn every_opus_has_as_many_samples_as_ffmpeg_plays() {
    let folder = Folder::new();
    for (name, coding) in OPUS {
        plays_as_ffmpeg_does(&folder.make(name, &format!("{TONES} -t 4.2 {coding}")), 1e-4);
    }
}

#[test]
fn a_packet_in_two_pages_is_put_together() {
    let folder = Folder::new();
    let opened = Opened::open(&folder.make("split.opus", &format!("{TONES} -t 4.2 {}", OPUS[4].1)));
    let packets = &opened.index.audio().unwrap().packets;
    assert!((0..packets.count()).any(|row| packets.odd(row).is_some_and(|odd| odd.pieces.len() > 1)));
}

#[test]
fn links_of_a_chain_are_played_one_after_the_other_without_their_padding() {
    let folder = Folder::new();
    let make = |name: &str, channels: u32, seconds: &str| {
        folder.make(name, &format!("{TONES} -t {seconds} -c:a libopus -ac {channels}"))
    };
    let (first, second) = (make("a.opus", 2, "2.01"), make("b.opus", 1, "61.003"));
    let alone = [&first, &second].map(|path| {
        let opened = Opened::open(path);
        joined(&opened.feed(&opened.index.segments(), &[audio(None, false, 100)], &[]).audio[0])
    });
    let bytes = [std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap()].concat();
    let opened = Opened::of_bytes(bytes).unwrap();
    let got = opened.feed(&opened.index.segments(), &[audio(None, false, 100)], &[]);
    let ours = joined(&got.audio[0]);
    // The second link has one channel, and the track two.
    assert_eq!(ours.len(), alone[0].len() + 2 * alone[1].len());
    assert_eq!((ours.len() / 2) as i64, 96_480 + 2_928_144);
    assert_eq!(got.gaps, []);
    assert!(ours[..alone[0].len()] == alone[0]);
    // The decoder goes on from the first link; what that leaves is gone after a tenth of a second.
    let (tail, alone) = (&ours[alone[0].len() + 9_600..], &alone[1][4_800..]);
    let left: Vec<f32> = tail.iter().step_by(2).copied().collect();
    assert!(difference(&left, alone) < 1e-3, "{}", difference(&left, alone));
    // From marks, it is the same.
    let mut recording = crate::Recording::open_with(opened.reader(), 0).unwrap();
    let mut marks = Vec::new();
    while let Some(segment) = recording.next_segment(opened.reader()).unwrap() {
        marks.push(recording.mark(segment));
    }
    let mut again = crate::Recording::open_with(opened.reader(), 0).unwrap();
    marks.iter().for_each(|mark| assert!(again.restore(mark).is_some()));
    let rows = |index: &Index| {
        let packets = &index.tracks[0].packets;
        (0..packets.count()).map(|row| (packets.get(row), packets.odd(row).cloned())).collect::<Vec<_>>()
    };
    assert!(rows(again.index()) == rows(&opened.index));
}

#[test]
fn every_coding_of_aiff_and_caf_is_what_ffmpeg_reads() {
    let folder = Folder::new();
    for (ending, coding) in [
        ("aiff", "pcm_s16be"),
        ("aiff", "pcm_s24be"),
        ("aiff", "pcm_s32be"),
        ("aiff", "pcm_s16le"),
        ("aiff", "pcm_alaw"),
        ("aiff", "pcm_mulaw"),
        ("caf", "pcm_s16be"),
        ("caf", "pcm_s24be"),
        ("caf", "pcm_s16le"),
        ("caf", "pcm_s24le"),
        ("caf", "pcm_s32le"),
        ("caf", "pcm_f32le"),
        ("caf", "pcm_f64le"),
        ("caf", "pcm_alaw"),
        ("caf", "pcm_mulaw"),
    ] {
        let path = folder.make(&format!("{coding}.{ending}"), &format!("{TONES} -t 1.003 -ar 44100 -c:a {coding}"));
        plays_as_ffmpeg_does(&path, 1e-7);
    }
}

#[test]
fn every_cut_of_aiff_and_caf_ends_in_an_answer() {
    let folder = Folder::new();
    for ending in ["aiff", "caf"] {
        let bytes = std::fs::read(folder.make(&format!("cut.{ending}"), &format!("{TONES} -t 0.01"))).unwrap();
        for end in 0..bytes.len() {
            if let Ok(opened) = Opened::of_bytes(bytes[..end].to_vec()) {
                assert_eq!(opened.index.gaps.len(), 1, "{ending}: {end}");
            }
        }
        for at in 0..bytes.len().min(200) {
            for flip in [0x01, 0x80, 0xff] {
                let mut flipped = bytes.clone();
                flipped[at] ^= flip;
                let _ = Opened::of_bytes(flipped);
            }
        }
    }
}

/// FLAC on its own and in Ogg, and Vorbis.
const OTHERS: [(&str, &str, f64); 5] = [
    ("16.flac", "-c:a flac", 1e-7),
    ("24.flac", "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24 -ar 96000", 1e-7),
    ("flac.ogg", "-c:a flac", 1e-7),
    ("stereo.ogg", "-c:a libvorbis", 1e-5),
    ("mono.ogg", "-c:a libvorbis -ac 1 -ar 22050", 1e-5),
];

#[test]
fn every_flac_and_vorbis_has_as_many_samples_as_ffmpeg_plays() {
    let folder = Folder::new();
    for (name, coding, tolerance) in OTHERS {
        plays_as_ffmpeg_does(&folder.make(name, &format!("{TONES} -t 4.2 {coding}")), tolerance);
    }
}
