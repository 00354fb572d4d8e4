//! Media time: microseconds since the earliest presented sample or picture of all tracks.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment of media time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaTime(u64);

impl MediaTime {
    /// The earliest presented sample or picture.
    pub const ZERO: Self = Self(0);
    /// Later than everything.
    pub const MAX: Self = Self(u64::MAX);

    /// So many microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// So many seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// `count / rate` seconds, rounded to the nearest microsecond (a half goes up). A rate of 0 gives 0.
    pub fn from_ratio(count: u64, rate: u64) -> Self {
        if rate == 0 {
            return Self(0);
        }
        let micros = (u128::from(count) * 1_000_000 + u128::from(rate / 2)) / u128::from(rate);
        Self(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// Microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The time between, zero where `earlier` is later.
    pub const fn saturating_sub(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl Add for MediaTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for MediaTime {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl From<MediaTime> for Duration {
    fn from(time: MediaTime) -> Self {
        Self::from_micros(time.0)
    }
}

/// Hours only where there are any: `1:02:03.456`, `2:03.456`.
impl fmt::Display for MediaTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000;
        let (secs, millis) = (millis / 1_000, millis % 1_000);
        let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
        if hours > 0 {
            write!(out, "{hours}:{minutes:02}:{secs:02}.{millis:03}")
        } else {
            write!(out, "{minutes}:{secs:02}.{millis:03}")
        }
    }
}

/// A half-open span of media time: `start` belongs to it, `end` doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First moment inside.
    pub start: MediaTime,
    /// First moment after.
    pub end: MediaTime,
}

impl Span {
    /// From `start` to before `end`.
    pub const fn new(start: MediaTime, end: MediaTime) -> Self {
        Self { start, end }
    }

    /// Its length.
    pub fn length(self) -> MediaTime {
        self.end - self.start
    }

    /// Whether a moment lies inside.
    pub fn contains(self, time: MediaTime) -> bool {
        self.start <= time && time < self.end
    }

    /// Whether two spans share a moment.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_rounds_to_the_nearest_microsecond() {
        assert_eq!(MediaTime::from_ratio(1, 3).as_micros(), 333_333);
        assert_eq!(MediaTime::from_ratio(2, 3).as_micros(), 666_667);
        assert_eq!(MediaTime::from_ratio(5, 0), MediaTime::ZERO);
        assert_eq!(MediaTime::from_ratio(u64::MAX, 1), MediaTime::MAX);
    }

    #[test]
    fn time_is_shown_as_a_player_shows_it() {
        assert_eq!(MediaTime::from_millis(123_456).to_string(), "2:03.456");
        assert_eq!(MediaTime::from_millis(3_723_456).to_string(), "1:02:03.456");
    }
}
