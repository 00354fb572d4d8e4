//! What can end a whole job. An analyzer's own failure ends only that analyzer and stands in its report.

use rushes_model::stop::Stop;
use rushes_model::{Class, Classify, Code, Failure, Reason};

/// Why a job has no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The recording can't be read or decoded.
    #[error(transparent)]
    Media(#[from] rushes_media::Error),
    /// Bytes can't be had.
    #[error(transparent)]
    Read(#[from] rushes_media::ReadError),
    /// It was told to stop.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// No analyzer has its input in the recording.
    #[error("none of the pipeline's analyzers has its input in this recording: {}", why.join("; "))]
    NothingToAnalyse {
        /// Analyzer by analyzer.
        why: Vec<String>,
    },
    /// The index is sound, and nothing behind it can be decoded.
    #[error("none of the pictures that are wanted can be decoded ({lost} failed), and there is no sound")]
    Undecodable {
        /// How many were tried.
        lost: u64,
    },
    /// Partials can't be kept or read.
    #[error("partials can't be kept")]
    Partials(#[source] Failure),
    /// A thread that computes panicked.
    #[error("the {thread} thread panicked: {message}")]
    Panicked {
        /// Which.
        thread: String,
        /// What it said.
        message: String,
    },
    /// A thread can't be started.
    #[error("a thread can't be started")]
    Thread(#[source] std::io::Error),
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Media(error) => error.class(),
            Self::Read(error) => error.0.class,
            Self::Stopped(stop) => stop.class(),
            Self::NothingToAnalyse { .. } | Self::Undecodable { .. } => Class::Permanent(Reason::Media),
            Self::Partials(failure) => failure.class,
            Self::Panicked { .. } => Class::Permanent(Reason::Internal),
            Self::Thread(_) => Class::Transient,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Media(error) => error.code(),
            Self::Read(error) => error.0.code,
            Self::Stopped(stop) => stop.code(),
            Self::NothingToAnalyse { .. } => Code::MediaNothing,
            Self::Undecodable { .. } => Code::MediaUndecodable,
            Self::Partials(failure) => failure.code,
            Self::Panicked { .. } | Self::Thread(_) => Code::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Media(error) => error.help(),
            Self::Read(error) => error.0.help.clone(),
            Self::Stopped(stop) => stop.help(),
            Self::NothingToAnalyse { .. } => Some(
                "use a pipeline whose analyzers need what this recording has, or check that it is the right file"
                    .into(),
            ),
            Self::Undecodable { .. } => Some(
                "check that it plays elsewhere; if it does: `ffmpeg -i IN -c:v libx264 -pix_fmt yuv420p OUT.mp4`"
                    .into(),
            ),
            Self::Partials(failure) => failure.help.clone(),
            Self::Panicked { .. } => {
                Some("this is a bug of Rushes: please report it with the recording's first megabyte".into())
            }
            Self::Thread(_) => {
                Some("the machine refuses more threads: lower MAX_CONCURRENT_JOBS or raise its limit".into())
            }
        }
    }
}
