//! So many packets, in as few words as they need.

use crate::index::packets::Packet;

/// Packets of a block.
pub(super) const BLOCK: usize = 64;

/// A full block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The smallest; the rows count from it.
    offset: u64,
    pts: i64,
    /// Of every row, where all last equally long.
    duration: u32,
    rows: Rows,
}

/// Offset, time, size with flags, and duration where it differs.
#[derive(Clone, Debug)]
enum Rows {
    /// All last equally long.
    Even(Box<[[u32; 3]]>),
    /// They don't.
    Varying(Box<[[u32; 4]]>),
    /// They lie more than 4 GiB apart, or are shown that many ticks apart.
    Wide(Box<[(u64, i64, u32, u32)]>),
}

/// The top bits of a size; a packet of 1 GiB is refused long before.
const KEYFRAME: u32 = 1 << 31;
const HIDDEN: u32 = 1 << 30;

impl Block {
    pub(super) fn new(packets: &[Packet]) -> Self {
        let offset = packets.iter().map(|packet| packet.offset).min().unwrap_or(0);
        let pts = packets.iter().map(|packet| packet.pts).min().unwrap_or(0);
        let duration = packets.first().map_or(0, |packet| packet.duration);
        let near = |packet: &Packet| {
            let offset = u32::try_from(packet.offset.checked_sub(offset)?).ok()?;
            Some([offset, u32::try_from(packet.pts.checked_sub(pts)?).ok()?, size_and_flags(packet)])
        };
        let rows = match packets.iter().map(near).collect::<Option<Box<[_]>>>() {
            Some(rows) if packets.iter().all(|packet| packet.duration == duration) => Rows::Even(rows),
            Some(rows) => Rows::Varying(
                rows.iter()
                    .zip(packets)
                    .map(|([offset, pts, size], packet)| [*offset, *pts, *size, packet.duration])
                    .collect(),
            ),
            None => Rows::Wide(
                packets
                    .iter()
                    .map(|packet| (packet.offset, packet.pts, size_and_flags(packet), packet.duration))
                    .collect(),
            ),
        };
        Self { offset, pts, duration, rows }
    }

    /// The packet in a row.
    pub(super) fn get(&self, row: usize) -> Option<Packet> {
        Some(match &self.rows {
            Rows::Even(rows) => {
                let [offset, pts, size] = *rows.get(row)?;
                self.near(offset, pts, size, self.duration)
            }
            Rows::Varying(rows) => {
                let [offset, pts, size, duration] = *rows.get(row)?;
                self.near(offset, pts, size, duration)
            }
            Rows::Wide(rows) => {
                let (offset, pts, size, duration) = *rows.get(row)?;
                packet(offset, pts, size, duration)
            }
        })
    }

    /// Bytes of its rows.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        match &self.rows {
            Rows::Even(rows) => size_of_val(rows.as_ref()),
            Rows::Varying(rows) => size_of_val(rows.as_ref()),
            Rows::Wide(rows) => size_of_val(rows.as_ref()),
        }
    }

    fn near(&self, offset: u32, pts: u32, size: u32, duration: u32) -> Packet {
        // Neither can overflow: the sums were there before the differences.
        packet(self.offset.saturating_add(u64::from(offset)), self.pts.saturating_add(i64::from(pts)), size, duration)
    }
}

fn size_and_flags(packet: &Packet) -> u32 {
    let key = if packet.keyframe { KEYFRAME } else { 0 };
    let hidden = if packet.hidden { HIDDEN } else { 0 };
    packet.size.min(HIDDEN - 1) | key | hidden
}

const fn packet(offset: u64, pts: i64, size_and_flags: u32, duration: u32) -> Packet {
    Packet {
        offset,
        size: size_and_flags & !(KEYFRAME | HIDDEN),
        pts,
        duration,
        keyframe: size_and_flags & KEYFRAME != 0,
        hidden: size_and_flags & HIDDEN != 0,
    }
}
