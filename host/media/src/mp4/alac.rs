//! `alac` inside of `alac`: the Apple Lossless configuration (Apple Lossless Format, "Magic Cookie").

use super::atom::Atom;
use crate::error::Error;

/// Bytes of the ALACSpecificConfig; a channel layout may follow.
const CONFIGURATION: usize = 24;

/// The configuration behind version and flags.
pub(super) fn configuration(atom: &Atom) -> Result<Vec<u8>, Error> {
    let mut fields = atom.fields();
    fields.full()?;
    Ok(fields.take(CONFIGURATION)?.to_vec())
}
