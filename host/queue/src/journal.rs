//! What a run says of itself, kept in memory until the next flush. Saying something never blocks.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rushes_model::{LogLine, Progress};
use rushes_store::{Claim, Entry, Journaled};
use serde_json::{Value, json};

/// Bytes of log lines that are kept of one attempt; then a note says that there were more.
const LOG_LIMIT: usize = 256 * 1024;

/// One attempt's journal.
#[derive(Debug)]
pub(crate) struct Journal {
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    latest: Progress,
    /// When the progress last was another than before.
    moved: Instant,
    is_progress_written: bool,
    entries: Vec<Entry>,
    log_bytes: usize,
}

impl Journal {
    pub(crate) fn new(now: Instant) -> Self {
        let pages = Pages {
            latest: Progress::default(),
            moved: now,
            is_progress_written: true,
            entries: Vec::new(),
            log_bytes: 0,
        };
        Self { pages: Mutex::new(pages) }
    }

    pub(crate) fn progress(&self, progress: Progress, now: Instant) {
        let mut pages = self.lock();
        if pages.latest != progress {
            pages.latest = progress;
            pages.moved = now;
            pages.is_progress_written = false;
        }
    }

    /// Something happened that isn't seen in the progress.
    pub(crate) fn touch(&self, now: Instant) {
        self.lock().moved = now;
    }

    pub(crate) fn log(&self, line: &LogLine) {
        let mut pages = self.lock();
        if pages.log_bytes > LOG_LIMIT {
            return;
        }
        pages.log_bytes += line.message.len() + line.analyzer.len();
        let detail = if pages.log_bytes > LOG_LIMIT {
            json!({ "level": "warn", "message": "the log is full: further lines are not kept" })
        } else {
            json!(line)
        };
        pages.entries.push(Entry { kind: "log", detail });
    }

    pub(crate) fn note(&self, kind: &'static str, detail: Value) {
        self.lock().entries.push(Entry { kind, detail });
    }

    /// How long nothing has moved.
    pub(crate) fn still_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.lock().moved)
    }

    /// Takes what hasn't been written yet; none if there is nothing.
    pub(crate) fn take<'a>(&self, claim: &'a Claim) -> Option<Journaled<'a>> {
        let mut pages = self.lock();
        if pages.is_progress_written && pages.entries.is_empty() {
            return None;
        }
        let mut entries = std::mem::take(&mut pages.entries);
        let progress = (!pages.is_progress_written).then(|| {
            entries.push(Entry { kind: "progress", detail: json!(pages.latest) });
            pages.latest.share()
        });
        pages.is_progress_written = true;
        Some(Journaled { claim, progress, entries })
    }

    /// Keeps what was taken and couldn't be written, before what was said since.
    pub(crate) fn put_back(&self, taken: Journaled<'_>) {
        let mut pages = self.lock();
        let said_since = std::mem::take(&mut pages.entries);
        pages.is_progress_written &= taken.progress.is_none();
        // The latest progress is written anew.
        pages.entries = taken.entries.into_iter().filter(|entry| entry.kind != "progress").collect();
        pages.entries.extend(said_since);
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
