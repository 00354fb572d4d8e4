//! Returns more than a partial may hold: far more, or as much as its parameter says.

use rushes_sdk::{Analyzer, AudioBlock, Descriptor, Outcome, Result, Setup};
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

/// Returns more than a partial may hold.
pub struct GiantReturn(usize);

impl Analyzer for GiantReturn {
    type Params = Params;
    type Partial = Vec<u8>;
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

    fn finish(self, _: bool) -> Result<Outcome<Vec<u8>>> {
        Ok(Outcome::new(vec![1; self.0]))
    }
}

rushes_sdk::export!(GiantReturn);
