//! Keyframes that aren't, and those that nobody marked.
//!
//! Where a segment begins, decoding does; a mark on a picture that refers to others would lose seconds of it. So a few marks
//! are held against what the packets themselves say: three of the segments' starts where the table looks sound, two pictures
//! where all are marked. A table that was caught isn't believed: all starts are looked at then, and where all or none were
//! marked, the largest pictures behind each minute.

use rushes_decode::VideoConfig;

use super::starts::{HEAD, Start, look};
use crate::error::Error;
use crate::index::{Coding, Index, Packet, Packets, Table, Track};
use crate::segments::STEP_US;
use crate::window::{Ahead, Window};

/// Packets that are looked at: of ten hours whose marks are wrong, one for each minute.
const LOOKS: u32 = 600;

/// How far behind a minute a keyframe is looked for; x264 makes one each ten seconds at least.
const REACH_US: u64 = 12_000_000;

/// Of so many of the largest pictures.
const CANDIDATES: usize = 4;

/// Settles the marks of the video track in use.
pub(super) fn settle(index: &mut Index, window: &mut Window<'_>) -> Result<(), Error> {
    let Some(used) = index.video().map(|track| track.id) else { return Ok(()) };
    let mut tracks = index.tracks.iter_mut().filter(|track| track.id == used);
    let Some(track) = tracks.find(|track| matches!(track.coding, Coding::Video(_))) else { return Ok(()) };
    let Coding::Video(config) = track.coding.clone() else { return Ok(()) };
    let mut looker = Looker { config, window, left: LOOKS };
    let count = track.packets.count();
    let marked = track.packets.iter().filter(|packet| packet.keyframe).count();
    if marked == count && count > 1 {
        if looker.refutes(track, 1)? || looker.refutes(track, count / 2)? {
            return mark_found(track, &mut looker);
        }
        return Ok(());
    }
    if marked == 0 {
        return mark_found(track, &mut looker);
    }
    check_starts(track, &mut looker)
}

/// Looks at packets, so many at most.
struct Looker<'a, 'b> {
    config: VideoConfig,
    window: &'a mut Window<'b>,
    left: u32,
}

impl Looker<'_, '_> {
    fn look(&mut self, packet: &Packet) -> Result<Start, Error> {
        if self.left == 0 {
            return Ok(Start::Unknown);
        }
        self.left -= 1;
        let head = self.window.read(packet.offset, u64::from(packet.size).min(HEAD), Ahead::Header)?;
        Ok(look(&self.config, &head))
    }

    fn refutes(&mut self, track: &Track, index: usize) -> Result<bool, Error> {
        match track.packets.get(index) {
            Some(packet) => Ok(self.look(&packet)? == Start::No),
            None => Ok(false),
        }
    }
}

/// Where the table looks sound.
fn check_starts(track: &mut Track, looker: &mut Looker<'_, '_>) -> Result<(), Error> {
    let starts = starts(track);
    let spread = [starts.first(), starts.get(starts.len() / 2), starts.last()];
    let mut wrong = Vec::new();
    for start in spread.into_iter().flatten() {
        if !wrong.contains(start) && looker.refutes(track, *start)? {
            wrong.push(*start);
        }
    }
    let mut checked: Vec<usize> = Vec::new();
    while !wrong.is_empty() {
        remark(track, |index, packet| packet.keyframe && !wrong.contains(&index));
        wrong.clear();
        for start in self::starts(track) {
            if checked.contains(&start) {
                continue;
            }
            checked.push(start);
            if looker.refutes(track, start)? {
                wrong.push(start);
            }
        }
    }
    Ok(())
}

/// Where no mark says anything: the largest pictures behind each minute are looked at, and the first of all.
fn mark_found(track: &mut Track, looker: &mut Looker<'_, '_>) -> Result<(), Error> {
    let mut found = Vec::new();
    if let Some(first) = track.packets.get(0)
        && looker.look(&first)? != Start::No
    {
        found.push(0);
    }
    for mut candidates in candidates(track) {
        // By size, the largest first; of equal ones the earlier.
        candidates.sort_by_key(|(index, packet)| (std::cmp::Reverse(packet.size), *index));
        for (index, packet) in candidates {
            if looker.look(&packet)? == Start::Yes {
                found.push(index);
                break;
            }
        }
    }
    found.sort_unstable();
    remark(track, |index, _| found.binary_search(&index).is_ok());
    Ok(())
}

/// The largest shown pictures of the first seconds behind each minute.
fn candidates(track: &Track) -> Vec<Vec<(usize, Packet)>> {
    let mut minutes: Vec<Vec<(usize, Packet)>> = Vec::new();
    for (index, packet) in track.packets.iter().enumerate().filter(|(_, packet)| track.shows(packet)) {
        let Ok(time) = u64::try_from(track.micros_of(packet.pts)) else { continue };
        let (minute, inside) = (time / STEP_US, time % STEP_US);
        if minute == 0 || inside > REACH_US {
            continue;
        }
        let Ok(place) = usize::try_from(minute - 1) else { continue };
        if place >= minutes.len() {
            // Minutes are as many as ten days have, at most.
            minutes.resize(place + 1, Vec::new());
        }
        let Some(minute) = minutes.get_mut(place) else { continue };
        minute.push((index, packet));
        if minute.len() > CANDIDATES {
            let rank = |(_, (index, packet)): &(usize, &(usize, Packet))| (packet.size, std::cmp::Reverse(*index));
            let smallest = minute.iter().enumerate().min_by_key(rank).map(|(place, _)| place);
            smallest.map(|place| minute.swap_remove(place));
        }
    }
    minutes
}

/// The packets at which segments would begin: the first shown keyframe at or after each minute.
fn starts(track: &Track) -> Vec<usize> {
    let keyframes = track.packets.iter().enumerate().filter(|(_, packet)| packet.keyframe && track.shows(packet));
    let mut keyframes: Vec<(u64, usize)> = keyframes
        .filter_map(|(index, packet)| Some((u64::try_from(track.micros_of(packet.pts)).ok()?, index)))
        .collect();
    keyframes.sort_unstable();
    let mut starts = Vec::new();
    let mut wanted = STEP_US;
    for (time, index) in keyframes {
        if time >= wanted {
            starts.push(index);
            wanted = (time / STEP_US + 1).saturating_mul(STEP_US);
        }
    }
    starts
}

fn remark(track: &mut Track, is_keyframe: impl Fn(usize, &Packet) -> bool) {
    let Packets::Table(table) = &mut track.packets else { return };
    let mut index = 0;
    Table::update(table, |packet| {
        let keyframe = is_keyframe(index, &packet);
        index += 1;
        Some(Packet { keyframe, ..packet })
    });
}
