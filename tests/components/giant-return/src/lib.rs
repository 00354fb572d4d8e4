//! Fails with more words than anybody reads: 80 MiB, or as many bytes as its parameter says.

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, Error, Outcome, Result, Setup};
use rushes_test_broken::{Nothing, listens};
use schemars::JsonSchema;
use serde::Deserialize;

/// How much.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    bytes: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self { bytes: 80 << 20 }
    }
}

/// Fails with more words than anybody reads.
pub struct GiantReturn(usize);

impl Analyzer for GiantReturn {
    type Params = Params;
    type Partial = ();
    type Merger = Nothing;

    fn describe(_: &Params) -> Descriptor {
        listens("giant-return")
    }

    fn new(params: Params, _: &Setup) -> Result<Self> {
        Ok(Self(params.bytes))
    }

    fn push_audio(&mut self, _: AudioBlock) -> Result<()> {
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<()>> {
        Err(Error::Failed("x".repeat(self.0)))
    }
}

rushes_sdk::export!(GiantReturn);
