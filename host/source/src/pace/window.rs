//! Requests in flight: doubled when the consumer starves, halved when the server is busy (AIMD after a throttle), and
//! halved when they turn out to be more than the consumer needs.

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

/// Parts in a row that were there before the consumer came for them, after which half the window would do.
const FED: u32 = 32;

/// Most of them: a window that was made smaller too early is kept longer the next time, up to this.
const FED_MOST: u32 = 1024;

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
    /// Parts in a row that nobody waited for.
    fed: u32,
    /// So many of them, and the window is made smaller.
    patience: u32,
    was_shrunk: bool,
}

impl Window {
    pub(crate) fn new(options: &Options) -> Self {
        let limit = options.limit();
        let fixed = options.part.map(|part| part.as_bytes().clamp(1, limit));
        let fit = u32::try_from(limit / fixed.unwrap_or(SMALLEST)).unwrap_or(u32::MAX);
        let most = options.max_requests.min(fit).max(1);
        let requests = START.min(most);
        Self { requests, most, limit, fixed, throttled: false, changed: None, fed: 0, patience: FED, was_shrunk: false }
    }

    /// The consumer waited for a part. True if the window grew.
    pub(crate) fn starved(&mut self, now: Instant) -> bool {
        self.fed = 0;
        if std::mem::take(&mut self.was_shrunk) {
            self.patience = self.patience.saturating_mul(2).min(FED_MOST);
        }
        let before = self.requests;
        if !self.throttled {
            self.requests = self.requests.saturating_mul(2).min(self.most);
        } else if self.changed.is_none_or(|changed| now.duration_since(changed) >= RECOVERY) {
            self.requests = self.requests.saturating_add(1).min(self.most);
            self.changed = Some(now);
        }
        self.requests > before
    }

    /// The consumer came for a part that was there. When that goes on, the server is faster than the consumer, and less
    /// needs to be held.
    pub(crate) fn fed(&mut self) {
        self.fed = self.fed.saturating_add(1);
        let least = START.min(self.most);
        if self.fed >= self.patience && self.requests > least {
            self.requests = (self.requests / 2).max(least);
            self.fed = 0;
            self.was_shrunk = true;
        }
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
    fn a_consumer_that_is_slower_than_the_server_holds_less_after_a_while() {
        let mut window = Window::new(&Options::default());
        let now = Instant::now();
        assert!(window.starved(now) && window.starved(now));
        (0..31).for_each(|_| window.fed());
        assert_eq!(window.requests(), 16);
        window.fed();
        assert_eq!((window.requests(), window.ahead()), (8, 32 * MIB));
        (0..320).for_each(|_| window.fed());
        assert_eq!((window.requests(), window.part(), window.ahead()), (4, MIB, 8 * MIB));
    }

    #[test]
    fn a_window_that_was_made_smaller_too_early_is_kept_longer_the_next_time() {
        let mut window = Window::new(&Options::default());
        let now = Instant::now();
        window.starved(now);
        for patience in [32, 64, 128] {
            (1..patience).for_each(|_| window.fed());
            assert_eq!(window.requests(), 8);
            window.fed();
            assert_eq!(window.requests(), 4);
            assert!(window.starved(now));
        }
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
