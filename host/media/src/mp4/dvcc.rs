//! `dvcC`, `dvvC`: Dolby Vision over another codec (Dolby Vision Streams Within the ISO Base Media File Format).

use super::atom::Atom;

/// Why the pictures below can't be shown as they are; none where they can, or where there is no such box.
///
/// A base layer that is compatible with nothing (profile 5: its colours are IPT) looks green and purple to others; all
/// other profiles are HDR10, HLG or SDR below, and the layer on top is left out.
pub(super) fn refusal(entry: &Atom, children_from: usize) -> Option<String> {
    let named = |child: &Atom| matches!(&child.kind.0, b"dvcC" | b"dvvC" | b"dvwC");
    let dvcc = entry.children(children_from).map_while(Result::ok).find(named)?;
    let [_, _, profile, _, compatibility, ..] = dvcc.body.as_ref() else { return None };
    let (profile, compatibility) = (profile >> 1, compatibility >> 4);
    (compatibility == 0)
        .then(|| format!("Dolby Vision of profile {profile}, which has no plain base layer, isn't supported"))
}
