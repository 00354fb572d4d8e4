//! An analyzer's thread: opens a session for each segment it is given, pushes what comes, keeps the partial.
//!
//! It owns the receiving end of its channel. When the analyzer fails it drops that end, which is how the decoder
//! learns that nobody listens; the other analyzers go on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::Classify;
use rushes_model::media::{Gap, Segment, Segmentation, SessionSetup};
use rushes_model::stop::StopToken;
use rushes_model::{Failure, LogLine, MediaTime, Span};
use rushes_runtime::{Session, Usage};
use tracing::trace_span;

use crate::analyze::Analyzer;
use crate::channel::Receiver;
use crate::journal::Journal;
use crate::order::Unit;
use crate::partials::{Kept, Key, Partials};
use crate::plan::Lane;

/// What an analyzer's thread is told.
pub(crate) enum Message {
    /// What the segment before left to the next; it was kept, so no session here knows it.
    Carry(Vec<u8>),
    /// A segment begins whose partial is missing.
    Begin(Segment),
    /// Something to push.
    Unit(Unit),
    /// Undecoded bytes.
    Bytes(u64, bytes::Bytes),
    /// The segment is over; what its decoders could not give.
    End(Vec<Gap>),
    /// All segments were fed to their ends. A channel that closes without it leaves a session that is kept nowhere.
    Complete,
}

impl Message {
    /// What a trace calls the work on it.
    fn span(&self) -> tracing::Span {
        match self {
            Self::Carry(_) => tracing::Span::none(),
            Self::Begin(segment) => trace_span!(target: "rushes::time", "open session", segment = segment.index),
            Self::Unit(Unit::Audio(block)) => {
                trace_span!(target: "rushes::time", "analyse audio", at_us = block.start.as_micros())
            }
            Self::Unit(Unit::Video(frame)) => {
                trace_span!(target: "rushes::time", "analyse picture", at_us = frame.time.as_micros())
            }
            Self::Bytes(offset, _) => trace_span!(target: "rushes::time", "analyse bytes", offset),
            Self::End(_) | Self::Complete => trace_span!(target: "rushes::time", "finish session"),
        }
    }
}

/// What an analyzer's thread leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// Why it ended early.
    pub(crate) failure: Option<Failure>,
    /// At work in the component.
    pub(crate) busy: Duration,
    /// For something to push.
    pub(crate) waiting: Duration,
    /// CPU inside the component.
    pub(crate) cpu: Duration,
}

/// All that an analyzer's thread works with.
pub(crate) struct Worker<'a> {
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) lane: &'a Lane,
    pub(crate) media_json: &'a Arc<str>,
    /// Of the whole recording; a `whole` session's segment.
    pub(crate) whole: Segment,
    pub(crate) partials: &'a dyn Partials,
    pub(crate) journal: &'a dyn Journal,
    pub(crate) stop: &'a StopToken,
}

struct Open {
    session: Session,
    segment: Segment,
    key: Key,
    gaps: Vec<Gap>,
}

