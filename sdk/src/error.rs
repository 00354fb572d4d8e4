//! Why an analyzer can't go on.

/// The result of everything that an analyzer does.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an analyzer can't go on. The text is for the user: lower case, no full stop, naming the thing and the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A parameter has a value that the schema couldn't rule out.
    #[error("{0}")]
    BadParams(String),
    /// The recording isn't one that this analyzer takes.
    #[error("{0}")]
    BadInput(String),
    /// Everything else.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// A parameter has a value that the schema couldn't rule out.
    pub fn bad_params(why: impl Into<String>) -> Self {
        Self::BadParams(why.into())
    }

    /// The recording isn't one that this analyzer takes.
    pub fn bad_input(why: impl Into<String>) -> Self {
        Self::BadInput(why.into())
    }

    /// Everything else.
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }

    pub(crate) fn unasked(input: &str) -> Self {
        Self::Failed(format!("the host pushed {input}, which this analyzer doesn't take"))
    }
}
