//! `dOps`: the Opus configuration (Encapsulation of Opus in ISO Base Media File Format, 4.3.2).

use super::atom::Atom;
use crate::error::Error;

/// The identification header that says the same in Ogg (RFC 7845, 5.1): little-endian, and with a magic.
///
/// Its pre-skip isn't cut off by us: here the edit list says what is presented.
pub(super) fn opus_head(atom: &Atom) -> Result<Vec<u8>, Error> {
    let mut fields = atom.fields();
    if fields.u8()? != 0 {
        return Err(atom.malformed("it has another version than 0"));
    }
    let channels = fields.u8()?;
    let (pre_skip, rate, gain) = (fields.u16()?, fields.u32()?, fields.u16()?);
    let family = fields.u8()?;
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend(pre_skip.to_le_bytes());
    head.extend(rate.to_le_bytes());
    head.extend(gain.to_le_bytes());
    head.push(family);
    if family != 0 {
        // Streams, coupled streams, and for each channel where it comes from.
        head.extend(fields.take(2 + usize::from(channels))?);
    }
    Ok(head)
}
