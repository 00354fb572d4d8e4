//! What can be wrong with a recording, in words for the person who uploaded it.

use rushes_model::stop::Stop;
use rushes_model::{ByteSize, Class, Classify, Code, Reason};

use crate::reader::ReadError;

/// Why a recording can't be read, or not further.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No byte in it, or no sample.
    #[error("the file is empty: {what}")]
    Empty {
        /// What it lacks.
        what: &'static str,
    },
    /// No container that is known.
    #[error("this is no recording: it looks like {looks_like}")]
    Unknown {
        /// What its first bytes look like.
        looks_like: String,
    },
    /// A container that is known and not read.
    #[error("{container} isn't read yet")]
    Container {
        /// Its name.
        container: &'static str,
    },
    /// Its tracks are known and not read.
    #[error("no track can be decoded ({})", .refused.join("; "))]
    Tracks {
        /// Each with why.
        refused: Vec<String>,
    },
    /// Samples are encrypted.
    #[error("the recording is encrypted (`{scheme}` at byte {at})")]
    Encrypted {
        /// The box that says so.
        scheme: String,
        /// Where.
        at: u64,
    },
    /// It was never closed: samples are there, the index isn't.
    #[error("the recording was cut off before it was closed: {what} (the file ends at byte {size})")]
    Unfinished {
        /// What is there and what isn't.
        what: String,
        /// Bytes in all.
        size: u64,
    },
    /// The index names bytes that aren't there, and nothing else.
    #[error("the file ends before its first sample (at byte {first}, the file has {size})")]
    Truncated {
        /// Where the first sample would lie.
        first: u64,
        /// Bytes in all.
        size: u64,
    },
    /// A structure that contradicts itself.
    #[error("`{place}` at byte {at} is broken: {what}")]
    Malformed {
        /// Box or chunk.
        place: String,
        /// Where it begins.
        at: u64,
        /// What is wrong with it.
        what: String,
    },
    /// It claims more than is accepted.
    #[error("`{place}` claims {claimed}, accepted are {allowed}")]
    Limits {
        /// Box, chunk or field.
        place: String,
        /// What it claims.
        claimed: String,
        /// The limit.
        allowed: String,
    },
    /// Bytes could not be had.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A decoder can't be made, or can't go on.
    #[error(transparent)]
    Decode(#[from] rushes_decode::Error),
    /// The stream of bytes ended before what was asked of it.
    #[error("the bytes ended before the packet at byte {at}")]
    Short {
        /// What was wanted next.
        at: u64,
    },
    /// Whoever takes the blocks and pictures said stop.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

impl Error {
    /// A structure that contradicts itself.
    pub(crate) fn malformed(place: impl ToString, at: u64, what: impl Into<String>) -> Self {
        Self::Malformed { place: place.to_string(), at, what: what.into() }
    }

    /// A claim beyond what is accepted.
    pub(crate) fn limits(place: impl ToString, claimed: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::Limits { place: place.to_string(), claimed: claimed.into(), allowed: allowed.into() }
    }

    /// A box of so many bytes, where only so many are accepted.
    pub(crate) fn too_large(place: impl ToString, claimed: u64, allowed: ByteSize) -> Self {
        Self::limits(place, format!("{claimed} bytes"), format!("{allowed}"))
    }
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Empty { .. }
            | Self::Unknown { .. }
            | Self::Container { .. }
            | Self::Tracks { .. }
            | Self::Encrypted { .. }
            | Self::Unfinished { .. }
            | Self::Truncated { .. }
            | Self::Malformed { .. }
            | Self::Limits { .. } => Class::Permanent(Reason::Media),
            Self::Read(ReadError(failure)) => failure.class,
            Self::Decode(error) => error.class(),
            Self::Short { .. } => Class::Transient,
            Self::Stopped(stop) => stop.class(),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Empty { .. } => Code::MediaEmpty,
            Self::Unknown { .. } => Code::MediaUnknown,
            Self::Container { .. } | Self::Tracks { .. } => Code::MediaUnsupported,
            Self::Encrypted { .. } => Code::MediaEncrypted,
            Self::Unfinished { .. } | Self::Truncated { .. } => Code::MediaTruncated,
            Self::Malformed { .. } => Code::MediaMalformed,
            Self::Limits { .. } => Code::MediaLimits,
            Self::Read(ReadError(failure)) => failure.code,
            Self::Decode(error) => error.code(),
            Self::Short { .. } => Code::StorageProtocol,
            Self::Stopped(stop) => stop.code(),
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::Empty { .. } => "upload the recording again; the recorder or the upload wrote nothing",
            Self::Unknown { .. } => "check that the key names the recording itself; a file's name isn't looked at",
            Self::Container { .. } | Self::Tracks { .. } => {
                "record or convert to MP4 with H.264 and AAC, or to WAV: `ffmpeg -i IN -c:v libx264 -c:a aac OUT.mp4`"
            }
            Self::Encrypted { .. } => "export the recording without protection; keys are never asked for",
            Self::Unfinished { .. } => {
                "stop the recorder properly and upload again; where only this file exists, a repair tool that takes a \
                 whole recording of the same device as a pattern (untrunc) may rebuild the index"
            }
            Self::Truncated { .. } => "upload the file again; most of it is missing",
            Self::Malformed { .. } => {
                "upload the file again; if it plays elsewhere, `ffmpeg -i IN -c copy OUT.mp4` writes a sound index"
            }
            Self::Limits { .. } => "the claim is most likely damage; if it is true, convert to something smaller",
            Self::Read(ReadError(failure)) => return failure.help.clone(),
            Self::Decode(error) => return error.help(),
            Self::Short { .. } => "try again; if it stays, the object is shorter than its storage says",
            Self::Stopped(stop) => return stop.help(),
        };
        Some(text.to_owned())
    }
}
