//! Picture parameter sets (ITU-T H.264, 7.3.2.2): only what decides whether we decode them.

use rusty_h264_decoder::Pps;

use super::CODEC;
use crate::contain::contained;
use crate::error::{Error, Result};

/// Its id. Refuses what the decoder can't do, or does wrong without saying so.
pub(super) fn check(payload: &[u8]) -> Result<u32> {
    let pps = contained(CODEC, || {
        Pps::parse(payload).map_err(|error| Error::Unsupported { codec: CODEC, what: error.to_string() })
    })?;
    let refused = |what: &str| Err(Error::Unsupported { codec: CODEC, what: what.to_owned() });
    if pps.weighted_bipred_idc == 1 {
        return refused("explicit weighted prediction of B pictures");
    }
    // rusty_h264 0.17 reads this offset and uses the first for both planes.
    if pps.second_chroma_qp_index_offset != pps.chroma_qp_index_offset {
        return refused("a second chroma quantiser offset");
    }
    Ok(pps.pic_parameter_set_id)
}
