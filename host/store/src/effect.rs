//! Whether a guarded write took place.

/// Whether a guarded write took place.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a lost write means that somebody else has the job"]
pub enum Effect<T> {
    /// It did; this is what came of it.
    Applied(T),
    /// The guard didn't hold any more (the lease is another's, the state is another): nothing was written.
    Lost,
}

impl<T> Effect<T> {
    /// What came of it, none if lost.
    pub fn applied(self) -> Option<T> {
        match self {
            Self::Applied(value) => Some(value),
            Self::Lost => None,
        }
    }

    /// Whether nothing was written.
    pub const fn is_lost(&self) -> bool {
        match self {
            Self::Applied(_) => false,
            Self::Lost => true,
        }
    }
}