impl Worker<'_> {
    /// Works until the channel ends or the analyzer fails.
    pub(crate) fn run(&self, receiver: Receiver<Message>) -> Ended {
        let mut ended = Ended::default();
        let mut open = None;
        let mut carry = None;
        loop {
            let waited = Instant::now();
            let message = {
                let _span = trace_span!(target: "rushes::time", "wait for the decoder").entered();
                receiver.receive()
            };
            let Some(message) = message else { break };
            let _span = message.span().entered();
            ended.waiting += waited.elapsed();
            let worked = Instant::now();
            let result = self.take(message, &mut open, &mut carry, &mut ended.cpu);
            ended.busy += worked.elapsed();
            if let Err(failure) = result {
                self.forward_log(open.as_mut());
                ended.failure = Some(failure);
                return ended;
            }
        }
        ended
    }

    fn take(
        &self,
        message: Message,
        open: &mut Option<Open>,
        carry: &mut Option<Vec<u8>>,
        cpu: &mut Duration,
    ) -> Result<(), Failure> {
        match message {
            Message::Carry(left) => {
                *carry = Some(left);
                Ok(())
            }
            Message::Begin(segment) if open.is_none() => {
                let segment = if self.is_whole() { self.whole } else { segment };
                *open = Some(self.open(segment, carry.take())?);
                Ok(())
            }
            Message::Begin(_) => Ok(()), // a whole session goes on through all segments
            Message::Unit(unit) => open.as_mut().map_or(Ok(()), |open| open.push(&unit)),
            Message::Bytes(offset, bytes) => open
                .as_mut()
                .map_or(Ok(()), |open| open.session.push_bytes(offset, &bytes).map_err(|e| Failure::of(&e))),
            // Of a whole session; every other has ended with its segment.
            Message::Complete => match open.take() {
                Some(done) if self.is_whole() && self.stop.reason().is_none() => self.finish(done, carry, cpu),
                _ => Ok(()),
            },
            Message::End(gaps) => {
                if let Some(open) = open.as_mut() {
                    open.gaps.extend(gaps);
                }
                self.forward_log(open.as_mut());
                match open.take() {
                    Some(done) if !self.is_whole() => self.finish(done, carry, cpu),
                    still => {
                        *open = still;
                        Ok(())
                    }
                }
            }
        }
    }

    fn open(&self, segment: Segment, carry: Option<Vec<u8>>) -> Result<Open, Failure> {
        let key = self.lane.key.of(&segment, carry.as_deref());
        let setup = SessionSetup {
            params: Arc::clone(&self.analyzer.params),
            media: Arc::clone(self.media_json),
            audio: self.lane.format.clone(),
            start: segment.span.start,
            end: (segment.span.end < MediaTime::MAX).then_some(segment.span.end),
            carry,
        };
        let session = Session::open(&self.analyzer.component, &self.analyzer.limits, &setup, self.stop.clone())
            .map_err(|error| Failure::of(&error))?;
        Ok(Open { session, segment, key, gaps: Vec::new() })
    }

    /// Ends a session and keeps what it leaves.
    fn finish(&self, mut open: Open, carry: &mut Option<Vec<u8>>, cpu: &mut Duration) -> Result<(), Failure> {
        let outcome = open.session.finish(open.segment.is_last).map_err(|error| Failure::of(&error));
        self.forward_log(Some(&mut open));
        let outcome = outcome?;
        let Usage { fuel, cpu: spent, peak_memory, .. } = open.session.usage();
        *cpu += spent;
        *carry = outcome.carry.clone();
        let kept = Kept { partial: outcome.partial, carry: outcome.carry, gaps: open.gaps, fuel, peak_memory };
        self.stop.check().map_err(|stop| Failure::of(&stop))?;
        self.partials.put(&open.key, &kept.to_bytes())
    }

    fn forward_log(&self, open: Option<&mut Open>) {
        let Some(open) = open else { return };
        for line in open.session.take_log() {
            self.journal.log(LogLine {
                analyzer: self.analyzer.name.clone(),
                segment: Some(open.segment.index),
                level: line.level.as_str(),
                message: line.message,
            });
        }
    }

    fn is_whole(&self) -> bool {
        self.analyzer.descriptor.segmentation == Segmentation::Whole
    }
}

impl Open {
    fn push(&mut self, unit: &Unit) -> Result<(), Failure> {
        let lead_in = unit.start() < self.segment.span.start;
        let pushed = match unit {
            Unit::Audio(block) => self.session.push_audio(block, lead_in),
            Unit::Video(frame) => self.session.push_video(frame, lead_in),
        };
        pushed.map_err(|error| Failure::of(&error))
    }
}

/// The one segment of a `whole` session; its end is `MediaTime::MAX` where it isn't known from the beginning.
pub(crate) fn whole_segment(duration: Option<MediaTime>) -> Segment {
    let duration = duration.unwrap_or(MediaTime::MAX);
    Segment { index: 0, span: Span::new(MediaTime::ZERO, duration), is_last: true }
}

/// Kept under the key, if it is there and of today's shape.
pub(crate) fn find_kept(partials: &dyn Partials, key: &Key) -> Result<Option<Kept>, Failure> {
    Ok(partials.get(key)?.as_deref().and_then(Kept::from_bytes))
}

/// Whether a failure is the job's own stop and not the analyzer's fault.
pub(crate) fn is_stop(failure: &Failure, stop: &StopToken) -> bool {
    stop.reason().is_some_and(|why| failure.code == why.code())
}
