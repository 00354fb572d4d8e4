//! What holds for H.264, on streams that others made and on our own.

use rushes_decode::{VideoPacket, open_video};

use crate::promises::{by_number, passed_over};
use crate::recording::Recording;
use crate::streams;

#[test]
fn passing_over_disposable_pictures_of_h264_changes_no_other() {
    let count = |name: &str| passed_over(&streams::named(name));
    // So many have nal_ref_idc 0 in all of their slices.
    assert_eq!(count("freh3.264"), 66);
    assert!(count("HCAMFF1_HHI.264") > 0);
    assert_eq!(count("BA_MW_D.264"), 0);
}

#[test]
fn two_samples_of_a_field_each_give_one_picture_as_one_sample_of_both_does() {
    let apart = streams::named("freh6.264");
    let mut together = Recording { config: apart.config.clone(), packets: Vec::new() };
    let (pictures, _) = apart.decode();
    assert!(pictures.len() < apart.packets.len());
    let firsts: Vec<u64> = pictures.iter().map(|decoded| decoded.number).collect();
    for (number, packet) in (0..).zip(&apart.packets) {
        match together.packets.last_mut() {
            Some(last) if !firsts.contains(&number) => last.bytes.extend_from_slice(&packet.bytes),
            _ => together.packets.push(packet.clone()),
        }
    }
    let (joined, lost) = together.decode();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(joined.len(), pictures.len());
    assert!(joined.iter().zip(&pictures).all(|(a, b)| a.picture == b.picture));
}

#[test]
fn a_damaged_picture_that_nobody_refers_to_takes_no_other_with_it() {
    // Variable-length codes: half a slice is missed at once, in mid-picture.
    let whole = streams::named("Cisco_Men_whisper_640x320_CAVLC_Bframe_9.264");
    let pictures = by_number(&whole);
    let decoder = open_video(&whole.config).unwrap();
    let disposable = |index: &usize| decoder.is_disposable(&whole.packets[*index].bytes);
    let hit = (0..whole.packets.len() - 1).rev().find(disposable).unwrap();
    let mut broken = whole.clone();
    let bytes = &mut broken.packets[hit].bytes;
    // A slice is cut in half; its unit's length is told again.
    let half = bytes.len() / 2;
    bytes.truncate(half);
    bytes[..4].copy_from_slice(&(half as u32 - 4).to_be_bytes());
    let (decoded, lost) = broken.decode();
    assert_eq!(lost.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [hit as u64]);
    assert_eq!(decoded.len() + 1, pictures.len());
    assert!(decoded.iter().all(|decoded| decoded.picture == pictures[&decoded.number]));
}

/// Arithmetic codes run on through anything; but zeros are never inside a unit.
#[test]
fn a_hole_of_zeros_in_a_picture_is_damage() {
    for name in ["freh3.264", "HCAMFF1_HHI.264"] {
        let mut stream = streams::named(name);
        let bytes = &mut stream.packets[0].bytes;
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0);
        let (_, lost) = stream.decode();
        assert_eq!(lost[0], (0, "h264: damaged packet: a slice holds a start code".to_owned()));
        assert_eq!(lost[1].1, "h264: damaged packet: it refers to a picture that was lost");
    }
}

#[test]
fn after_a_lost_reference_everything_fails_until_the_next_keyframe() {
    for name in ["MR2_MW_A.264", "HCAMFF1_HHI.264"] {
        let stream = streams::named(name);
        let mut decoder = open_video(&stream.config).unwrap();
        let mut pictures = Vec::new();
        let mut decode =
            |bytes: &[u8], keyframe| decoder.decode(VideoPacket { number: 0, bytes, keyframe }, &mut pictures);
        assert!(decode(&stream.packets[0].bytes, true).is_ok());
        assert!(decode(&[0, 0, 0, 9, 0x65], false).is_err());
        let refused = decode(&stream.packets[1].bytes, false).unwrap_err();
        assert_eq!(refused.to_string(), "h264: damaged packet: it refers to a picture that was lost");
        assert!(decode(&stream.packets[0].bytes, true).is_ok());
        assert!(decode(&stream.packets[1].bytes, false).is_ok());
    }
}

/// `avc3`: the record is empty, the sets come with the pictures; and other sets bring another decoder.
#[test]
fn parameter_sets_may_come_in_the_packets_and_change_the_decoder() {
    let (progressive, interlaced) = (streams::named("freh3.264"), streams::named("HCAMFF1_HHI.264"));
    let pictures =
        |stream: &Recording| stream.decode().0.into_iter().map(|decoded| decoded.picture).collect::<Vec<_>>();
    let mut joined = progressive.clone();
    joined.config.extra = vec![1, 0, 0, 0, 0xff, 0xe0, 0];
    joined.packets.extend(interlaced.packets.clone());
    joined.packets.extend(progressive.packets.clone());
    let expected = [pictures(&progressive), pictures(&interlaced), pictures(&progressive)].concat();
    assert!(pictures(&joined) == expected);
}
