//! Keeps more and more memory.

use std::hint::black_box;

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, NoParams, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};

/// Keeps more and more memory.
pub struct MemoryBomb;

impl Analyzer for MemoryBomb {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        listens("memory-bomb")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        let mut kept = Vec::new();
        loop {
            kept.push(black_box(vec![1_u8; 1 << 20]));
        }
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

rushes_sdk::export!(MemoryBomb);
