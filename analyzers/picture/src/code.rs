//! How measurements are packed into partials: a segment may be hours long, and a partial has 1 MiB.

/// Values per level of luma: 1/64 of a level, and 255 levels still fit in two bytes.
pub(crate) const PER_LEVEL: f64 = 64.0;
/// Values per whole share.
pub(crate) const PER_ONE: f64 = 10_000.0;
/// Two bytes when serialised.
const GREATEST: f64 = 16_383.0;

/// Packs a value of which one is so many steps.
pub(crate) fn encode(value: f64, per_one: f64) -> u16 {
    (value * per_one).round().clamp(0.0, GREATEST) as u16
}

pub(crate) fn decode(code: u16, per_one: f64) -> f64 {
    f64::from(code) / per_one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_within_half_a_step() {
        for (value, per_one) in [(254.99, PER_LEVEL), (0.255, PER_LEVEL), (0.98, PER_ONE), (1.0, PER_ONE)] {
            assert!((decode(encode(value, per_one), per_one) - value).abs() <= 0.5 / per_one, "{value}");
        }
        assert_eq!((encode(-1.0, 1.0), encode(1e9, 1.0)), (0, 16_383));
    }
}
