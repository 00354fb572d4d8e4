//! Logs 20 MB, then goes on as if nothing had been.

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, NoParams, Outcome, Result, Setup, log};
use rushes_test_broken::{Nothing, listens};

/// Logs 20 MB, then goes on as if nothing had been.
pub struct LogFlood;

impl Analyzer for LogFlood {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        listens("log-flood")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        for line in 0..20_000 {
            log::info(format!("{line:05} {}", "x".repeat(994)));
        }
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

rushes_sdk::export!(LogFlood);
