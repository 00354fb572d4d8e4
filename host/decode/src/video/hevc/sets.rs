//! Parameter sets: checked when they come, kept for a decoder that starts anew.

use std::collections::BTreeMap;

use rusty_h265::ps::{Sps, parse_sps};

use super::CODEC;
use super::nal::{Kind, Unit};
use crate::contain::contained;
use crate::error::{Error, Result};
use crate::video::limits::check_size;

/// Main, Main 10 and Main Still Picture (ITU-T H.265, A.3), and streams that name none.
const PROFILES: [u8; 4] = [0, 1, 2, 3];

#[derive(Default)]
pub(super) struct Sets {
    sequence: BTreeMap<u8, (Sps, Vec<u8>)>,
    /// Video and picture parameter sets, by type and id.
    others: BTreeMap<(u8, u32), Vec<u8>>,
    latest: u8,
}

impl Sets {
    /// Keeps a parameter set; other units pass.
    pub(super) fn take(&mut self, unit: &Unit<'_>) -> Result<()> {
        match unit.kind() {
            Kind::Sps => {
                let sps = read(unit)?;
                self.latest = sps.id;
                self.sequence.insert(sps.id, (sps, unit.bytes().to_vec()));
            }
            Kind::OtherSet => {
                let id = unit
                    .set_id()
                    .ok_or_else(|| Error::Configuration { codec: CODEC, what: "a parameter set is cut off".into() })?;
                self.others.insert((unit.unit_type(), id), unit.bytes().to_vec());
            }
            Kind::Slice | Kind::End | Kind::Other => return Ok(()),
        }
        Ok(())
    }

    /// The sequence parameter set that came last.
    pub(super) fn active(&self) -> Option<&Sps> {
        self.sequence.get(&self.latest).map(|(sps, _)| sps)
    }

    /// All of them, as they must be fed.
    pub(super) fn units(&self) -> impl Iterator<Item = &[u8]> {
        let sequence = self.sequence.values().map(|(_, bytes)| bytes.as_slice());
        let others = |wanted: u8| {
            self.others.iter().filter(move |((kind, _), _)| *kind == wanted).map(|(_, set)| set.as_slice())
        };
        others(32).chain(sequence).chain(others(34))
    }
}

/// Refuses what the decoder can't do, and sizes that nobody films.
fn read(unit: &Unit<'_>) -> Result<Sps> {
    let payload = rusty_h265::nal::unescape(unit.bytes().get(2..).unwrap_or_default());
    let sps = contained(CODEC, || {
        parse_sps(&payload.data).map_err(|error| Error::Configuration { codec: CODEC, what: error.to_string() })
    })?;
    let refused = |what: String| Err(Error::Unsupported { codec: CODEC, what });
    match sps.chroma_format_idc {
        1 => {}
        0 => return refused("monochrome".into()),
        2 => return refused("4:2:2 chroma".into()),
        _ => return refused("4:4:4 chroma".into()),
    }
    if sps.bit_depth_luma.max(sps.bit_depth_chroma) > 10 {
        return refused(format!("a depth of {} bit", sps.bit_depth_luma.max(sps.bit_depth_chroma)));
    }
    if !PROFILES.contains(&sps.ptl.profile()) || sps.range_extension || sps.scc_extension {
        return refused(format!("profile {}", sps.ptl.profile()));
    }
    check_size(CODEC, sps.width.into(), sps.height.into())?;
    Ok(sps)
}
