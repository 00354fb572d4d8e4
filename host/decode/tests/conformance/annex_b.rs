//! Elementary streams of H.264 (ITU-T H.264, Annex B), made into packets and a record as MP4 has them.

use rushes_decode::VideoCodec;
use rusty_h264_common::nal::split_annex_b;

use crate::recording::{Packet, Recording, config};

/// Each picture a packet, fields too; the record holds the sets before the first picture.
pub(crate) fn h264(stream: &[u8]) -> Recording {
    let mut packets: Vec<Packet> = Vec::new();
    let mut pending: Vec<&[u8]> = Vec::new();
    let mut sets: [Vec<&[u8]>; 2] = Default::default();
    for unit in split_annex_b(stream).into_iter().filter(|unit| !unit.is_empty()) {
        let kind = unit[0] & 31;
        if packets.is_empty() && matches!(kind, 7 | 8) {
            sets[usize::from(kind - 7)].push(unit);
        }
        let is_slice = matches!(kind, 1 | 5);
        // first_mb_in_slice = 0 is a single 1 bit: a picture begins.
        let begins = is_slice && unit.get(1).is_some_and(|byte| byte & 0x80 != 0);
        match packets.last_mut() {
            Some(packet) if is_slice && !begins => append(&mut packet.bytes, unit),
            _ if is_slice => {
                let mut bytes = Vec::new();
                pending.drain(..).chain([unit]).for_each(|unit| append(&mut bytes, unit));
                packets.push(Packet { bytes, keyframe: kind == 5, pts: packets.len() as i64 });
            }
            _ => pending.push(unit),
        }
    }
    let mut record = vec![1, 0, 0, 0, 0xff];
    for sets in sets {
        record.push(sets.len() as u8);
        for set in sets {
            record.extend_from_slice(&(set.len() as u16).to_be_bytes());
            record.extend_from_slice(set);
        }
    }
    Recording { config: config(VideoCodec::H264, record), packets }
}

fn append(packet: &mut Vec<u8>, unit: &[u8]) {
    packet.extend_from_slice(&(unit.len() as u32).to_be_bytes());
    packet.extend_from_slice(unit);
}
