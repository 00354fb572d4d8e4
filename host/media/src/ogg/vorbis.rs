//! Vorbis I: how many samples a packet gives. That is known from block sizes, and these from modes (Vorbis I, 4.2 and 4.3).

use serde::{Deserialize, Serialize};

/// Block sizes, and which mode takes which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Blocks {
    short: u32,
    long: u32,
    /// For each mode, whether its blocks are long.
    modes: Vec<bool>,
}

impl Blocks {
    /// From the identification header and the setup header.
    pub(super) fn read(identification: &[u8], setup: &[u8]) -> Option<Self> {
        let sizes = *identification.get(28)?;
        let (short, long) = (1 << (sizes & 15), 1 << (sizes >> 4));
        Some(Self { short, long, modes: modes(setup)? })
    }

    /// Samples of a packet's block; none where it isn't sound.
    pub(super) fn block(&self, packet: &[u8]) -> Option<u32> {
        let first = u16::from(*packet.first()?) | u16::from(packet.get(1).copied().unwrap_or_default()) << 8;
        if first & 1 != 0 {
            return None;
        }
        let bits = usize::BITS - (self.modes.len().max(1) - 1).leading_zeros();
        let mode = usize::from(first >> 1) & ((1usize << bits) - 1);
        Some(if *self.modes.get(mode)? { self.long } else { self.short })
    }
}

/// Of a mode: a flag, two types that are 0 in Vorbis I, and a mapping.
const MODE: usize = 41;

/// The modes are the setup header's last field, and all before it would have to be decoded to come to them. So they are
/// read from the end, as FFmpeg does: as many as the count in front of them says.
fn modes(setup: &[u8]) -> Option<Vec<bool>> {
    let bit = |at: usize| setup.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
    let number =
        |at: usize, bits: usize| (0..bits).fold(0usize, |all, place| all | usize::from(bit(at + place)) << place);
    let framing = (0..setup.len() * 8).rev().find(|at| bit(*at))?;
    let mut found = None;
    for count in 1..=64usize {
        let Some(first) = framing.checked_sub(count * MODE).filter(|first| *first > 6) else { break };
        if number(first + 1, 32) != 0 || number(first + 33, 8) >= 64 {
            break;
        }
        if number(first - 6, 6) + 1 == count {
            found = Some((0..count).map(|mode| bit(first + mode * MODE)).collect());
        }
    }
    found
}
