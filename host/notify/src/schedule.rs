//! When a delivery is tried again.

use std::time::Duration;

/// The longest that an endpoint may put us off (`Retry-After`).
const LONGEST_WISH: Duration = Duration::from_secs(86_400);

/// Waits before each further try, and so how many tries there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    waits: Vec<Duration>,
}

/// What Standard Webhooks 1.0.0 gives under "Deliverability and reliability": ten tries over three days.
impl Default for Schedule {
    fn default() -> Self {
        let seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        Self { waits: seconds.into_iter().map(Duration::from_secs).collect() }
    }
}

impl Schedule {
    /// One of one's own, for tests.
    pub fn new(waits: impl IntoIterator<Item = Duration>) -> Self {
        Self { waits: waits.into_iter().collect() }
    }

    /// How long to wait after a try that failed, counted from 1; none when it was the last. `jitter`, 0 to 1, spreads the
    /// tries of many deliveries by a fifth to either side. An endpoint's own wish is heard where it is longer.
    pub fn delay_after(&self, tries: u32, wish: Option<Duration>, jitter: f64) -> Option<Duration> {
        let index = usize::try_from(tries.checked_sub(1)?).ok()?;
        let wait = self.waits.get(index)?.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0));
        Some(wish.map_or(wait, |wish| wait.max(wish.min(LONGEST_WISH))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_ten_times_over_three_days_and_then_no_more() {
        let schedule = Schedule::default();
        let delays: Vec<Duration> = (1..).map_while(|tries| schedule.delay_after(tries, None, 0.5)).collect();
        assert_eq!(delays.len(), 9);
        assert_eq!(delays[0], Duration::from_secs(5));
        assert!(delays.is_sorted());
        let all: Duration = delays.iter().sum();
        assert_eq!(all.as_secs() / 3_600, 75);
        assert_eq!(schedule.delay_after(0, None, 0.5), None);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let first = |jitter| Schedule::default().delay_after(1, None, jitter);
        assert_eq!(first(0.0), Some(Duration::from_secs(4)));
        assert_eq!(first(1.0), Some(Duration::from_secs(6)));
        assert_eq!(first(7.0), Some(Duration::from_secs(6)));
    }

    #[test]
    fn an_endpoint_may_put_us_off_for_a_day_at_most() {
        let after = |wish| Schedule::default().delay_after(1, Some(Duration::from_secs(wish)), 0.5);
        assert_eq!(after(120), Some(Duration::from_secs(120)));
        assert_eq!(after(1), Some(Duration::from_secs(5)));
        assert_eq!(after(99_999_999), Some(Duration::from_secs(86_400)));
        assert_eq!(Schedule::default().delay_after(10, Some(Duration::from_secs(1)), 0.5), None);
    }
}
