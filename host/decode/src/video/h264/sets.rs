//! Parameter sets: checked when they come, kept for a decoder that starts anew.

use std::collections::BTreeMap;

use super::nal::{Kind, Unit};
use super::sps::Sps;
use super::{CODEC, pps};
use crate::error::{Error, Result};

#[derive(Default)]
pub(super) struct Sets {
    sequence: BTreeMap<u32, (Sps, Vec<u8>)>,
    picture: BTreeMap<u32, (bool, Vec<u8>)>,
    latest: u32,
}

impl Sets {
    /// Keeps a parameter set; other units pass.
    pub(super) fn take(&mut self, unit: &Unit<'_>) -> Result<()> {
        match unit.kind() {
            Kind::Sps => {
                let sps = Sps::read(&unit.payload())?;
                self.latest = sps.id;
                self.sequence.insert(sps.id, (sps, unit.bytes().to_vec()));
            }
            Kind::Pps => {
                let look = pps::look(&unit.payload())?;
                self.picture.insert(look.id, (look.is_odd, unit.bytes().to_vec()));
            }
            Kind::Slice | Kind::Partition | Kind::Other => return Ok(()),
        }
        if self.sequence.len() > 32 || self.picture.len() > 256 {
            return Err(Error::Configuration { codec: CODEC, what: "too many parameter sets".into() });
        }
        Ok(())
    }

    /// The sequence parameter set that came last.
    pub(super) fn active(&self) -> Option<&Sps> {
        self.sequence.get(&self.latest).map(|(sps, _)| sps)
    }

    /// Whether they ask for what the fast decoder can't do.
    pub(super) fn are_odd(&self) -> bool {
        self.active().is_some_and(|sps| sps.is_odd) || self.picture.values().any(|(is_odd, _)| *is_odd)
    }

    /// Appends all of them with start codes.
    pub(super) fn write(&self, annex_b: &mut Vec<u8>) {
        let sequence = self.sequence.values().map(|(_, bytes)| bytes);
        for bytes in sequence.chain(self.picture.values().map(|(_, bytes)| bytes)) {
            Unit::new(bytes).write(annex_b);
        }
    }
}
