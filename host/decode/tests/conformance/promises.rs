//! What holds for every codec: pictures that are passed over change no other, and what refers to a lost one is lost.

use std::collections::BTreeMap;

use rushes_decode::{Picture, VideoCodec, VideoPacket, open_video};

use crate::oracle;
use crate::recording::Recording;

fn hevc(coding: &str) -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let coding = format!("-pix_fmt yuv420p -c:v libx265 -preset fast -x265-params log-level=error:{coding}");
    Recording::read(&oracle::encode(folder.path(), "clip.mp4", "320x180", 50, &coding), VideoCodec::Hevc)
}

pub(crate) fn by_number(recording: &Recording) -> BTreeMap<u64, Picture> {
    let (decoded, lost) = recording.decode();
    assert!(lost.is_empty(), "{lost:?}");
    decoded.into_iter().map(|decoded| (decoded.number, decoded.picture)).collect()
}

/// How many were passed over; every other picture must be what it is when all are decoded.
pub(crate) fn passed_over(recording: &Recording) -> usize {
    let whole = by_number(recording);
    let mut decoder = open_video(&recording.config).unwrap();
    let (mut decoded, mut count) = (Vec::new(), 0);
    for (number, packet) in (0..).zip(&recording.packets) {
        if decoder.is_disposable(&packet.bytes) {
            decoder.skip(&packet.bytes).unwrap();
            count += 1;
        } else {
            let packet = VideoPacket { number, bytes: &packet.bytes, keyframe: packet.keyframe };
            decoder.decode(packet, &mut decoded).unwrap();
        }
    }
    decoder.flush(&mut decoded).unwrap();
    assert!(decoded.len() + count >= whole.len());
    assert!(decoded.iter().all(|decoded| decoded.picture == whole[&decoded.number]));
    count
}

#[test]
fn passing_over_disposable_pictures_of_hevc_changes_no_other() {
    assert!(passed_over(&hevc("bframes=3:b-pyramid=1:b-adapt=0")) >= 20);
    let layered = passed_over(&hevc("temporal-layers=3:bframes=3:b-adapt=0"));
    assert!((10..30).contains(&layered), "{layered}");
    assert_eq!(passed_over(&hevc("bframes=0")), 0);
}

#[test]
fn after_a_lost_reference_hevc_fails_until_the_next_keyframe() {
    let whole = hevc("bframes=3:b-adapt=0:keyint=24:min-keyint=24:open-gop=0");
    let pictures = by_number(&whole);
    let decoder = open_video(&whole.config).unwrap();
    let referred = |index: &usize| !decoder.is_disposable(&whole.packets[*index].bytes);
    let (hit, disposable) = ((5..24).find(referred).unwrap(), (5..24).find(|index| !referred(index)).unwrap());
    let mut broken = whole.clone();
    let half = broken.packets[hit].bytes.len() / 2;
    broken.packets[hit].bytes.truncate(half);
    let (decoded, lost) = broken.decode();
    assert!((hit as u64..24).eq(lost.iter().map(|(number, _)| *number)), "{lost:?}");
    assert!(decoded.iter().all(|decoded| decoded.picture == pictures[&decoded.number]));
    assert_eq!(decoded.len() + lost.len(), 50);

    // A picture that nobody refers to takes no other with it.
    let mut broken = whole.clone();
    let bytes = &mut broken.packets[disposable].bytes;
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3].fill(0);
    let (decoded, lost) = broken.decode();
    assert_eq!(lost.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [disposable as u64]);
    assert_eq!(decoded.len(), 49);
}
