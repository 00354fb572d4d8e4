//! The clusters, element by element: packets of all tracks in the order of the file (RFC 9559, 5.1.3).

use serde::{Deserialize, Serialize};

use super::block::{self, Block};
use super::ebml::{Element, HEADER, Header};
use super::id;
use super::lane::{Lane, Moves, Way};
use super::track::Entry;
use crate::error::Error;
use crate::index::{Index, Packet};
use crate::limits;
use crate::packet::{Look, Pictures, Samples};
use crate::scan::{Demuxer, Found, Input, Kind};

/// So much is searched for the next cluster at once.
const SEARCH: usize = 64 << 10;

/// A cluster's first children up to its time: checksum, position, size of the one before.
const BEGINNING: usize = 64;

/// A block holds less.
const LOST_BLOCK_US: i64 = 1_000_000;

/// Reads clusters.
pub(super) struct Clusters {
    pub(super) lanes: Vec<Lane>,
    /// As the head describes them; a second recording in the same file must be alike.
    pub(super) entries: Vec<Entry>,
    /// Nanoseconds of a tick.
    pub(super) scale: u64,
    pub(super) moving: Moving,
}

/// All that changes on the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Moving {
    /// The cluster's time.
    ticks: Option<i64>,
    /// Where the cluster ends, if it says so.
    cluster_end: Option<u64>,
    /// Something made no sense: the next cluster is looked for.
    searching: bool,
    /// Time from here to the next cluster's is lost.
    lost: bool,
    /// Added to all times: where a second recording goes on.
    shift_ns: i64,
    lanes: Vec<Moves>,
}

impl Moving {
    pub(super) fn new(lanes: Vec<Moves>) -> Self {
        Self { lanes, ..Self::default() }
    }
}

/// A frame of a block, and what it says of itself.
struct Frame {
    offset: u64,
    size: u32,
    samples: Option<u32>,
    look: Look,
}

/// A block's frames, until all is known of it.
struct Frames {
    lane: usize,
    block: Block,
    frames: Vec<Frame>,
}

/// What stands beside a block in its group.
#[derive(Default)]
struct Beside {
    duration: Option<u64>,
    padding_ns: i64,
    keyframe: bool,
}

impl Demuxer for Clusters {
    fn begin(&mut self, index: &mut Index) {
        self.lanes.iter().zip(&self.moving.lanes).for_each(|(lane, moves)| lane.begin(moves, index));
    }

    fn next(&mut self, input: &mut Input<'_>, found: &mut Vec<Found>) -> Result<bool, Error> {
        if self.moving.searching {
            return self.search(input);
        }
        let at = input.at();
        if at >= input.size() {
            return Ok(false);
        }
        let Some(header) = Header::read(input.peek(HEADER)?) else { return self.give_up(input) };
        let is_outside = id::is_top_level(header.id) && !id::is_of_cluster(header.id);
        if is_outside || self.moving.cluster_end.is_some_and(|end| at >= end) {
            self.moving.cluster_end = None;
        }
        let body = at.saturating_add(header.length as u64);
        let parent = self.moving.cluster_end.unwrap_or(u64::MAX).min(input.size());
        let end = header.size.and_then(|size| body.checked_add(size)).filter(|end| *end <= parent);
        match (header.id, end) {
            (id::SEGMENT, _) => input.skip(header.length as u64)?,
            (id::CLUSTER, _) => {
                input.skip(header.length as u64)?;
                self.moving.cluster_end = header.size.and_then(|size| body.checked_add(size));
                self.moving.ticks = None;
            }
            (id::ENCRYPTED_BLOCK, Some(_)) => {
                return Err(Error::Encrypted { scheme: "EncryptedBlock".to_owned(), at });
            }
            (id::SIMPLE_BLOCK, Some(end)) => {
                input.skip(header.length as u64)?;
                match self.block(input, end)? {
                    Ok(frames) => {
                        let keyframe = frames.as_ref().is_some_and(|frames| frames.block.is_keyframe());
                        self.emit(frames, &Beside { keyframe, ..Beside::default() }, found);
                    }
                    Err(broken) => self.step_over(input, end, &broken, found)?,
                }
            }
            (id::BLOCK_GROUP, Some(end)) => {
                input.skip(header.length as u64)?;
                return self.group(input, end, found);
            }
            (id::TIMESTAMP, Some(end)) if end - body <= 8 => {
                input.skip(header.length as u64)?;
                let bytes = input.take(usize::try_from(end - body).unwrap_or(0))?;
                return self.time(input, Element { id: header.id, body: &bytes }.unsigned().unwrap_or(0), found);
            }
            (id::EBML, Some(end)) => {
                self.begin_anew();
                input.skip(end - at)?;
            }
            (id::TRACKS, Some(end)) if !self.is_alike(input, header.length, end - at)? => {
                tracing::warn!(at, "another recording follows in the same file, and it isn't read");
                return Ok(false);
            }
            (id, Some(end)) if id::is_top_level(id) || id::is_of_cluster(id) || self.passes(input, end - at)? => {
                input.skip(end - at)?;
            }
            (_, _) => return self.give_up(input),
        }
        Ok(true)
    }

