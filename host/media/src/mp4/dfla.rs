//! `dfLa`: FLAC's metadata blocks (Encapsulation of FLAC in ISO Base Media File Format, 3.3.2).

use super::atom::Atom;
use crate::error::Error;

/// Bytes of STREAMINFO (RFC 9639, 8.2).
const STREAM_INFO: usize = 34;

/// The STREAMINFO block, which comes first.
pub(super) fn stream_info(atom: &Atom) -> Result<Vec<u8>, Error> {
    let mut fields = atom.fields();
    fields.full()?;
    let kind = fields.u8()? & 0x7f;
    let length = fields.take(3)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    if (kind, length) != (0, STREAM_INFO) {
        return Err(atom.malformed(format!("it begins with {length} bytes of block {kind}, and not with STREAMINFO")));
    }
    Ok(fields.take(STREAM_INFO)?.to_vec())
}
