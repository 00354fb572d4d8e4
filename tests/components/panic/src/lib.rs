//! Panics.

use std::hint::black_box;

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, NoParams, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};

/// Panics.
pub struct Panic;

impl Analyzer for Panic {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        listens("panic")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        black_box(None::<u32>).expect("no such window");
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

rushes_sdk::export!(Panic);
