//! How levels are packed into partials: a segment may be hours long, and a partial has 1 MiB.

/// A level in 20 ms: half decibels in a byte.
///
/// 0 is unknown, 1 is digital silence, 2..=255 are -126.5 to 0 dBFS and what is beyond either end.
pub(crate) mod level {
    use rushes_signal::level::power_db;

    pub(crate) const UNKNOWN: u8 = 0;
    pub(crate) const DIGITAL_SILENCE: u8 = 1;

    pub(crate) fn encode(mean_square: f64) -> u8 {
        if mean_square <= 0.0 {
            return DIGITAL_SILENCE;
        }
        (255.0 + 2.0 * power_db(mean_square)).round().clamp(2.0, 255.0) as u8
    }

    /// In dBFS; minus infinity for digital silence, none where unknown.
    pub(crate) fn decode(code: u8) -> Option<f64> {
        match code {
            UNKNOWN => None,
            DIGITAL_SILENCE => Some(f64::NEG_INFINITY),
            code => Some((f64::from(code) - 255.0) / 2.0),
        }
    }
}

/// A momentary loudness: hundredths of a LU above -120.01 LUFS. 0 is unknown, 1 is -120 LUFS or less.
pub(crate) mod momentary {
    use rushes_signal::loudness::lufs;

    pub(crate) const UNKNOWN: u16 = 0;
    pub(crate) const FLOOR_LUFS: f64 = -120.0;

    pub(crate) fn encode(mean_square: f64) -> u16 {
        (1.0 + 100.0 * (lufs(mean_square) - FLOOR_LUFS)).round().clamp(1.0, 16_383.0) as u16
    }

    pub(crate) fn decode(code: u16) -> Option<f64> {
        (code != UNKNOWN).then(|| FLOOR_LUFS + (f64::from(code) - 1.0) / 100.0)
    }
}

/// Sums as whole numbers, so that it doesn't matter in which order and in how many parts they were added.
pub(crate) mod fixed {
    const SCALE: f64 = (1u64 << 40) as f64;

    /// Saturates; samples are finite, but a file of floats may hold any.
    pub(crate) fn encode(value: f64) -> i128 {
        (value * SCALE).round() as i128
    }

    pub(crate) fn decode(value: i128) -> f64 {
        value as f64 / SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_come_back_within_a_quarter_of_a_decibel() {
        for db in [-126.0, -50.3, -23.1, -0.1] {
            let found = level::decode(level::encode(10f64.powf(db / 10.0))).unwrap();
            assert!((found - db).abs() <= 0.25, "{found} for {db}");
        }
        assert_eq!(level::decode(level::encode(0.0)), Some(f64::NEG_INFINITY));
        assert_eq!(level::decode(level::encode(1e30)), Some(0.0));
        assert_eq!(level::decode(level::encode(1e-30)), Some(-126.5));
    }

    #[test]
    fn momentary_loudness_comes_back_within_a_hundredth() {
        for lufs in [-119.0, -23.004, 3.0] {
            let found = momentary::decode(momentary::encode(rushes_signal::loudness::mean_square(lufs))).unwrap();
            assert!((found - lufs).abs() <= 0.006, "{found} for {lufs}");
        }
        assert_eq!(momentary::decode(momentary::encode(0.0)), Some(-120.0));
    }

    #[test]
    fn sums_of_any_size_stay_in_range() {
        assert_eq!(fixed::encode(f64::MAX), i128::MAX);
        assert!((fixed::decode(fixed::encode(-0.2)) + 0.2).abs() < 1e-11);
    }
}
