//! The threshold, with a memory of its own: what has begun to throttle goes on until the use is clearly lower.

/// Points below the threshold at which it ends, so that it doesn't flutter.
const HYSTERESIS_POINTS: u64 = 5;

/// Whether the measured use is over the threshold, or was and hasn't come down enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Throttle {
    is_on: bool,
}

impl Throttle {
    /// Takes a new measurement into account.
    pub(crate) fn update(&mut self, used: u64, limit: u64, threshold_percent: u8) -> bool {
        let threshold = u64::from(threshold_percent);
        let points = if self.is_on { threshold.saturating_sub(HYSTERESIS_POINTS) } else { threshold };
        self.is_on = u128::from(used) * 100 >= u128::from(limit) * u128::from(points);
        self.is_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_that_is_on_goes_off_five_points_lower() {
        let mut throttle = Throttle::default();
        let states = [84, 85, 84, 80, 79, 84].map(|used| throttle.update(used, 100, 85));
        assert_eq!(states, [false, true, true, true, false, false]);
    }
}
