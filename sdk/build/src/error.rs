//! What can go wrong when components are built.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why components can't be built.
#[derive(Debug)]
pub enum Error {
    /// A file or program can't be used.
    Io {
        /// What was tried.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// `rustc` can't compile for the target, and rustup couldn't change that.
    TargetMissing {
        /// Where its standard library should be.
        libdir: PathBuf,
    },
    /// The nested cargo failed; its output.
    Cargo {
        /// What it printed.
        output: String,
    },
    /// `rustc` says something unexpected.
    Rustc {
        /// What was asked.
        asked: String,
        /// What it printed.
        output: String,
    },
    /// A component isn't where it should be.
    Missing {
        /// Of which package.
        package: String,
        /// Where it should be.
        path: PathBuf,
    },
}

impl Error {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        |source| Self::Io { what, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { what, .. } => write!(out, "can't {what}"),
            Self::TargetMissing { libdir } => write!(
                out,
                "the compiler can't build components ({} isn't there); type: rustup target add {}",
                libdir.display(),
                crate::target::TRIPLE
            ),
            Self::Cargo { output } => write!(out, "components can't be built:\n{output}"),
            Self::Rustc { asked, output } => write!(out, "`rustc {asked}` answers {output:?}"),
            Self::Missing { package, path } => {
                write!(out, "{} isn't there, the component of package `{package}`", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::TargetMissing { .. } | Self::Cargo { .. } | Self::Rustc { .. } | Self::Missing { .. } => None,
        }
    }
}
