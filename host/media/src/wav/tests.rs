//! What can't be seen from outside as long as a decoder is missing.

use super::*;

/// A format chunk with what follows `cbSize`.
fn format(tag: u16, channels: u16, align: u16, extension: &[u8]) -> Vec<u8> {
    let length = u16::try_from(extension.len()).expect("short");
    let fixed = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
    let rates = [44_100u32.to_le_bytes(), 22_311u32.to_le_bytes()].concat();
    let ends = [align.to_le_bytes(), 4u16.to_le_bytes(), length.to_le_bytes()].concat();
    [fixed, rates, ends, extension.to_vec()].concat()
}

fn parsed(body: &[u8]) -> Result<Format, Error> {
    Format::parse(body, 12, Dialect::Riff)
}

#[test]
fn blocks_of_adpcm_hold_what_their_bytes_hold() {
    // Sizes and counts as FFmpeg writes them.
    for (tag, channels, align, frames, codec) in [
        (0x11, 1, 1_024, 2_041, AudioCodec::AdpcmIma),
        (0x11, 2, 2_048, 2_041, AudioCodec::AdpcmIma),
        (2, 1, 1_024, 2_036, AudioCodec::AdpcmMs),
        (2, 2, 1_024, 1_012, AudioCodec::AdpcmMs),
    ] {
        let read = parsed(&format(tag, channels, align, &[9, 9])).expect("sound");
        assert_eq!((read.codec, read.unit), (codec, Unit::Block { bytes: u32::from(align), frames }));
    }
    assert!(parsed(&format(0x11, 2, 7, &[])).is_err());
    assert!(parsed(&format(2, 2, 13, &[])).is_err());
}

#[test]
fn predictors_of_adpcm_go_to_the_decoder() {
    let extension = [&[0xf4, 7, 7, 0][..], &[5; 28]].concat();
    assert_eq!(parsed(&format(2, 1, 1_024, &extension)).expect("sound").extra, extension);
    assert_eq!(parsed(&format(2, 1, 1_024, &extension)[..30]).expect("sound").extra, extension[..12]);
}

#[test]
fn packets_of_adpcm_lie_and_last_as_their_blocks_do() {
    let unit = Unit::Block { bytes: 1_024, frames: 2_041 };
    // Three blocks and a half.
    let packets = packets(unit, 90, unit.frames(3_584)).expect("few");
    let read: Vec<_> = packets.iter().map(|packet| (packet.offset, packet.size, packet.pts, packet.duration)).collect();
    assert_eq!(read, [(90, 1_024, 0, 2_041), (1_114, 1_024, 2_041, 2_041), (2_138, 1_024, 4_082, 2_041)]);
    assert!(packets.get(3).is_none() && packets.count() == 3);
}

#[test]
fn the_last_block_ends_where_fact_says_if_it_can_be() {
    let unit = Unit::Block { bytes: 1_024, frames: 2_041 };
    for (count, there, expected) in [
        (Some(6_000), 6_123, 6_000),
        (Some(6_000), 4_082, 4_082),
        (Some(4_000), 6_123, 6_123),
        (Some(6_124), 6_123, 6_123),
        (None, 6_123, 6_123),
    ] {
        assert_eq!(unit.heard(there, 6_123, count), expected, "{count:?} of {there}");
    }
    assert_eq!(Unit::Frame { bytes: 4 }.heard(100, 100, Some(99)), 100);
    assert_eq!((adpcm::fact(&[0; 4]), adpcm::fact(&[0xff; 4]), adpcm::fact(&[1, 0, 0, 0])), (None, None, Some(1)));
}
