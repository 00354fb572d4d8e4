//! Panics when it is asked what it is.

use std::hint::black_box;

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, NoParams, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};

/// Panics when it is asked what it is.
pub struct TrapInDescribe;

impl Analyzer for TrapInDescribe {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        assert!(black_box(false), "nobody asked me before");
        listens("trap-in-describe")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

rushes_sdk::export!(TrapInDescribe);
