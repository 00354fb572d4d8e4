//! What can go wrong with measuring memory.

use rushes_model::{Class, Classify, Code, Reason};

/// What can go wrong with measuring memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system doesn't tell.
    #[error("the system doesn't tell how much memory there is")]
    Unmeasurable(#[source] sysinfo::Error),
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Unmeasurable(_) => Class::Permanent(Reason::Internal),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Unmeasurable(_) => Code::SettingInvalid,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unmeasurable(_) => Some("set ENABLE_MEMORY_MONITORING=false to run without the throttle".into()),
        }
    }
}
