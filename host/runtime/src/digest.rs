//! The identity of a component: the digest of its bytes.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 of a component's bytes; written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// As the seed of what a component takes for chance: the same component sees the same "random" bytes at the same
    /// place, whichever job, host or attempt it runs in.
    pub(crate) fn seed(&self, place: u64) -> u64 {
        let mut mixed = Sha256::new_with_prefix(self.0);
        mixed.update(place.to_le_bytes());
        mixed.finalize().iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_registries_write_it() {
        // FIPS 180-2, appendix B.1.
        let text = Digest::of(b"abc").to_string();
        assert_eq!(text, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn seeds_differ_by_component_and_place_and_by_nothing_else() {
        let (one, other) = (Digest::of(b"one"), Digest::of(b"other"));
        assert_eq!(one.seed(7), Digest::of(b"one").seed(7));
        assert_ne!(one.seed(7), one.seed(8));
        assert_ne!(one.seed(7), other.seed(7));
    }
}
