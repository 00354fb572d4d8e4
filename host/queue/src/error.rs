//! What can go wrong with the queue itself; what goes wrong with a job is the job's failure.

use rushes_model::{Class, Classify, Code, Reason};
use rushes_store as store;

/// What can go wrong with the queue itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The thread that renews leases couldn't be started.
    #[error("the thread that renews leases can't be started")]
    Heart(#[source] std::io::Error),
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Store(error) => error.class(),
            Self::Heart(_) => Class::Permanent(Reason::Internal),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Heart(_) => Code::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.help(),
            Self::Heart(_) => None,
        }
    }
}
