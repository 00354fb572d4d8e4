//! `wasi:random`: the same bytes for the same component at the same place of the media.

use wasmtime::component::LinkerInstance;

use crate::state::{State, charge};

/// Most bytes that are given at once.
const MOST_BYTES: u64 = 64 << 10;

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). Not for secrets:
/// a component has none.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

pub(super) fn link_random(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    link(linker, "get-random-bytes", "get-random-u64")
}

pub(super) fn link_insecure(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    link(linker, "get-insecure-random-bytes", "get-insecure-random-u64")
}

pub(super) fn link_seed(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("insecure-seed", |mut store, (): ()| {
        charge(&mut store, 16)?;
        let chance = &mut store.data_mut().chance;
        Ok(((chance.next(), chance.next()),))
    })
}

fn link(linker: &mut LinkerInstance<'_, State>, bytes: &str, number: &str) -> wasmtime::Result<()> {
    linker.func_wrap(bytes, |mut store, (count,): (u64,)| {
        charge(&mut store, count)?;
        match usize::try_from(count) {
            Ok(length) if count <= MOST_BYTES => Ok((store.data_mut().chance.bytes(length),)),
            _ => Err(wasmtime::Error::msg(format!("asked for {count} random bytes at once, {MOST_BYTES} allowed"))),
        }
    })?;
    linker.func_wrap(number, |mut store, (): ()| {
        charge(&mut store, 8)?;
        Ok((store.data_mut().chance.next(),))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_splitmix64() {
        // The reference implementation's first numbers for the seed 1234567 (Vigna, splitmix64.c).
        let mut chance = Chance::new(1_234_567);
        assert_eq!(chance.next(), 6_457_827_717_110_365_317);
        assert_eq!(chance.next(), 3_203_168_211_198_807_973);
        assert_eq!(Chance::new(1).bytes(13), Chance::new(1).bytes(16)[..13]);
    }
}
