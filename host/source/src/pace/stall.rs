//! When a connection that still delivers, or no longer does, is given up. A part is drained at full speed, so what is
//! slow here is the server or the way to it, never the consumer.

use std::time::Duration;

use tokio::time::Instant;

use crate::options::Options;

/// The progress of one answer.
#[derive(Debug)]
pub(crate) struct Stall {
    quiet: Duration,
    least: u64,
    over: Duration,
    last: Instant,
    since: Instant,
    received: u64,
}

impl Stall {
    /// Begins with the first byte.
    pub(crate) fn new(options: &Options, now: Instant) -> Self {
        let over = options.min_rate_over;
        let least = u128::from(options.min_rate.as_bytes()).saturating_mul(over.as_millis()) / 1000;
        let least = u64::try_from(least).unwrap_or(u64::MAX);
        Self { quiet: options.stall_timeout, least, over, last: now, since: now, received: 0 }
    }

    /// Without a byte until then, the connection is stalled.
    pub(crate) fn deadline(&self) -> Instant {
        self.last + self.quiet
    }

    /// Bytes came. False when over the last stretch they were too few.
    pub(crate) fn received(&mut self, now: Instant, bytes: usize) -> bool {
        self.last = now;
        self.received = self.received.saturating_add(bytes as u64);
        if now.duration_since(self.since) < self.over {
            return true;
        }
        let enough = self.received >= self.least;
        self.since = now;
        self.received = 0;
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trickle_is_a_stall_although_bytes_come() {
        let options = Options::default();
        let start = Instant::now();
        let mut stall = Stall::new(&options, start);
        for second in 1..30 {
            assert!(stall.received(start + Duration::from_secs(second), 1));
        }
        assert!(!stall.received(start + Duration::from_secs(30), 1));
    }

    #[test]
    fn a_slow_connection_above_the_floor_goes_on() {
        let options = Options::default();
        let start = Instant::now();
        let mut stall = Stall::new(&options, start);
        for second in 1..100 {
            assert!(stall.received(start + Duration::from_secs(second), 70_000));
        }
        assert_eq!(stall.deadline(), start + Duration::from_secs(99) + options.stall_timeout);
    }
}
