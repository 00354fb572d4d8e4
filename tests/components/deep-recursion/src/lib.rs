//! Calls itself without end.

use std::hint::black_box;

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, NoParams, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};

/// Calls itself without end.
pub struct DeepRecursion;

impl Analyzer for DeepRecursion {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        listens("deep-recursion")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, block: AudioBlock) -> Result<()> {
        black_box(descend(block.samples.len() as u64));
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

#[expect(unconditional_recursion, reason = "that is what it is for")]
fn descend(depth: u64) -> u64 {
    black_box(depth) + descend(black_box(depth + 1))
}

rushes_sdk::export!(DeepRecursion);
