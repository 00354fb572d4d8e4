//! What reading an object has cost so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Counts of one object, all its readers together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent, opening, retries and hedges included. For a file: reads of a part.
    pub requests: u64,
    /// Bytes received, those of gaps and given-up tries included.
    pub bytes_read: u64,
    /// Requests sent because another one failed or stalled.
    pub retries: u64,
    /// Requests sent because another one was late.
    pub hedges: u64,
    /// How long consumers waited for bytes.
    pub waiting: Duration,
}

/// The same, as it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    bytes_read: AtomicU64,
    retries: AtomicU64,
    hedges: AtomicU64,
    waiting_us: AtomicU64,
}

impl Counters {
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.bytes_read.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(crate) fn hedge(&self) {
        self.hedges.fetch_add(1, Relaxed);
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.waiting_us.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Stats {
        Stats {
            requests: self.requests.load(Relaxed),
            bytes_read: self.bytes_read.load(Relaxed),
            retries: self.retries.load(Relaxed),
            hedges: self.hedges.load(Relaxed),
            waiting: Duration::from_micros(self.waiting_us.load(Relaxed)),
        }
    }
}
