use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use md5::{Digest, Md5};

use super::*;
use crate::config::VideoCodec;

/// What becomes of a stream whose frames aren't all equal to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Else {
    /// Refused before the first frame, by this name.
    Refused(&'static str),
    /// So many frames are equal, so many differ, so many fail; and why.
    Differs(usize, usize, usize, &'static str),
}

const INTERLACED: Else = Else::Refused("interlaced video");

/// The streams of which something else is true than "all frames equal".
const EXCEPTIONS: [(&str, Else); 16] = [
    ("FREXT02_JVC_C.264", INTERLACED),
    ("FRExt4_Panasonic.avc", INTERLACED),
    ("Freh7_B.264", INTERLACED),
    ("HCAFF1_HHI.264", INTERLACED),
    ("HCAMFF1_HHI.264", INTERLACED),
    ("freh11.264", INTERLACED),
    ("freh5.264", INTERLACED),
    ("freh6.264", INTERLACED),
    ("test_scalinglist_jm.264", Else::Refused("explicit weighted prediction of B pictures")),
    ("BA_MW_D_P_LOST.264", Else::Differs(71, 0, 28, "a picture was taken out on purpose, and we conceal nothing")),
    ("Error_I_P.264", Else::Differs(0, 1, 5, "slices were taken out on purpose, and we conceal nothing")),
    (
        "MR1_BT_A.h264",
        Else::Differs(12, 0, 50, "rusty_h264 0.17 loses a reference, loudly; from there to the next keyframe"),
    ),
    ("HCAFR2_HHI.264", Else::Differs(8, 2, 0, "oxideav-h264 gives our bits, FFmpeg 5.1 others")),
    ("HCAFR3_HHI.264", Else::Differs(9, 1, 0, "oxideav-h264 gives our bits, FFmpeg 5.1 others")),
    ("QCIF_2P_I_allIPCM.264", Else::Differs(0, 2, 0, "oxideav-h264 gives our bits, FFmpeg 5.1 others")),
    (
        "CVFC1_Sony_C.jsv",
        Else::Differs(0, 50, 0, "FFmpeg leaves the left uncropped unless told `-flags unaligned`; see below"),
    ),
];

fn streams() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the conformance streams lie beside the checkout")
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|end| ["264", "h264", "jsv", "avc"].iter().any(|known| end == *known))
        })
        .collect();
    all.sort();
    all
}

/// An elementary stream's pictures as packets, and a record with its parameter sets, as a container would hold them.
fn packets_of(stream: &[u8]) -> (Vec<u8>, Vec<(Vec<u8>, bool)>) {
    let units = rusty_h264_common::nal::split_annex_b(stream);
    let mut packets: Vec<(Vec<u8>, bool)> = Vec::new();
    let mut pending: Vec<&[u8]> = Vec::new();
    let (mut sps, mut pps) = (Vec::new(), Vec::new());
    for unit in units.into_iter().filter(|unit| !unit.is_empty()) {
        let kind = unit[0] & 31;
        if packets.is_empty() {
            match kind {
                7 => sps.push(unit),
                8 => pps.push(unit),
                _ => {}
            }
        }
        // first_mb_in_slice = 0 is a single 1 bit: a picture begins.
        let begins = matches!(kind, 1 | 5) && unit.get(1).is_some_and(|byte| byte & 0x80 != 0);
        match (matches!(kind, 1 | 5), packets.last_mut()) {
            (true, Some((packet, _))) if !begins => append(packet, unit),
            (true, _) => {
                let mut packet = Vec::new();
                pending.drain(..).chain([unit]).for_each(|unit| append(&mut packet, unit));
                packets.push((packet, kind == 5));
            }
            (false, _) => pending.push(unit),
        }
    }
    let mut record = vec![1, 0, 0, 0, 0xff];
    for sets in [sps, pps] {
        record.push(sets.len() as u8);
        for set in sets {
            record.extend_from_slice(&(set.len() as u16).to_be_bytes());
            record.extend_from_slice(set);
        }
    }
    (record, packets)
}

fn append(packet: &mut Vec<u8>, unit: &[u8]) {
    packet.extend_from_slice(&(unit.len() as u32).to_be_bytes());
    packet.extend_from_slice(unit);
}

