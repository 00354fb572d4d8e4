//! `stbl`: the sample tables joined, a packet for each sample (ISO/IEC 14496-12, 8.5 to 8.7).

use super::Budget;
use super::atom::Atom;
use super::stco::ChunkOffsets;
use super::stsc::{ChunkShape, Chunks};
use super::stss::Keyframes;
use super::stsz::Sizes;
use super::{ctts, runs::Runs, sbgp, stts};
use crate::error::Error;
use crate::index::{Packet, Table};
use crate::limits;

/// The tables, still packed.
#[derive(Debug)]
pub(super) struct SampleTables {
    sizes: Sizes,
    chunks: Chunks,
    offsets: ChunkOffsets,
    durations: Runs,
    shifts: Runs,
    keyframes: Keyframes,
    random_access: Option<Runs>,
    stbl: Atom,
}

/// What a track's packets were made of.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) packets: Table,
    /// Decoding time after the last.
    pub(super) next_dts: i64,
}

impl SampleTables {
    /// None where the file has no sample in `moov`, as in fragmented files.
    pub(super) fn read(stbl: &Atom) -> Result<Option<Self>, Error> {
        let Some(sizes) = either(stbl, b"stsz", b"stz2")?.map(|atom| Sizes::read(&atom)).transpose()? else {
            return Ok(None);
        };
        if sizes.count() == 0 {
            return Ok(None);
        }
        let offsets = either(stbl, b"stco", b"co64")?.ok_or_else(|| stbl.malformed("there is no `stco` in it"))?;
        Ok(Some(Self {
            sizes,
            chunks: Chunks::read(&stbl.expect(b"stsc")?)?,
            offsets: ChunkOffsets::read(&offsets)?,
            durations: stts::read(&stbl.expect(b"stts")?)?,
            shifts: stbl.find(b"ctts")?.map(|atom| ctts::read(&atom)).transpose()?.unwrap_or_default(),
            keyframes: stbl.find(b"stss")?.map(|atom| Keyframes::read(&atom)).transpose()?.unwrap_or_default(),
            random_access: sbgp::random_access(stbl)?,
            stbl: stbl.clone(),
        }))
    }

    /// A packet for each sample.
    pub(super) fn join(mut self, budget: &mut Budget) -> Result<Joined, Error> {
        let count = self.sizes.count();
        let mut packets = Table::with_capacity(budget.packets(self.stbl.kind, count)?);
        let mut dts = 0i64;
        let mut sample = 0usize;
        let offsets = self.offsets.clone();
        'chunks: for (chunk, mut offset) in (1..).zip(offsets.iter()) {
            for _ in 0..self.shape(chunk)?.samples {
                let Some(size) = self.sizes.get(sample) else { break 'chunks };
                sample += 1;
                check_packet(&self.stbl, size)?;
                let duration = self.durations.step();
                let shift = self.shifts.step().cast_signed();
                let is_sync = self.keyframes.contains(u64::try_from(sample).unwrap_or(u64::MAX));
                let keyframe = self.random_access.as_mut().is_some_and(|group| group.step() > 0) || is_sync;
                packets.push(Packet {
                    offset,
                    size,
                    pts: dts.saturating_add(i64::from(shift)),
                    duration,
                    keyframe,
                    hidden: false,
                });
                dts = dts.saturating_add(i64::from(duration));
                offset = offset.saturating_add(u64::from(size));
            }
        }
        Ok(Joined { packets, next_dts: dts })
    }

    /// Uncompressed sound, where a sample is one frame of all channels: packets of up to [`RUN_FRAMES`] frames. Sizes in
    /// the table aren't used, QuickTime's are 1; times are counted, uncompressed sound has no holes.
    pub(super) fn join_frames(mut self, frame_bytes: u32, budget: &mut Budget) -> Result<Joined, Error> {
        let Sizes::Constant { size, count } = self.sizes else { return self.join(budget) };
        let frames_per_sample = (size / frame_bytes.max(1)).max(1);
        let mut left = u64::from(count).saturating_mul(u64::from(frames_per_sample));
        let mut packets = Table::default();
        let mut pts = 0i64;
        let offsets = self.offsets.clone();
        for (chunk, mut offset) in (1..).zip(offsets.iter()) {
            let samples = u64::from(self.shape(chunk)?.samples);
            let mut in_chunk = samples.saturating_mul(u64::from(frames_per_sample)).min(left);
            left = left.saturating_sub(in_chunk);
            while in_chunk > 0 {
                let frames = u32::try_from(in_chunk).unwrap_or(u32::MAX).min(run_frames(frame_bytes));
                let size = frames.saturating_mul(frame_bytes);
                budget.packets(self.stbl.kind, 1)?;
                packets.push(Packet { offset, size, pts, duration: frames, keyframe: true, hidden: false });
                pts = pts.saturating_add(i64::from(frames));
                offset = offset.saturating_add(u64::from(size));
                in_chunk = in_chunk.saturating_sub(u64::from(frames));
            }
        }
        Ok(Joined { packets, next_dts: pts })
    }

    fn shape(&mut self, chunk: u64) -> Result<ChunkShape, Error> {
        match self.chunks.shape(chunk) {
            Some(shape) if shape.description <= 1 => Ok(shape),
            Some(shape) => Err(self.stbl.malformed(format!(
                "its coding changes midway (chunk {chunk} follows description {}); only the first is followed",
                shape.description
            ))),
            None => Err(self.stbl.malformed(format!("`stsc` doesn't say how many samples chunk {chunk} has"))),
        }
    }
}

/// Frames of a packet of uncompressed sound: 85 ms at 48 kHz.
const RUN_FRAMES: u32 = 4_096;

/// The same within 64 KiB, so that many channels don't make it large.
fn run_frames(frame_bytes: u32) -> u32 {
    ((64 << 10) / frame_bytes.max(1)).clamp(1, RUN_FRAMES)
}

/// Refuses a packet that is none.
pub(super) fn check_packet(place: &Atom, size: u32) -> Result<(), Error> {
    if u64::from(size) > limits::PACKET.as_bytes() {
        return Err(Error::too_large(format!("a sample in {}", place.kind), u64::from(size), limits::PACKET));
    }
    Ok(())
}

fn either(stbl: &Atom, first: &[u8; 4], second: &[u8; 4]) -> Result<Option<Atom>, Error> {
    Ok(match stbl.find(first)? {
        Some(atom) => Some(atom),
        None => stbl.find(second)?,
    })
}
