//! What kind of failure ended a job: few values, for filters and statistics. The code says which one exactly.

use serde::{Deserialize, Serialize};

use crate::failure::{Code, Failure};

/// What kind of failure ended a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any that isn't named below.
    Error,
    /// The attempt's time was over, or it stood still.
    Timeout,
    /// Hosts crashed under it too often.
    Poison,
    /// Somebody cancelled it.
    Cancelled,
    /// Its file never came.
    FileTimeout,
    /// Its file can't be read by any host of this version.
    Unsupported,
    /// A limit of the pipeline was passed.
    Limit,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Error, Self::Timeout, Self::Poison, Self::Cancelled, Self::FileTimeout, Self::Unsupported, Self::Limit];

    /// The number in the database.
    pub const fn number(self) -> i16 {
        match self {
            Self::Error => 0,
            Self::Timeout => 1,
            Self::Poison => 2,
            Self::Cancelled => 3,
            Self::FileTimeout => 4,
            Self::Unsupported => 5,
            Self::Limit => 6,
        }
    }

    /// The number read back; none for any other.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::Poison => "poison",
            Self::Cancelled => "cancelled",
            Self::FileTimeout => "file_timeout",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
        }
    }

    /// The kind of a failure, by its code.
    pub const fn of(failure: &Failure) -> Self {
        match failure.code {
            Code::JobTimeout | Code::JobStalled => Self::Timeout,
            Code::JobPoison => Self::Poison,
            Code::JobCancelled => Self::Cancelled,
            Code::JobFileTimeout => Self::FileTimeout,
            Code::MediaUnsupported | Code::MediaUnknown | Code::MediaEncrypted => Self::Unsupported,
            Code::LimitsFuel
            | Code::LimitsMemory
            | Code::LimitsTime
            | Code::LimitsStack
            | Code::LimitsOutput
            | Code::LimitsResources => Self::Limit,
            // Codes grow with every room; a new one is an ordinary error until somebody says otherwise.
            _ => Self::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Class, Reason};

    #[test]
    fn every_kind_survives_its_number() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(kind));
        }
        assert_eq!(Kind::from_number(7), None);
    }

    #[test]
    fn a_cancel_is_told_from_a_failure_by_its_code() {
        let failure = |code| Failure::new(code, Class::Permanent(Reason::Internal), "");
        assert_eq!(Kind::of(&failure(Code::JobCancelled)), Kind::Cancelled);
        assert_eq!(Kind::of(&failure(Code::LimitsFuel)), Kind::Limit);
        assert_eq!(Kind::of(&failure(Code::Internal)), Kind::Error);
    }
}
