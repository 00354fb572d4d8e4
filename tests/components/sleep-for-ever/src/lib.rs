//! Sleeps as long as there is time, which takes none.

use std::thread;
use std::time::{Duration, Instant};

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, Error, NoParams, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};

/// Sleeps as long as there is time, which takes none.
pub struct SleepForEver;

impl Analyzer for SleepForEver {
    type Params = NoParams;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &NoParams) -> Descriptor {
        listens("sleep-for-ever")
    }

    fn new(_: NoParams, _: &Setup) -> Result<Self> {
        Ok(Self)
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        let before = Instant::now();
        thread::sleep(Duration::from_secs(100 * 365 * 86_400));
        if before.elapsed() < Duration::from_secs(86_400) {
            return Err(Error::Failed("woke too early".to_owned()));
        }
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Ok(Outcome::new(()))
    }
}

rushes_sdk::export!(SleepForEver);
