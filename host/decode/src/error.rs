//! What can go wrong between a packet and what is in it.

use std::time::Duration;

use rushes_model::{Class, Classify, Code, Reason};

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something isn't decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A codec, profile or tool that isn't decoded; known before the first packet.
    #[error("{codec}: {what} is not supported")]
    Unsupported {
        /// Which codec.
        codec: &'static str,
        /// Which part of it.
        what: String,
    },
    /// The decoder's configuration makes no sense.
    #[error("{codec}: broken decoder configuration: {what}")]
    Configuration {
        /// Which codec.
        codec: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The stream claims more than is accepted.
    #[error("{codec}: {what} is beyond the {limit} that are accepted")]
    Limits {
        /// Which codec.
        codec: &'static str,
        /// What it claims.
        what: String,
        /// What would do.
        limit: String,
    },
    /// One packet can't be decoded; later ones may.
    #[error("{codec}: damaged packet: {what}")]
    Damaged {
        /// Which codec.
        codec: &'static str,
        /// What the decoder says.
        what: String,
    },
    /// The decoder panicked on one packet; it was thrown away.
    #[error("{codec}: the decoder panicked: {message}")]
    Panicked {
        /// Which codec.
        codec: &'static str,
        /// The panic's text.
        message: String,
    },
    /// One call took so long that the decoder can't be trusted with more.
    #[error("{codec}: one packet took {took:?} to decode")]
    TooSlow {
        /// Which codec.
        codec: &'static str,
        /// How long.
        took: Duration,
    },
}

impl Error {
    /// Whether only this packet is lost, and decoding may go on at the next place where it can begin.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Panicked { .. } => true,
            Self::Unsupported { .. } | Self::Configuration { .. } | Self::Limits { .. } | Self::TooSlow { .. } => false,
        }
    }
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::TooSlow { .. } => Class::Permanent(Reason::Limits),
            Self::Unsupported { .. }
            | Self::Configuration { .. }
            | Self::Limits { .. }
            | Self::Damaged { .. }
            | Self::Panicked { .. } => Class::Permanent(Reason::Media),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Unsupported { .. } => Code::MediaUnsupported,
            Self::Configuration { .. } => Code::MediaMalformed,
            Self::Limits { .. } => Code::MediaLimits,
            Self::Damaged { .. } | Self::Panicked { .. } => Code::MediaUndecodable,
            Self::TooSlow { .. } => Code::LimitsTime,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::Unsupported { codec: "h264" | "hevc" | "vp8" | "vp9" | "av1" | "mjpeg", .. } => {
                "convert it, for example with `ffmpeg -i in.mp4 -c:v libx264 -pix_fmt yuv420p -c:a copy out.mp4`"
            }
            Self::Unsupported { .. } => "convert it, for example with `ffmpeg -i in.mp4 -c:v copy -c:a aac out.mp4`",
            Self::Configuration { .. } => "the file was written wrongly or changed afterwards; export it again",
            Self::Limits { .. } => "export it with fewer pixels or channels",
            Self::Damaged { .. } | Self::Panicked { .. } => {
                "look whether the recording plays elsewhere; if so, please report it"
            }
            Self::TooSlow { .. } => "the packet is most likely damaged on purpose; please report it",
        };
        Some(text.to_owned())
    }
}
