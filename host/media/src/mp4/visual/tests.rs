//! What is told to the decoders, whether they are there or not.

#![expect(clippy::cast_possible_truncation, reason = "lengths of boxes written here are small")]

use bytes::Bytes;

use super::*;

fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
}

/// 640x360, with boxes inside.
fn entry(kind: &[u8; 4], inside: &[Vec<u8>]) -> Atom {
    let mut body = vec![0; CHILDREN];
    body[24..28].copy_from_slice(&[2, 128, 1, 104]);
    body.extend(inside.concat());
    Atom { kind: FourCc(*kind), at: 100, body_at: 108, body: Bytes::from(body) }
}

fn config(kind: &[u8; 4], inside: &[Vec<u8>]) -> Result<VideoConfig, String> {
    configuration(&entry(kind, inside), 90).expect("sound")
}

/// Descriptors with an object type and no configuration.
fn esds(object_type: u8) -> Vec<u8> {
    let config = [&[4, 13, object_type, 0x11][..], &[0; 11]].concat();
    let es = [&[3, config.len() as u8 + 3, 0, 1, 0][..], &config].concat();
    atom(b"esds", &[&[0; 4][..], &es].concat())
}

#[test]
fn each_codec_gets_its_own_record() {
    let (avc, hevc) = ([1, 0x64, 0, 30, 0xff, 0xe0, 0], [&[1u8, 0x21][..], &[7; 21]].concat());
    let av1 = [0x81, 4, 0x0c, 0];
    for (kind, inside, codec, extra) in [
        (b"avc1", atom(b"avcC", &avc), VideoCodec::H264, avc.to_vec()),
        (b"avc3", atom(b"avcC", &avc), VideoCodec::H264, avc.to_vec()),
        (b"hvc1", atom(b"hvcC", &hevc), VideoCodec::Hevc, hevc.clone()),
        (b"hev1", atom(b"hvcC", &hevc), VideoCodec::Hevc, hevc.clone()),
        (b"vp08", atom(b"vpcC", &[1, 0, 0, 0, 9]), VideoCodec::Vp8, Vec::new()),
        (
            b"vp09",
            atom(b"vpcC", &[1, 0, 0, 0, 0, 31, 0x80, 2, 2, 2, 0, 0]),
            VideoCodec::Vp9,
            vec![0, 31, 0x80, 2, 2, 2, 0, 0],
        ),
        (b"vp09", atom(b"vpcC", &[0, 0, 0, 0, 9, 9]), VideoCodec::Vp9, Vec::new()),
        (b"av01", atom(b"av1C", &av1), VideoCodec::Av1, av1.to_vec()),
        (b"jpeg", Vec::new(), VideoCodec::Mjpeg, Vec::new()),
        (b"mjpa", Vec::new(), VideoCodec::Mjpeg, Vec::new()),
        (b"mp4v", esds(0x6c), VideoCodec::Mjpeg, Vec::new()),
    ] {
        let config = config(kind, &[inside]).expect("decodable");
        assert_eq!((config.codec, config.extra), (codec, extra), "{}", FourCc(*kind));
        assert_eq!((config.width, config.height, config.rotation), (640, 360, 90));
    }
}

#[test]
fn dolby_vision_is_its_base_layer_where_that_is_plain() {
    let hevc = atom(b"hvcC", &[&[1u8, 0x21][..], &[7; 21]].concat());
    // Profile 8.4 as phones write it: HLG below.
    let plain = config(b"dvh1", &[hevc.clone(), atom(b"dvvC", &[1, 0, 16, 0x35, 0x40, 0])]);
    assert_eq!(plain.map(|config| config.codec), Ok(VideoCodec::Hevc));
    for kind in [b"dvhe", b"hvc1"] {
        let own = config(kind, &[hevc.clone(), atom(b"dvcC", &[1, 0, 10, 0x35, 0, 0])]);
        assert!(own.expect_err("IPT").contains("Dolby Vision of profile 5"));
    }
}

#[test]
fn what_is_not_decoded_is_named() {
    for (kind, inside, word) in [
        (b"mp4v", esds(0x20), "MPEG-4 Part 2"),
        (b"mp4v", esds(0x61), "MPEG-2 video"),
        (b"mp4v", esds(0x6d), "PNG"),
        (b"apcn", Vec::new(), "ProRes"),
        (b"mjpb", Vec::new(), "Motion JPEG of format B"),
        (b"hvc1", Vec::new(), "hevc without its configuration"),
        (b"what", Vec::new(), "coding `what`"),
    ] {
        let why = config(kind, &[inside]).expect_err("no decoder");
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn records_of_another_version_or_without_end_are_refused() {
    for (kind, inside) in [
        (b"avc1", atom(b"avcC", &[2, 0, 0, 0, 0, 0, 0])),
        (b"avc1", atom(b"avcC", &[1, 0, 0])),
        (b"hvc1", atom(b"hvcC", &[3; 23])),
        (b"av01", atom(b"av1C", &[1, 0, 0, 0])),
        (b"hvc1", atom(b"hvcC", &[1; (1 << 16) + 1])),
    ] {
        assert!(configuration(&entry(kind, &[inside]), 0).is_err(), "{}", FourCc(*kind));
    }
}