    fn end(&mut self, index: &mut Index) {
        self.lanes.iter().zip(&self.moving.lanes).for_each(|(lane, moves)| lane.end(moves, index));
    }

    fn state(&self) -> Vec<u8> {
        postcard::to_allocvec(&self.moving).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        let moving: Moving = postcard::from_bytes(state).ok()?;
        (moving.lanes.len() == self.lanes.len()).then(|| self.moving = moving)
    }
}

/// A block that contradicts itself, of a lane.
struct Broken(Option<usize>);

impl Clusters {
    fn nanos(&self, ticks: i64) -> i128 {
        i128::from(ticks) * i128::from(self.scale) + i128::from(self.moving.shift_ns)
    }

    /// A cluster's time; one of centuries is damage.
    fn time(&mut self, input: &mut Input<'_>, ticks: u64, found: &mut Vec<Found>) -> Result<bool, Error> {
        let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
        let micros = self.nanos(ticks) / 1_000;
        let Some(micros) = i64::try_from(micros).ok().filter(|micros| *micros < limits::DURATION_US) else {
            return self.give_up(input);
        };
        self.moving.ticks = Some(ticks);
        if std::mem::take(&mut self.moving.lost) {
            for kind in [Kind::Audio, Kind::Video] {
                let of_kind = self.lanes.iter().zip(&self.moving.lanes).filter(|(lane, _)| lane.kind() == Some(kind));
                if let Some(latest) = of_kind.filter_map(|(_, moves)| moves.latest_us).max().filter(|us| *us < micros) {
                    found.push(Found::Lost(kind, latest, micros));
                }
            }
        }
        Ok(true)
    }

    /// Reads a block up to `end`; nothing where its track is passed over.
    fn block(&mut self, input: &mut Input<'_>, end: u64) -> Result<Result<Option<Frames>, Broken>, Error> {
        let left = |input: &Input<'_>| end.saturating_sub(input.at());
        let head = input.peek(usize::try_from(left(input)).unwrap_or(usize::MAX).min(block::HEADER))?;
        let Some(block) = Block::read(head) else { return Ok(Err(Broken(None))) };
        let lane = self.lanes.iter().position(|lane| lane.number == block.track);
        let Some(lane) = lane.filter(|_| self.moving.ticks.is_some()) else {
            input.skip(left(input))?;
            return Ok(Ok(None));
        };
        input.skip(block.length as u64)?;
        let size = left(input);
        let head = input.peek(usize::try_from(size).unwrap_or(usize::MAX).min(block::LACING))?;
        let Some((sizes, lacing)) = block.frames(head, size) else { return Ok(Err(Broken(Some(lane)))) };
        input.skip(lacing as u64)?;
        let mut frames = Vec::with_capacity(sizes.len());
        for size in sizes {
            let Some(size) = u32::try_from(size).ok().filter(|size| u64::from(*size) <= limits::PACKET.as_bytes())
            else {
                return Ok(Err(Broken(Some(lane))));
            };
            frames.push(self.frame(input, lane, size)?);
        }
        Ok(Ok(Some(Frames { lane, block, frames })))
    }

    /// One block is lost.
    fn step_over(
        &mut self,
        input: &mut Input<'_>,
        end: u64,
        broken: &Broken,
        found: &mut Vec<Found>,
    ) -> Result<(), Error> {
        let lost = broken.0.and_then(|lane| Some((self.lanes.get(lane)?, self.moving.lanes.get(lane)?.latest_us?)));
        if let Some((lane, latest)) = lost
            && let Some(kind) = lane.kind()
        {
            let length = i64::try_from(lane.default_duration / 1_000).unwrap_or(0).clamp(1_000, LOST_BLOCK_US);
            found.push(Found::Lost(kind, latest, latest.saturating_add(length)));
        }
        input.skip(end.saturating_sub(input.at()))
    }

