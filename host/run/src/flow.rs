//! Executes a plan: the segments whose partials are missing, in order, decoded once for all analyzers.

use std::ops::Range;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use rushes_media::feed;
use rushes_media::{ByteStream, Decoders, Index, Reader, Recording};
use rushes_model::media::{Segment, Segmentation};
use rushes_model::stop::StopToken;
use rushes_model::{ByteSize, Failure, MediaTime};

use crate::analyze::Analyzer;
use crate::channel::channel;
use crate::error::Error;
use crate::fan::{Fan, Outlet};
use crate::journal::Journal;
use crate::key::MarkKeys;
use crate::partials::{Key, Partials};
use crate::plan::{BYTES_SEGMENT, Lane, Plan};
use crate::reading::Reading;
use crate::session::{Ended, Message, Worker, find_kept, is_stop};
use crate::shown::Shown;
use crate::todo::{Kind, Part, Todo};

/// What may wait in front of one analyzer. Forty 640x360 pictures, or a second of 4K.
const WAITING: ByteSize = ByteSize::mib(8);

/// What a partial may have.
const LARGEST_MARK: usize = 1 << 20;

/// A guest's host functions run on this stack, beside wasm's own.
const STACK_BYTES: usize = 4 << 20;

/// All that the flow works with.
pub(crate) struct Flow<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) analyzers: &'a [Analyzer],
    pub(crate) decoders: &'a dyn Decoders,
    pub(crate) reading: &'a Reading,
    pub(crate) partials: &'a dyn Partials,
    pub(crate) journal: &'a dyn Journal,
    pub(crate) stop: &'a StopToken,
    pub(crate) bytes_read: &'a dyn Fn() -> u64,
    /// Bytes between packets beyond which they aren't read over.
    pub(crate) worth_skipping: u64,
    /// Keys of what scanning found.
    pub(crate) marks: &'a MarkKeys,
    /// The whole recording; its end is `MediaTime::MAX` where only its last byte tells.
    pub(crate) whole: Segment,
}

/// What the flow leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Flowed {
    /// By lane.
    pub(crate) ended: Vec<Ended>,
    /// By lane: segments that were kept already.
    pub(crate) reused: Vec<u32>,
    /// Segments of decoded media.
    pub(crate) segments: Vec<Segment>,
    pub(crate) pictures_decoded: u64,
    /// Blocks and pictures that came out, and pictures that could not be decoded.
    units: u64,
    lost: u64,
    /// Wall time at work in decoders and converters.
    pub(crate) decoding: Duration,
    /// Wall time for which the decoders waited for analyzers.
    pub(crate) held_back: Duration,
}

