//! Recordings without an index: planned while they are read, from marks, or at once, they are the same.

use super::*;
use crate::Recording;

/// Three minutes and some of two tones, as a stream of AAC.
fn stream(folder: &Folder) -> Opened {
    Opened::open(&folder.make("long.aac", &format!("{TONES} -t 185.3 -c:a aac -b:a 48k -f adts")))
}

/// All segments as they are found, and their marks.
fn scanned(opened: &Opened) -> (Vec<Segment>, Vec<Vec<u8>>, Index) {
    let mut recording = Recording::open_with(opened.reader(), 0).unwrap();
    assert!(recording.is_scanned());
    let (mut segments, mut marks) = (Vec::new(), Vec::new());
    while let Some(segment) = recording.next_segment(opened.reader()).unwrap() {
        segments.push(segment);
        marks.push(recording.mark(segment));
    }
    (segments, marks, recording.index().clone())
}

#[test]
fn segments_found_while_reading_are_those_of_the_whole_index() {
    let folder = Folder::new();
    let opened = stream(&folder);
    let (segments, marks, index) = scanned(&opened);
    assert_eq!(segments, opened.index.segments());
    assert_eq!((segments.len(), index.duration), (4, opened.index.duration));
    let rows = |index: &Index| index.tracks[0].packets.iter().collect::<Vec<_>>();
    assert!(rows(&index) == rows(&opened.index));
    // 43 packets a second, a few bytes each.
    assert!(marks.iter().all(|mark| mark.len() < 60 * 44 * 10), "{:?}", marks.iter().map(Vec::len).collect::<Vec<_>>());
}

#[test]
fn marks_of_an_earlier_attempt_give_the_same_plan_and_read_nothing() {
    let folder = Folder::new();
    let opened = stream(&folder);
    let (segments, marks, index) = scanned(&opened);
    for kept in 0..=marks.len() {
        let mut recording = Recording::open_with(opened.reader(), 0).unwrap();
        let mut again: Vec<Segment> =
            marks[..kept].iter().map(|mark| recording.restore(mark).expect("a mark of this recording")).collect();
        assert!(marks.get(kept + 1).is_none_or(|wrong| recording.restore(wrong).is_none()), "marks come in order");
        while let Some(segment) = recording.next_segment(opened.reader()).unwrap() {
            again.push(segment);
        }
        assert_eq!(again, segments, "{kept} marks kept");
        assert!(recording.index().tracks[0].packets.iter().eq(index.tracks[0].packets.iter()), "{kept} marks kept");
    }
}

#[test]
fn a_segment_is_fed_alike_while_the_recording_is_read_and_after_it() {
    let folder = Folder::new();
    let opened = stream(&folder);
    let wants = [audio(Some(16_000), true, 100)];
    let whole = opened.feed(&opened.index.segments(), &wants, &[]);
    let mut recording = Recording::open_with(opened.reader(), 0).unwrap();
    let mut blocks = Vec::new();
    while let Some(segment) = recording.next_segment(opened.reader()).unwrap() {
        let wants = Wants { segment, audio: wants.to_vec(), video: Vec::new() };
        let ranges = ranges(recording.index(), &wants, 1 << 20);
        let mut collected = collect::Collected { audio: vec![Vec::new()], ..Default::default() };
        let (index, mut stream) = recording.stream(&collect::Nothing, ranges).expect("all of it is held");
        feed(index, &wants, &rushes_decode::Native, &mut *stream, &mut collected).unwrap();
        blocks.extend(collected.audio.remove(0));
        assert_eq!(collected.gaps, []);
    }
    assert!(blocks == whole.audio[0]);
    // A third of 48 kHz.
    assert_eq!(joined(&blocks).len() as i64, (opened.index.tracks[0].presented.end + 2) / 3);
}

#[test]
fn a_small_recording_gives_its_segments_once() {
    let folder = Folder::new();
    let opened = stream(&folder);
    let mut recording = Recording::open(opened.reader()).unwrap();
    assert!(!recording.is_scanned(), "{} bytes are scanned at once", opened.reader().identity().size);
    let mut segments = Vec::new();
    while let Some(segment) = recording.next_segment(opened.reader()).unwrap() {
        segments.push(segment);
    }
    assert_eq!(segments, opened.index.segments());
}
