//! `sinf`: the samples are protected (ISO/IEC 14496-12, 8.12; ISO/IEC 23001-7 for `cenc` and its kin).

use super::atom::Atom;
use crate::error::Error;

/// Refuses a protected sample entry, and one that holds a `sinf` under another name.
pub(super) fn refuse(entry: &Atom, children_from: usize) -> Result<(), Error> {
    let sinf = entry.children(children_from).map_while(Result::ok).find(|child| &child.kind.0 == b"sinf");
    let named = matches!(&entry.kind.0, b"encv" | b"enca" | b"drmi" | b"drms");
    if !named && sinf.is_none() {
        return Ok(());
    }
    let scheme = sinf.as_ref().and_then(|sinf| sinf.find(b"schm").ok().flatten());
    let scheme = scheme.as_ref().and_then(|schm| schm.body.get(4..8)?.first_chunk::<4>().copied());
    let scheme = scheme.map_or_else(|| entry.kind.to_string(), |scheme| super::atom::FourCc(scheme).to_string());
    Err(Error::Encrypted { scheme, at: entry.at })
}