impl Flow<'_> {
    /// Fills in every missing partial, or says why the job ends.
    pub(crate) fn run(&self, recording: &mut Recording) -> Result<Flowed, Error> {
        let todos = self.plan.lanes.iter().map(|lane| self.todo(lane)).collect::<Result<Vec<_>, _>>()?;
        let workers: Vec<Worker<'_>> = self.plan.lanes.iter().filter_map(|lane| self.worker(lane)).collect();
        let flowed = thread::scope(|scope| self.scoped(scope, &workers, todos, recording))?;
        self.stop.check()?;
        if flowed.is_hopeless() {
            return Err(Error::Undecodable { lost: flowed.lost });
        }
        Ok(flowed)
    }

    fn worker<'w>(&'w self, lane: &'w Lane) -> Option<Worker<'w>> {
        Some(Worker {
            analyzer: self.analyzers.get(lane.analyzer)?,
            lane,
            media_json: &self.plan.media_json,
            whole: self.whole,
            partials: self.partials,
            journal: self.journal,
            stop: self.stop,
        })
    }

    fn scoped<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        workers: &'env [Worker<'env>],
        mut todos: Vec<Todo>,
        recording: &mut Recording,
    ) -> Result<Flowed, Error> {
        let mut outlets = Vec::new();
        let mut threads = Vec::new();
        for worker in workers {
            let (sender, receiver) = channel(WAITING);
            let lane = worker.lane;
            outlets.push(Outlet::new(sender, lane.audio, lane.video, worker.analyzer.lead_in_ms()));
            let name = format!("rushes-guest-{}", worker.analyzer.name);
            let spawned = thread::Builder::new().name(name).stack_size(STACK_BYTES);
            threads.push(spawned.spawn_scoped(scope, move || worker.run(receiver)).map_err(Error::Thread)?);
        }
        let mut flowed = Flowed::default();
        let fed = self
            .decoded(recording, &mut outlets, &mut todos, &mut flowed)
            .and_then(|()| self.undecoded(&mut outlets, &mut todos));
        if fed.is_ok() {
            for outlet in &mut outlets {
                outlet.send(Message::Complete, self.stop);
            }
        }
        drop(outlets);
        flowed.ended = join(threads, workers)?;
        flowed.reused = todos.iter().map(|todo| todo.reused).collect();
        self.stop.check()?;
        fed?;
        Ok(flowed)
    }

    /// Feeds the lanes of decoded media.
    fn decoded(
        &self,
        recording: &mut Recording,
        outlets: &mut [Outlet],
        todos: &mut [Todo],
        flowed: &mut Flowed,
    ) -> Result<(), Error> {
        if self.plan.lanes.iter().all(|lane| lane.bytes.is_some()) {
            return Ok(());
        }
        if recording.is_scanned() {
            return self.scanned(recording, outlets, todos, flowed);
        }
        let mut parts = Vec::new();
        while let Some(segment) = recording.next_segment(self.reading)? {
            flowed.segments.push(segment);
            parts.extend(self.part(segment, todos)?);
        }
        if parts.is_empty() {
            return Ok(());
        }
        let ranges =
            parts.iter().flat_map(|part| feed::ranges(recording.index(), &part.wants, self.worth_skipping)).collect();
        let all = u32::try_from(flowed.segments.len()).unwrap_or(u32::MAX);
        let shown = Shown::new(self, all, recording.estimate());
        shown.done.set(all.saturating_sub(u32::try_from(parts.len()).unwrap_or(u32::MAX)));
        let (index, mut stream) = recording.stream(self.reading, ranges)?;
        for part in &parts {
            if !self.segment(index, part, outlets, &mut *stream, &shown, flowed)? {
                break;
            }
        }
        Ok(())
    }

    /// The same where segments are found while the recording is read.
    fn scanned(
        &self,
        recording: &mut Recording,
        outlets: &mut [Outlet],
        todos: &mut [Todo],
        flowed: &mut Flowed,
    ) -> Result<(), Error> {
        let shown = Shown::new(self, 1, recording.estimate());
        while let Some(segment) = self.next_scanned(recording)? {
            self.stop.check()?;
            flowed.segments.push(segment);
            shown.now(u32::try_from(flowed.segments.len()).unwrap_or(u32::MAX), recording.estimate());
            let Some(part) = self.part(segment, todos)? else {
                shown.segment_done(segment);
                continue;
            };
            let ranges = feed::ranges(recording.index(), &part.wants, self.worth_skipping);
            let (index, mut stream) = recording.stream(self.reading, ranges)?;
            if !self.segment(index, &part, outlets, &mut *stream, &shown, flowed)? {
                break;
            }
        }
        Ok(())
    }

    /// From what an earlier attempt kept, else from the bytes.
    fn next_scanned(&self, recording: &mut Recording) -> Result<Option<Segment>, Error> {
        let key = self.marks.of(recording.found());
        let kept = self.partials.get(&key).map_err(Error::Partials)?;
        if let Some(segment) = kept.and_then(|mark| recording.restore(&mark)) {
            return Ok(Some(segment));
        }
        let Some(segment) = recording.next_segment(self.reading)? else { return Ok(None) };
        let mark = recording.mark(segment);
        // A mark beyond the size of a partial is of a recording without keyframes: the next attempt reads it again.
        if mark.len() <= LARGEST_MARK {
            self.partials.put(&key, &mark).map_err(Error::Partials)?;
        }
        Ok(Some(segment))
    }

    /// Feeds one segment; false where nobody listens any more.
    fn segment(
        &self,
        index: &Index,
        part: &Part,
        outlets: &mut [Outlet],
        stream: &mut dyn ByteStream,
        shown: &Shown<'_>,
        flowed: &mut Flowed,
    ) -> Result<bool, Error> {
        self.stop.check()?;
        let missing: Vec<&Lane> = part.lanes.iter().filter_map(|(place, _)| self.plan.lanes.get(*place)).collect();
        let places = self.plan.wanted_places(&missing);
        let mut taps = Vec::new();
        for (place, outlet) in outlets.iter_mut().enumerate() {
            let Some((_, carry)) = part.lanes.iter().find(|(lane, _)| *lane == place) else { continue };
            if let Some(carry) = carry {
                outlet.send(Message::Carry(carry.clone()), self.stop);
            }
            taps.push(outlet);
        }
        let report = |at: MediaTime| shown.at(at);
        let mut fan = Fan::new(part.wants.segment, taps, places, self.stop, &report);
        fan.begin();
        let (began, waited) = (Instant::now(), self.reading.waited());
        let fed = feed::feed(index, &part.wants, self.decoders, stream, &mut fan);
        let for_bytes = self.reading.waited().saturating_sub(waited);
        flowed.decoding += began.elapsed().saturating_sub(for_bytes).saturating_sub(fan.waited);
        flowed.units += fan.units;
        flowed.held_back += if fed.is_ok() { fan.end().0 } else { fan.abandon() };
        match fed {
            Ok(fed) => {
                flowed.pictures_decoded += fed.pictures_decoded;
                flowed.lost += fed.pictures_lost;
            }
            Err(_) if self.stop.reason().is_none() && !outlets.iter().any(Outlet::is_open) => return Ok(false),
            Err(error) => return Err(self.stop.check().map_or_else(Error::from, |()| error.into())),
        }
        shown.segment_done(part.wants.segment);
        Ok(outlets.iter().any(Outlet::is_open))
    }

    /// Feeds the lanes that want the object as it is.
    fn undecoded(&self, outlets: &mut [Outlet], todos: &mut [Todo]) -> Result<(), Error> {
        for ((lane, outlet), todo) in self.plan.lanes.iter().zip(outlets).zip(todos) {
            let Some(block) = lane.bytes else { continue };
            for segment in self.bytes_segments() {
                let Some(carry) = todo.needs(lane, &segment, |key| self.find(key))? else { continue };
                if !outlet.is_open() {
                    break;
                }
                if let Some(carry) = carry {
                    outlet.send(Message::Carry(carry), self.stop);
                }
                let range = bytes_range(&segment, self.size());
                outlet.send(Message::Begin(segment), self.stop);
                for_blocks(&mut *self.reading.stream(vec![range.clone()])?, range.start, block, |offset, bytes| {
                    outlet.send(Message::Bytes(offset, bytes), self.stop);
                    self.stop.check()
                })?;
                outlet.send(Message::End(Vec::new()), self.stop);
            }
        }
        Ok(())
    }

    fn size(&self) -> u64 {
        self.reading.identity().size
    }

    /// What must be fed of a segment, and to whom; none where all its partials are kept. Asked in the segments' order.
    fn part(&self, segment: Segment, todos: &mut [Todo]) -> Result<Option<Part>, Error> {
        let mut lanes = Vec::new();
        for (place, (lane, todo)) in self.plan.lanes.iter().zip(todos).enumerate() {
            if lane.bytes.is_none()
                && let Some(carry) = todo.needs(lane, &segment, |key| self.find(key))?
            {
                lanes.push((place, carry));
            }
        }
        let missing: Vec<&Lane> = lanes.iter().filter_map(|(place, _)| self.plan.lanes.get(*place)).collect();
        Ok(self.plan.wants(&segment, &missing, self.analyzers).map(|wants| Part { lanes, wants }))
    }

    fn todo(&self, lane: &Lane) -> Result<Todo, Error> {
        let segmentation = self.analyzers.get(lane.analyzer).map(|analyzer| analyzer.descriptor.segmentation);
        let kind = match segmentation {
            Some(Segmentation::Whole) if self.find(&lane.key.of(&self.whole, None))?.is_some() => Kind::Kept,
            Some(Segmentation::Whole) => Kind::Whole,
            Some(Segmentation::Chained) => Kind::Chained,
            Some(Segmentation::Independent { .. }) | None => Kind::Independent,
        };
        Ok(Todo::new(kind))
    }

    fn find(&self, key: &Key) -> Result<Option<crate::partials::Kept>, Error> {
        find_kept(self.partials, key).map_err(Error::Partials)
    }

    /// The segments by which a lane's work is cut, `decoded` those of decoded media.
    pub(crate) fn segments_of(&self, lane: &Lane, decoded: &[Segment]) -> Vec<Segment> {
        if lane.bytes.is_none() { decoded.to_vec() } else { self.bytes_segments().collect() }
    }

    fn bytes_segments(&self) -> impl Iterator<Item = Segment> + use<> {
        let count = u32::try_from(self.size().div_ceil(BYTES_SEGMENT).max(1)).unwrap_or(u32::MAX);
        let span = self.whole.span;
        (0..count).map(move |index| Segment { index, span, is_last: index + 1 == count })
    }
}

