//! The machine: every state, every event, matched one by one.

use std::fmt;

use super::State;
use crate::failure::{Class, Classify, Code, Reason};

/// Something that happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Its object was seen in the bucket.
    FileFound,
    /// Its object can't be used (archived, encrypted with a foreign key) or didn't come in time.
    FileRefused,
    /// The delay before the next attempt has passed.
    DelayOver,
    /// A host took it.
    Claimed,
    /// The attempt ended, by its host or because the lease ran out.
    Ended(End),
    /// A user cancels it. One that runs is told to stop, and ends later as [`End::Cancelled`].
    Cancel,
    /// A user wants it tried now.
    Retry,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// With a report.
    Completed,
    /// To be tried again after a delay.
    RetryLater,
    /// For good.
    Failed,
    /// The object was gone: wait for it again.
    FileGone,
    /// Given back as it was, no attempt charged.
    HandedBack,
    /// It was told to stop because somebody cancelled it.
    Cancelled,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::FileFound,
        Self::FileRefused,
        Self::DelayOver,
        Self::Claimed,
        Self::Ended(End::Completed),
        Self::Ended(End::RetryLater),
        Self::Ended(End::Failed),
        Self::Ended(End::FileGone),
        Self::Ended(End::HandedBack),
        Self::Ended(End::Cancelled),
        Self::Cancel,
        Self::Retry,
    ];
}

/// The event makes no sense in that state; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {state} {event}")]
pub struct Refused {
    /// Where the job stands.
    pub state: State,
    /// What was refused.
    pub event: Event,
}

impl Classify for Refused {
    fn class(&self) -> Class {
        Class::Permanent(Reason::Request)
    }

    fn code(&self) -> Code {
        Code::JobState
    }
}

/// What can't be done, to follow "a job that is failed".
impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::FileFound => "isn't waiting for its file",
            Self::FileRefused => "can't fail for its file",
            Self::DelayOver => "isn't waiting for a delay",
            Self::Claimed => "can't be claimed",
            Self::Ended(_) => "has no attempt that could end",
            Self::Cancel => "can't be cancelled",
            Self::Retry => "can't be retried",
        })
    }
}

/// Where an event leads.
///
/// # Errors
/// When the event makes no sense in that state.
pub const fn next(state: State, event: Event) -> Result<State, Refused> {
    let to = match event {
        Event::FileFound => match state {
            State::WaitingForFile => Some(State::Ready),
            State::Ready
            | State::RetryWait
            | State::Processing
            | State::Completed
            | State::Failed
            | State::Cancelled => None,
        },
        Event::FileRefused => match state {
            State::WaitingForFile => Some(State::Failed),
            State::Ready
            | State::RetryWait
            | State::Processing
            | State::Completed
            | State::Failed
            | State::Cancelled => None,
        },
        Event::DelayOver => match state {
            State::RetryWait => Some(State::Ready),
            State::WaitingForFile
            | State::Ready
            | State::Processing
            | State::Completed
            | State::Failed
            | State::Cancelled => None,
        },
        Event::Claimed => match state {
            State::Ready => Some(State::Processing),
            State::WaitingForFile
            | State::RetryWait
            | State::Processing
            | State::Completed
            | State::Failed
            | State::Cancelled => None,
        },
        Event::Ended(end) => match state {
            State::Processing => Some(after(end)),
            State::WaitingForFile
            | State::Ready
            | State::RetryWait
            | State::Completed
            | State::Failed
            | State::Cancelled => None,
        },
        Event::Cancel => match state {
            State::WaitingForFile | State::Ready | State::RetryWait => Some(State::Cancelled),
            State::Processing => Some(State::Processing),
            State::Completed | State::Failed | State::Cancelled => None,
        },
        Event::Retry => match state {
            State::WaitingForFile | State::Completed | State::Failed | State::Cancelled => Some(State::WaitingForFile),
            State::RetryWait => Some(State::Ready),
            State::Ready | State::Processing => None,
        },
    };
    match to {
        Some(to) => Ok(to),
        None => Err(Refused { state, event }),
    }
}

const fn after(end: End) -> State {
    match end {
        End::Completed => State::Completed,
        End::RetryLater => State::RetryWait,
        End::Failed => State::Failed,
        End::FileGone => State::WaitingForFile,
        End::HandedBack => State::Ready,
        End::Cancelled => State::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_claim_leads_to_processing_and_only_its_end_out_of_it() {
        for state in State::ALL {
            for event in Event::ALL {
                let to = next(state, event);
                if to == Ok(State::Processing) && state != State::Processing {
                    assert_eq!((state, event), (State::Ready, Event::Claimed));
                }
                if state == State::Processing && to.is_ok_and(|to| to != State::Processing) {
                    assert!(matches!(event, Event::Ended(_)), "{event:?}");
                }
            }
        }
    }

    #[test]
    fn a_job_that_ended_moves_only_when_a_user_retries_it() {
        for state in State::ALL.into_iter().filter(|state| state.is_final()) {
            for event in Event::ALL {
                let expected =
                    if event == Event::Retry { Ok(State::WaitingForFile) } else { Err(Refused { state, event }) };
                assert_eq!(next(state, event), expected);
            }
        }
    }

    #[test]
    fn every_state_but_the_first_is_reached() {
        for wanted in State::ALL {
            let reached = State::ALL
                .into_iter()
                .flat_map(|from| Event::ALL.map(|event| (from, next(from, event))))
                .any(|(from, to)| to == Ok(wanted) && from != wanted);
            assert!(reached, "{wanted}");
        }
    }

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        let refused = next(State::Completed, Event::Cancel).unwrap_err();
        assert_eq!(refused.to_string(), "a job that is completed can't be cancelled");
    }
}
