//! Executes a plan: the segments whose partials are missing, in order, decoded once for all analyzers.

use std::cell::Cell;
use std::ops::Range;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use rushes_media::feed::{self, Wants};
use rushes_media::{ByteStream, Decoders, Index, Reader};
use rushes_model::media::{Segment, Segmentation};
use rushes_model::stop::StopToken;
use rushes_model::{ByteSize, Failure, MediaTime, Progress, Span};

use crate::analyze::Analyzer;
use crate::channel::channel;
use crate::error::Error;
use crate::fan::{Fan, Outlet, Reporter};
use crate::journal::Journal;
use crate::partials::{Key, Partials};
use crate::plan::{BYTES_SEGMENT, Lane, Plan};
use crate::reading::Reading;
use crate::session::{Ended, Message, Worker, find_kept, is_stop, whole_segment};

/// What may wait in front of one analyzer. Forty 640x360 pictures, or a second of 4K.
const WAITING: ByteSize = ByteSize::mib(8);

/// A guest's host functions run on this stack, beside wasm's own.
const STACK_BYTES: usize = 4 << 20;

/// All that the flow works with.
pub(crate) struct Flow<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) analyzers: &'a [Analyzer],
    pub(crate) index: &'a Index,
    pub(crate) decoders: &'a dyn Decoders,
    pub(crate) reading: &'a Reading,
    pub(crate) partials: &'a dyn Partials,
    pub(crate) journal: &'a dyn Journal,
    pub(crate) stop: &'a StopToken,
    pub(crate) bytes_read: &'a dyn Fn() -> u64,
}

/// What the flow leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Flowed {
    /// By lane.
    pub(crate) ended: Vec<Ended>,
    /// By lane: segments that were kept already.
    pub(crate) reused: Vec<u32>,
    pub(crate) pictures_decoded: u64,
    /// Blocks and pictures that came out, and pictures that could not be decoded.
    units: u64,
    lost: u64,
    /// Wall time at work in decoders and converters.
    pub(crate) decoding: Duration,
    /// Wall time for which the decoders waited for analyzers.
    pub(crate) held_back: Duration,
}

/// One lane's part of the work.
struct Todo {
    /// Segments whose partials are missing.
    missing: Vec<Segment>,
    /// What the first of them is given.
    carry: Option<Vec<u8>>,
    reused: u32,
}

