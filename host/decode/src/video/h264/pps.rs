//! Picture parameter sets (ITU-T H.264, 7.3.2.2): only what decides who decodes them.

use rusty_h264_common::BitReader;
use rusty_h264_decoder::Pps;

use super::CODEC;
use crate::contain::contained;
use crate::error::{Error, Result};

/// What a set says that we need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) id: u32,
    /// The fast decoder can't do it, or does it wrong without saying so.
    pub(super) is_odd: bool,
}

/// Reads a set's payload.
pub(super) fn look(payload: &[u8]) -> Result<Look> {
    let cut_off = |_| Error::Configuration { codec: CODEC, what: "a picture parameter set is cut off".into() };
    let id = BitReader::new(payload).read_ue().map_err(cut_off)?;
    if id > 255 {
        return Err(Error::Configuration { codec: CODEC, what: format!("a picture parameter set numbered {id}") });
    }
    let is_odd = match contained(CODEC, || Ok(Pps::parse(payload)))? {
        // Explicit weights of B pictures it refuses; the second chroma quantiser offset it reads, and uses the first.
        Ok(pps) => pps.weighted_bipred_idc == 1 || pps.second_chroma_qp_index_offset != pps.chroma_qp_index_offset,
        Err(_) => true,
    };
    Ok(Look { id, is_odd })
}
