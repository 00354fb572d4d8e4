//! Which partials of a lane are missing: asked segment by segment, in order, because the carry of a chained analyzer passes from
//! each to the next, and because not all segments need be known when the first is fed.

use rushes_media::feed::Wants;
use rushes_model::media::Segment;

use crate::error::Error;
use crate::partials::{Kept, Key};
use crate::plan::Lane;

/// One lane's part of the work.
pub(crate) struct Todo {
    kind: Kind,
    /// A chained lane's partial was missing: all after it are.
    is_broken: bool,
    /// What the last kept segment leaves to the next.
    carry: Option<Vec<u8>>,
    pub(crate) reused: u32,
}

/// How a lane's partials depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Independent,
    Chained,
    /// One partial for all segments, which is missing.
    Whole,
    /// One partial for all segments, which is kept.
    Kept,
}

/// What is fed of one segment.
pub(crate) struct Part {
    /// Lanes that are fed, each with what its session must be told first.
    pub(crate) lanes: Vec<(usize, Carry)>,
    pub(crate) wants: Wants,
}

/// The carry for the first session of a chained lane; none for others, whose own sessions pass it on.
pub(crate) type Carry = Option<Vec<u8>>;

impl Todo {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, is_broken: false, carry: None, reused: 0 }
    }

    /// None where the segment's partial is kept.
    pub(crate) fn needs(
        &mut self,
        lane: &Lane,
        segment: &Segment,
        find: impl FnOnce(&Key) -> Result<Option<Kept>, Error>,
    ) -> Result<Option<Carry>, Error> {
        let is_chained = self.kind == Kind::Chained;
        let kept = match self.kind {
            Kind::Whole => return Ok(Some(None)),
            Kind::Kept => {
                self.reused += 1;
                return Ok(None);
            }
            Kind::Chained if self.is_broken => return Ok(Some(None)),
            Kind::Independent | Kind::Chained => find(&lane.key.of(segment, self.carry.as_deref()))?,
        };
        match kept {
            Some(kept) => {
                self.reused += 1;
                self.carry = if is_chained { kept.carry } else { None };
                Ok(None)
            }
            None => {
                self.is_broken = true;
                Ok(Some(self.carry.take()))
            }
        }
    }
}
