//! What a scan found for one segment, as bytes: kept with a job, it spares the next attempt the reading.

use rushes_model::MediaTime;
use rushes_model::media::{Gap, Segment};
use serde::{Deserialize, Serialize};

use super::cut::Cut;
use super::{Kind, Scan};
use crate::index::{Index, Odd, Packet, Packets};

/// All that changed since the mark before.
#[derive(Serialize, Deserialize)]
struct Mark {
    segment: Segment,
    rows: Vec<Vec<Row>>,
    /// By row, what is odd about it.
    odd: Vec<Vec<(u32, Odd)>>,
    presented_ends: Vec<i64>,
    cut: Cut,
    demuxer: Vec<u8>,
    at: u64,
    other_end_us: i64,
    lost: Vec<(Kind, i64, i64)>,
    /// At the end of the recording alone.
    complete: Option<(MediaTime, Vec<Gap>)>,
}

/// A packet, as steps from the one before it in its track.
#[derive(Serialize, Deserialize)]
struct Row {
    offset: i64,
    pts: i64,
    size: u32,
    duration: u32,
    flags: u8,
}

impl Row {
    fn new(packet: Packet, before: Option<Packet>) -> Self {
        let (offset, pts) = before.map_or((0, 0), |before| (before.offset, before.pts));
        Self {
            offset: packet.offset.wrapping_sub(offset).cast_signed(),
            pts: packet.pts.wrapping_sub(pts),
            size: packet.size,
            duration: packet.duration,
            flags: u8::from(packet.keyframe) | u8::from(packet.hidden) << 1,
        }
    }

    fn packet(&self, before: Option<Packet>) -> Packet {
        let (offset, pts) = before.map_or((0, 0), |before| (before.offset, before.pts));
        Packet {
            offset: offset.wrapping_add(self.offset.cast_unsigned()),
            size: self.size,
            pts: pts.wrapping_add(self.pts),
            duration: self.duration,
            keyframe: self.flags & 1 != 0,
            hidden: self.flags & 2 != 0,
        }
    }
}

impl Scan {
    /// What was found since the last mark; `segment` is the one that [`next_segment`](Self::next_segment) just gave.
    pub(crate) fn mark(&mut self, index: &Index, segment: Segment) -> Vec<u8> {
        let odd = index.tracks.iter().zip(&self.marked).map(|(track, marked)| {
            let rows = *marked..track.packets.count();
            rows.filter_map(|row| Some((u32::try_from(row).ok()?, track.packets.odd(row)?.clone()))).collect()
        });
        let odd = odd.collect();
        let rows = index.tracks.iter().zip(&mut self.marked).map(|(track, marked)| {
            let from = std::mem::replace(marked, track.packets.count());
            let mut before = from.checked_sub(1).and_then(|before| track.packets.get(before));
            let packets = (from..*marked).filter_map(|row| track.packets.get(row));
            packets.map(|packet| Row::new(packet, before.replace(packet))).collect()
        });
        let mark = Mark {
            segment,
            rows: rows.collect(),
            odd,
            presented_ends: index.tracks.iter().map(|track| track.presented.end).collect(),
            cut: self.cut.clone(),
            demuxer: self.demuxer.state(),
            at: self.place.at(),
            other_end_us: self.other_end_us,
            lost: self.lost.clone(),
            complete: index.is_complete.then(|| (index.duration, index.gaps.clone())),
        };
        postcard::to_allocvec(&mark).unwrap_or_default()
    }

    /// Goes on from a mark instead of reading; none where it is no mark of this recording's next segment.
    pub(crate) fn restore(&mut self, index: &mut Index, mark: &[u8]) -> Option<Segment> {
        let mark: Mark = postcard::from_bytes(mark).ok()?;
        let tracks = index.tracks.len();
        if mark.rows.len() != tracks || mark.presented_ends.len() != tracks || !mark.cut.follows(&self.cut) {
            return None;
        }
        self.demuxer.restore(&mark.demuxer)?;
        for (place, track) in index.tracks.iter_mut().enumerate() {
            let Packets::Table(table) = &mut track.packets else { continue };
            let marked = self.marked.get_mut(place)?;
            table.truncate(*marked);
            let mut before = marked.checked_sub(1).and_then(|row| table.get(row));
            let mut odd = mark.odd.get(place)?.iter().peekable();
            for row in mark.rows.get(place)? {
                let packet = row.packet(before);
                let number = u32::try_from(table.len()).ok()?;
                let odd = odd.next_if(|(row, _)| *row == number).map(|(_, odd)| odd.clone());
                table.push_odd(packet, odd.unwrap_or_default());
                before = Some(packet);
            }
            *marked = table.len();
            track.presented.end = *mark.presented_ends.get(place)?;
        }
        self.rows = index.tracks.iter().map(|track| track.packets.count()).sum();
        self.cut = mark.cut;
        self.other_end_us = mark.other_end_us;
        self.lost = mark.lost;
        self.place.go_to(mark.at);
        if let Some((duration, gaps)) = mark.complete {
            (index.duration, index.gaps, index.is_complete) = (duration, gaps, true);
            self.ended = true;
        }
        Some(mark.segment)
    }
}
