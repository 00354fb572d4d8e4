//! Marks of keyframes, true and false.

use rushes_media::Index;

use crate::memory::{Counted, index};
use crate::write::mp4::{self, Base, Index as At, Track, fragmented, full, movie, with_pictures, words};

/// Numbers of the packets that are marked.
fn marked(index: &Index) -> Vec<usize> {
    let packets = index.video().expect("pictures").packets.iter().enumerate();
    packets.filter(|(_, packet)| packet.keyframe).map(|(number, _)| number).collect()
}

/// 25 pictures a second; a group each two seconds, whose first picture is large.
fn track(count: usize) -> Track {
    let mut track = Track::video(1, count, 50);
    track.samples.iter_mut().filter(|sample| sample.keyframe).for_each(|sample| sample.size = 900);
    track
}

/// With `stss` left out, or with none in it.
fn with_marks(mut track: Track, marks: bool) -> Vec<u8> {
    track.samples.iter_mut().for_each(|sample| sample.keyframe = marks);
    movie(&[track], At::First)
}

#[test]
fn marks_that_are_true_stay_and_cost_three_looks_at_most() {
    let mut long = track(15_000);
    long.samples.iter_mut().for_each(|sample| sample.size *= 30);
    for (count, looks) in [(1_400, 0), (1_600, 1), (15_000, 3)] {
        let file = movie(&[Track { samples: long.samples[..count].to_vec(), ..long.clone() }], At::First);
        let file = with_pictures(file, |number| if number % 50 == 0 { 'I' } else { 'P' });
        let reader = Counted::bytes(file);
        let index = rushes_media::open(&reader).expect("a sound file");
        assert_eq!(marked(&index), (0..count).step_by(50).collect::<Vec<_>>());
        assert!(reader.requests() <= 1 + looks, "{} requests", reader.requests());
    }
}

#[test]
fn open_groups_of_pictures_begin_where_they_are_marked() {
    let file = with_pictures(movie(&[track(4_000)], At::First), |number| if number % 50 == 0 { 'i' } else { 'P' });
    assert_eq!(marked(&index(file)).len(), 80);
}

#[test]
fn a_segment_does_not_begin_at_a_picture_that_is_marked_wrongly() {
    // 60 s is picture 1,500: no keyframe, and the two after it aren't either.
    let file = movie(&[track(4_600)], At::First);
    let file = with_pictures(file, |number| match number {
        1_500 | 1_550 => 'P',
        _ if number % 50 == 0 => 'I',
        _ => 'P',
    });
    let index = index(file);
    let starts: Vec<u64> = index.segments().iter().map(|segment| segment.span.start.as_micros() / 1_000).collect();
    assert_eq!(starts, [0, 64_000, 120_000, 180_000]);
    assert!(!marked(&index).contains(&1_500) && marked(&index).contains(&1_450));
}

#[test]
fn where_all_or_no_pictures_are_marked_the_true_ones_behind_each_minute_are_found() {
    for marks in [true, false] {
        let file = with_marks(track(4_600), marks);
        let file = with_pictures(file, |number| if number % 50 == 0 { 'I' } else { 'P' });
        let reader = Counted::bytes(file);
        let index = rushes_media::open(&reader).expect("a sound file");
        assert_eq!(marked(&index), [0, 1_500, 3_000, 4_500], "marked: {marks}");
        assert!(reader.requests() <= 12, "{} requests", reader.requests());
    }
}

#[test]
fn fragments_without_marks_are_looked_into_as_well() {
    let mut unmarked = track(2_000);
    unmarked.samples.iter_mut().for_each(|sample| sample.keyframe = false);
    let file = fragmented(&[unmarked], 500, Base::Moof);
    let file = with_pictures(file, |number| if number % 50 == 0 { 'I' } else { 'P' });
    assert_eq!(marked(&index(file)), [0, 1_500]);
}

#[test]
fn where_every_picture_is_a_keyframe_all_marks_stay() {
    let file = with_pictures(with_marks(track(100), true), |_| 'I');
    assert_eq!(marked(&index(file)).len(), 100);
}

#[test]
fn nothing_is_found_where_nothing_begins() {
    let file = with_pictures(with_marks(track(2_000), false), |_| 'P');
    let index = index(file);
    assert!(marked(&index).is_empty());
    assert_eq!(index.segments().len(), 1);
}

#[test]
fn groups_of_random_access_points_are_keyframes_too() {
    // Pictures 11 to 13 of twenty are in the group.
    let sbgp = full(b"sbgp", 0, 0, &[b"rap ".as_slice(), &words(&[2, 10, 0, 3, 1])].concat());
    let track = Track::video(1, 20, 20);
    let mut stbl = track.trak(2_000);
    let at = stbl.windows(4).position(|kind| kind == b"stbl").expect("tables") - 4;
    let tables = [&stbl.split_off(at)[8..], &sbgp].concat();
    let moov = mp4::moov(&track.trak_with(&mp4::atom(b"stbl", &tables)));
    let mut file = [mp4::ftyp(), moov].concat();
    file.resize(6_000, 0);
    assert_eq!(marked(&index(file)), [0, 10, 11, 12]);
}
