//! How often and after which delay a job is tried again.

use std::time::Duration;

/// How often and after which delay a job is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all.
    pub max_attempts: u32,
    /// After the first failure; it doubles with each further one.
    pub first_delay: Duration,
    /// Never longer.
    pub longest_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 5, first_delay: Duration::from_secs(300), longest_delay: Duration::from_secs(3600) }
    }
}

impl RetryPolicy {
    /// After so many attempts: doubling, at most the longest, times the spread.
    pub(crate) fn delay(&self, attempts: i32, spread: f64) -> Duration {
        let doublings = u32::try_from(attempts).unwrap_or(0).saturating_sub(1).min(31);
        let delay = self.first_delay.saturating_mul(1 << doublings).min(self.longest_delay);
        Duration::try_from_secs_f64(delay.as_secs_f64() * spread).unwrap_or(delay)
    }

    /// Whether an attempt of this number was the last.
    pub(crate) fn is_last(&self, attempt: i32) -> bool {
        u32::try_from(attempt).is_ok_and(|attempt| attempt >= self.max_attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_doubles_up_to_an_hour() {
        let policy = RetryPolicy::default();
        let seconds: Vec<u64> = (1..=6).map(|attempt| policy.delay(attempt, 1.0).as_secs()).collect();
        assert_eq!(seconds, [300, 600, 1200, 2400, 3600, 3600]);
        assert_eq!(policy.delay(i32::MAX, 1.0), policy.longest_delay);
        assert_eq!(policy.delay(0, 0.8).as_secs(), 240);
    }
}
