//! Packets row by row, packed.

use super::packets::Packet;

/// Packets row by row; 24 bytes each, so that an hour of video and audio stays under 10 MB.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    offset: u64,
    pts: i64,
    size_and_flags: u32,
    duration: u32,
}

/// The top bits of `size_and_flags`; a packet of 1 GiB is refused long before.
const KEYFRAME: u32 = 1 << 31;
const HIDDEN: u32 = 1 << 30;

impl Table {
    /// An empty one with room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self { rows: Vec::with_capacity(count) }
    }

    /// Adds a packet; sizes above 1 GiB - 1 are cut to it.
    pub fn push(&mut self, packet: Packet) {
        self.rows.push(Row::new(packet));
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The packet at an index, none past the end.
    pub fn get(&self, index: usize) -> Option<Packet> {
        self.rows.get(index).map(Row::packet)
    }

    /// Changes each packet, or drops it.
    pub(crate) fn update(&mut self, mut change: impl FnMut(Packet) -> Option<Packet>) {
        self.rows.retain_mut(|row| match change(row.packet()) {
            Some(packet) => {
                *row = Row::new(packet);
                true
            }
            None => false,
        });
    }

    /// All, in decoding order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Packet> + '_ {
        self.rows.iter().map(Row::packet)
    }

    /// Room for so many more.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.rows.reserve(count);
    }

    /// Drops all packets after the first so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.rows.truncate(count);
    }

    /// Makes packets of unknown duration last until the next one is presented, and the last as long as the one before it.
    pub(crate) fn fill_durations(&mut self) {
        let is_shown = |index: &usize| self.rows.get(*index).is_some_and(|row| row.size_and_flags & HIDDEN == 0);
        let mut order: Vec<usize> = (0..self.rows.len()).filter(is_shown).collect();
        order.sort_by_key(|index| self.rows.get(*index).map(|row| row.pts));
        let mut last = 0;
        for (place, now) in order.iter().enumerate() {
            let until = order.get(place + 1).and_then(|next| self.rows.get(*next)).map(|row| row.pts);
            let Some(row) = self.rows.get_mut(*now) else { continue };
            if row.duration == 0 {
                row.duration = until.map_or(last, |until| u32::try_from(until.saturating_sub(row.pts)).unwrap_or(0));
            }
            last = row.duration;
        }
    }

    /// Makes each packet last until the next one is presented; the last keeps its own duration.
    pub(crate) fn last_until_next(&mut self) {
        let is_shown = |index: &usize| self.rows.get(*index).is_some_and(|row| row.size_and_flags & HIDDEN == 0);
        let mut order: Vec<usize> = (0..self.rows.len()).filter(is_shown).collect();
        order.sort_by_key(|index| self.rows.get(*index).map(|row| row.pts));
        for (now, next) in order.iter().zip(order.iter().skip(1)) {
            let until = self.rows.get(*next).map(|row| row.pts);
            if let (Some(row), Some(until)) = (self.rows.get_mut(*now), until) {
                row.duration = u32::try_from(until.saturating_sub(row.pts)).unwrap_or(row.duration);
            }
        }
    }
}

impl Row {
    fn new(packet: Packet) -> Self {
        let size = packet.size.min(HIDDEN - 1);
        let key = if packet.keyframe { KEYFRAME } else { 0 };
        let hidden = if packet.hidden { HIDDEN } else { 0 };
        Self { offset: packet.offset, pts: packet.pts, size_and_flags: size | key | hidden, duration: packet.duration }
    }

    const fn packet(&self) -> Packet {
        Packet {
            offset: self.offset,
            size: self.size_and_flags & !(KEYFRAME | HIDDEN),
            pts: self.pts,
            duration: self.duration,
            keyframe: self.size_and_flags & KEYFRAME != 0,
            hidden: self.size_and_flags & HIDDEN != 0,
        }
    }
}
