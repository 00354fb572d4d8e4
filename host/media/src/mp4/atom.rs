//! A box in memory (the standard calls it box, QuickTime calls it atom, and Rust has a `Box`).

use std::fmt;

use bytes::Bytes;

use super::fields::Fields;
use crate::error::Error;

/// A box's four letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FourCc(pub(super) [u8; 4]);

/// Letters as they are, everything else as `.`.
impl fmt::Display for FourCc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(out, "{}", if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' }))
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A box.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) kind: FourCc,
    /// Where its header begins in the object.
    pub(super) at: u64,
    /// Where its body begins in the object.
    pub(super) body_at: u64,
    pub(super) body: Bytes,
}

impl Atom {
    /// Its fields, from the body's first byte.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields::new(&self.body, self.kind, self.at)
    }

    /// The boxes inside, from a byte of the body on.
    pub(super) fn children(&self, from: usize) -> Children<'_> {
        Children { parent: self, next: from }
    }

    /// The first box of a kind inside.
    pub(super) fn find(&self, kind: &[u8; 4]) -> Result<Option<Self>, Error> {
        for child in self.children(0) {
            let child = child?;
            if &child.kind.0 == kind {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    /// The same where it must be.
    pub(super) fn expect(&self, kind: &[u8; 4]) -> Result<Self, Error> {
        self.find(kind)?.ok_or_else(|| self.malformed(format!("there is no `{}` in it", FourCc(*kind))))
    }

    /// Something is wrong with it.
    pub(super) fn malformed(&self, what: impl Into<String>) -> Error {
        Error::malformed(self.kind, self.at, what)
    }

    /// Size of the body's next `header + body`, kind, and length of the header.
    fn header(&self, at: usize) -> Option<(u64, FourCc, usize)> {
        let rest = self.body.get(at..)?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first_chunk::<4>()?;
        let kind = FourCc(*kind);
        match u32::from_be_bytes(*size) {
            0 => Some((u64::try_from(self.body.len().checked_sub(at)?).ok()?, kind, 8)),
            1 => Some((u64::from_be_bytes(*rest.first_chunk::<8>()?), kind, 16)),
            size => Some((u64::from(size), kind, 8)),
        }
    }
}

/// Boxes one after the other; ends after the first that is broken. Fewer than 8 bytes at the end are padding.
pub(super) struct Children<'a> {
    parent: &'a Atom,
    next: usize,
}

impl Iterator for Children<'_> {
    type Item = Result<Atom, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.next;
        let (size, kind, header) = self.parent.header(at)?;
        self.next = usize::MAX;
        let place = self.parent.body_at.saturating_add(u64::try_from(at).ok()?);
        let body = usize::try_from(size).ok().and_then(|size| at.checked_add(size));
        let body = body.and_then(|end| Some((at.checked_add(header)?, end)));
        match body {
            Some((from, end)) if from <= end && end <= self.parent.body.len() => {
                self.next = end;
                let body_at = place.saturating_add(u64::try_from(header).ok()?);
                Some(Ok(Atom { kind, at: place, body_at, body: self.parent.body.slice(from..end) }))
            }
            _ => Some(Err(Error::malformed(
                kind,
                place,
                format!(
                    "it claims {size} bytes, `{}` around it has {} left",
                    self.parent.kind,
                    self.parent.body.len().saturating_sub(at)
                ),
            ))),
        }
    }
}
