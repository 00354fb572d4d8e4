//! What a container might claim: any times, sizes and keyframes.

use rushes_decode::{AudioCodec, AudioConfig, Pcm};
use rushes_media::feed;
use rushes_media::{Coding, Container, Index, Native, Packet, Packets, Reader, Table, Track};
use rushes_model::MediaTime;

use crate::demux::{Checked, cover, wants};
use crate::memory::Memory;

const SIZE: usize = 1 << 20;

/// Each packet is twelve bytes: offset, size, time, duration and flags.
pub(crate) fn plan(bytes: &[u8]) {
    let Some((head, rows)) = bytes.split_first_chunk::<10>() else { return };
    let [timescale @ .., start, end] = head;
    let timescale = u32::from_be_bytes([timescale[0], timescale[1], timescale[2], timescale[3]]).clamp(1, 192_000);
    let mut table = Table::default();
    for row in rows.as_chunks::<12>().0 {
        let number = |at: usize| u32::from_be_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
        table.push(Packet {
            offset: u64::from(number(0)) % SIZE as u64,
            size: u32::from(row[4]) << 3,
            pts: i64::from(number(5).cast_signed()),
            duration: u32::from(row[9]) << 5,
            keyframe: row[10] & 1 != 0,
            hidden: row[10] & 2 != 0,
        });
    }
    let coding = Coding::Audio(AudioConfig {
        codec: AudioCodec::Pcm(Pcm::S16Le),
        sample_rate: timescale,
        channels: 1,
        channel_mask: None,
        extra: Vec::new(),
    });
    let presented = -(i64::from(*start) << 10)..i64::from(*end) << 24;
    let track =
        Track { id: 1, enabled: true, coding, timescale, origin_us: 0, presented, packets: Packets::Table(table) };
    let ends = track.packets.iter().map(|packet| track.micros_of(packet.pts.saturating_add(packet.duration.into())));
    let duration = MediaTime::from_micros(u64::try_from(ends.max().unwrap_or(0)).unwrap_or(0));
    let index = Index {
        container: Container::Mp4,
        tracks: vec![track],
        refused: Vec::new(),
        is_complete: true,
        duration,
        gaps: Vec::new(),
    };
    let segments = index.segments();
    cover(&segments, duration);
    let file = Memory::new(&vec![1; SIZE + 4096]);
    for segment in segments.iter().take(3) {
        let wants = wants(*segment);
        let Ok(mut stream) = file.stream(feed::ranges(&index, &wants, 1 << 12)) else { return };
        let _ = feed::feed(&index, &wants, &Native, &mut *stream, &mut Checked { audio: None, video: None });
    }
}
