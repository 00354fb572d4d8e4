//! The configuration records of video codecs, as decoders want them, once their frame is known to be sound.

use super::atom::Atom;
use crate::error::Error;

/// Parameter sets of a stream have some hundred bytes; 64 KiB is the most that a single one can have.
const LENGTH: usize = 1 << 16;

/// `avcC`: the AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1). It may hold no parameter sets; then they come with
/// the pictures (`avc3`).
pub(super) fn avc(atom: &Atom) -> Result<Vec<u8>, Error> {
    versioned(atom, &atom.body, 1, 7)
}

/// `hvcC`: the HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1). Recorders older than the standard wrote version 0.
pub(super) fn hevc(atom: &Atom) -> Result<Vec<u8>, Error> {
    match atom.body.first() {
        Some(0) => versioned(atom, &atom.body, 0, 23),
        _ => versioned(atom, &atom.body, 1, 23),
    }
}

/// `vpcC`: the VPCodecConfigurationRecord behind version and flags. Version 0 had other fields, and nobody needs them.
pub(super) fn vp(atom: &Atom) -> Result<Vec<u8>, Error> {
    match atom.body.split_first_chunk::<4>() {
        Some(([1, ..], record)) => bounded(atom, record),
        _ => Ok(Vec::new()),
    }
}

/// `av1C`: the AV1CodecConfigurationRecord; a marker bit and version 1.
pub(super) fn av1(atom: &Atom) -> Result<Vec<u8>, Error> {
    versioned(atom, &atom.body, 0x81, 4)
}

fn versioned(atom: &Atom, record: &[u8], version: u8, least: usize) -> Result<Vec<u8>, Error> {
    match record.first() {
        Some(first) if record.len() >= least && *first != version => {
            Err(atom.malformed(format!("it begins with {first:#04x}, and not with version {version:#04x}")))
        }
        Some(_) if record.len() >= least => bounded(atom, record),
        _ => Err(atom.malformed(format!("it has {} bytes, {least} are needed", record.len()))),
    }
}

fn bounded(atom: &Atom, record: &[u8]) -> Result<Vec<u8>, Error> {
    if record.len() > LENGTH {
        return Err(Error::limits(atom.kind, format!("{} bytes", record.len()), LENGTH.to_string()));
    }
    Ok(record.to_vec())
}
