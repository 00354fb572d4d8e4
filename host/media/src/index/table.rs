//! Packets row by row, packed.

mod block;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::packets::Packet;
use block::{BLOCK, Block};

/// Packets row by row, in blocks of 64 that say once what their rows have in common: 13 bytes each where the rate is constant,
/// 17 where it varies, and never more than 25.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Full ones.
    blocks: Vec<Block>,
    /// Those that follow, fewer than fill one.
    open: Vec<Packet>,
    /// What a few rows have besides, by rising row.
    odd: Vec<(u32, Odd)>,
    /// What each packet begins with before its own bytes.
    prefix: Vec<u8>,
}

/// What few packets have: bytes that don't lie together, samples that aren't presented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Odd {
    /// Offset and size of each piece, in order; empty where the bytes lie together. A page ends within the packet.
    pub(crate) pieces: Vec<(u64, u32)>,
    /// So many samples at its beginning aren't presented; its time is exact.
    pub(crate) front: u32,
    /// So many samples at its end aren't presented.
    pub(crate) back: u32,
}

impl Table {
    /// An empty one with room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self { blocks: Vec::with_capacity(count.div_ceil(BLOCK)), ..Self::default() }
    }

    /// An empty one for packets whose common beginning the container leaves out (RFC 9559, 5.1.4.1.31.7: header stripping).
    pub(crate) fn with_prefix(prefix: Vec<u8>) -> Self {
        Self { prefix, ..Self::default() }
    }

    /// What each packet begins with before its own bytes.
    pub(crate) fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// Adds a packet; sizes above 1 GiB - 1 are cut to it.
    pub fn push(&mut self, packet: Packet) {
        self.open.push(packet);
        if self.open.len() == BLOCK {
            self.blocks.push(Block::new(&self.open));
            self.open.clear();
        }
    }

    /// Adds a packet with something odd.
    pub(crate) fn push_odd(&mut self, packet: Packet, odd: Odd) {
        if odd != Odd::default() {
            self.odd.push((u32::try_from(self.len()).unwrap_or(u32::MAX), odd));
        }
        self.push(packet);
    }

    /// What is odd about a packet.
    pub(crate) fn odd(&self, index: usize) -> Option<&Odd> {
        let row = u32::try_from(index).ok()?;
        let place = self.odd.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        self.odd.get(place).map(|(_, odd)| odd)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.blocks.len().saturating_mul(BLOCK).saturating_add(self.open.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The packet at an index, none past the end.
    pub fn get(&self, index: usize) -> Option<Packet> {
        match self.blocks.get(index / BLOCK) {
            Some(block) => block.get(index % BLOCK),
            None => self.open.get(index.checked_sub(self.blocks.len().checked_mul(BLOCK)?)?).copied(),
        }
    }

    /// Changes each packet, or drops it.
    pub(crate) fn update(&mut self, mut change: impl FnMut(Packet) -> Option<Packet>) {
        let mut old = std::mem::take(self);
        let (count, odd) = (old.len(), std::mem::take(&mut old.odd));
        self.prefix = std::mem::take(&mut old.prefix);
        self.blocks.reserve_exact(old.blocks.len());
        // Each old block is freed before the next new one is made.
        for block in old.blocks {
            (0..BLOCK).filter_map(|row| block.get(row)).filter_map(&mut change).for_each(|packet| self.push(packet));
        }
        old.open.into_iter().filter_map(change).for_each(|packet| self.push(packet));
        // Tables of which rows are dropped have none.
        self.odd = if self.len() == count { odd } else { Vec::new() };
    }

    /// All, in decoding order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Packet> + '_ {
        let blocks = self.blocks.iter().flat_map(|block| (0..BLOCK).filter_map(|row| block.get(row)));
        blocks.chain(self.open.iter().copied())
    }

    /// Room for so many more.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.blocks.reserve(count.div_ceil(BLOCK));
    }

    /// Drops all packets after the first so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.odd.retain(|(row, _)| usize::try_from(*row).is_ok_and(|row| row < count));
        let whole = count / BLOCK;
        if let Some(cut) = self.blocks.get(whole) {
            self.open = (0..count % BLOCK).filter_map(|row| cut.get(row)).collect();
            self.blocks.truncate(whole);
        } else {
            self.open.truncate(count.saturating_sub(self.blocks.len().saturating_mul(BLOCK)));
        }
    }

    /// Makes packets of unknown duration last until the next one is presented, and the last as long as the one before it.
    pub(crate) fn fill_durations(&mut self) {
        let mut before = 0;
        self.change_durations(|packet, next| {
            if packet.duration == 0 {
                before = next.map_or(before, |next| u32::try_from(next.saturating_sub(packet.pts)).unwrap_or(0));
            } else {
                before = packet.duration;
            }
            before
        });
    }

    /// Makes each packet last until the next one is presented; the last keeps its own duration.
    pub(crate) fn last_until_next(&mut self) {
        self.change_durations(|packet, next| {
            let until = next.and_then(|next| u32::try_from(next.saturating_sub(packet.pts)).ok());
            until.unwrap_or(packet.duration)
        });
    }

    /// Gives each shown packet another duration, in the order of presentation; the second argument is when the next is shown.
    fn change_durations(&mut self, mut duration: impl FnMut(Packet, Option<i64>) -> u32) {
        let shown = |index: &u32| self.packet(*index).is_some_and(|packet| !packet.hidden);
        let pts = |index: &u32| self.packet(*index).map(|packet| packet.pts);
        let count = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..count).filter(shown).collect();
        order.sort_by_key(pts);
        let mut durations: Vec<u32> = self.iter().map(|packet| packet.duration).collect();
        for (place, now) in order.iter().enumerate() {
            let next = order.get(place + 1).and_then(pts);
            let slot = usize::try_from(*now).ok().and_then(|now| durations.get_mut(now));
            if let (Some(slot), Some(packet)) = (slot, self.packet(*now)) {
                *slot = duration(packet, next);
            }
        }
        let mut durations = durations.into_iter();
        self.update(|packet| Some(Packet { duration: durations.next().unwrap_or(packet.duration), ..packet }));
    }

    fn packet(&self, index: u32) -> Option<Packet> {
        self.get(usize::try_from(index).ok()?)
    }
}
