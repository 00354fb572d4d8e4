//! Requests in flight: doubled when the consumer starves, halved when the server is busy (AIMD after a throttle).

use std::time::Duration;

use tokio::time::Instant;

use crate::options::Options;

const MIB: u64 = 1 << 20;

/// Requests in flight before anything is known.
const START: u32 = 4;

/// Largest part by itself. Beyond it a request's cost (0.16 ms of CPU) is lost in that of its bytes.
const LARGEST: u64 = 8 * MIB;

/// Smallest part that is worth a request of its own: where less is allowed, fewer are in flight.
const SMALLEST: u64 = 256 << 10;

/// Pause between steps of growth after a throttle.
const RECOVERY: Duration = Duration::from_secs(2);

/// How many requests, how large, how far ahead. The bytes are fixed, not the part: parts grow with the window, so that
/// the first ones are small and soon there, and later ones cost little.
#[derive(Debug)]
pub(crate) struct Window {
    requests: u32,
    most: u32,
    limit: u64,
    fixed: Option<u64>,
    throttled: bool,
    changed: Option<Instant>,
}

impl Window {
    pub(crate) fn new(options: &Options) -> Self {
        let limit = options.limit();
        let fixed = options.part.map(|part| part.as_bytes().clamp(1, limit));
        let fit = u32::try_from(limit / fixed.unwrap_or(SMALLEST)).unwrap_or(u32::MAX);
        let most = options.max_requests.min(fit).max(1);
        Self { requests: START.min(most), most, limit, fixed, throttled: false, changed: None }
    }

    /// The consumer waited for a part. True if the window grew.
    pub(crate) fn starved(&mut self, now: Instant) -> bool {
        let before = self.requests;
        if !self.throttled {
            self.requests = self.requests.saturating_mul(2).min(self.most);
        } else if self.changed.is_none_or(|changed| now.duration_since(changed) >= RECOVERY) {
            self.requests = self.requests.saturating_add(1).min(self.most);
            self.changed = Some(now);
        }
        self.requests > before
    }

    /// The server asked for less. Answers to requests that were sent before the last cut don't cut again.
    pub(crate) fn throttled(&mut self, now: Instant, sent: Instant) {
        if self.throttled && self.changed.is_some_and(|changed| sent < changed) {
            return;
        }
        self.requests = (self.requests / 2).max(1);
        self.throttled = true;
        self.changed = Some(now);
    }

    /// Requests in flight.
    pub(crate) fn requests(&self) -> usize {
        self.requests as usize
    }

    /// Bytes of the next part.
    pub(crate) fn part(&self) -> u64 {
        self.fixed.unwrap_or_else(|| {
            let grown = MIB * u64::from(self.requests) / u64::from(START);
            grown.clamp(MIB, LARGEST).min(self.limit / u64::from(self.requests)).max(1)
        })
    }

    /// Bytes that may be reserved: twice what is in flight, so that a consumer that is slower than the server holds
    /// little.
    pub(crate) fn ahead(&self) -> u64 {
        self.part().saturating_mul(u64::from(self.requests)).saturating_mul(2).min(self.limit)
    }
}

#[cfg(test)]
mod tests {
    use rushes_model::ByteSize;

    use super::*;

    #[test]
    fn a_window_grows_only_when_the_consumer_starves() {
        let mut window = Window::new(&Options::default());
        assert_eq!((window.requests(), window.part(), window.ahead()), (4, MIB, 8 * MIB));
        let now = Instant::now();
        assert!(window.starved(now) && window.starved(now));
        assert_eq!((window.requests(), window.part(), window.ahead()), (16, 4 * MIB, 64 * MIB));
        assert!(!window.starved(now));
    }

    #[test]
    fn a_busy_server_is_asked_half_as_much_and_then_a_little_more_each_two_seconds() {
        let mut window = Window::new(&Options::default());
        let start = Instant::now();
        window.starved(start);
        window.throttled(start, start);
        assert_eq!(window.requests(), 4);
        window.throttled(start + Duration::from_millis(1), start - Duration::from_millis(1));
        assert_eq!(window.requests(), 4, "that request was sent before the cut");
        assert!(!window.starved(start + Duration::from_millis(1900)));
        assert!(window.starved(start + Duration::from_millis(2000)));
        assert_eq!(window.requests(), 5);
    }

    #[test]
    fn a_small_window_means_fewer_requests_and_never_more_bytes() {
        for mib in [1u64, 2, 5, 20, 200] {
            let options = Options { chunk: ByteSize::mib(mib), ..Options::default() };
            let mut window = Window::new(&options);
            for _ in 0..6 {
                assert!(window.part() * window.requests() as u64 <= options.limit());
                assert!(window.ahead() <= options.limit() && window.part() >= SMALLEST.min(options.limit()));
                window.starved(Instant::now());
            }
        }
    }
}
