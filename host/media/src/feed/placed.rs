//! Where a packet's samples lie, counted from media time 0, and which packets a segment needs.

use std::ops::Range;

use rushes_decode::{AudioConfig, AudioShape, audio_shape, resampler_reach};
use rushes_model::{MediaTime, Span};

use super::blocks::Grid;
use super::gaps::Gaps;
use super::{AudioWant, Wants};
use crate::error::Error;
use crate::index::{Packet, Packets, Track};

/// Containers round times, so packets are laid end to end; once the container's time is this far off, it has jumped.
const JUMP_MS: i64 = 10;

/// A packet and its samples' place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) index: usize,
    pub(super) packet: Packet,
    /// Number of its first sample; may be before media time 0.
    pub(super) at: i64,
    /// How many there should be.
    pub(super) samples: i64,
    /// So many of them, at either end, aren't presented.
    pub(super) front: i64,
    pub(super) back: i64,
}

impl Placed {
    /// Behind the last sample that is presented.
    pub(super) fn end(&self) -> i64 {
        self.at.saturating_add(self.samples).saturating_sub(self.back)
    }
}

/// What is read and decoded of the audio track.
pub(super) struct AudioPlan<'a> {
    pub(super) track: &'a Track,
    pub(super) config: &'a AudioConfig,
    pub(super) shape: AudioShape,
    /// In decoding order, without holes; pre-roll first.
    pub(super) placed: Vec<Placed>,
    /// Index of the first packet whose output counts.
    pub(super) first: usize,
    /// Samples that are presented.
    pub(super) presented: Range<i64>,
}

impl<'a> AudioPlan<'a> {
    pub(super) fn new(track: &'a Track, config: &'a AudioConfig, wants: &Wants) -> Result<Self, Error> {
        let shape = audio_shape(config)?;
        let rate = shape.format.sample_rate;
        let needed = wants.audio.iter().map(|want| input_samples(want, rate, wants));
        let needed = needed.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end)).unwrap_or(0..0);
        let place = Place::new(track, config, &shape);
        let presented = place.tick(track.presented.start).max(0)..place.tick(track.presented.end).max(0);
        let needed = needed.start.max(presented.start)..needed.end.min(presented.end);
        let (placed, first) = place.window(needed);
        Ok(Self { track, config, shape, placed, first, presented })
    }

    pub(super) fn packets(&self) -> impl Iterator<Item = (usize, Packet)> {
        self.placed.iter().map(|placed| (placed.index, placed.packet))
    }

    pub(super) fn get(&self, index: usize) -> Option<&Placed> {
        let first = self.placed.first()?.index;
        self.placed.get(index.checked_sub(first)?)
    }

    /// Names the stretches of the segment for which there is no packet.
    pub(super) fn name_holes(&self, segment: Span, gaps: &mut Gaps<'_>) {
        let mut covered_to = segment.start;
        for placed in &self.placed {
            let at = placed.at.clamp(self.presented.start, self.presented.end);
            let end = placed.end().clamp(self.presented.start, self.presented.end);
            let (start, end) = (self.time(at), self.time(end));
            if start > covered_to {
                gaps.missing("audio", Span::new(covered_to, start));
            }
            covered_to = covered_to.max(end);
        }
        gaps.missing("audio", Span::new(covered_to.min(segment.end), segment.end));
    }

    /// Media time of a sample.
    pub(super) fn time(&self, sample: i64) -> MediaTime {
        MediaTime::from_ratio(u64::try_from(sample).unwrap_or(0), u64::from(self.shape.format.sample_rate))
    }
}

/// The track's own samples that a want depends on.
fn input_samples(want: &AudioWant, rate: u32, wants: &Wants) -> Range<i64> {
    let to = want.request.sample_rate.map_or(rate, |wanted| wanted.get());
    let wanted = Grid::new(to, want.request.block_ms).samples(want, wants);
    let reach = if to == rate { 0 } else { i64::try_from(resampler_reach(rate, to)).unwrap_or(i64::MAX) };
    let input = |sample: u64| {
        let input = u128::from(sample) * u128::from(rate) / u128::from(to.max(1));
        i64::try_from(input).unwrap_or(i64::MAX)
    };
    input(wanted.start).saturating_sub(reach)..input(wanted.end).saturating_add(reach).saturating_add(1)
}

/// Turns a track's ticks into numbers of samples.
struct Place<'a> {
    track: &'a Track,
    rate: i128,
    packet_samples: Option<u32>,
    /// Of one uncompressed sample of all channels.
    frame_bytes: Option<u32>,
    preroll: usize,
    preroll_samples: i64,
    restart: Option<usize>,
}

