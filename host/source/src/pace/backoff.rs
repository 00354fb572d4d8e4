//! Pauses between tries: exponential with full jitter, so that many readers don't come back at the same moment.
//! Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

use std::time::Duration;

/// Longest pause of our own choice, and longest that a server may ask for.
const LONGEST: Duration = Duration::from_secs(5);
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// A busy server is given ten times the pause.
const BUSY: u32 = 10;

/// Pauses, drawn from a seed that is passed in.
#[derive(Debug)]
pub(crate) struct Backoff {
    base: Duration,
    random: u64,
}

impl Backoff {
    pub(crate) fn new(base: Duration, seed: u64) -> Self {
        Self { base, random: seed }
    }

    /// The pause before try number `tries` (1 = the first repeat).
    pub(crate) fn pause(&mut self, tries: u32, is_busy: bool, asked: Option<Duration>) -> Duration {
        let base = if is_busy { self.base.saturating_mul(BUSY) } else { self.base };
        let doubled = base.saturating_mul(1u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
        let drawn = doubled.min(LONGEST).mul_f64(self.draw());
        drawn.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }

    /// Uniform in 0..1: splitmix64 (Steele, Lea, Flood, 2014).
    fn draw(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_seconds_and_differ() {
        let mut backoff = Backoff::new(Duration::from_millis(100), 7);
        for tries in 1..40 {
            let bound = Duration::from_millis(100).saturating_mul(1 << (tries - 1).min(16)).min(LONGEST);
            assert!(backoff.pause(tries, false, None) <= bound);
        }
        let drawn: Vec<_> = (0..100).map(|_| backoff.pause(20, false, None)).collect();
        assert!(drawn.iter().any(|pause| *pause > Duration::from_secs(4)));
        assert!(drawn.iter().any(|pause| *pause < Duration::from_secs(1)));
    }

    #[test]
    fn what_the_server_asks_for_is_kept_within_reason() {
        let mut backoff = Backoff::new(Duration::from_millis(100), 7);
        assert!(backoff.pause(1, true, Some(Duration::from_secs(8))) >= Duration::from_secs(8));
        assert!(backoff.pause(1, true, Some(Duration::from_secs(86_400))) <= LONGEST_ASKED);
    }
}
