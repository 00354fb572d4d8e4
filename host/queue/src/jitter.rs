//! Spreading moments, so that hosts that started together don't act together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A stream of numbers from a seed: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
/// OOPSLA 2014). For spreading moments only.
#[derive(Debug)]
pub(crate) struct Jitter {
    state: AtomicU64,
}

impl Jitter {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// A factor within `share` around 1: `spread(0.2)` lies in 0.8..1.2.
    pub(crate) fn spread(&self, share: f64) -> f64 {
        1.0 + share * (2.0 * self.unit() - 1.0)
    }

    /// A length within `share` around this one.
    pub(crate) fn around(&self, length: Duration, share: f64) -> Duration {
        length.mul_f64(self.spread(share).max(0.0))
    }

    /// 0 (inclusive) to 1 (exclusive).
    fn unit(&self) -> f64 {
        const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut mixed = self.state.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // The upper 53 bits are what a double holds exactly.
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_stays_within_its_share_and_fills_it() {
        let jitter = Jitter::new(7);
        let spreads: Vec<f64> = (0..1000).map(|_| jitter.spread(0.2)).collect();
        assert!(spreads.iter().all(|spread| (0.8..1.2).contains(spread)));
        assert!(spreads.iter().any(|spread| *spread < 0.82) && spreads.iter().any(|spread| *spread > 1.18));
    }

    #[test]
    fn the_numbers_are_those_of_the_paper() {
        // First output of SplitMix64 for seed 0, as published with the reference implementation.
        let expected = (0xE220_A839_7B1D_CDAF_u64 >> 11) as f64 / (1_u64 << 53) as f64;
        assert!((Jitter::new(0).unit() - expected).abs() < f64::EPSILON);
    }
}
