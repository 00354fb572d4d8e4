//! What the demuxer knows of one track, and where in time it is.

use rushes_decode::AudioCodec;
use serde::{Deserialize, Serialize};

use super::track::{Entry, Kind};
use crate::index::{Coding, Index, Packets, Track};
use crate::packet::{Pictures, Samples};
use crate::scan;

/// Containers round times, so packets of sound are laid end to end; once the time is this far off, it has jumped.
const JUMP_NS: u64 = 10_000_000;

/// One track.
pub(super) struct Lane {
    pub(super) number: u64,
    pub(super) way: Way,
    pub(super) prefix: Vec<u8>,
    /// Nanoseconds of a packet, 0 = unknown.
    pub(super) default_duration: u64,
    /// Subtracted from all times, in nanoseconds.
    delay: u64,
    /// Samples at the beginning that are padding.
    pre_skip: i64,
    /// Ticks of the index each second.
    timescale: u32,
    jump: i64,
}

/// What becomes of a track's packets; with its place in the index.
pub(super) enum Way {
    Sound(usize, Samples),
    Pictures(usize, Pictures),
    /// It can't be decoded, and counts for the recording's length.
    Refused,
    Passed,
}

/// What changes from packet to packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Moves {
    /// Where the next packet of sound should begin.
    pub(super) expected: Option<i64>,
    /// What [`Samples`] keeps from a packet to the next.
    pub(super) previous: u32,
    first: Option<i64>,
    /// Of the last packet: samples that are padding.
    pub(super) padding: i64,
    /// Latest time in microseconds of the container.
    pub(super) latest_us: Option<i64>,
    /// Of the last picture, 0 = unknown.
    pub(super) last_duration: u32,
}

impl Lane {
    pub(super) fn new(entry: &Entry, track: Option<(usize, &Track)>, scale: u64) -> Self {
        let way = match (track, entry.kind) {
            (Some((place, Track { coding: Coding::Audio(config), .. })), _) => Way::Sound(place, Samples::new(config)),
            (Some((place, Track { coding: Coding::Video(config), .. })), _) => {
                Way::Pictures(place, Pictures::new(config))
            }
            (None, Kind::Audio | Kind::Video) => Way::Refused,
            (None, Kind::Subtitles | Kind::Other) => Way::Passed,
        };
        let timescale = track.map_or(1_000_000, |(_, track)| track.timescale);
        let coding = track.map(|(_, track)| &track.coding);
        let mut lane = Self {
            number: entry.number,
            way,
            prefix: entry.prefix.clone(),
            default_duration: entry.default_duration,
            delay: entry.codec_delay.min(10_000_000_000),
            pre_skip: 0,
            timescale,
            jump: 0,
        };
        lane.jump = lane.ticks_of(i128::from(JUMP_NS.max(scale.saturating_mul(2))));
        lane.pre_skip = coding.map_or(0, |coding| lane.pre_skip_of(coding));
        lane
    }

    /// Opus says it in its own header; of others the delay is all padding (RFC 9559, 5.1.4.1.25).
    fn pre_skip_of(&self, coding: &Coding) -> i64 {
        match coding {
            Coding::Audio(config) if config.codec == AudioCodec::Opus => {
                let own = config.extra.get(10..12).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes);
                own.map_or(0, i64::from)
            }
            // The first packet gives no samples, and that is the delay.
            Coding::Audio(config) if config.codec == AudioCodec::Vorbis => 0,
            Coding::Audio(_) => self.ticks_of(i128::from(self.delay)),
            Coding::Video(_) => 0,
        }
    }

    /// When something is presented that the container puts at `nanos`, in ticks of the index.
    pub(super) fn pts(&self, nanos: i128) -> i64 {
        self.ticks_of(nanos - i128::from(self.delay))
    }

    /// To the nearest.
    pub(super) fn ticks_of(&self, nanos: i128) -> i64 {
        let ticks = (nanos * i128::from(self.timescale) * 2 + 1_000_000_000).div_euclid(2_000_000_000);
        i64::try_from(ticks).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX })
    }

    pub(super) const fn kind(&self) -> Option<scan::Kind> {
        match self.way {
            Way::Sound(..) => Some(scan::Kind::Audio),
            Way::Pictures(..) => Some(scan::Kind::Video),
            Way::Refused | Way::Passed => None,
        }
    }

    /// Once the first packets are known: where the track begins.
    pub(super) fn begin(&self, moves: &Moves, index: &mut Index) {
        match (&self.way, moves.first) {
            (Way::Sound(place, _), Some(first)) => {
                if let Some(track) = index.tracks.get_mut(*place) {
                    track.presented.start = first.saturating_add(self.pre_skip);
                }
            }
            (Way::Pictures(place, _), _) => {
                if let Some(track) = index.tracks.get_mut(*place) {
                    let shown = track.packets.iter().filter(|packet| !packet.hidden);
                    track.presented.start = shown.map(|packet| packet.pts).min().unwrap_or(0);
                }
            }
            (Way::Sound(..) | Way::Refused | Way::Passed, _) => {}
        }
    }

    /// After the last packet: padding isn't presented, and the last picture lasts as long as the track says.
    pub(super) fn end(&self, moves: &Moves, index: &mut Index) {
        match self.way {
            Way::Sound(place, _) if moves.padding > 0 => {
                if let (Some(track), Some(expected)) = (index.tracks.get_mut(place), moves.expected) {
                    track.presented.end = expected.saturating_sub(moves.padding).max(track.presented.start);
                }
            }
            Way::Pictures(place, _) => {
                let Some(Packets::Table(table)) = index.tracks.get_mut(place).map(|track| &mut track.packets) else {
                    return;
                };
                let last = table.iter().filter(|packet| !packet.hidden).map(|packet| packet.pts).max();
                let said = self.ticks_of(i128::from(self.default_duration.min(10_000_000_000)));
                let duration = match moves.last_duration {
                    0 => u32::try_from(said).unwrap_or(0),
                    said => said,
                };
                table.update(|packet| {
                    let is_last = Some(packet.pts) == last && !packet.hidden;
                    Some(if is_last { crate::index::Packet { duration, ..packet } } else { packet })
                });
            }
            Way::Sound(..) | Way::Refused | Way::Passed => {}
        }
    }

    /// Puts a packet of sound behind the one before it, or where its time says, if that is elsewhere.
    pub(super) fn lay(&self, moves: &mut Moves, said: Option<i64>, samples: u32) -> i64 {
        let at = match (moves.expected, said) {
            (Some(expected), Some(said)) if said.saturating_sub(expected).saturating_abs() > self.jump => said,
            (Some(expected), _) => expected,
            (None, said) => said.unwrap_or(0),
        };
        if samples == 0 && moves.first.is_none() {
            return at;
        }
        moves.expected = Some(at.saturating_add(i64::from(samples)));
        moves.first.get_or_insert(at);
        at
    }
}
