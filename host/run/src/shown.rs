//! What a journal is told of how far a run is.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rushes_media::Reader;
use rushes_model::media::Segment;
use rushes_model::{MediaTime, Progress};

use crate::flow::Flow;

/// Twice a second is what the store is written, a bar looks smooth with five.
const REPORT_EVERY: Duration = Duration::from_millis(200);

/// Counts segments, and reports when it is due.
pub(crate) struct Shown<'a> {
    flow: &'a Flow<'a>,
    pub(crate) done: Cell<u32>,
    segments: Cell<u32>,
    duration: Cell<MediaTime>,
    last: Cell<Option<Instant>>,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(flow: &'a Flow<'a>, segments: u32, duration: MediaTime) -> Self {
        Self {
            flow,
            done: Cell::new(0),
            segments: Cell::new(segments),
            duration: Cell::new(duration),
            last: Cell::new(None),
        }
    }

    /// More segments are known.
    pub(crate) fn now(&self, segments: u32, duration: MediaTime) {
        self.segments.set(segments);
        self.duration.set(duration);
    }

    /// Decoding has come so far.
    pub(crate) fn at(&self, at: MediaTime) {
        if self.last.get().is_none_or(|last| last.elapsed() >= REPORT_EVERY) {
            self.last.set(Some(Instant::now()));
            self.report(at);
        }
    }

    pub(crate) fn segment_done(&self, segment: Segment) {
        self.done.set(self.done.get().saturating_add(1));
        self.report(segment.span.end);
    }

    fn report(&self, at: MediaTime) {
        self.flow.journal.progress(Progress {
            at,
            duration: self.duration.get(),
            bytes_read: (self.flow.bytes_read)(),
            size: self.flow.reading.identity().size,
            segments_done: self.done.get(),
            segments: self.segments.get(),
        });
    }
}