impl Flow<'_> {
    /// Fills in every missing partial, or says why the job ends.
    pub(crate) fn run(&self) -> Result<Flowed, Error> {
        let todos = self.plan.lanes.iter().map(|lane| self.todo(lane)).collect::<Result<Vec<_>, _>>()?;
        let whole = whole_segment(self.index.duration);
        let workers: Vec<Worker<'_>> = self.plan.lanes.iter().filter_map(|lane| self.worker(lane, whole)).collect();
        let mut flowed = thread::scope(|scope| self.scoped(scope, &workers, &todos))?;
        flowed.reused = todos.iter().map(|todo| todo.reused).collect();
        self.stop.check()?;
        if flowed.is_hopeless() {
            return Err(Error::Undecodable { lost: flowed.lost });
        }
        Ok(flowed)
    }

    fn worker<'w>(&'w self, lane: &'w Lane, whole: Segment) -> Option<Worker<'w>> {
        Some(Worker {
            analyzer: self.analyzers.get(lane.analyzer)?,
            lane,
            media_json: &self.plan.media_json,
            whole,
            partials: self.partials,
            journal: self.journal,
            stop: self.stop,
        })
    }

    fn scoped<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        workers: &'env [Worker<'env>],
        todos: &'env [Todo],
    ) -> Result<Flowed, Error> {
        let mut outlets = Vec::new();
        let mut threads = Vec::new();
        for (worker, todo) in workers.iter().zip(todos) {
            let (sender, receiver) = channel(WAITING);
            let lane = worker.lane;
            outlets.push(Outlet::new(sender, lane.audio, lane.video, worker.analyzer.lead_in_ms()));
            let name = format!("rushes-guest-{}", worker.analyzer.name);
            let spawned = thread::Builder::new().name(name).stack_size(STACK_BYTES);
            let carry = todo.carry.clone();
            threads.push(spawned.spawn_scoped(scope, move || worker.run(receiver, carry)).map_err(Error::Thread)?);
        }
        let mut flowed = Flowed::default();
        let fed = self.decoded(&mut outlets, todos, &mut flowed).and_then(|()| self.undecoded(&mut outlets, todos));
        if fed.is_ok() {
            for outlet in &mut outlets {
                outlet.send(Message::Complete, self.stop);
            }
        }
        drop(outlets);
        flowed.ended = join(threads, workers)?;
        self.stop.check()?;
        fed?;
        Ok(flowed)
    }

    /// Feeds the lanes of decoded media.
    fn decoded(&self, outlets: &mut [Outlet], todos: &[Todo], flowed: &mut Flowed) -> Result<(), Error> {
        let jobs: Vec<(Segment, Vec<usize>, Wants)> =
            self.plan.segments.iter().filter_map(|segment| self.wants(segment, todos)).collect();
        let ranges: Vec<Range<u64>> = jobs.iter().flat_map(|(_, _, wants)| feed::ranges(self.index, wants)).collect();
        if jobs.is_empty() {
            return Ok(());
        }
        let mut stream = self.reading.stream(ranges)?;
        let reporter = Reporter { last: Cell::new(None) };
        let done = u32::try_from(self.plan.segments.len().saturating_sub(jobs.len())).unwrap_or(u32::MAX);
        for (place, (segment, lanes, wants)) in (0u32..).zip(&jobs) {
            self.stop.check()?;
            let report = |at: MediaTime| {
                if reporter.is_due() {
                    self.progress(at, done.saturating_add(place));
                }
            };
            if !self.segment(*segment, lanes, wants, outlets, &mut *stream, &report, flowed)? {
                break;
            }
            self.progress(segment.span.end, done.saturating_add(place).saturating_add(1));
        }
        Ok(())
    }

    /// Feeds one segment; false where nobody listens any more.
    #[expect(clippy::too_many_arguments, reason = "the loop above is its only caller and owns all of them")]
    fn segment(
        &self,
        segment: Segment,
        lanes: &[usize],
        wants: &Wants,
        outlets: &mut [Outlet],
        stream: &mut dyn ByteStream,
        report: &dyn Fn(MediaTime),
        flowed: &mut Flowed,
    ) -> Result<bool, Error> {
        let missing: Vec<&Lane> = lanes.iter().filter_map(|place| self.plan.lanes.get(*place)).collect();
        let places = self.plan.wanted_places(&missing);
        let taps = outlets
            .iter_mut()
            .enumerate()
            .filter(|(place, _)| lanes.contains(place))
            .map(|(_, outlet)| outlet)
            .collect();
        let mut fan = Fan::new(segment, taps, places, self.stop, report);
        fan.begin();
        let (began, waited) = (Instant::now(), self.reading.waited());
        let fed = feed::feed(self.index, wants, self.decoders, stream, &mut fan);
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
        Ok(outlets.iter().any(Outlet::is_open))
    }

    /// Feeds the lanes that want the object as it is.
    fn undecoded(&self, outlets: &mut [Outlet], todos: &[Todo]) -> Result<(), Error> {
        for ((lane, outlet), todo) in self.plan.lanes.iter().zip(outlets).zip(todos) {
            let Some(block) = lane.bytes else { continue };
            for segment in &todo.missing {
                if !outlet.is_open() {
                    break;
                }
                let range = bytes_range(segment, self.size());
                outlet.send(Message::Begin(*segment), self.stop);
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

    /// The lanes that miss this segment's partial, and what they must be fed.
    fn wants(&self, segment: &Segment, todos: &[Todo]) -> Option<(Segment, Vec<usize>, Wants)> {
        let lanes: Vec<usize> = (0..todos.len())
            .filter(|place| {
                let decoded = self.plan.lanes.get(*place).is_some_and(|lane| lane.bytes.is_none());
                decoded
                    && todos.get(*place).is_some_and(|todo| todo.missing.iter().any(|one| one.index == segment.index))
            })
            .collect();
        let missing: Vec<&Lane> = lanes.iter().filter_map(|place| self.plan.lanes.get(*place)).collect();
        let wants = self.plan.wants(segment, &missing, self.analyzers)?;
        Some((*segment, lanes, wants))
    }

    /// Which of a lane's partials are missing.
    fn todo(&self, lane: &Lane) -> Result<Todo, Error> {
        let segmentation = self.analyzers.get(lane.analyzer).map(|analyzer| analyzer.descriptor.segmentation);
        let segments = self.segments_of(lane);
        let mut todo = Todo { missing: Vec::new(), carry: None, reused: 0 };
        if segmentation == Some(Segmentation::Whole) {
            let key = lane.key.of(&whole_segment(self.index.duration), None);
            match self.find(&key)? {
                Some(_) => todo.reused = u32::try_from(segments.len()).unwrap_or(u32::MAX),
                None => todo.missing = segments,
            }
            return Ok(todo);
        }
        for segment in segments {
            // A chained session needs the carry of the one before: after the first that is missing, all are.
            let chained = segmentation == Some(Segmentation::Chained);
            let lost = chained && !todo.missing.is_empty();
            let carry = if chained { todo.carry.clone() } else { None };
            match if lost { None } else { self.find(&lane.key.of(&segment, carry.as_deref()))? } {
                Some(kept) => {
                    todo.reused += 1;
                    todo.carry = kept.carry;
                }
                None => todo.missing.push(segment),
            }
        }
        Ok(todo)
    }

    fn find(&self, key: &Key) -> Result<Option<crate::partials::Kept>, Error> {
        find_kept(self.partials, key).map_err(Error::Partials)
    }

    /// The segments by which a lane's work is cut.
    pub(crate) fn segments_of(&self, lane: &Lane) -> Vec<Segment> {
        if lane.bytes.is_none() {
            return self.plan.segments.clone();
        }
        let count = u32::try_from(self.size().div_ceil(BYTES_SEGMENT).max(1)).unwrap_or(u32::MAX);
        let span = Span::new(MediaTime::ZERO, self.index.duration);
        (0..count).map(|index| Segment { index, span, is_last: index + 1 == count }).collect()
    }

    fn progress(&self, at: MediaTime, segments_done: u32) {
        self.journal.progress(Progress {
            at,
            duration: self.index.duration,
            bytes_read: (self.bytes_read)(),
            size: self.size(),
            segments_done,
            segments: u32::try_from(self.plan.segments.len()).unwrap_or(u32::MAX),
        });
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
