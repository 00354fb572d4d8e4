//! Packed and unpacked is the same.

#![expect(clippy::cast_possible_truncation, reason = "some hundred packets")]

use super::*;

/// Like a track's, with something different each time.
fn packets(count: u64, step: u64, duration: impl Fn(u64) -> u32) -> Vec<Packet> {
    let packet = |number: u64| Packet {
        offset: number * step,
        size: 100 + number as u32 % 9,
        pts: number as i64 * 512 - 1_024 + if number % 3 == 1 { 1_024 } else { 0 },
        duration: duration(number),
        keyframe: number.is_multiple_of(25),
        hidden: number % 31 == 7,
    };
    (0..count).map(packet).collect()
}

fn table(packets: &[Packet]) -> Table {
    let mut table = Table::with_capacity(packets.len());
    packets.iter().for_each(|packet| table.push(*packet));
    table
}

/// Each kind of block, and both together.
fn kinds() -> [Vec<Packet>; 4] {
    let mut mixed = packets(300, 1_000, |_| 512);
    mixed[100].offset = 1 << 50;
    mixed[170].pts = i64::MIN;
    mixed[171].pts = i64::MAX;
    mixed[250].duration = 3;
    [packets(200, 1_000, |_| 512), packets(200, 1_000, |number| number as u32), packets(200, 1 << 32, |_| 512), mixed]
}

#[test]
fn what_was_pushed_comes_out() {
    for packets in kinds() {
        for count in [0, 1, 63, 64, 65, 128, packets.len()] {
            let table = table(&packets[..count]);
            assert_eq!((table.len(), table.is_empty()), (count, count == 0));
            assert!(table.iter().eq(packets[..count].iter().copied()));
            assert!((0..count).all(|index| table.get(index) == Some(packets[index])) && table.get(count).is_none());
        }
    }
}

#[test]
fn packets_are_changed_and_dropped_wherever_they_lie() {
    for packets in kinds() {
        let mut table = table(&packets);
        let change = |packet: Packet| (packet.size != 103).then_some(Packet { duration: packet.size, ..packet });
        table.update(change);
        assert!(table.iter().eq(packets.iter().copied().filter_map(change)));
    }
}

#[test]
fn what_is_cut_off_can_be_pushed_again() {
    for packets in kinds() {
        for count in [0, 5, 64, 100, 128, 199] {
            let mut table = table(&packets);
            table.truncate(count);
            assert_eq!(table.len(), count);
            packets[count..].iter().for_each(|packet| table.push(*packet));
            assert!(table.iter().eq(packets.iter().copied()), "cut at {count}");
        }
    }
}

#[test]
fn durations_reach_to_the_next_shown_packet() {
    let mut made = packets(200, 1_000, |_| 9);
    made.iter_mut().for_each(|packet| packet.hidden = false);
    made[100].hidden = true;
    let mut table = table(&made);
    table.last_until_next();
    let mut shown: Vec<Packet> = table.iter().filter(|packet| !packet.hidden).collect();
    shown.sort_by_key(|packet| packet.pts);
    assert!(shown.windows(2).all(|pair| pair[0].pts + i64::from(pair[0].duration) == pair[1].pts));
    assert_eq!(
        (shown.last().map(|last| last.duration), table.get(100).map(|hidden| hidden.duration)),
        (Some(9), Some(9))
    );
}

#[test]
fn a_row_takes_thirteen_bytes() {
    let bytes = |packets: &[Packet]| {
        let table = table(packets);
        let words: usize = table.blocks.iter().map(|block| size_of::<Block>() + block.bytes()).sum();
        words as f64 / packets.len() as f64
    };
    assert!(bytes(&packets(6_400, 1_000, |_| 512)) < 13.0);
    assert!(bytes(&packets(6_400, 1_000, |number| number as u32)) < 17.0);
    assert!(bytes(&packets(6_400, 1 << 32, |_| 512)) < 25.0);
}
