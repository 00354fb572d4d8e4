//! Streams of frames: what their heads and tails say, and how little is read for it.

use rushes_media::{Reader, Recording};
use rushes_model::Code;

use crate::memory::{Counted, index, refusal};
use crate::write::mp3;

fn presented(bytes: Vec<u8>) -> std::ops::Range<i64> {
    index(bytes).audio().expect("sound").presented.clone()
}

#[test]
fn the_frame_that_counts_the_others_is_not_played() {
    // Two decoders' delays of 529 samples: one in front more, one at the end less.
    assert_eq!(presented(mp3::counted(20)), 1_105..20 * 1_152 - 47);
    assert_eq!(presented(mp3::bare(20)), 0..20 * 1_152);
}

#[test]
fn padding_is_not_cut_from_what_was_joined_or_cut_off() {
    let (joined, cut) = ([mp3::counted(20), mp3::bare(5)].concat(), mp3::counted(20));
    assert_eq!(presented(joined), 1_105..25 * 1_152);
    assert_eq!(presented(cut[..cut.len() - 417 * 3 - 1].to_vec()), 1_105..16 * 1_152);
}

#[test]
fn a_tag_that_is_longer_than_the_file_was_cut_off() {
    let (code, text) = refusal([&mp3::tag(4_000)[..100], &mp3::bare(3)].concat());
    assert_eq!((code, text.contains("ends before its first sample")), (Code::MediaTruncated, true), "{text}");
}

/// A tag of 3 MB isn't read, and of the rest each byte once.
#[test]
fn a_huge_tag_is_stepped_over_and_each_byte_read_once() {
    let reader = Counted::bytes([mp3::tag(3 << 20), mp3::bare(2_000)].concat());
    let mut recording = Recording::open_with(&reader, 0).expect("readable");
    while recording.next_segment(&reader).expect("readable").is_some() {}
    assert!(reader.requests() <= 3, "{} requests", reader.requests());
    let most = reader.identity().size - (3 << 20) + (256 << 10);
    assert!(reader.bytes_read() <= most, "{} of {most} bytes", reader.bytes_read());
}
