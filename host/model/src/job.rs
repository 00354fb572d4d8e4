//! A job's states and the one machine that moves between them.
//!
//! ```text
//!                 file found            claimed            completed
//! waiting_for_file ────────► ready ──────────► processing ──────────► completed
//!        ▲                   ▲  ▲                │ │ │ └─ failed ───► failed
//!        │                   │  └─ delay over ─┐ │ │ └─── cancelled ► cancelled
//!        └── file gone ──────┼──── retry_wait ◄┘ │ │
//!                            └─── handed back ◄──┘ └─► (retry later) retry_wait
//! ```
//! [`next`] is pure; each of its arrows is one statement or transaction in `store`, guarded by the same conditions.
//! A job that ended goes back to `waiting_for_file` when it is retried by hand: its file is looked for again.

mod kind;
mod machine;

use serde::{Deserialize, Serialize};

pub use kind::Kind;
pub use machine::{End, Event, Refused, next};

use crate::failure::Failure;
use crate::report::Report;

/// What is kept of a state, with the numbers that users know. Strings in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// Not begun, or to be tried again.
    #[serde(rename = "0")]
    Pending,
    /// Under a lease.
    #[serde(rename = "1")]
    Processing,
    /// Ended without a report, or cancelled.
    #[serde(rename = "2")]
    Failed,
    /// Ended with a report.
    #[serde(rename = "3")]
    Completed,
}

impl Status {
    /// The number in the database.
    pub const fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Processing => 1,
            Self::Failed => 2,
            Self::Completed => 3,
        }
    }

    /// The number read back; none for any other.
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Pending),
            1 => Some(Self::Processing),
            2 => Some(Self::Failed),
            3 => Some(Self::Completed),
            _ => None,
        }
    }

    /// The number as it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "0",
            Self::Processing => "1",
            Self::Failed => "2",
            Self::Completed => "3",
        }
    }
}

/// Whether the object was seen in the bucket. Strings in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FileStatus {
    /// Not yet.
    #[serde(rename = "0")]
    NotReady,
    /// It is there.
    #[serde(rename = "1")]
    Ready,
}

/// Where a job stands, for people and for [`next`]. Derived from what is kept, never kept itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its object isn't in the bucket yet.
    WaitingForFile,
    /// It can be claimed.
    Ready,
    /// It can be claimed after a delay.
    RetryWait,
    /// A host works on it under a lease.
    Processing,
    /// It has a report.
    Completed,
    /// It ended without one.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::WaitingForFile,
        Self::Ready,
        Self::RetryWait,
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// What the kept columns mean. `is_due`: its `run_at` has passed.
    pub const fn derive(status: Status, file: FileStatus, is_due: bool, kind: Option<Kind>) -> Self {
        match (status, file) {
            (Status::Pending, FileStatus::NotReady) => Self::WaitingForFile,
            (Status::Pending, FileStatus::Ready) if is_due => Self::Ready,
            (Status::Pending, FileStatus::Ready) => Self::RetryWait,
            (Status::Processing, _) => Self::Processing,
            (Status::Completed, _) => Self::Completed,
            (Status::Failed, _) => match kind {
                Some(Kind::Cancelled) => Self::Cancelled,
                Some(
                    Kind::Error | Kind::Timeout | Kind::Poison | Kind::FileTimeout | Kind::Unsupported | Kind::Limit,
                )
                | None => Self::Failed,
            },
        }
    }

    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WaitingForFile => "waiting_for_file",
            Self::Ready => "ready",
            Self::RetryWait => "retry_wait",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens to it by itself.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Cancelled => true,
            Self::WaitingForFile | Self::Ready | Self::RetryWait | Self::Processing => false,
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// How an attempt ended, as the run tells the queue. What follows from a failure is decided by its class.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// There is a report, and every required analyzer completed.
    Completed(Box<Report>),
    /// It failed, or was told to stop.
    Failed {
        /// Why.
        failure: Failure,
        /// What was found all the same: one required analyzer failed, others have findings.
        report: Option<Box<Report>>,
    },
}

impl Outcome {
    /// A failure without a report.
    pub const fn failed(failure: Failure) -> Self {
        Self::Failed { failure, report: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_knows_a_status_by_its_number() {
        for status in [Status::Pending, Status::Processing, Status::Failed, Status::Completed] {
            assert_eq!(Status::from_number(status.number()), Some(status));
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{}\"", status.number()));
            assert_eq!(status.as_str(), status.number().to_string());
        }
        assert_eq!(Status::from_number(4), None);
    }

    #[test]
    fn a_cancelled_job_is_a_failed_one_of_its_own_kind() {
        let of = |kind| State::derive(Status::Failed, FileStatus::Ready, true, kind);
        assert_eq!(of(Some(Kind::Cancelled)), State::Cancelled);
        assert_eq!(of(Some(Kind::Poison)), State::Failed);
        assert_eq!(of(None), State::Failed);
    }

    #[test]
    fn a_state_is_called_the_same_everywhere() {
        for state in State::ALL {
            assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{}\"", state.as_str()));
        }
    }
}