impl<'a> Place<'a> {
    fn new(track: &'a Track, config: &AudioConfig, shape: &AudioShape) -> Self {
        Self {
            track,
            rate: i128::from(shape.format.sample_rate),
            packet_samples: shape.packet_samples,
            frame_bytes: frame_bytes(config),
            preroll: shape.preroll_packets as usize,
            preroll_samples: i64::from(shape.preroll_samples),
            restart: shape.restart_packets.map(|packets| packets as usize),
        }
    }

    /// To the nearest sample; the track's origin may lie between two.
    fn tick(&self, ticks: i64) -> i64 {
        let scale = i128::from(self.track.timescale.max(1));
        let samples = (i128::from(ticks) * self.rate * 2 + scale).div_euclid(scale * 2);
        let origin = (i128::from(self.track.origin_us) * self.rate * 2 + 1_000_000).div_euclid(2_000_000);
        let clamped = (samples + origin).clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4));
        // Far inside after clamping.
        i64::try_from(clamped).unwrap_or(0)
    }

    fn samples(&self, packet: &Packet) -> i64 {
        match (self.packet_samples, self.frame_bytes) {
            (Some(samples), _) => i64::from(samples),
            (None, Some(bytes)) => i64::from(packet.size / bytes.max(1)),
            (None, None) => {
                let scale = i128::from(self.track.timescale.max(1));
                let samples = (i128::from(packet.duration) * self.rate * 2 + scale).div_euclid(scale * 2);
                i64::try_from(samples).unwrap_or(i64::MAX)
            }
        }
    }

    /// The packets that hold some samples, with pre-roll before them, and the index of the first that counts.
    fn window(&self, needed: Range<i64>) -> (Vec<Placed>, usize) {
        let touches =
            |placed: &Placed| placed.at < needed.end && placed.at.saturating_add(placed.samples) > needed.start;
        let mut touched = self.all(needed.start).filter(touches).map(|placed| placed.index);
        let Some(first) = touched.next() else { return (Vec::new(), 0) };
        let last = touched.last().unwrap_or(first);
        let first = self.restart.map_or(first, |packets| first - first % packets.max(1));
        let from = self.warmed_from(first);
        let window = self.all(needed.start).skip_while(|placed| placed.index < from);
        (window.take_while(|placed| placed.index <= last).collect(), first)
    }

    /// The packet with which a decoder must begin so that its output counts from `first` on.
    fn warmed_from(&self, first: usize) -> usize {
        let mut from = first.saturating_sub(self.preroll);
        let packets = |range: Range<usize>| range.filter_map(|index| self.track.packets.get(index));
        let mut samples: i64 = packets(from..first).map(|packet| self.samples(&packet)).sum();
        while from > 0 && samples < self.preroll_samples {
            from -= 1;
            samples = samples.saturating_add(packets(from..from + 1).map(|packet| self.samples(&packet)).sum());
        }
        from
    }

    /// All packets in their places: end to end, until the container's own time says that they aren't. Those of equal length
    /// are found by counting, so what lies well before `near` is left out.
    fn all(&self, near: i64) -> Box<dyn Iterator<Item = Placed> + '_> {
        let jump = i64::try_from(self.rate * i128::from(JUMP_MS) / 1_000).unwrap_or(i64::MAX);
        let mut expected: Option<i64> = None;
        let place = move |(index, packet): (usize, Packet)| {
            let samples = self.samples(&packet);
            let said = self.tick(packet.pts);
            let odd = self.track.packets.odd(index);
            let (front, back) = odd.map_or((0, 0), |odd| (i64::from(odd.front), i64::from(odd.back)));
            let is_near = |at: &i64| front == 0 && said.saturating_sub(*at).abs() <= jump;
            let at = expected.filter(is_near).unwrap_or(said);
            let placed = Placed { index, packet, at, samples, front, back };
            expected = Some(placed.end());
            placed
        };
        let skipped = match &self.track.packets {
            Packets::Constant { frames_per_packet: frames, .. } | Packets::Blocks { block_frames: frames, .. } => {
                let before = near.saturating_sub(self.tick(0)) / i64::from((*frames).max(1));
                usize::try_from(before.saturating_sub(1)).unwrap_or(0)
            }
            Packets::Table(_) => 0,
        };
        let packets =
            (skipped..self.track.packets.count()).filter_map(|index| Some((index, self.track.packets.get(index)?)));
        Box::new(packets.map(place))
    }
}

/// Bytes of one sample of all channels, of uncompressed ones.
fn frame_bytes(config: &AudioConfig) -> Option<u32> {
    match config.codec {
        rushes_decode::AudioCodec::Pcm(pcm) => {
            Some(u32::try_from(pcm.sample_bytes()).unwrap_or(1).saturating_mul(config.channels))
        }
        _ => None,
    }
}
