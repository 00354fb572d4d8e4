//! Keeps every handle it gets.

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, NoParams, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};

/// Keeps every handle it gets.
pub struct HandleHoard;

impl Analyzer for HandleHoard {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        listens("handle-hoard")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        #[cfg(target_arch = "wasm32")]
        loop {
            std::mem::forget(wasip2::clocks::monotonic_clock::subscribe_duration(1));
        }
        #[cfg(not(target_arch = "wasm32"))]
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

rushes_sdk::export!(HandleHoard);