fn config(record: Vec<u8>) -> VideoConfig {
    let (width, height) = (0, 0);
    VideoConfig {
        codec: VideoCodec::H264,
        width,
        height,
        rotation: 0,
        pixel_aspect: None,
        full_range: None,
        matrix: None,
        extra: record,
    }
}

fn hash(picture: &Picture) -> String {
    let mut md5 = Md5::new();
    picture.planes.iter().flat_map(|plane| plane.rows()).for_each(|row| md5.update(row));
    md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes in decoding order; an error in place of a picture that isn't there.
fn hashes_of(path: &Path) -> Result<Vec<Result<String>>> {
    let (record, packets) = packets_of(&std::fs::read(path).unwrap());
    let mut decoder = Decoder::new(&config(record))?;
    Ok(packets
        .iter()
        .map(|(packet, keyframe)| decoder.picture(packet, *keyframe).map(|picture| hash(&picture)))
        .collect())
}

#[test]
fn every_frame_of_every_stream_is_right_or_its_exception_is_known() {
    let (mut equal_streams, mut wrong) = (0, Vec::new());
    for path in streams() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let list = std::fs::read_to_string(path.with_file_name(format!("{name}.frames"))).unwrap();
        let exception = EXCEPTIONS.iter().find(|(known, _)| *known == name).map(|(_, exception)| *exception);
        let found = compare(&path, &list);
        match (found, exception) {
            (None, None) => equal_streams += 1,
            (Some(Else::Refused(what)), Some(Else::Refused(known))) if what == known => {}
            (Some(Else::Differs(a, b, c, _)), Some(Else::Differs(x, y, z, _))) if (a, b, c) == (x, y, z) => {}
            (found, exception) => wrong.push(format!("{name}: {found:?} instead of {exception:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(equal_streams, 32);
}

/// The list is in order of display, which only a container knows: hashes are compared as a set with repetitions.
fn compare(path: &Path, list: &str) -> Option<Else> {
    let hashes = match hashes_of(path) {
        Ok(hashes) => hashes,
        Err(Error::Unsupported { what, .. }) => return Some(Else::Refused(what.leak())),
        Err(error) => panic!("{}: {error}", path.display()),
    };
    let mut wanted: Vec<&str> = list.split_whitespace().collect();
    let (mut equal, mut differ, mut failed) = (0, 0, 0);
    for hash in hashes {
        match hash.map(|hash| wanted.iter().position(|wanted| *wanted == hash)) {
            Ok(Some(place)) => {
                wanted.swap_remove(place);
                equal += 1;
            }
            Ok(None) => differ += 1,
            Err(_) => failed += 1,
        }
    }
    (!wanted.is_empty() || differ + failed > 0).then_some(Else::Differs(equal, differ, failed, ""))
}

#[test]
fn cropping_on_the_left_cuts_on_the_left() {
    let path = streams().into_iter().find(|path| path.ends_with("CVFC1_Sony_C.jsv")).unwrap();
    let hashes = hashes_of(&path).unwrap();
    // `ffmpeg -flags unaligned -i CVFC1_Sony_C.jsv -f framehash -hash md5 -`, first and last.
    assert_eq!(hashes[0].as_deref(), Ok("a24d0c9adcb0af9c049bf903b351022a"));
    assert_eq!(hashes[49].as_deref(), Ok("561c1db88bd59a61eb8db948304b39d6"));
}

/// Every picture that is kept must be what it is when all are decoded.
#[test]
fn passing_over_disposable_pictures_changes_no_other() {
    let mut passed_over = 0;
    for path in streams() {
        let (record, packets) = packets_of(&std::fs::read(&path).unwrap());
        let (Ok(mut all), Ok(mut few)) = (Decoder::new(&config(record.clone())), Decoder::new(&config(record))) else {
            continue;
        };
        for (packet, keyframe) in &packets {
            let whole = all.picture(packet, *keyframe);
            if few.is_disposable(packet) {
                few.skip(packet).unwrap();
                passed_over += 1;
            } else {
                assert_eq!(whole, few.picture(packet, *keyframe), "{}", path.display());
            }
        }
    }
    // So many have nal_ref_idc 0 in all of their slices.
    assert_eq!(passed_over, 343);
}

#[test]
fn a_damaged_picture_that_nobody_refers_to_takes_no_other_with_it() {
    // Variable-length codes: half a slice is missed at once, in mid-picture.
    let path =
        streams().into_iter().find(|path| path.ends_with("Cisco_Men_whisper_640x320_CAVLC_Bframe_9.264")).unwrap();
    let (record, mut packets) = packets_of(&std::fs::read(&path).unwrap());
    let clean = hashes_of(&path).unwrap();
    let mut decoder = Decoder::new(&config(record)).unwrap();
    let hit = (0..packets.len() - 1).rev().find(|index| decoder.is_disposable(&packets[*index].0)).unwrap();
    // A slice is cut in half; its unit's length is told again.
    let half = packets[hit].0.len() / 2;
    packets[hit].0.truncate(half);
    let length = (half as u32 - 4).to_be_bytes();
    packets[hit].0[..4].copy_from_slice(&length);
    let broken: Vec<_> =
        packets.iter().map(|(packet, key)| decoder.picture(packet, *key).map(|picture| hash(&picture))).collect();
    assert!(broken[hit].is_err());
    assert!(hit + 1 < broken.len());
    assert!((0..broken.len()).filter(|index| *index != hit).all(|index| broken[index] == clean[index]));
}

/// Arithmetic codes run on through anything; but zeros are never inside a unit (7.4.1).
#[test]
fn a_hole_of_zeros_in_a_picture_is_damage() {
    let path = streams().into_iter().find(|path| path.ends_with("freh3.264")).unwrap();
    let (record, mut packets) = packets_of(&std::fs::read(&path).unwrap());
    let mut decoder = Decoder::new(&config(record)).unwrap();
    let middle = packets[0].0.len() / 2;
    packets[0].0[middle..middle + 64].fill(0);
    let error = decoder.picture(&packets[0].0, true).unwrap_err();
    assert_eq!(error.to_string(), "h264: damaged packet: a slice holds a start code");
    // Zeros at the end are what some writers leave between units.
    assert!(Unit::new(&[0x65, 1, 2, 0, 0, 0]).is_sound());
    assert!(Unit::new(&[0x65, 1, 0, 0, 3, 1, 2]).is_sound());
    assert!(!Unit::new(&[0x65, 1, 0, 0, 2, 1, 2]).is_sound());
}

#[test]
fn after_a_lost_reference_everything_fails_until_the_next_keyframe() {
    let path = streams().into_iter().find(|path| path.ends_with("MR2_MW_A.264")).unwrap();
    let (record, packets) = packets_of(&std::fs::read(&path).unwrap());
    let mut decoder = Decoder::new(&config(record)).unwrap();
    assert!(decoder.picture(&packets[0].0, true).is_ok());
    assert!(matches!(decoder.picture(&[0, 0, 0, 9, 0x65], false), Err(Error::Damaged { .. })));
    let refused = decoder.picture(&packets[1].0, false).unwrap_err();
    assert_eq!(refused.to_string(), "h264: damaged packet: it refers to a picture that was lost");
    assert!(decoder.picture(&packets[0].0, true).is_ok());
    assert!(decoder.picture(&packets[1].0, false).is_ok());
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_allocated() {
    // A Baseline set of 65,536 by 16 pixels: 4,096 macroblocks across, coded as ue(4095).
    let sps = bits("01000010 00000000 00011110 1 1 011 010 0 000000000000100000000000 0 1 1 0 0 1 1");
    assert!(matches!(sps::Sps::read(&sps), Err(Error::Limits { .. })), "{:?}", sps::Sps::read(&sps));
}

fn bits(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    digits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (place, bit)| sum | bit << (7 - place))).collect()
}

static RECORD: LazyLock<Vec<u8>> = LazyLock::new(|| packets_of(&std::fs::read(streams().remove(0)).unwrap()).0);

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(record: Vec<u8>, packet: Vec<u8>) {
        let _ = avcc::read(&record);
        let _ = sps::Sps::read(&packet);
        let _ = pps::check(&packet);
        let mut decoder = Decoder::new(&config(RECORD.clone())).unwrap();
        let panicked = matches!(decoder.picture(&packet, true), Err(Error::Panicked { .. }));
        proptest::prop_assert!(!panicked);
    }
}
