//! Bytes in the order in which they were asked for.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::error::Error;
use crate::part::Source;
use crate::plan::Plan;
use crate::schedule::{Hunger, Part, schedule};

/// An ordered stream of the ranges that were asked for, read ahead. Dropping it ends all its requests.
pub struct Reader {
    source: Arc<Source>,
    parts: mpsc::UnboundedReceiver<Part>,
    current: Option<Current>,
    hunger: Arc<Hunger>,
    is_first: bool,
    has_ended: bool,
    tasks: JoinSet<()>,
}

/// A run of bytes within one range. Its share of the read-ahead is given back when the last slice of `bytes` is
/// dropped.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Where it lies in the object.
    pub offset: u64,
    /// The bytes; never empty.
    pub bytes: Bytes,
}

/// The part at the front.
struct Current {
    part: Part,
    /// Offset of the next frame.
    at: u64,
    cut: VecDeque<Chunk>,
    has_starved: bool,
}

impl Reader {
    pub(crate) fn new(source: Arc<Source>, held: Bytes, ranges: Vec<Range<u64>>, runtime: &Handle) -> Self {
        let plan = Plan::new(ranges, source.identity.size, source.options.gap.as_bytes());
        let (sender, parts) = mpsc::unbounded_channel();
        let hunger = Arc::new(Hunger::default());
        let mut tasks = JoinSet::new();
        tasks.spawn_on(schedule(Arc::clone(&source), plan, held, sender, Arc::clone(&hunger)), runtime);
        Self { source, parts, current: None, hunger, is_first: true, has_ended: false, tasks }
    }

    /// The next bytes; none after the last range, and none after an error. May be dropped while it waits: nothing is
    /// lost.
    ///
    /// # Errors
    /// When the object changed, went away, may not be read, or couldn't be had after all tries.
    pub async fn next(&mut self) -> Option<Result<Chunk, Error>> {
        loop {
            if self.has_ended {
                return None;
            }
            let Some(current) = &mut self.current else {
                match self.next_part().await {
                    Some(part) => self.current = Some(Current::new(part)),
                    None => self.has_ended = true,
                }
                continue;
            };
            if let Some(chunk) = current.cut.pop_front() {
                return Some(Ok(chunk));
            }
            let current_starved = current.has_starved;
            match self.next_frame().await {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    self.end();
                    return Some(Err(error));
                }
                None => {
                    if !current_starved {
                        self.hunger.is_starving.send_replace(false);
                        self.source.pace().window.fed();
                    }
                    self.current = None;
                }
            }
        }
    }

    async fn next_part(&mut self) -> Option<Part> {
        match self.parts.try_recv() {
            Ok(part) => return Some(part),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let since = Instant::now();
        self.hunger.is_stuck.store(true, SeqCst);
        self.hunger.woken.notify_one();
        let part = self.parts.recv().await;
        self.hunger.is_stuck.store(false, SeqCst);
        self.source.counters.waited(since.elapsed());
        part
    }

    /// Cuts the next frame of the current part. None at the part's end.
    async fn next_frame(&mut self) -> Option<Result<(), Error>> {
        let current = self.current.as_mut()?;
        let frame = match current.part.frames.try_recv() {
            Ok(frame) => Some(frame),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                let since = Instant::now();
                current.starve(&self.source, &self.hunger, self.is_first);
                let frame = current.part.frames.recv().await;
                self.source.counters.waited(since.elapsed());
                frame
            }
        };
        self.is_first = false;
        match frame {
            Some(Ok(bytes)) => {
                current.cut(bytes);
                Some(Ok(()))
            }
            Some(Err(error)) => Some(Err(error)),
            None if current.at == current.part.piece.span.end => None,
            None => {
                let span = &current.part.piece.span;
                Some(Err(Error::Interrupted { start: span.start, end: span.end }))
            }
        }
    }

    fn end(&mut self) {
        self.has_ended = true;
        self.current = None;
        self.tasks.abort_all();
    }
}

impl Current {
    fn new(part: Part) -> Self {
        let at = part.piece.span.start;
        Self { part, at, cut: VecDeque::new(), has_starved: false }
    }

    /// The consumer waits for this part: what is late may be asked for twice, and the window grows, once a part. The
    /// first part of a stream is always waited for and says nothing.
    fn starve(&mut self, source: &Source, hunger: &Hunger, is_first: bool) {
        if self.has_starved {
            return;
        }
        self.has_starved = true;
        hunger.is_starving.send_replace(true);
        if !is_first && source.pace().window.starved(Instant::now()) {
            source.budget.wake();
            hunger.woken.notify_one();
        }
    }

    /// Keeps what is wanted of a frame.
    fn cut(&mut self, frame: Bytes) {
        let start = self.at;
        let end = start.saturating_add(frame.len() as u64);
        self.at = end;
        while let Some(wanted) = self.part.piece.wanted.front_mut() {
            let from = wanted.start.max(start);
            let to = wanted.end.min(end);
            if from < to {
                let bytes = frame.slice(index(from - start)..index(to - start));
                self.cut.push_back(Chunk { offset: from, bytes });
                wanted.start = to;
            }
            if wanted.end > end {
                break;
            }
            self.part.piece.wanted.pop_front();
        }
    }
}

/// Offsets within a frame fit, because the frame does.
fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
