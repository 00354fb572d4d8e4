//! What can be wrong with a configuration.

use rushes_model::{Class, Classify, Code, Reason};

use crate::problem::Problems;
use crate::settings::Refusals;

/// A configuration that can't be used. Holds everything that is wrong with it, not only the first thing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Settings from the environment or the file's `[host]` table.
    #[error(transparent)]
    Settings(#[from] Refusals),
    /// `pipelines.toml`.
    #[error(transparent)]
    Pipelines(#[from] Problems),
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Settings(_) | Self::Pipelines(_) => Class::Permanent(Reason::Request),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Settings(_) => Code::SettingInvalid,
            Self::Pipelines(problems) => problems.code(),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Settings(_) => {
                Some("`rushes config show` prints each setting, its value and where it comes from".into())
            }
            Self::Pipelines(_) => Some("`rushes pipelines check` prints every error with its place in the file".into()),
        }
    }
}
