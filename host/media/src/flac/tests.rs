//! Frames are found where FFmpeg finds them, whatever lies between them.

#![expect(clippy::cast_possible_truncation, reason = "offsets in files of some kilobytes")]

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use rushes_model::Span;
use rushes_model::media::{Cause, Gap};

use super::*;
use crate::scan::Scan;
use crate::scan::tests::Memory;

fn scanned(bytes: &[u8]) -> Result<Index, Error> {
    let reader = Memory::new(bytes);
    let mut window = Window::new(&reader);
    let at = tags::end(&mut window)?;
    let (mut index, mut scan) = Scan::begin(open(&mut window, at)?, Bytes::new(), &reader)?;
    scan.finish(&mut index, &reader)?;
    Ok(index)
}

fn packets(index: &Index) -> Vec<Packet> {
    index.tracks[0].packets.iter().collect()
}

/// Noise and a tone, so that frames differ in size.
fn make(folder: &Path, coding: &str) -> Vec<u8> {
    let path = folder.join("made.flac");
    let source = "anoisesrc=a=0.1:d=3:r=44100:seed=3,aeval=val(0)|0.4*sin(440*2*PI*t)";
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source]).args(coding.split_whitespace());
    assert!(command.arg(&path).status().unwrap().success());
    std::fs::read(path).unwrap()
}

/// Position, size, time and duration of each packet, as ffprobe sees them.
fn theirs(folder: &Path) -> Vec<(u64, u32, i64, u32)> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries", "packet=pts,duration,size,pos"])
        .arg(folder.join("made.flac"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = |field: Option<&str>| field.and_then(|field| field.parse::<u64>().ok()).unwrap();
    let row = |line: &str| {
        let mut fields = line.split(',');
        let (pts, duration) = (number(fields.next()), number(fields.next()));
        let (size, pos) = (number(fields.next()), number(fields.next()));
        (pos, u32::try_from(size).unwrap(), i64::try_from(pts).unwrap(), u32::try_from(duration).unwrap())
    };
    text.lines().map(row).collect()
}

#[test]
fn every_frame_is_found_where_ffmpeg_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    for coding in [
        "-c:a flac",
        "-c:a flac -compression_level 12 -ac 1 -ar 11025",
        "-c:a flac -sample_fmt s32 -ar 96000",
        "-c:a flac -ac 6 -ar 44056 -frame_size 1000",
        "-c:a flac -compression_level 0 -frame_size 192",
    ] {
        let bytes = make(folder.path(), coding);
        let index = scanned(&bytes).unwrap();
        let theirs = theirs(folder.path());
        let ours = packets(&index);
        let ours: Vec<_> =
            ours.iter().map(|packet| (packet.offset, packet.size, packet.pts, packet.duration)).collect();
        let last = theirs.len() - 1;
        assert_eq!((ours.len(), &ours[..last]), (theirs.len(), &theirs[..last]), "{coding}");
        assert_eq!(ours[last].0, theirs[last].0, "{coding}");
        let rate = i64::from(index.tracks[0].timescale);
        assert!((index.tracks[0].presented.end - 3 * rate).abs() <= 1, "{coding}");
        assert_eq!(index.gaps, [], "{coding}");
    }
}

#[test]
fn a_damaged_frame_is_a_gap_of_its_length_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = make(folder.path(), "-c:a flac");
    let clean = packets(&scanned(&bytes).unwrap());
    // In the body of one, and over the header of another: the frame before it has no end then.
    bytes[clean[4].offset as usize + 900] ^= 4;
    bytes[clean[9].offset as usize..][..300].fill(0);
    let index = scanned(&bytes).unwrap();
    let kept: Vec<Packet> =
        clean.iter().enumerate().filter(|(at, _)| ![4, 8, 9].contains(at)).map(|(_, p)| *p).collect();
    assert_eq!(packets(&index), kept);
    let gap = |at: usize, end: usize| {
        let time = |pts: i64| MediaTime::from_micros(micros(pts, 44_100).unsigned_abs());
        let span = Span::new(time(clean[at].pts), time(clean[end].pts));
        Gap { input: "audio".to_owned(), span, cause: Cause::Damaged }
    };
    assert_eq!(index.gaps, [gap(4, 5), gap(8, 10)]);
    assert_eq!(index.duration, MediaTime::from_secs(3));
}

#[test]
fn what_is_cut_off_is_a_gap_to_the_length_that_was_promised() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = make(folder.path(), "-c:a flac");
    let clean = packets(&scanned(&bytes).unwrap());
    let index = scanned(&bytes[..clean[10].offset as usize + 100]).unwrap();
    assert_eq!((packets(&index), index.duration), (clean[..10].to_vec(), MediaTime::from_secs(3)));
    assert_eq!(index.gaps.len(), 1);
    assert_eq!(index.gaps[0].span.end, index.duration);
    // An encoder that didn't know promises nothing.
    let mut unknown = bytes[..clean[10].offset as usize + 100].to_vec();
    unknown[21] &= 0xf0;
    unknown[22..26].fill(0);
    let index = scanned(&unknown).unwrap();
    assert_eq!((index.tracks[0].presented.end, index.gaps.len()), (clean[10].pts, 0));
}

#[test]
fn pictures_and_tags_are_stepped_over_and_joined_recordings_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = make(folder.path(), "-c:a flac");
    let clean = packets(&scanned(&bytes).unwrap());
    let picture = [&[6u8, 0x10, 0, 0][..], &vec![0xff; 0x10_0000]].concat();
    let id3 = b"ID3\x04\0\0\0\0\0\x0a0123456789";
    let (info, rest) = bytes.split_at(42);
    let file = [&id3[..], info, &picture, rest, b"TAG", &[0; 125], &bytes[clean[0].offset as usize..]].concat();
    let index = scanned(&file).unwrap();
    let ours = packets(&index);
    assert_eq!(ours.len(), clean.len() * 2);
    assert!(ours.windows(2).all(|pair| pair[0].pts + i64::from(pair[0].duration) == pair[1].pts));
    assert_eq!(index.gaps, []);
}

#[test]
fn every_cut_and_every_flip_ends_in_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = make(folder.path(), "-c:a flac -t 0.2 -ac 1 -ar 8000 -frame_size 400");
    for end in 0..bytes.len() {
        let _ = scanned(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x80 >> (at % 8);
        if let Ok(index) = scanned(&flipped) {
            assert!(packets(&index).iter().all(|packet| packet.offset + u64::from(packet.size) <= bytes.len() as u64));
        }
    }
}
