//! What a packet's own first bytes say of where decoding can begin. Containers say it too, and some are wrong.

use rushes_decode::{VideoCodec, VideoConfig};

/// How much of a packet is looked at: x264 puts 700 bytes of its settings before the first slice.
pub(super) const HEAD: u64 = 1_024;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Decoding can begin here.
    Yes,
    /// It refers to pictures before it.
    No,
    /// The bytes don't say.
    Unknown,
}

/// Looks at a packet's head.
pub(super) fn look(config: &VideoConfig, head: &[u8]) -> Start {
    match config.codec {
        VideoCodec::H264 => nal_units(config, 4, head, h264),
        VideoCodec::Hevc => nal_units(config, 21, head, hevc),
        VideoCodec::Av1 => av1(head),
        // RFC 6386, 9.1.
        VideoCodec::Vp8 => head.first().map_or(Start::Unknown, |first| Start::of(first & 1 == 0)),
        VideoCodec::Vp9 => head.first().map_or(Start::Unknown, |first| vp9(*first)),
        VideoCodec::Mjpeg => Start::Yes,
    }
}

impl Start {
    const fn of(begins: bool) -> Self {
        if begins { Self::Yes } else { Self::No }
    }
}

/// Length-prefixed NAL units; the record says how long the prefix is, in a byte of its own.
fn nal_units(config: &VideoConfig, at: usize, head: &[u8], look: fn(&[u8]) -> Option<Start>) -> Start {
    let width = config.extra.get(at).map_or(4, |byte| usize::from(byte & 3) + 1);
    let mut rest = head;
    while let Some((prefix, after)) = rest.split_at_checked(width) {
        let length = prefix.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
        if length == 0 {
            return Start::Unknown;
        }
        let unit = after.get(..length.min(after.len())).unwrap_or_default();
        if let Some(start) = look(unit) {
            return start;
        }
        rest = after.get(length..).unwrap_or_default();
    }
    Start::Unknown
}

/// ITU-T H.264, table 7-1: an IDR picture, or an I slice (7.4.3), as open groups of pictures begin. Other units come before.
fn h264(unit: &[u8]) -> Option<Start> {
    let (header, slice) = unit.split_first()?;
    match header & 0x1f {
        5 => Some(Start::Yes),
        1 | 2 => {
            let mut bits = Bits { bytes: slice, at: 0 };
            let kind = bits.exp_golomb().and_then(|_| bits.exp_golomb());
            Some(kind.map_or(Start::Unknown, |kind| Start::of(matches!(kind % 5, 2 | 4))))
        }
        _ => None,
    }
}

/// ITU-T H.265, table 7-1: 16 to 23 are random access points, and slices end below 32.
fn hevc(unit: &[u8]) -> Option<Start> {
    match unit.first()? >> 1 & 0x3f {
        16..=23 => Some(Start::Yes),
        0..=15 => Some(Start::No),
        _ => None,
    }
}

/// AV1 bitstream, 5.3 and 5.9.2: the first frame header's type is KEY_FRAME.
fn av1(head: &[u8]) -> Start {
    let mut rest = head;
    while let Some((header, after)) = rest.split_first() {
        let kind = header >> 3 & 15;
        let after = if header & 4 == 0 { after } else { after.get(1..).unwrap_or_default() };
        let Some((length, body)) = (if header & 2 == 0 { Some((after.len(), after)) } else { leb128(after) }) else {
            break;
        };
        if matches!(kind, 3 | 6) {
            return body.first().map_or(Start::Unknown, |first| Start::of(first >> 5 == 0));
        }
        rest = body.get(length..).unwrap_or_default();
    }
    Start::Unknown
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (index * 7);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

/// VP9 bitstream, 6.2: marker, profile, show_existing_frame, frame_type. Profile 3 has one more bit.
const fn vp9(first: u8) -> Start {
    let shift = if first & 0x30 == 0x30 { 1 } else { 2 };
    Start::of(first >> 6 == 2 && first >> shift & 3 == 0)
}

/// Reads bits forward.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    /// ue(v), ITU-T H.264, 9.1.
    fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 20 {
                return None;
            }
        }
        let mut value = 1;
        for _ in 0..zeros {
            value = value << 1 | self.bit()?;
        }
        Some(value - 1)
    }
}

#[cfg(test)]
mod tests;
