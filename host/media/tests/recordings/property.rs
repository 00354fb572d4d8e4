//! Damage of every kind: it ends, and with an answer that has a code.

use proptest::prelude::*;
use rushes_media::Index;
use rushes_model::Classify;

use crate::memory::Counted;
use crate::write::mp3;
use crate::write::mp4::{self, Base, Index as At, Track, movie};
use crate::write::wav::{self, Wav, ds64};

/// One of each kind, small.
fn samples() -> Vec<Vec<u8>> {
    let mut video = Track::video(1, 8, 4).edits(&[(40, -1, 1 << 16), (320, 512, 1 << 16)]);
    for (sample, shift) in video.samples.iter_mut().zip([512, 1_536, 0, 0, 512, 1_536, 0, 0]) {
        sample.shift = shift;
    }
    let tracks = [video, Track::audio(2, 9).edits(&[(170, 1_024, 1 << 16)])];
    let sowt = Track { entry: mp4::sound(b"sowt", 2, 16, 48_000, &[]), ..Track::audio(1, 6) };
    let opus = mp4::sound(b"Opus", 2, 16, 48_000, &mp4::atom(b"dOps", &[0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0]));
    let opus = Track { entry: opus, ..Track::audio(1, 6) };
    // A picture each twenty seconds, none of them marked.
    let mut unmarked = Track { timescale: 1_000, ..Track::video(2, 8, 8) };
    unmarked.samples.iter_mut().for_each(|sample| (sample.duration, sample.keyframe) = (20_000, false));
    let unmarked = mp4::with_pictures(movie(&[opus, unmarked], At::Last), |number| if number == 3 { 'I' } else { 'P' });
    vec![
        unmarked,
        movie(&tracks, At::First),
        movie(&tracks, At::Last),
        mp4::fragmented(&tracks, 3, Base::Moof),
        mp4::fragmented(&tracks, 3, Base::GoesOn),
        movie(&[sowt], At::First),
        Wav::riff().chunk(b"LIST", b"INFO").pcm(2, 8_000, 16).chunk(b"data", &[0; 400]).file(),
        wav::rifx(1, 2, 8_000, 16, &[0; 400]),
        wav::wave64(&wav::format(1, 2, 8_000, 4, 16), &[0; 400], None),
        Wav::riff().format(2, 1, 8_000, 4).chunk(b"fact", &[9; 4]).chunk(b"data", &[0; 400]).file(),
        [mp3::tag(40), mp3::counted(3)].concat(),
        Wav::rf64().chunk(b"ds64", &ds64(500, 400)).pcm(2, 8_000, 16).claiming(b"data", u32::MAX, &[0; 400]).file(),
    ]
}

/// Opens it; what comes out keeps its promises.
fn check(bytes: Vec<u8>) {
    let size = bytes.len() as u64;
    let reader = Counted::bytes(bytes);
    let opened = rushes_media::open(&reader);
    assert!(reader.requests() <= 8 + size / 8, "{} requests for {size} bytes", reader.requests());
    match opened {
        Ok(index) => check_index(&index, size),
        Err(error) => assert!(error.help().is_some() && !error.code().as_str().is_empty()),
    }
}

fn check_index(index: &Index, size: u64) {
    assert!(!index.tracks.is_empty());
    for track in &index.tracks {
        assert!(track.timescale > 0 && track.presented.start < track.presented.end);
        assert!(track.packets.count() > 0);
        for packet in track.packets.iter() {
            assert!(packet.offset + u64::from(packet.size) <= size, "a packet past the end of the file");
        }
        assert!(track.micros_of(track.presented.start) >= 0, "media time 0 is the earliest");
    }
    let segments = index.segments();
    assert!(segments.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
    assert!(index.gaps.iter().all(|gap| gap.span.start < gap.span.end && gap.span.end <= index.duration));
    assert!(index.facts().duration_s.is_some());
}

#[test]
fn every_prefix_ends_in_an_answer() {
    for file in samples() {
        for end in 0..=file.len() {
            check(file[..end].to_vec());
        }
    }
}

#[test]
fn every_flipped_byte_ends_in_an_answer() {
    for file in samples() {
        for at in 0..file.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut flipped = file.clone();
                flipped[at] ^= flip;
                check(flipped);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn many_changed_bytes_end_in_an_answer(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut files = samples();
        let mut file = files.swap_remove(which.index(files.len()));
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        check(file);
    }

    #[test]
    fn bytes_of_all_sorts_end_in_an_answer(tail in prop::collection::vec(any::<u8>(), 0..600), kind in 0usize..4) {
        let head: &[u8] = [b"\0\0\0\x10ftypisom\0\0\0\0".as_slice(), b"RIFF\xff\xff\0\0WAVE", b"\0\0\x02\0moov", b""][kind];
        check([head, &tail].concat());
    }
}