    /// Looks at a frame's first bytes and steps over it.
    fn frame(&mut self, input: &mut Input<'_>, lane: usize, size: u32) -> Result<Frame, Error> {
        let mut frame = Frame { offset: input.at(), size, samples: None, look: Look::default() };
        let (Some(lane), Some(moves)) = (self.lanes.get(lane), self.moving.lanes.get_mut(lane)) else {
            return Ok(frame);
        };
        let head_of = |input: &mut Input<'_>, most: usize| -> Result<Vec<u8>, Error> {
            let there = usize::try_from(size).unwrap_or(usize::MAX).min(most);
            Ok([lane.prefix.as_slice(), input.peek(there)?].concat())
        };
        match &lane.way {
            Way::Sound(_, samples) => {
                let whole = size.saturating_add(u32::try_from(lane.prefix.len()).unwrap_or(0));
                frame.samples = samples.of(&head_of(input, Samples::HEAD)?, whole, &mut moves.previous);
            }
            Way::Pictures(_, pictures) => {
                frame.look = pictures.look(&head_of(input, Pictures::HEAD)?);
                if frame.look.hidden && size > 0 {
                    input.skip(u64::from(size) - 1)?;
                    let last = input.take(1)?;
                    frame.look.hidden = !last.first().is_some_and(|last| pictures.is_superframe(*last));
                    return Ok(frame);
                }
            }
            Way::Refused | Way::Passed => {}
        }
        input.skip(u64::from(size))?;
        Ok(frame)
    }

    /// A block with what stands beside it (RFC 9559, 5.1.3.5).
    fn group(&mut self, input: &mut Input<'_>, end: u64, found: &mut Vec<Found>) -> Result<bool, Error> {
        let mut frames = None;
        let mut beside = Beside { keyframe: true, ..Beside::default() };
        let mut is_broken = false;
        while input.at() < end {
            let header = Header::read(input.peek(HEADER)?);
            let size = header.and_then(|header| header.size);
            let (Some(header), Some(size)) = (header, size) else {
                is_broken = true;
                break;
            };
            let child_end = input.at().saturating_add(header.length as u64).saturating_add(size);
            if child_end > end {
                is_broken = true;
                break;
            }
            input.skip(header.length as u64)?;
            match header.id {
                id::BLOCK => match self.block(input, child_end)? {
                    Ok(block) => frames = block,
                    Err(broken) => self.step_over(input, child_end, &broken, found)?,
                },
                id::BLOCK_DURATION | id::REFERENCE_BLOCK | id::DISCARD_PADDING if size <= 8 => {
                    let bytes = input.take(usize::try_from(size).unwrap_or(0))?;
                    beside.note(&Element { id: header.id, body: &bytes });
                }
                _ => input.skip(size)?,
            }
        }
        self.emit(frames, &beside, found);
        if is_broken { self.give_up(input) } else { Ok(true) }
    }

    fn emit(&mut self, frames: Option<Frames>, beside: &Beside, found: &mut Vec<Found>) {
        let Some(Frames { lane, block, frames }) = frames else { return };
        let ticks = self.moving.ticks.unwrap_or(0).saturating_add(i64::from(block.ticks));
        let nanos = self.nanos(ticks);
        let scale = i128::from(self.scale);
        let (Some(lane), Some(moves)) = (self.lanes.get(lane), self.moving.lanes.get_mut(lane)) else { return };
        let said = beside.duration.map(|ticks| i128::from(ticks) * scale / frames.len().max(1) as i128);
        let each = said.unwrap_or(i128::from(lane.default_duration)).min(i128::from(u32::MAX) * 1_000);
        let mut frame_nanos = nanos;
        for (place, frame) in frames.into_iter().enumerate() {
            let until = frame_nanos + each;
            let Frame { offset, size, samples, look } = frame;
            match lane.way {
                _ if size == 0 && lane.prefix.is_empty() => {}
                Way::Sound(track, _) => {
                    let duration = samples.unwrap_or(u32::try_from(lane.ticks_of(each)).unwrap_or(0));
                    let said = (place == 0).then(|| lane.pts(nanos));
                    let pts = lane.lay(moves, said, duration);
                    found.push(Found::Packet(
                        track,
                        Packet { offset, size, pts, duration, keyframe: true, hidden: false },
                    ));
                    moves.padding = lane.ticks_of(i128::from(beside.padding_ns));
                }
                Way::Pictures(track, _) => {
                    let hidden = look.hidden || block.is_invisible();
                    let keyframe = look.keyframe.unwrap_or(beside.keyframe);
                    // Until the next one is shown, whatever the container rounds; but for the last.
                    let packet = Packet { offset, size, pts: lane.pts(frame_nanos), duration: 0, keyframe, hidden };
                    found.push(Found::Packet(track, packet));
                    moves.last_duration = said.map_or(0, |each| u32::try_from(lane.ticks_of(each)).unwrap_or(0));
                }
                Way::Refused => found.push(Found::Other(i64::try_from(until / 1_000).unwrap_or(0))),
                Way::Passed => {}
            }
            moves.latest_us = moves.latest_us.max(i64::try_from(until / 1_000).ok());
            frame_nanos = until;
        }
    }

    /// Whether an element of an unknown id may be stepped over: it lies in a cluster that says how long it is, or something
    /// known follows.
    fn passes(&self, input: &mut Input<'_>, length: u64) -> Result<bool, Error> {
        if self.moving.cluster_end.is_some() {
            return Ok(true);
        }
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= SEARCH) else { return Ok(false) };
        let behind = input.peek(length + HEADER)?.get(length..).unwrap_or_default();
        let next = Header::read(behind);
        Ok(behind.is_empty() || next.is_some_and(|next| id::is_top_level(next.id) || id::is_of_cluster(next.id)))
    }

    /// Another recording was appended: its time begins where this one's ends.
    fn begin_anew(&mut self) {
        let latest = self.moving.lanes.iter().filter_map(|moves| moves.latest_us).max();
        self.moving.shift_ns = latest.unwrap_or(0).saturating_mul(1_000);
        self.moving.cluster_end = None;
    }

    /// Whether these are the tracks that the head has.
    fn is_alike(&self, input: &mut Input<'_>, header: usize, length: u64) -> Result<bool, Error> {
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= SEARCH) else { return Ok(true) };
        let body = input.peek(length)?.get(header..).unwrap_or_default();
        Ok(super::entries(body, 0).is_ok_and(|entries| entries == self.entries))
    }

    /// Something makes no sense here: goes on with the next cluster that does.
    fn give_up(&mut self, input: &mut Input<'_>) -> Result<bool, Error> {
        self.moving =
            Moving { ticks: None, cluster_end: None, searching: true, lost: true, ..std::mem::take(&mut self.moving) };
        input.skip(1)?;
        Ok(true)
    }

    fn search(&mut self, input: &mut Input<'_>) -> Result<bool, Error> {
        let bytes = input.peek(SEARCH)?;
        let length = bytes.len();
        let Some(step) = bytes.windows(4).position(|window| window == id::CLUSTER.to_be_bytes()) else {
            input.skip(length.saturating_sub(3).max(1) as u64)?;
            return Ok(length > 3);
        };
        input.skip(step as u64)?;
        if is_cluster(input.peek(BEGINNING)?) {
            self.moving.searching = false;
        } else {
            input.skip(1)?;
        }
        Ok(true)
    }
}

/// Whether a cluster begins here: its time is among its first children.
pub(super) fn is_cluster(bytes: &[u8]) -> bool {
    cluster_time(bytes).is_some()
}

/// The time of a cluster that begins here.
pub(super) fn cluster_time(bytes: &[u8]) -> Option<u64> {
    let header = Header::read(bytes).filter(|header| header.id == id::CLUSTER)?;
    let mut rest = bytes.get(header.length..)?;
    loop {
        let child = Header::read(rest)?;
        let body = rest.get(child.length..)?;
        let size = usize::try_from(child.size?).ok()?;
        match child.id {
            id::TIMESTAMP if (1..=8).contains(&size) => {
                return Element { id: child.id, body: body.get(..size)? }.unsigned();
            }
            id::CRC_32 | id::VOID | id::POSITION | id::PREV_SIZE => rest = body.get(size..)?,
            _ => return None,
        }
    }
}

impl Beside {
    fn note(&mut self, child: &Element<'_>) {
        match child.id {
            id::BLOCK_DURATION => self.duration = child.unsigned(),
            id::REFERENCE_BLOCK => self.keyframe = false,
            _ => self.padding_ns = child.signed().unwrap_or(0),
        }
    }
}
