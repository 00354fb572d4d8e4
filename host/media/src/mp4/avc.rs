//! `avcC`: the AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).

use super::atom::Atom;
use crate::error::Error;

/// Parameter sets of a stream have some hundred bytes; 64 KiB is the most that a single one can have.
const LENGTH: usize = 1 << 16;

/// The record as a decoder wants it, once its frame is known to be sound.
pub(super) fn configuration(atom: &Atom) -> Result<Vec<u8>, Error> {
    let record = &atom.body;
    match record.first_chunk::<7>() {
        Some([1, ..]) if record.len() <= LENGTH => Ok(record.to_vec()),
        Some([1, ..]) => Err(Error::limits(atom.kind, format!("{} bytes", record.len()), LENGTH.to_string())),
        Some([version, ..]) => Err(atom.malformed(format!("it has version {version}; there is only 1"))),
        None => Err(atom.malformed(format!("it has {} bytes, 7 are needed", record.len()))),
    }
}
