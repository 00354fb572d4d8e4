//! Files that were made to hurt: each ends within five seconds and two hundred megabytes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rushes_media::Error;
use rushes_model::{Classify, Code};

use crate::memory::Counted;
use crate::write::mp4::{self, Index as At, Track, atom, full, movie, table, words};
use crate::write::wav::Wav;

/// Opens it within the bounds, one file at a time: memory is the whole process's.
fn open(name: &str, reader: &Counted) -> Result<rushes_media::Index, Error> {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let began = cpu_time();
    let opened = rushes_media::open(reader);
    let took = cpu_time().saturating_sub(began);
    assert!(took < Duration::from_secs(5), "{name} took {took:?}");
    assert!(peak_mib() < 200, "{name}: {} MiB", peak_mib());
    opened
}

fn code(name: &str, reader: &Counted) -> Option<Code> {
    open(name, reader).err().map(|error| error.code())
}

/// What this thread computed; the wall's time would be that of all tests.
fn cpu_time() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says what a thread did");
    Duration::from_nanos(status.split(' ').next().and_then(|ns| ns.parse().ok()).expect("in nanoseconds"))
}

/// The most that this process ever held; other tests run in it, too, so it is an upper bound.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says how a process is");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("and what it held");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("in kB") >> 10
}

/// A movie around sample tables of one's own.
fn with_tables(tables: &[Vec<u8>]) -> Counted {
    let track = Track::audio(1, 0);
    let stbl = atom(b"stbl", &[vec![track.stsd()], tables.to_vec()].concat().concat());
    Counted::bytes([mp4::ftyp(), mp4::moov(&track.trak_with(&stbl)), atom(b"mdat", &[0; 64])].concat())
}

#[test]
fn counts_beyond_reason_are_refused_before_room_is_made() {
    let stts = || table(b"stts", &[&[u32::MAX, 1]]);
    let stsc = || table(b"stsc", &[&[1, u32::MAX, 1]]);
    let stco = || table(b"stco", &[&[8]]);
    for (name, sizes) in [
        ("4 G samples of one size", full(b"stsz", 0, 0, &words(&[1, u32::MAX]))),
        ("4 G rows that aren't there", full(b"stsz", 0, 0, &words(&[0, u32::MAX]))),
        ("4 G half bytes", full(b"stz2", 0, 0, &words(&[4, u32::MAX]))),
    ] {
        assert_eq!(code(name, &with_tables(&[stts(), stsc(), sizes, stco()])), Some(Code::MediaLimits), "{name}");
    }
    let rows = full(b"stts", 0, 0, &words(&[1_000, 1, 1]));
    let sizes = full(b"stsz", 0, 0, &words(&[1, 3]));
    assert_eq!(
        code("rows that aren't there", &with_tables(&[rows, stsc(), sizes, stco()])),
        Some(Code::MediaMalformed)
    );
}

#[test]
fn as_many_samples_as_are_accepted_fit() {
    let stts = table(b"stts", &[&[u32::MAX, 1_024]]);
    let stsc = table(b"stsc", &[&[1, u32::MAX, 1]]);
    let sizes = full(b"stsz", 0, 0, &words(&[1, 4 << 20]));
    let index =
        open("4 Mi samples", &with_tables(&[stts, stsc, sizes, table(b"stco", &[&[8]])])).expect("damage is a gap");
    assert_eq!(index.gaps.len(), 1);
}

#[test]
fn runs_without_rows_are_counted_too() {
    let track = Track::video(1, 0, 1);
    let trex = full(b"trex", 0, 0, &words(&[1, 1, 512, 0, 0]));
    let head = [mp4::ftyp(), mp4::moov(&[track.empty_trak(), atom(b"mvex", &trex)].concat())].concat();
    let tfhd = full(b"tfhd", 0, 0x02_0000, &words(&[1]));
    let trun = full(b"trun", 0, 0, &words(&[u32::MAX]));
    let moof = atom(b"moof", &atom(b"traf", &[tfhd, trun].concat()));
    assert_eq!(code("4 G samples in a run", &Counted::bytes([head, moof].concat())), Some(Code::MediaLimits));
}

#[test]
fn boxes_in_boxes_are_not_followed() {
    let mut nested = Vec::new();
    for _ in 0..20_000 {
        nested = atom(b"moov", &nested);
    }
    assert_eq!(code("moov in moov", &Counted::bytes([mp4::ftyp(), nested].concat())), Some(Code::MediaMalformed));
    let mut nested = Vec::new();
    for _ in 0..20_000 {
        nested = atom(b"trak", &nested);
    }
    assert!(code("trak in trak", &Counted::bytes([mp4::ftyp(), mp4::moov(&nested)].concat())).is_some());
}

#[test]
fn tracks_without_end_are_refused() {
    let traks = Track::audio(1, 1).trak(0).repeat(200);
    assert_eq!(code("200 tracks", &Counted::bytes([mp4::ftyp(), mp4::moov(&traks)].concat())), Some(Code::MediaLimits));
}

#[test]
fn boxes_beside_boxes_end() {
    let free = Counted::endless(mp4::ftyp(), &atom(b"free", &[]), 1 << 40);
    assert_eq!(code("a terabyte of empty boxes", &free), Some(Code::MediaLimits));
    let head = [mp4::ftyp(), mp4::moov(&Track::video(1, 0, 1).empty_trak())].concat();
    let moofs = Counted::endless(head, &atom(b"moof", &[]), 1 << 40);
    assert_eq!(code("a terabyte of empty fragments", &moofs), Some(Code::MediaLimits));
    let far = Counted::endless(mp4::ftyp(), &words(&[1 << 20, u32::from_be_bytes(*b"free"), 0, 0]), 1 << 40);
    assert_eq!(code("a terabyte of boxes far apart", &far), Some(Code::MediaLimits));
    let chunks = Counted::endless(b"RIFF\0\0\0\0WAVE".to_vec(), b"junk\0\0\0\0", 1 << 40);
    assert_eq!(code("a terabyte of empty chunks", &chunks), Some(Code::MediaLimits));
}

#[test]
fn an_index_of_gigabytes_is_not_read() {
    let head = [mp4::ftyp(), words(&[0xf000_0000]), b"moov".to_vec()].concat();
    assert_eq!(code("a moov of 4 GB", &Counted::endless(head, &[0], 1 << 40)), Some(Code::MediaLimits));
    let full = [mp4::ftyp(), words(&[64 << 20]), b"moov".to_vec(), mp4::mvhd()].concat();
    assert!(code("a moov full of empty boxes", &Counted::endless(full, &atom(b"free", &[]), 1 << 30)).is_some());
}

#[test]
fn times_beyond_reason_are_refused() {
    let mut track = Track::audio(1, 2);
    track.samples[0].duration = u32::MAX;
    track.timescale = 1;
    assert_eq!(code("a packet of 136 years", &Counted::bytes(movie(&[track], At::First))), Some(Code::MediaLimits));
    let late = Track::audio(1, 2).edits(&[(u32::MAX, -1, 1 << 16), (42, 0, 1 << 16)]);
    assert_eq!(code("a pause of 49 days", &Counted::bytes(movie(&[late], At::First))), Some(Code::MediaLimits));
    let slow = Wav::riff().pcm(1, 1, 8).chunk(b"data", &[0; 900_000]).file();
    assert_eq!(code("a sample a second", &Counted::bytes(slow)), Some(Code::MediaLimits));
}
