//! How long Vorbis's packets are: two sizes of blocks, and for each mode which of them (Vorbis I, 4.3.1 and 4.3.8).

/// What the headers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    short: u32,
    long: u32,
    /// For each mode, whether its blocks are long.
    modes: Vec<bool>,
}

impl Blocks {
    /// From the first and the third header.
    pub(crate) fn new(identification: &[u8], setup: &[u8]) -> Option<Self> {
        let sizes = identification.strip_prefix(b"\x01vorbis")?.get(21)?;
        let (short, long) = (sizes & 15, sizes >> 4);
        if !(6..=13).contains(&short) || !(short..=13).contains(&long) {
            return None;
        }
        Some(Self { short: 1 << short, long: 1 << long, modes: modes(setup.strip_prefix(b"\x05vorbis")?)? })
    }

    /// From all three, laced as Matroska has them (RFC 9559, 10.3.1).
    pub(crate) fn of_laced(headers: &[u8]) -> Option<Self> {
        let (count, mut rest) = headers.split_first()?;
        if *count != 2 {
            return None;
        }
        let mut sizes = [0usize; 2];
        for size in &mut sizes {
            loop {
                let (byte, after) = rest.split_first()?;
                rest = after;
                *size = size.saturating_add(usize::from(*byte));
                if *byte != 255 {
                    break;
                }
            }
        }
        let [first, second] = sizes;
        let (identification, rest) = rest.split_at_checked(first)?;
        Self::new(identification, rest.get(second..)?)
    }

    /// Samples of a packet's block; none for headers.
    pub(super) fn size(&self, packet: &[u8]) -> Option<u32> {
        let first = *packet.first().filter(|first| **first & 1 == 0)?;
        let bits = usize::BITS - (self.modes.len().saturating_sub(1)).leading_zeros();
        let mode = usize::from(first >> 1) & ((1 << bits) - 1);
        Some(if *self.modes.get(mode)? { self.long } else { self.short })
    }
}

/// Bits of a mode: which size, a window and a transform of which there is one kind each (0), a mapping.
const MODE: usize = 1 + 16 + 16 + 8;

/// Modes stand at the end of the setup header, behind their count of six bits and before one that is set. Reading from
/// the end spares the codebooks.
fn modes(setup: &[u8]) -> Option<Vec<bool>> {
    let bit = |at: usize| setup.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
    let end = (0..setup.len().checked_mul(8)?).rev().find(|at| bit(*at))?;
    let mut found = None;
    for count in 1..=64usize {
        let Some(start) = end.checked_sub(count * MODE) else { break };
        if (1..33).any(|inside| bit(start + inside)) {
            break;
        }
        let Some(count_at) = start.checked_sub(6) else { break };
        let said = (0..6).filter(|place| bit(count_at + place)).fold(0usize, |said, place| said | 1 << place);
        if said + 1 == count {
            found = Some((0..count).map(|mode| bit(start + mode * MODE)).collect());
        }
    }
    found
}
