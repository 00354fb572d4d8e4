//! `sbgp`: samples with something in common (ISO/IEC 14496-12, 8.9.2).

use super::atom::Atom;
use super::rows::Rows;
use super::runs::{AfterEnd, Runs};
use crate::error::Error;

/// For each sample more than 0 where decoding can begin though it isn't a sync sample: group `rap ` (10.4), as open groups of
/// pictures have it. None where there is no such group.
pub(super) fn random_access(stbl: &Atom) -> Result<Option<Runs>, Error> {
    for child in stbl.children(0).map_while(Result::ok).filter(|child| &child.kind.0 == b"sbgp") {
        let mut fields = child.fields();
        let (version, _) = fields.full()?;
        if fields.take(4)? != b"rap " {
            continue;
        }
        fields.skip(if version == 0 { 0 } else { 4 })?;
        let count = fields.u32()?;
        return Ok(Some(Runs::new(Rows::read(&child, &fields, count, 8)?, AfterEnd::Zero)));
    }
    Ok(None)
}
