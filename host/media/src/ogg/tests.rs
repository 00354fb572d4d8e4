//! Pages as they come, damaged, and cut off.

use std::process::Command;

use bytes::Bytes;

use super::*;
use crate::scan::Scan;
use crate::scan::tests::Memory;

fn scanned(bytes: &[u8]) -> Result<Index, Error> {
    let reader = Memory::new(bytes);
    let mut window = Window::new(&reader);
    let (mut index, mut scan) = Scan::begin(open(&mut window)?, Bytes::new(), &reader)?;
    scan.finish(&mut index, &reader)?;
    Ok(index)
}

fn make(arguments: &str) -> Vec<u8> {
    let source = "aevalsrc=0.4*sin(440*2*PI*t)|0.3*sin(1000*2*PI*t)*sin(t):sample_rate=48000:d=3";
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", source]).args(arguments.split_whitespace());
    let output = command.args(["-f", "ogg", "-"]).output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn presented(bytes: &[u8]) -> i64 {
    let index = scanned(bytes).unwrap();
    assert_eq!(index.gaps, []);
    index.tracks[0].presented.end - index.tracks[0].presented.start
}

/// Where each page begins.
fn pages(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    while let Some(page) = Page::read(&bytes[*starts.last().unwrap()..]) {
        starts.push(starts.last().unwrap() + page.bytes());
    }
    assert_eq!(starts.pop(), Some(bytes.len()));
    starts
}

/// Three seconds to the sample, in each coding; Vorbis gives fewer in its first packets than in others, and none in the first.
#[test]
fn every_coding_is_as_long_as_what_was_encoded() {
    for arguments in [
        "-c:a libopus",
        "-c:a libvorbis",
        "-c:a libvorbis -ac 1 -q:a 9",
        "-c:a flac",
        "-f lavfi -i testsrc=d=3:s=64x64 -c:a libvorbis -c:v libtheora",
    ] {
        assert_eq!(presented(&make(arguments)), 144_000, "{arguments}");
    }
    assert_eq!(presented(&make("-c:a libvorbis -ar 22050")), 66_150);
    let theora = scanned(&make("-f lavfi -i testsrc=d=3:s=64x64 -c:a libopus -c:v libtheora")).unwrap();
    assert_eq!(theora.refused, ["video: Theora isn't supported yet"]);
}

#[test]
fn a_recording_that_was_joined_late_begins_where_it_was_joined() {
    let bytes = make("-c:a libopus -page_duration 200000");
    let pages = pages(&bytes);
    let late = [&bytes[..pages[2]], &bytes[pages[8]..]].concat();
    let index = scanned(&late).unwrap();
    let first = Page::read(&bytes[pages[7]..]).unwrap().granule;
    let track = &index.tracks[0];
    assert_eq!(track.presented.end - track.presented.start, 144_000 + 312 - first - 312);
    assert_eq!(track.micros_of(track.presented.start), 0);
}

#[test]
fn a_page_that_is_lost_is_a_gap_of_its_length() {
    let mut bytes = make("-c:a libopus -page_duration 200000");
    let pages = pages(&bytes);
    let granule = |page: usize| Page::read(&bytes[pages[page]..]).unwrap().granule;
    let (from, to) = (granule(5), granule(6));
    bytes[pages[6] + 40] ^= 1;
    let index = scanned(&bytes).unwrap();
    let [gap] = &index.gaps[..] else { panic!("{:?}", index.gaps) };
    let time = |granule: i64| MediaTime::from_micros(micros(granule - 312, 48_000).unsigned_abs());
    assert!((gap.span.start.as_micros().abs_diff(time(from).as_micros())) <= 1, "{gap:?}");
    assert!((gap.span.end.as_micros().abs_diff(time(to).as_micros())) <= 1, "{gap:?}");
    assert_eq!(index.duration, MediaTime::from_secs(3));
}

#[test]
fn every_cut_and_every_flip_ends_in_an_answer() {
    for arguments in
        ["-c:a libopus -b:a 6k -t 0.3 -ac 1", "-c:a libvorbis -ac 1 -ar 8000 -t 0.1", "-c:a flac -ar 8000 -t 0.1"]
    {
        let bytes = make(arguments);
        for end in (0..bytes.len()).step_by(7) {
            let _ = scanned(&bytes[..end]);
        }
        for at in (0..bytes.len()).step_by(3) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x80 >> (at % 8);
            if let Ok(index) = scanned(&flipped) {
                let packets = index.tracks[0].packets.iter();
                packets.for_each(|packet| assert!(packet.offset + u64::from(packet.size) <= bytes.len() as u64));
            }
        }
    }
}
