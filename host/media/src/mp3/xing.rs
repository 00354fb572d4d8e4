//! The frame in front that is no sound but says how much there is: Xing's and LAME's tag (gabriel.mp3-tech.org, "Mp3 Info Tag
//! revision 1"), or Fraunhofer's VBRI.

use super::header::{Header, Layer};

/// A decoder gives out samples so much later than they were put in: the filter bank's delay, as LAME and FFmpeg count it.
const DECODER_DELAY: u32 = 529;

/// Where `VBRI` stands, whatever the frame.
const VBRI: usize = 36;

/// What such a frame says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag {
    /// Frames without this one; 0 where it doesn't say.
    pub(super) frames: u32,
    /// Bytes with this one; 0 where it doesn't say.
    pub(super) bytes: u32,
    /// Samples in front that were put there by the encoder and the decoder.
    pub(super) delay: u32,
    /// Samples at the end that weren't in the recording.
    pub(super) padding: u32,
}

impl Tag {
    /// From a whole frame; none where it is sound.
    pub(super) fn read(header: &Header, frame: &[u8]) -> Option<Self> {
        if header.layer != Layer::Three {
            return None;
        }
        let side = match (header.is_mpeg1, header.channels) {
            (true, 1) | (false, 2..) => 17,
            (true, _) => 32,
            (false, _) => 9,
        };
        let tag = match frame.get(4 + side..).and_then(|rest| rest.split_first_chunk::<4>()) {
            Some((b"Xing" | b"Info", rest)) => xing(rest)?,
            _ => vbri(frame.get(VBRI..)?)?,
        };
        // FFmpeg plays a frame that says neither.
        (tag.frames > 0 || tag.bytes > 0).then_some(tag)
    }
}

fn xing(rest: &[u8]) -> Option<Tag> {
    let (flags, mut rest) = number(rest)?;
    let mut tag = Tag::default();
    if flags & 1 != 0 {
        (tag.frames, rest) = number(rest)?;
    }
    if flags & 2 != 0 {
        (tag.bytes, rest) = number(rest)?;
    }
    for (flag, length) in [(4, 100), (8, 4)] {
        if flags & flag != 0 {
            rest = rest.get(length..)?;
        }
    }
    let is_known = matches!(rest.get(..4), Some(b"LAME" | b"Lavf" | b"Lavc"));
    if let Some(&[a, b, c]) = rest.get(21..24).filter(|_| is_known) {
        tag.delay = (u32::from(a) << 4 | u32::from(b) >> 4) + DECODER_DELAY;
        tag.padding = (u32::from(b & 15) << 8 | u32::from(c)).saturating_sub(DECODER_DELAY);
    }
    Some(tag)
}

fn vbri(rest: &[u8]) -> Option<Tag> {
    // Version, delay and quality come first: two bytes each.
    let (bytes, rest) = number(rest.strip_prefix(b"VBRI")?.get(6..)?)?;
    let (frames, _) = number(rest)?;
    Some(Tag { frames, bytes, ..Tag::default() })
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}
