//! Heads of packets as encoders write them.

use super::*;

fn config(codec: VideoCodec) -> VideoConfig {
    // Prefixes of four bytes in both records.
    let extra = vec![0xff; 23];
    let (pixel_aspect, full_range, matrix) = (None, None, None);
    VideoConfig { codec, width: 640, height: 360, rotation: 0, pixel_aspect, full_range, matrix, extra }
}

#[test]
fn pictures_that_need_no_other_are_told_from_those_that_do() {
    let sei = [0, 0, 0, 3, 6, 5, 0x80];
    for (codec, head, expected) in [
        (VideoCodec::H264, &[0, 0, 0, 2, 9, 0x10, 0, 0, 0, 9, 0x65, 0x88][..], Start::Yes),
        (VideoCodec::H264, &[&sei[..], &[0, 0, 0, 9, 0x65, 0x88]].concat(), Start::Yes),
        // An I slice without IDR, a P slice, a B slice; slice types 7, 5 and 1.
        (VideoCodec::H264, &[&sei[..], &[0, 0, 0, 9, 0x41, 0x88]].concat(), Start::Yes),
        (VideoCodec::H264, &[0, 0, 0, 9, 0x41, 0x9a, 0x20], Start::No),
        (VideoCodec::H264, &[0, 0, 0, 9, 0x01, 0xa8, 0x20], Start::No),
        (VideoCodec::H264, &[0, 0, 0, 0, 0x65], Start::Unknown),
        (VideoCodec::H264, &[0xff, 0, 0, 0, 0x06, 1, 2, 3], Start::Unknown),
        (VideoCodec::H264, &[], Start::Unknown),
        (VideoCodec::Hevc, &[0, 0, 0, 2, 0x46, 1, 0, 0, 0, 9, 0x26, 1], Start::Yes),
        (VideoCodec::Hevc, &[0, 0, 0, 9, 0x2a, 1], Start::Yes),
        (VideoCodec::Hevc, &[0, 0, 0, 9, 0x02, 1], Start::No),
        (VideoCodec::Av1, &[0x12, 0, 0x0a, 1, 0, 0x32, 5, 0x10], Start::Yes),
        (VideoCodec::Av1, &[0x32, 5, 0x30], Start::No),
        (VideoCodec::Av1, &[0x32, 5, 0x80], Start::No),
        (VideoCodec::Vp9, &[0x82, 0x49], Start::Yes),
        (VideoCodec::Vp9, &[0x86, 0], Start::No),
        (VideoCodec::Vp9, &[0x88], Start::No),
        (VideoCodec::Vp8, &[0x50, 1], Start::Yes),
        (VideoCodec::Vp8, &[0x51, 1], Start::No),
        (VideoCodec::Mjpeg, &[], Start::Yes),
    ] {
        assert_eq!(look(&config(codec), head), expected, "{codec:?} {head:02x?}");
    }
}
