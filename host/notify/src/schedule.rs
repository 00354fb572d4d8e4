//! When a delivery is tried again.

use std::time::Duration;

/// Seconds before each further try: the schedule that Standard Webhooks 1.0.0 gives under "Deliverability and reliability".
const DELAYS_S: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How long to wait after a try that failed, counted from 1; none when it was the last. `jitter`, 0 to 1, spreads the
/// tries of many deliveries by a fifth to either side.
pub fn delay_after(tries: u32, jitter: f64) -> Option<Duration> {
    let index = usize::try_from(tries.checked_sub(1)?).ok()?;
    let seconds = *DELAYS_S.get(index)?;
    Some(Duration::from_secs(seconds).mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_ten_times_over_three_days_and_then_no_more() {
        let delays: Vec<Duration> = (1..).map_while(|tries| delay_after(tries, 0.5)).collect();
        assert_eq!(delays.len(), 9);
        assert_eq!(delays[0], Duration::from_secs(5));
        assert!(delays.is_sorted());
        let all: Duration = delays.iter().sum();
        assert_eq!(all.as_secs() / 3_600, 75);
        assert_eq!(delay_after(0, 0.5), None);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        assert_eq!(delay_after(1, 0.0), Some(Duration::from_secs(4)));
        assert_eq!(delay_after(1, 1.0), Some(Duration::from_secs(6)));
        assert_eq!(delay_after(1, 7.0), Some(Duration::from_secs(6)));
    }
}
