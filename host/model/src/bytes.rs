//! Sizes in bytes, as people write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// A number of bytes. Written and read with binary units (`"20 MiB"`), kept as a plain count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ByteSize(u64);

impl ByteSize {
    /// So many bytes.
    pub const fn bytes(count: u64) -> Self {
        Self(count)
    }

    /// So many KiB (1,024 bytes).
    pub const fn kib(count: u64) -> Self {
        Self(count.saturating_mul(1 << 10))
    }

    /// So many MiB (1,048,576 bytes).
    pub const fn mib(count: u64) -> Self {
        Self(count.saturating_mul(1 << 20))
    }

    /// The count.
    pub const fn as_bytes(self) -> u64 {
        self.0
    }

    /// The count as an index, saturating where a pointer is smaller.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// Sum that stops at the largest size.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

const UNITS: [(&str, u64); 8] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

impl fmt::Display for ByteSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, scale) in [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0 >= scale {
                return if self.0.is_multiple_of(scale) {
                    write!(out, "{} {unit}", self.0 / scale)
                } else {
                    write!(out, "{:.1} {unit}", self.0 as f64 / scale as f64)
                };
            }
        }
        write!(out, "{} B", self.0)
    }
}

/// The text isn't a size.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a size; write a number and a unit, like \"256 MiB\"")]
pub struct NotASize(String);

impl FromStr for ByteSize {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, NotASize> {
        let refused = || NotASize(text.to_owned());
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(digits);
        let number: u64 = number.replace('_', "").parse().map_err(|_| refused())?;
        let unit = unit.trim();
        let scale = match unit {
            "" => 1,
            _ => UNITS.iter().find(|(name, _)| *name == unit).map(|(_, scale)| *scale).ok_or_else(refused)?,
        };
        number.checked_mul(scale).map(Self).ok_or_else(refused)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Count(u64),
            Text(String),
        }
        match Written::deserialize(source)? {
            Written::Count(count) => Ok(Self(count)),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_people_write_it() {
        assert_eq!("256 MiB".parse(), Ok(ByteSize::mib(256)));
        assert_eq!("1_000".parse(), Ok(ByteSize::bytes(1000)));
        assert_eq!("3MB".parse(), Ok(ByteSize::bytes(3_000_000)));
        assert!("12 M".parse::<ByteSize>().is_err());
        assert!("".parse::<ByteSize>().is_err());
        assert!("99999999999 TiB".parse::<ByteSize>().is_err());
    }

    #[test]
    fn a_size_is_shown_in_the_largest_unit_that_fits() {
        assert_eq!(ByteSize::mib(20).to_string(), "20 MiB");
        assert_eq!(ByteSize::bytes(1536).to_string(), "1.5 KiB");
        assert_eq!(ByteSize::bytes(7).to_string(), "7 B");
    }
}
