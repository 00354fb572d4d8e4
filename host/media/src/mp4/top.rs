//! The boxes on the top level of a file, by their headers alone.

use super::atom::FourCc;
use crate::error::Error;
use crate::limits;
use crate::window::{Ahead, Window};

/// A box that was walked over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: FourCc,
    /// Where its header begins.
    pub(super) at: u64,
    /// Where its body begins.
    pub(super) body: u64,
    /// Where it ends, as claimed; may lie past the end of the file.
    pub(super) end: u64,
}

/// The walk.
#[derive(Debug)]
pub(super) struct TopLevel {
    next: u64,
    walked: u32,
}

impl TopLevel {
    pub(super) const fn new() -> Self {
        Self { next: 0, walked: 0 }
    }

    /// The next box, none at the end of the file or where less than a header is left.
    pub(super) fn next(&mut self, window: &mut Window<'_>, ahead: Ahead) -> Result<Option<Found>, Error> {
        let at = self.next;
        let header = window.read(at, 16, ahead)?;
        let Some((size, rest)) = header.split_first_chunk::<4>() else { return Ok(None) };
        let Some((kind, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
        let kind = FourCc(*kind);
        let (length, header) = match u32::from_be_bytes(*size) {
            0 => (window.size().saturating_sub(at), 8),
            1 => match rest.first_chunk::<8>() {
                Some(size) => (u64::from_be_bytes(*size), 16),
                None => return Ok(None),
            },
            size => (u64::from(size), 8),
        };
        if length < header {
            return Err(Error::malformed(kind, at, format!("it claims {length} bytes, its header alone has {header}")));
        }
        self.walked = self.walked.saturating_add(1);
        if self.walked > limits::TOP_LEVEL {
            return Err(Error::limits("the file", "boxes without end", limits::TOP_LEVEL.to_string()));
        }
        self.next = at.saturating_add(length);
        Ok(Some(Found { kind, at, body: at.saturating_add(header), end: self.next }))
    }
}
