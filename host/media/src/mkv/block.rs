//! A block's header and its lacing: several frames in one block (RFC 9559, 10).

use super::ebml::number;

/// Track number, time, flags.
pub(super) const HEADER: usize = 8 + 2 + 1;

/// The sizes of 255 frames, at most eight bytes each.
pub(super) const LACING: usize = 2_048;

/// What a block begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) track: u64,
    /// From the cluster's time.
    pub(super) ticks: i16,
    flags: u8,
    /// Bytes of the header.
    pub(super) length: usize,
}

impl Block {
    pub(super) fn read(head: &[u8]) -> Option<Self> {
        let (track, length) = number(head, 8)?;
        let [high, low, flags] = *head.get(length..)?.first_chunk::<3>()?;
        Some(Self { track, ticks: i16::from_be_bytes([high, low]), flags, length: length + 3 })
    }

    /// Marked as one at which decoding can begin; of a SimpleBlock alone.
    pub(super) const fn is_keyframe(&self) -> bool {
        self.flags & 0x80 != 0
    }

    /// Decoded and not shown.
    pub(super) const fn is_invisible(&self) -> bool {
        self.flags & 0x08 != 0
    }

    /// Sizes of the frames in `size` bytes behind the header, of which `head` are the first, and how many bytes say so.
    pub(super) fn frames(&self, head: &[u8], size: u64) -> Option<(Vec<u64>, usize)> {
        let lacing = self.flags & 0x06;
        if lacing == 0 {
            return Some((vec![size], 0));
        }
        let count = usize::from(*head.first()?) + 1;
        let mut at = 1;
        let mut sizes = match lacing {
            2 => xiph(head, &mut at, count - 1)?,
            6 => ebml(head, &mut at, count - 1)?,
            _ => {
                let each = size.checked_sub(1)? / count as u64;
                vec![each; count - 1]
            }
        };
        let before = sizes.iter().try_fold(at as u64, |sum, size| sum.checked_add(*size))?;
        sizes.push(size.checked_sub(before)?);
        Some((sizes, at))
    }
}

/// Bytes of 255, and one that is less (10.3.2).
fn xiph(head: &[u8], at: &mut usize, count: usize) -> Option<Vec<u64>> {
    let mut sizes = Vec::with_capacity(count);
    for _ in 0..count {
        let mut size = 0u64;
        loop {
            let byte = *head.get(*at)?;
            *at += 1;
            size += u64::from(byte);
            if byte != 255 {
                break;
            }
        }
        sizes.push(size);
    }
    Some(sizes)
}

/// The first size, then by how much each is larger than the one before (10.3.3).
fn ebml(head: &[u8], at: &mut usize, count: usize) -> Option<Vec<u64>> {
    let mut sizes: Vec<u64> = Vec::with_capacity(count);
    for _ in 0..count {
        let (value, length) = number(head.get(*at..)?, 8)?;
        *at += length;
        let size = match sizes.last() {
            None => value,
            Some(before) => {
                let bias = (1i64 << (length * 7 - 1)) - 1;
                before.checked_add_signed(value.cast_signed() - bias)?
            }
        };
        sizes.push(size);
    }
    Some(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(flags: u8, body: &[u8]) -> Option<(Vec<u64>, usize)> {
        Block { track: 1, ticks: 0, flags, length: 4 }.frames(body, body.len() as u64)
    }

    #[test]
    fn laced_frames_have_the_sizes_that_are_said() {
        let body = |head: &[u8], length: usize| [head, &vec![0; length]].concat();
        assert_eq!(frames(0x80, &[0; 9]), Some((vec![9], 0)));
        // Three frames of 300, 255 and 7 bytes.
        assert_eq!(frames(0x02, &body(&[2, 255, 45, 255, 0], 562)), Some((vec![300, 255, 7], 5)));
        // The standard's own example: 800, 500, 1000 bytes.
        assert_eq!(frames(0x06, &body(&[2, 0x43, 0x20, 0x5e, 0xd3], 2_300)), Some((vec![800, 500, 1_000], 5)));
        assert_eq!(frames(0x04, &body(&[3], 40)), Some((vec![10; 4], 1)));
    }

    #[test]
    fn sizes_beyond_the_block_are_no_sizes() {
        assert_eq!(frames(0x02, &[1, 200, 0, 0]), None);
        assert_eq!(frames(0x02, &[1, 255, 255]), None);
        assert_eq!(frames(0x06, &[2, 0x81, 0x80, 0]), None);
        assert_eq!(frames(0x06, &[255; 9]), None);
        assert_eq!(frames(0x04, &[]), None);
    }
}
