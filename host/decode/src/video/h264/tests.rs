use super::*;
use crate::config::VideoCodec;

/// Baseline, 176 by 144, and its picture parameter set (of BA_MW_D.264).
const RECORD: [u8; 24] =
    [1, 66, 224, 10, 255, 225, 0, 9, 103, 66, 224, 10, 150, 82, 133, 137, 200, 1, 0, 4, 104, 201, 35, 136];

fn config(record: &[u8]) -> VideoConfig {
    let (width, height) = (0, 0);
    VideoConfig {
        codec: VideoCodec::H264,
        width,
        height,
        rotation: 0,
        pixel_aspect: None,
        full_range: None,
        matrix: None,
        extra: record.to_vec(),
    }
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_allocated() {
    // A Baseline set of 65,536 by 16 pixels: 4,096 macroblocks across, coded as ue(4095).
    let sps = bits("01000010 00000000 00011110 1 1 011 010 0 000000000000100000000000 0 1 1 0 0 1 1");
    assert!(matches!(sps::Sps::read(&sps), Err(Error::Limits { .. })), "{:?}", sps::Sps::read(&sps));
}

#[test]
fn a_field_is_as_high_as_half_a_picture_and_the_crop_of_one_counts_twice() {
    // Main, frame number of 4 bits, order of type 2, one reference; 2 by 1 map units of fields, 4 rows cropped below.
    let set = "01001101 00000000 00011110 1 1 011 010 0 010 1 0 0 1 1 1 1 1 010 0 1";
    let sps = sps::Sps::read(&bits(set)).unwrap();
    assert_eq!((sps.width(), sps.height(), sps.is_odd), (32, 28, true));
    // first_mb 0, slice type 7, set 0, frame number 5, field.
    assert!(sps.is_field(&Unit::new(&[0x41, 0b1000_1000, 0b1010_1100])));
    assert!(!sps.is_field(&Unit::new(&[0x41, 0b1000_1000, 0b1010_1000])));
}

/// Zeros at the end are what some writers leave between units; inside there are none (7.4.1).
#[test]
fn a_unit_holds_no_start_code() {
    assert!(Unit::new(&[0x65, 1, 2, 0, 0, 0]).is_sound());
    assert!(Unit::new(&[0x65, 1, 0, 0, 3, 1, 2]).is_sound());
    assert!(!Unit::new(&[0x65, 1, 0, 0, 2, 1, 2]).is_sound());
}

fn bits(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    digits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (place, bit)| sum | bit << (7 - place))).collect()
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(record: Vec<u8>, packet: Vec<u8>) {
        let _ = avcc::read(&record);
        let _ = sps::Sps::read(&packet);
        let _ = pps::look(&packet);
        let mut decoder = Decoder::new(&config(&RECORD)).unwrap();
        let packet = VideoPacket { number: 0, bytes: &packet, keyframe: true };
        let panicked = matches!(decoder.decode(packet, &mut Vec::new()), Err(Error::Panicked { .. }));
        proptest::prop_assert!(!panicked);
    }
}
