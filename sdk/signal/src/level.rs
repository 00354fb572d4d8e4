//! Decibels.

/// Of an amplitude relative to full scale: 1 is 0 dB. Minus infinity for 0.
pub fn amplitude_db(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}

/// Of a power (a mean square) relative to full scale: 1 is 0 dB, so a full-scale sine is -3.01 dB. Minus infinity for 0.
pub fn power_db(mean_square: f64) -> f64 {
    10.0 * mean_square.log10()
}

/// The mean square of so many decibels.
pub fn db_power(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// The value below which so large a share (0..1) of a sorted slice lies: the nearest rank, as EBU Tech 3342 does it. None if it is empty.
pub fn percentile<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    let last = sorted.len().checked_sub(1)?;
    let rank = (last as f64 * share.clamp(0.0, 1.0)).round();
    sorted.get(rank as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let sorted: Vec<u32> = (0..=100).collect();
        assert_eq!(percentile(&sorted, 0.1), Some(10));
        assert_eq!(percentile(&sorted, 0.95), Some(95));
        assert_eq!(percentile(&sorted, 7.0), Some(100));
        assert_eq!(percentile::<u32>(&[], 0.5), None);
    }

    #[test]
    fn decibels_of_power_and_amplitude_agree() {
        assert!((amplitude_db(0.5) - power_db(0.25)).abs() < 1e-12);
        assert!((db_power(power_db(0.3)) - 0.3).abs() < 1e-12);
    }
}