/// The bytes of an undecoded feed's segment.
fn bytes_range(segment: &Segment, size: u64) -> Range<u64> {
    let start = u64::from(segment.index).saturating_mul(BYTES_SEGMENT).min(size);
    start..start.saturating_add(BYTES_SEGMENT).min(size)
}

/// Cuts a stream into blocks of exactly `block` bytes; the last may be shorter.
fn for_blocks(
    stream: &mut dyn ByteStream,
    mut offset: u64,
    block: u32,
    mut each: impl FnMut(u64, bytes::Bytes) -> Result<(), rushes_model::stop::Stop>,
) -> Result<(), Error> {
    let length = usize::try_from(block.max(1)).unwrap_or(usize::MAX);
    let mut pending = Vec::new();
    while let Some(chunk) = stream.next()? {
        pending.extend_from_slice(&chunk.bytes);
        while pending.len() >= length {
            let rest = pending.split_off(length);
            let full = bytes::Bytes::from(std::mem::replace(&mut pending, rest));
            let next = offset.saturating_add(full.len() as u64);
            each(offset, full)?;
            offset = next;
        }
    }
    if !pending.is_empty() {
        each(offset, bytes::Bytes::from(pending))?;
    }
    Ok(())
}

/// Waits for all threads; a panic in one is the job's failure, with what it said.
fn join(threads: Vec<ScopedJoinHandle<'_, Ended>>, workers: &[Worker<'_>]) -> Result<Vec<Ended>, Error> {
    let mut all = Vec::new();
    for (thread, worker) in threads.into_iter().zip(workers) {
        let ended = thread.join().map_err(|panic| Error::Panicked {
            thread: format!("guest {}", worker.analyzer.name),
            message: panic_text(&*panic),
        })?;
        all.push(Ended { failure: ended.failure.filter(|failure| !is_stop(failure, worker.stop)), ..ended });
    }
    Ok(all)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "no message".into())
}

impl Flowed {
    /// Pictures were wanted, none of them could be decoded, and there was no sound either.
    fn is_hopeless(&self) -> bool {
        let is_all_new = self.reused.iter().all(|segments| *segments == 0);
        is_all_new && self.units == 0 && self.lost > 0
    }

    /// Why a lane ended early.
    pub(crate) fn failure(&self, lane: usize) -> Option<&Failure> {
        self.ended.get(lane).and_then(|ended| ended.failure.as_ref())
    }
}
